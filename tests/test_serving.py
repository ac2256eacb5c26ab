"""Replicas of Ray Serve behind an engine: the same numbers, also when one is killed in a run."""

import importlib.util
import os
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import psutil
import pytest
import torch

from explorer import backends, serving
from explorer.app import foot
from explorer.app.engine import Engine
from explorer.bench import load, startup
from explorer.bench.students import Plan
from explorer.denoisers import paired
from explorer.models import zoo
from explorer.samplers import ddim
from explorer.schedules import levels, linear

needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="ray comes with the extra `ray`"
)
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


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


class Watched:
    """A handle that counts what it was asked."""

    def __init__(self, handle) -> None:
        self.handle, self.asked, self.compute = handle, 0, self

    def remote(self, call):
        self.asked += 1
        return self.handle.compute.remote(call)


def kill(process: psutil.Process) -> None:
    os.kill(process.pid, signal.SIGKILL)


def another_takes_the_place_of(dead: psutil.Process) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if len({p.pid for p in replicas()} - {dead.pid}) == 2:
            return True
        time.sleep(0.2)
    return False


@needs_ray
def test_a_run_survives_the_death_of_a_replica_with_the_same_result(handle):
    from explorer.serving.remote import Remote

    net, labels = zoo.load("mnist"), [3, 8]
    expected = digits(Engine(net), labels)
    before, lock, killed = replicas(), threading.Lock(), []

    def kill_once(step: int) -> None:
        with lock:
            if step == 5 and not killed:
                killed.append(before[0])
                kill(before[0])

    found = digits(Engine(net, Remote(net, handle, parallel=2)), labels, kill_once)
    assert len(before) == 2 and killed
    for a, b in zip(found, expected, strict=True):
        assert (a - b).abs().max() <= 1e-5
    assert another_takes_the_place_of(before[0])

    # And with a long call on each replica at that moment: that of the dead one is asked again
    watched, rows = Watched(handle), 400
    ask = Remote(net, watched, parallel=2)
    x = torch.randn(2, rows, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    told = torch.ones(rows), net.null_context(rows).detach()
    with ThreadPoolExecutor(2) as pool, torch.no_grad():
        answers = [pool.submit(ask, one, *told) for one in x]
        time.sleep(0.5)
        assert not any(answer.done() for answer in answers)
        kill(before[1])
        for one, answer in zip(x, answers, strict=True):
            expected = net(one[:4], *(part[:4] for part in told))
            assert (answer.result()[:4] - expected).abs().max() <= 1e-5
    assert watched.asked > 2


def serve(port: int) -> list[str]:
    """The app behind two replicas, as a school starts it."""
    says = ["--ray", "--replicas", "2", "--host", "127.0.0.1", "--port", str(port)]
    return [sys.executable, "-m", "explorer", "serve", *says]


@needs_ray
def test_the_app_behind_replicas_answers_everybody_when_one_dies():
    with startup.running(serve) as (address, process):
        plan = Plan(12, burst=True, seed=5)
        with ThreadPoolExecutor(1) as pool:
            pressed = pool.submit(load._attend, address, plan)
            time.sleep(2)
            workers = psutil.Process(process.pid).children(recursive=True)
            kill(next(p for p in workers if "ServeReplica" in "".join(p.cmdline())))
            assert not pressed.done()
            presses = pressed.result(120)["presses"]
    assert [press["came"] for press in presses] == ["done"] * 12, presses


class Response:
    def __init__(self, answer):
        self.answer = answer

    def result(self, timeout_s: float):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def cancel(self) -> None:
        pass


class Replicas:
    """A handle whose replicas do in turn what they are told: answer, or die."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.compute = self

    def remote(self, call) -> Response:
        return Response(self.answers.pop(0))


@needs_ray
def test_a_batch_whose_replica_dies_goes_to_another():
    from ray.exceptions import ActorDiedError

    from explorer.serving.remote import Remote

    replicas = Replicas(ActorDiedError(), torch.ones(1, 1, 28, 28).numpy())
    ask = Remote(zoo.load("mnist"), replicas)
    assert (ask(torch.zeros(1, 1, 28, 28), torch.ones(1), torch.zeros(1, 1, 64)) == 1).all()
    assert not replicas.answers


@needs_ray
@pytest.mark.parametrize("fault", [None, TimeoutError()])
def test_where_no_replica_answers_the_batch_is_computed_here(fault, capsys):
    from ray.exceptions import ActorDiedError

    from explorer.serving.remote import TRIES, Remote

    net = zoo.load("mnist")
    replicas = Replicas(*[fault or ActorDiedError()] * TRIES)
    ask = Remote(net, replicas)
    inputs = torch.zeros(1, 1, 28, 28), torch.ones(1), net.null_context(1)
    for _ in range(2):  # the second time nobody is asked: the handle would have nothing to answer
        with torch.no_grad():
            assert torch.equal(ask(*inputs), net(*inputs))
    assert capsys.readouterr().out.count("No replica answers") == 1


@needs_ray
def test_calls_that_share_a_replicas_batch_get_each_its_own_answer():
    from explorer.serving.replica import together

    net = zoo.load("mnist")
    rng = torch.Generator().manual_seed(0)
    calls = []
    for rows in (1, 3, 2):
        labels = torch.arange(rows)
        x = torch.randn(rows, 1, 28, 28, generator=rng)
        calls.append((x, torch.rand(rows, generator=rng), net.embed(labels)))
    prompts = zoo.load("scenes")
    x = torch.randn(1, 4, 16, 16, generator=rng)
    scene = (x, torch.ones(1), prompts.told("a red seven"))
    named = [("mnist", *calls[0]), ("scenes", *scene), ("mnist", *calls[1]), ("mnist", *calls[2])]
    found = together([(name, *(part.numpy() for part in parts)) for name, *parts in named])
    for (name, *parts), answer in zip(named, found, strict=True):
        with torch.no_grad():
            expected = (prompts if name == "scenes" else net)(*parts)
        assert (torch.from_numpy(answer) - expected).abs().max() <= 1e-5


def test_the_foot_of_the_page_says_that_replicas_compute(monkeypatch):
    elsewhere = backends.Elsewhere("Ray Serve 2.60", lambda net: net)
    monkeypatch.setattr(backends, "elsewhere", elsewhere)
    assert foot.computed(0)["name"] == "Ray Serve 2.60" and backends.settled()


def test_without_ray_the_command_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ValueError, match="ray"):
        serving.deploy(serving.Plan())


def test_a_plan_has_no_fewer_replicas_at_most_than_at_least():
    with pytest.raises(ValueError, match="--most"):
        serving.Plan(least=3, most=2)
