"""A network of one's own page: nobody else is shown it, nor anything that it has drawn."""

import gc
import json
import re
import threading
import weakref
from contextvars import copy_context
from dataclasses import asdict
from types import SimpleNamespace

import gradio as gr
import pytest
import torch
from gradio.context import LocalContext

from explorer.app import controls, resume, sessions, studio
from explorer.app.attending import pixels
from explorer.app.engine import Engine
from explorer.app.guiding import answers as guiding
from explorer.app.guiding import asked
from explorer.app.once import once
from explorer.app.racing import answers, race
from explorer.models import zoo
from explorer.models.unet import UNet, UNetConfig

CONFIG = UNetConfig(
    channels=(8, 8), attention=(False, True), head_dim=8, emb_dim=16, context_dim=8, classes=10
)


def network(name: str, seed: int = 0) -> UNet:
    torch.manual_seed(seed)
    net = UNet(CONFIG).eval().requires_grad_(False)
    for parameter in net.parameters():  # the zeroed layers too
        torch.nn.init.normal_(parameter, std=0.1)
    net.card = zoo.Card(name, "unet", asdict(CONFIG), {}, {})
    return net


def as_session(name: str | None, function, *arguments):
    """What a handler gets that a page with this session asked."""

    def asked():
        LocalContext.request.set(SimpleNamespace(session_hash=name) if name else None)
        return function(*arguments)

    return copy_context().run(asked)


@pytest.fixture(autouse=True)
def common(monkeypatch):
    """An app whose model is small, and no session with a network."""
    monkeypatch.setattr(studio, "_engine", Engine(network("shipped")))
    sessions._kept.clear()
    yield
    sessions._kept.clear()


def own(session: str, seed: int = 1, *, used: bool = True) -> Engine:
    engine = Engine(network(f"of {session}", seed))
    sessions.keep(session, engine)
    sessions.use(session, used)
    return engine


def drawn() -> torch.Tensor:
    """A picture by way of the engine's pool of threads."""
    (run,) = race.run(race.field((("ddim", "trailing"),), "linear", 4), race.Start(1, 0, 2.0))
    return run.picture


def test_each_session_runs_the_network_that_it_chose_also_in_the_threads_of_a_race(monkeypatch):
    a, b = own("a", 1), own("b", 2)
    assert as_session("a", studio.engine) is a and as_session("b", studio.engine) is b
    assert as_session("c", studio.engine) is as_session(None, studio.engine) is studio.common()
    assert as_session("a", controls.model_name) == "of a"
    before = studio.common().calls
    pictures = [as_session(name, drawn) for name in ("a", "b")]
    assert studio.common().calls == before and a.calls and b.calls
    pictures.append(as_session("c", drawn))
    for i in range(3):
        assert torch.equal(pictures[i], as_session("abc"[i], drawn))
        assert all(not torch.equal(pictures[i], other) for other in pictures[:i])
    monkeypatch.setattr(studio, "_engine", a)  # as if the app had been started with it
    assert torch.equal(as_session(None, drawn), pictures[0])


def test_back_to_the_shipped_model_and_to_ones_own_again():
    own("a", used=False)
    assert as_session("a", controls.model_name) == "shipped"
    sessions.use("a", True)
    assert as_session("a", controls.model_name) == "of a"
    sessions.use("a", False)
    assert as_session("a", controls.model_name) == "shipped"


def test_a_kept_answer_is_shown_only_where_the_same_network_runs():
    counted = []

    @once(8)
    def answer(question: str) -> str:
        counted.append(question)
        return f"{question} {controls.model_name()}"

    own("a"), own("b", used=False)
    assert as_session("c", answer, "q") == as_session("b", answer, "q") == "q shipped"
    assert as_session("a", answer, "q") == "q of a" and len(counted) == 2
    assert as_session("b", answer, "q") == "q shipped"
    sessions.use("b", True)
    assert as_session("b", answer, "q") == "q of b"
    sessions.keep("a", Engine(network("the next of a")))  # trained again: not the old answers
    assert as_session("a", answer, "q") == "q the next of a"
    assert len(counted) == 4


def test_who_switches_while_an_answer_is_computed_does_not_change_whose_it_is():
    own("a", used=False)

    @once(8)
    def answer() -> str:
        sessions.use("a", True)
        return controls.model_name()

    assert as_session("a", answer) == "shipped"
    assert as_session("c", answer) == "shipped"  # kept, and rightly so
    assert as_session("a", answer) == "of a"


def test_only_the_last_few_networks_are_kept_and_what_goes_leaves_no_thread():
    first = weakref.ref(own("first"))
    before = threading.active_count()
    for k in range(sessions.MOST):
        sessions.keep(f"s{k}", Engine(network("n")))
    gc.collect()
    assert sessions.own("first") is None and first() is None
    assert as_session("first", studio.engine) is studio.common()
    for k in range(sessions.MOST):  # a session's next network takes the place of its last
        sessions.keep(f"s{k}", Engine(network("n")))
    gc.collect()
    deadline = threading.Event()
    for _ in range(100):
        if threading.active_count() <= before + sessions.MOST:
            break
        deadline.wait(0.05)
    assert threading.active_count() <= before + sessions.MOST


def test_a_label_that_the_network_was_never_told_of_is_refused():
    own("a")
    with pytest.raises(gr.Error, match=r"of a was told of 10 classes, .*: it knows no 12"):
        as_session("a", studio.contexts, [12])


def film() -> dict:
    return answers.film(answers.Asked(digit="1", budget=4, chosen=(("ddim", "trailing"),)))


def scales() -> tuple:
    return guiding.strip(asked.Asked(told="1", steps=4), (0.0, 1.0, 2.0))


def returned() -> tuple:
    return resume._resumed((0,) * 784, (200,), "linear", 0, 1)


def attended() -> dict:
    return pixels.payload(1, 0, 4)


@pytest.mark.parametrize("chapter", [film, scales, returned, attended])
def test_chapters_show_each_page_pictures_of_its_own_network_and_name_it(chapter):
    own("a", 1), own("b", 2)
    shown = {who: json.dumps(as_session(who, chapter)) for who in ("a", "b", "c")}
    for who, name in {"a": "of a", "b": "of b", "c": "shipped"}.items():
        assert name in shown[who]
        assert json.dumps(as_session(who, chapter)) == shown[who]  # kept, and its own
    assert len({frames(one) for one in shown.values()}) == 3


def frames(shown: str) -> str:
    """All pictures of an answer, in base64."""
    return "".join(re.findall(r'"frames": "([^"]*)"', shown))
