"""Calls that share a batch get what they would have got alone."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from types import SimpleNamespace

import pytest
import torch
from gradio.context import LocalContext

from explorer.app import calls, sessions, studio
from explorer.app import engine as engines
from explorer.app.engine import Engine
from explorer.app.fairness import Busy
from explorer.app.racing import answer, race
from explorer.denoisers import from_network, paired
from explorer.models import zoo
from explorer.models.unet import UNet, UNetConfig
from explorer.samplers import ddim
from explorer.schedules import cosine, levels

SMALL = UNetConfig(image_size=8, channels=(8, 16), attention=(False, True), head_dim=8, emb_dim=16)


def small_net() -> UNet:
    torch.manual_seed(0)
    net = UNet(SMALL).double().eval()
    for parameter in net.parameters():  # the zeroed layers too: a net of zeros would prove nothing
        torch.nn.init.normal_(parameter, std=0.1)
    return net


def final(network, net: UNet, label: int, scale: float) -> torch.Tensor:
    """A digit, each label in another number of steps: rows of a batch differ in noise level."""
    x = torch.randn(1, 1, 8, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(label))
    context = net.embed(torch.tensor([label])).detach()
    denoise = paired(network, context, net.null_context(1).detach(), scale)
    *_, last = ddim(denoise, x, levels(cosine(), 3 + label))
    return last.x


def test_runs_side_by_side_share_calls_and_change_nothing():
    net = small_net()
    engine = Engine(net)
    jobs = [lambda label=label: final(engine, net, label, 2.0) for label in range(6)]
    together = torch.cat(engine.together(jobs))
    alone = torch.cat([final(net, net, label, 2.0) for label in range(6)])
    assert (together - alone).abs().max() < 1e-12
    assert engine.calls < engine.rows / 2 / 2  # without sharing, two rows each


def test_an_error_reaches_its_caller_and_the_engine_goes_on():
    net = small_net()
    engine = Engine(net)
    good = net.null_context(1).detach()
    x, angle = torch.zeros(1, 1, 8, 8, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)
    try:
        engine(x, angle, good[:, :, :3])  # a context too narrow
    except RuntimeError:
        pass
    else:
        raise AssertionError("a wrong context was accepted")
    assert torch.equal(engine(x, angle, good), net(x, angle, good))


def test_what_is_done_to_the_network_alone_reaches_nobody_in_the_line():
    net = small_net()
    engine = Engine(net)
    denoise = from_network(engine, context=net.null_context(1).detach())
    x, level = torch.ones(1, 1, 8, 8, dtype=torch.float64), cosine()(500)
    plain = denoise(x, level)
    with engine.alone() as bare, torch.no_grad():
        for part in bare.parameters():
            part.zero_()
        assert torch.equal(denoise(x, level), plain)  # meanwhile, without waiting
    with engine.alone() as again:
        assert again is bare


def test_who_wants_the_network_alone_waits_for_his_turn():
    engine, order = Engine(small_net()), []
    with ThreadPoolExecutor(1) as pool:

        def look() -> None:
            with engine.alone():
                order.append("second")

        with engine.alone():
            second = pool.submit(look)
            order.append("first")
        second.result()
    assert order == ["first", "second"]


CLAIMED = """
import threading, torch
from explorer.app import engine
torch.set_num_threads(3)
engine.claim()
found = [engine.compute(torch.get_num_threads), torch.get_num_threads()]
other = threading.Thread(target=lambda: found.append(torch.get_num_threads()))
other.start(), other.join()
print(found, engine.compute(torch.get_num_threads))
"""


def test_who_computes_in_the_engines_thread_is_asked_by_the_same_session():
    asker = ContextVar("asker", default="nobody")
    asker.set("ours")
    assert engines.compute(asker.get) == "ours"


def test_the_engines_thread_has_all_cores_and_every_other_one_of_them():
    said = subprocess.run([sys.executable, "-c", CLAIMED], capture_output=True, text=True)
    assert said.stdout.split("\n")[0] == "[3, 1, 1] 3", said.stderr


def test_the_converged_answer_is_what_comes_later(monkeypatch):
    seen = []

    class Asked(Engine):
        def __call__(self, x, angle, context):
            seen.append(calls.Call(None, None).cut(x, angle, context).parts[0].later)
            return torch.zeros_like(x)

    monkeypatch.setattr(studio, "_engine", Asked(zoo.load("mnist")))
    answer.converged(race.Start(3, 4321, 1.0), "cosine", 3)
    assert seen == [True] * 3 and not calls.Call(None, None).later


class Held(torch.nn.Module):
    """A network that computes nothing before `go`, and remembers the noise levels it saw."""

    def __init__(self) -> None:
        super().__init__()
        self.go, self.begun, self.seen = threading.Event(), threading.Event(), []

    def forward(self, x, angle, context):
        self.begun.set()
        self.go.wait()
        self.seen.append(angle.tolist())
        if (context == 13).any():
            raise ValueError("unlucky")
        return x + angle[:, None, None, None]


def asks(engine, angle: float, rows: int = 1, told: float = 0.0) -> torch.Tensor:
    return engine(torch.zeros(rows, 1, 2, 2), torch.full((rows,), angle),
                  torch.full((rows, 1, 4), told))  # fmt: skip


def on_page(session: str, event: str, function, *arguments):
    """What a handler gets that an event of this page asks."""

    def asked():
        LocalContext.request.set(SimpleNamespace(session_hash=session))
        LocalContext.event_id.set(event)
        return function(*arguments)

    return copy_context().run(asked)


def waiting(engine: Engine, calls: int) -> None:
    """Return once so many calls have no answer."""
    with engine._state:
        assert engine._state.wait_for(lambda: engine._asking >= calls, 60)


def test_a_bad_call_fails_for_nobody_else_in_its_batch():
    engine = Engine(net := Held())
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(asks, engine, 1.0)
        assert net.begun.wait(60)
        good, bad = pool.submit(asks, engine, 2.0), pool.submit(asks, engine, 3.0, 1, 13)
        waiting(engine, 3)
        net.go.set()
        assert first.result().mean() == 1 and good.result().mean() == 2
        with pytest.raises(ValueError, match="unlucky"):
            bad.result()


def test_a_large_call_is_cut_and_put_together_again():
    engine = Engine(net := Held())
    net.go.set()
    angle = torch.arange(150.0)
    found = engine(torch.zeros(150, 1, 2, 2), angle, torch.zeros(150, 1, 4))
    assert torch.equal(found[:, 0, 0, 0], angle) and max(map(len, net.seen)) == engines.MAX_ROWS


def test_a_call_that_waits_too_long_is_refused_and_not_computed(monkeypatch):
    monkeypatch.setattr(engines, "GIVE_UP", 0.05)
    engine = Engine(net := Held())
    with ThreadPoolExecutor(1) as pool:
        under_way = pool.submit(asks, engine, 1.0)  # one that is computed is waited for
        assert net.begun.wait(60)
        with pytest.raises(Busy):
            asks(engine, 2.0)
        net.go.set()
        assert under_way.result().mean() == 1
    assert asks(engine, 3.0).mean() == 3 and net.seen == [[1.0], [3.0]]


def test_what_a_closed_page_asked_is_not_computed_and_it_may_come_back():
    engine = Engine(net := Held())
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(on_page, "stays", "e1", asks, engine, 1.0)
        assert net.begun.wait(60)
        gone = pool.submit(on_page, "goes", "e2", asks, engine, 2.0)
        waiting(engine, 2)
        sessions.close("goes")
        net.go.set()
        with pytest.raises(sessions.Cancelled):
            gone.result()
        assert first.result().mean() == 1
    with pytest.raises(sessions.Cancelled):  # the run's next step
        on_page("goes", "e2", asks, engine, 3.0)
    assert on_page("goes", "e3", asks, engine, 4.0).mean() == 4
    assert net.seen == [[1.0], [4.0]]


def test_thirty_runs_fill_the_batches():
    net = small_net()
    engine = Engine(net)
    engine.together([lambda k=k: final(engine, net, k % 3, 2.0) for k in range(30)])
    assert engine.rows / engine.calls > 0.7 * engines.MAX_ROWS  # on a quiet machine nearly all
