"""A network trained live in the page: to its end, paused and stepped, and refused."""

import re

import pytest

from explorer.app.learning.plane import TITLE
from explorer.app.tabs import train

from .conftest import open_chapter

pytestmark = pytest.mark.browser
CHAPTER = ".plane-train"


@pytest.fixture
def chapter(page, app):
    open_chapter(page, app, train.TITLE, TITLE, f"{CHAPTER} .body:not([hidden])")
    return page.locator(CHAPTER)


def press(chapter, name: str) -> None:
    chapter.get_by_role("button", name=name, exact=True).click()


def steps(page, count: int) -> None:
    """Ask for so many steps."""
    opened = page.get_by_label("Steps (1 to 20,000)")
    if not opened.is_visible():
        page.get_by_role("button", name="Levels, loss, width, steps and seed").click()
    for _ in range(10):  # Gradio gives a field that it has just mounted its first value once more
        opened.fill(str(count))
        opened.blur()
        page.wait_for_timeout(500)
        if opened.input_value() == str(count):
            return
    raise AssertionError("the field of steps does not keep what is written into it")


def at(chapter) -> int:
    """The step that the page speaks of."""
    return int(re.search(r"step ([\d,]+)", said(chapter), re.I)[1].replace(",", ""))


def said(chapter) -> str:
    return chapter.locator(".said").inner_text()


def drawn(chapter, which: str) -> str:
    return chapter.locator(f".{which} canvas").evaluate("canvas => canvas.toDataURL()")


def test_a_training_runs_to_its_end_before_ones_eyes(page, app, watch, chapter):
    assert "made when the app started" in said(chapter)
    opened = {which: drawn(chapter, which) for which in ("samples", "learnt", "exact")}
    page.get_by_label("velocity (flow matching)", exact=True).check(force=True)
    steps(page, 300)
    page.get_by_label("32", exact=True).locator("visible=true").first.check(force=True)
    press(chapter, "Train")
    chapter.locator(".said", has_text="of 300").wait_for(timeout=60_000)
    assert chapter.get_by_role("button", name="Pause").is_enabled()
    chapter.locator(".said", has_text="Done: 300 steps").wait_for(timeout=60_000)
    assert "predicts velocity (flow matching)" in chapter.locator(".about").inner_text()
    assert "u = ε − x0" in chapter.locator(".loss-is").inner_text()
    assert drawn(chapter, "samples") != opened["samples"]
    assert drawn(chapter, "learnt") != opened["learnt"]
    assert drawn(chapter, "exact") == opened["exact"]  # the same world, and the same flow
    assert 0 < float(chapter.locator(".rms").inner_text()) < 0.3
    before, verdict = len(watch.requests), chapter.locator(".verdict")
    chapter.get_by_label("1 step", exact=True).check(force=True)
    verdict.get_by_text("In 1 step this network").wait_for()
    chapter.get_by_role("slider", name="Noise level").press("End")
    assert len(watch.requests) == before  # looking asks nobody
    assert watch.errors == []


def test_a_training_is_paused_stepped_resumed_and_stopped(page, app, watch, chapter):
    steps(page, 20_000)
    press(chapter, "Train")
    chapter.locator(".said", has_text="of 20,000").wait_for(timeout=60_000)
    press(chapter, "Pause")
    chapter.locator(".said", has_text="Paused at step").wait_for()
    rest = at(chapter)
    press(chapter, "One step")
    chapter.locator(".said", has_text=f"Paused at step {rest + 1:,} of").wait_for()
    press(chapter, "Resume")
    chapter.locator(".said", has_text=re.compile(r"^Step [\d,]+ of 20,000")).wait_for()
    assert at(chapter) > rest + 1
    press(chapter, "Stop")
    chapter.locator(".said", has_text="Stopped at step").wait_for()
    assert at(chapter) > rest + 1
    assert chapter.get_by_role("button", name="Resume").is_disabled()
    assert chapter.locator(".use canvas").is_visible()
    assert watch.errors == []


def test_an_empty_drawing_is_refused_and_a_drawn_one_is_learnt(page, app, watch, chapter):
    page.get_by_label("what you draw", exact=True).check(force=True)
    page.get_by_role("button", name="Clear").click()
    press(chapter, "Train")
    page.get_by_text("draw something on the white square first").first.wait_for()
    chapter.locator(".said", has_text="made when the app started").wait_for()
    steps(page, 20)
    box = page.locator(".truth-pad canvas").bounding_box()
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.5 * box["height"], steps=30)
    page.mouse.up()
    page.locator(".truth-pad .state", has_text="Gaussians").wait_for()
    press(chapter, "Train")
    chapter.locator(".said", has_text="Done: 20 steps").wait_for(timeout=60_000)
    assert chapter.locator(".about").inner_text().startswith("what you draw; predicts v;")
    assert watch.errors == []
