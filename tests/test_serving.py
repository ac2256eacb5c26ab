"""Replicas of Ray Serve behind an engine: the same numbers, also when one is killed in a run."""

import importlib.util
import os
import signal
import threading
from functools import partial

import psutil
import pytest
import torch

from explorer import serving
from explorer.app.engine import Engine
from explorer.denoisers import paired
from explorer.models import zoo
from explorer.samplers import ddim
from explorer.schedules import levels, linear

needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="ray comes with the extra `ray`"
)
warnings = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


@pytest.fixture
def handle():
    """Two replicas on this machine."""
    yield serving.deploy(serving.Plan(least=2, most=2))
    import ray

    ray.shutdown()


def replicas() -> list[psutil.Process]:
    """The processes of this process's replicas that are alive."""
    family = psutil.Process().children(recursive=True)
    return [p for p in family if p.is_running() and "ServeReplica" in p.name() + p.cmdline()[0]]


def digits(engine: Engine, labels: list[int], at_step=None) -> list[torch.Tensor]:
    """A guided digit of each label, all at the same time; `at_step(n)` is told of each step."""

    def one(label: int) -> torch.Tensor:
        context = engine.net.embed(torch.tensor([label]))
        denoise = paired(engine, context, engine.net.null_context(1), scale=2.0)
        noise = torch.randn(1, 1, 28, 28, generator=torch.Generator().manual_seed(label))
        for step in ddim(denoise, noise, levels(linear(), 20)):
            if at_step:
                at_step(step.index)
        return step.x

    return engine.together([partial(one, label) for label in labels])


@needs_ray
@warnings
def test_a_run_survives_the_death_of_a_replica_with_the_same_result(handle):
    from explorer.serving.remote import Remote

    net = zoo.load("mnist")
    expected = digits(Engine(net), [3, 8])
    killed, lock = [], threading.Lock()

    def kill_once(step: int) -> None:
        with lock:
            if step == 5 and not killed:
                killed.append(replicas()[0])
                os.kill(killed[0].pid, signal.SIGKILL)

    before = {p.pid for p in replicas()}
    found = digits(Engine(net, Remote(net, handle)), [3, 8], kill_once)
    assert len(before) == 2 and killed[0].pid in before
    for a, b in zip(found, expected, strict=True):
        assert (a - b).abs().max() <= 1e-5
