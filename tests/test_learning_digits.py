"""The chapters "Digits, live" and "One batch": the line, the refusals, and what is computed."""

import asyncio
import base64
import math
import re
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
import torch
from gradio.context import LocalContext

from explorer.app import gallery, sessions
from explorer.app.learning import batch, live, material, one_batch
from explorer.app.learning import digits as chapter
from explorer.models import zoo
from explorer.training import timed, variants
from tests.test_training_live import TINY, digits


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Small networks, forty pictures, and nobody else on the page."""
    monkeypatch.setattr(timed, "SMALL", TINY)
    monkeypatch.setattr(live, "STEPS", 2)
    monkeypatch.setattr(material, "pictures", lambda data: digits())
    monkeypatch.setattr(chapter, "WAIT", 0.01)
    one_batch._tens.kept.clear()
    one_batch.payload.kept.clear()
    sessions._kept.clear()
    yield
    assert not chapter._stops and not chapter.LINE._tickets  # whatever happened, all is free
    sessions._kept.clear()


def told(story: Coroutine):
    """What a story comes to; in a thread, as the browser's tests leave a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, story).result()


def ask(session: str) -> None:
    """From here on, this session asks."""
    LocalContext.request.set(SimpleNamespace(session_hash=session))


async def step(asker: str, run) -> dict:
    """The next thing that a run shows its page."""
    ask(asker)
    return (await anext(run))[0]


def test_who_comes_second_waits_in_words_and_has_a_turn_when_the_first_closes_the_page():
    async def story() -> None:
        first, second = chapter.live(None, 300), chapter.live(None, 300)
        assert (await step("a", first))["phase"] == "training"
        waits = await step("b", second)
        assert (waits["phase"], waits["before"]) == ("waiting", 1)
        await first.aclose()  # what Gradio does when a page is closed
        states = [await step("b", second) for _ in range(3)]
        assert states[-1]["phase"] == "training" and states[-1]["step"] >= 1
        ask("b")
        chapter.stop()
        while (state := await step("b", second))["phase"] == "training":
            pass
        assert state["phase"] == "stopped"
        assert sessions.own("a") is None and sessions.own("b").engine.net.card.name.startswith(
            "yours, "
        )
        await second.aclose()

    told(story())


def test_a_page_that_is_cancelled_in_the_middle_of_a_step_frees_the_line():
    async def story() -> None:
        run = chapter.live(None, 300)
        await step("a", run)
        task = asyncio.ensure_future(step("a", run))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not chapter.LINE._tickets

    told(story())


def test_who_waits_can_leave_the_line_and_nobody_stands_in_it_twice():
    async def story() -> None:
        first, second, again = (chapter.live(None, 300) for _ in range(3))
        await step("a", first)
        await step("b", second)
        with pytest.raises(gr.Error, match="trains or waits already"):
            await step("b", again)
        ask("b")
        chapter.stop()
        assert (await step("b", second))["phase"] == "left"
        await second.aclose()
        await first.aclose()

    told(story())


@pytest.mark.parametrize("seconds", [29, 301, math.nan, math.inf, None, True, "60"])
def test_a_time_outside_its_range_is_refused_by_name(seconds):
    with pytest.raises(gr.Error, match="The time limit must be a number from 30 to 300"):
        told(step("a", chapter.live(None, seconds)))


def test_a_folder_without_pictures_is_a_sentence_and_nothing_is_downloaded(monkeypatch, tmp_path):
    monkeypatch.undo()
    material.pictures.cache_clear()
    with pytest.raises(gr.Error, match="explorer app --data FOLDER"):
        told(step("a", chapter.live(tmp_path, 60)))
    shown, _ = copy_context().run(chapter.look, tmp_path)
    assert shown["phase"] == "missing" and "downloads nothing" in shown["sentence"]
    assert not list(tmp_path.iterdir())


def test_without_any_folder_a_network_learns_from_variants_of_the_gallery(monkeypatch, tmp_path):
    monkeypatch.undo()
    monkeypatch.setenv("EXPLORER_DATA", str(tmp_path))
    material.pictures.cache_clear()
    shown, _ = copy_context().run(chapter.look, None)
    images = material.pictures(None)
    assert shown["phase"] == "ready" and "downloads nothing" in shown["about"]["note"]
    assert len(images) == variants.EACH * len(gallery.digits()) == shown["about"]["count"]
    assert images.labels.bincount().tolist() == [2 * variants.EACH] * 10
    x = images.pixels[::20].float()  # every variant of the first digit
    apart = (x[1:] - x[0]).abs().flatten(1).mean(1)
    assert apart.min() > 0 and x.flatten(1).amax(1).min() > 127  # none is another, none is empty
    assert not list(tmp_path.iterdir())
    material.pictures.cache_clear()


def test_the_page_says_which_network_it_runs_and_hands_it_over_as_a_file(tmp_path):
    async def story() -> None:
        run = chapter.live(None, 300)
        await step("a", run)
        chapter.stop()
        while (await step("a", run))["phase"] == "training":
            pass
        await run.aclose()

    def asked() -> None:
        ask("nobody")
        with pytest.raises(gr.Error, match="no network of its own yet"):
            chapter.use()
        told(story())
        ask("a")
        name = sessions.own("a").engine.net.card.name
        assert f"{name}</b> is ready" in chapter.line()
        assert f"run <b>{name}" in chapter.use() and sessions.chosen()
        assert "run <b>mnist" in chapter.back() and not sessions.chosen()
        offered = chapter.download()
        file = tmp_path / offered["name"]
        file.write_bytes(base64.b64decode(offered["bytes"]))
        assert (
            re.fullmatch(r"yours-\d+s\.safetensors", file.name)
            and zoo.load(file).card.kind == "unet"
        )

    copy_context().run(asked)


def asked(**changes) -> one_batch.Asked:
    return one_batch.Asked(**{"fresh": True, "seed": 3, "rate": 0.01} | changes)


def test_the_mean_of_the_samples_losses_is_the_loss_of_the_objective():
    for fresh in (True, False):
        learner = one_batch.after(asked(fresh=fresh), 0)
        _, each = one_batch.predict(learner)
        with torch.no_grad():
            loss = learner.objective(*learner.batch)
        assert abs(each.mean().item() - loss.item()) < 1e-6
        assert len(each) == one_batch.COUNT


def test_one_step_lowers_the_loss_of_its_batch_by_what_the_gradient_promises():
    for fresh in (True, False):
        request = asked(fresh=fresh, rate=1e-3)  # short enough for the straight line to hold
        first, second = (one_batch.after(request, k) for k in (0, 1))
        before, after = (one_batch.predict(k)[1].mean().item() for k in (first, second))
        promised = request.rate * second.slopes[0]
        assert after < before and (before - after) == pytest.approx(promised, rel=0.25)


def test_ten_steps_are_ten_times_one_step_and_what_is_kept_is_not_changed():
    ten = one_batch.after(asked(), 10)
    one = one_batch._begin(asked())
    for _ in range(10):
        one = one_batch.step(one, 0.01)
    assert ten.losses == pytest.approx(one.losses, rel=1e-5) and len(ten.losses) == 10
    once = one_batch.payload(asked(), 11, 10)
    assert once["history"][:10] == pytest.approx(ten.losses, rel=1e-4)
    assert once["before"] is not None and once["taken"] == 1


def test_pictures_of_a_batch_are_those_that_were_noised():
    learner = one_batch.after(asked(), 0)
    shown = one_batch.payload(asked(), 0, 0)
    xt, angle, _, v = learner.batch
    pictures = {
        name: torch.from_numpy(np.frombuffer(base64.b64decode(text), np.uint8).copy())
        .reshape(shown["shape"])
        .float()
        for name, text in shown["pictures"].items()
    }
    x0 = (pictures["x0"][..., 0] / 127.5 - 1) * one_batch.SPAN
    assert ((x0 - 1).abs().lt(0.01) | (x0 + 1).abs().lt(0.01)).all()  # black and white, as drawn
    assert shown["degrees"] == pytest.approx(angle.rad2deg().tolist(), abs=0.05)
    assert v.shape == xt.shape and shown["pictures"].keys() >= {"eps", "xt", "v", "v_hat"}


def test_steps_that_overshoot_are_refused_with_the_learning_rate():
    with pytest.raises(gr.Error, match="at learning rate 1000 the loss is beyond all numbers"):
        one_batch.after(asked(rate=1000.0), 30)


def test_without_pictures_of_training_the_batch_is_of_the_gallery(monkeypatch, tmp_path):
    monkeypatch.undo()
    monkeypatch.setenv("EXPLORER_DATA", str(tmp_path))
    material.pictures.cache_clear()
    learner = one_batch.after(asked(seed=4, data=Path(tmp_path)), 0)
    xt, angle, _, v = learner.batch
    x0 = angle.cos()[:, None, None, None] * xt - angle.sin()[:, None, None, None] * v
    known = variants.variants().floats()[:, 0]
    nearest = torch.stack([(one - known).abs().amax((1, 2)).min() for one in x0[:, 0]])
    assert nearest.max() < 1e-5


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (("other", 0, "0.01", 0), "Network must be one of"),
        (("fresh", -1, "0.01", 0), "Seed must be a whole number"),
        (("fresh", 0, 0.01, 0), "Learning rate must be one of"),
        (("fresh", 0, "0.01", math.nan), "Steps must be a whole number"),
        (("fresh", 0, "0.01", batch.MOST), "enough"),
    ],
)
def test_wrong_values_of_one_batch_are_named(values, words):
    with pytest.raises(gr.Error, match=words):
        batch.show(None, *values, 1)
