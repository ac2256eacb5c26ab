"""Dots on a schedule: dragged into a grid of one's own, which the Samplers tab then races on."""

import pytest

from explorer.schedules import SCHEDULES, timesteps

from .conftest import open_chapter

pytestmark = pytest.mark.browser

TEXT = ".steps-text input"
LEFT, WIDTH, WHOLE = 96, 1100 - 96 - 14, 1100  # of the plot, in its own units


@pytest.fixture
def page(lasting):
    return lasting


@pytest.fixture
def page_at(page, app):
    open_chapter(page, app, "Schedules", "Where a sampler steps", ".lane.own circle")
    page.locator(TEXT).fill(", ".join(map(str, range(1000, 0, -100))))
    return page


def grid(page) -> list[float]:
    return [float(t) for t in page.locator(TEXT).input_value().split(",")]


def test_the_lanes_hold_the_stops_of_each_spacing(page_at):
    for spacing in ("linspace", "leading", "trailing"):
        dots = page_at.locator(f".lane.{spacing} circle")
        found = [float(dots.nth(i).get_attribute("cx")) for i in range(dots.count())]
        wanted = [LEFT + WIDTH * t / 1000 for t in timesteps(1000, 10, spacing)]
        assert max(abs(a - b) for a, b in zip(found, wanted, strict=True)) < 0.01


def test_a_dragged_grid_is_raced_on(page_at, watch):
    box = page_at.locator(".steps-plot svg").bounding_box()
    dot = page_at.locator(".lane.own circle").nth(4).bounding_box()  # t = 600
    page_at.mouse.move(dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2)
    page_at.mouse.down()
    there = box["x"] + box["width"] * (LEFT + WIDTH * 0.55) / WHOLE
    page_at.mouse.move(there, dot["y"], steps=8)
    page_at.mouse.up()
    assert abs(grid(page_at)[4] - 550) < 2
    assert grid(page_at)[:4] == [1000, 900, 800, 700]
    page_at.locator(TEXT).fill("1000, 640, 330, 80")
    page_at.locator(".use").click()
    page_at.get_by_text("The number of your own stops decides the NFE").wait_for(timeout=60_000)
    page_at.wait_for_selector(".row[aria-label='DDIM own grid'] .note")
    slider = page_at.locator(".player input[type=range]").first
    slider.focus()
    for nfe, t in enumerate((1000, 640, 330, 80)):
        page_at.keyboard.press("Home")
        for _ in range(nfe):
            page_at.keyboard.press("ArrowRight")
        note = page_at.locator(".row[aria-label='DDIM own grid'] .note").inner_text()
        if nfe < 3:  # at the last NFE the run is done
            assert f"σ = {SCHEDULES['linear']()(t).sigma:.3f}" in note
    assert watch.errors == []


def test_dots_obey_the_keyboard(page_at):
    page_at.locator(".lane.own circle").nth(2).focus()
    page_at.keyboard.press("ArrowRight")
    assert grid(page_at)[2] == 801
    page_at.keyboard.press("Shift+ArrowLeft")
    assert grid(page_at)[2] == 791
    for _ in range(15):  # no dot overtakes its neighbour
        page_at.keyboard.press("Shift+ArrowRight")
    assert grid(page_at)[1:3] == [900, 899.9]
    page_at.keyboard.press("Delete")
    assert len(grid(page_at)) == 9 and 899.9 not in grid(page_at)
    page_at.get_by_role("button", name="Add a dot").click()
    assert len(grid(page_at)) == 10


def test_a_typed_grid_that_is_none_says_why(page_at):
    page_at.locator(TEXT).fill("100, 200")
    page_at.get_by_text("“200” does not fit").wait_for()
    page_at.locator(TEXT).fill("200, 100")
    page_at.wait_for_selector(".steps-own .refused", state="hidden")
    assert page_at.locator(".lane.own circle").count() == 2
