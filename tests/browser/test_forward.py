"""The Forward tab shows the closed form, computed in the page."""

import numpy as np
import pytest
import torch

from explorer import forward
from explorer.app import gallery, pictures
from explorer.noise import normal
from explorer.schedules import SCHEDULES, Level

from .conftest import as_opened, drag, idle, open_tab, pace, pixels, two_frames

pytestmark = pytest.mark.browser

RANGE = ".clock input[type=range]"
SPAN = 1.5
STATES = [(1280, "light"), (390, "dark")]


@pytest.fixture
def page(lasting):
    return lasting


@pytest.fixture
def page_at(page, app):
    open_tab(page, app, "Forward", ".forward canvas >> visible=true")
    as_opened(page)
    page.wait_for_function("document.querySelector('.n-alpha-bar').textContent")
    return page


def expected(schedule: str, t: int, digit: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Greys of x_t and its two parts from explorer's own closed form, in float64."""
    level: Level = SCHEDULES[schedule]()(t)
    x0 = torch.tensor(gallery.digits()[digit].astype(np.float64) / 127.5 - 1)
    eps = torch.tensor(normal(seed, 28 * 28).reshape(28, 28))
    nothing = torch.zeros_like(x0)
    parts = {
        "xt": forward.noised(x0, level, eps),
        "signal": forward.noised(x0, level, nothing),
        "noise": forward.noised(nothing, level, eps),
    }
    return {
        name: np.clip((x.numpy() / SPAN + 1) * 127.5, 0, 255).ravel() for name, x in parts.items()
    }


def worst(page, schedule: str, digit: int = 4) -> float:
    """Largest difference in grey between the page and the closed form, over all three pictures."""
    two_frames(page)
    t = int(page.locator(RANGE).input_value())
    wanted = expected(schedule, t, digit)
    return max(
        np.abs(np.array(pixels(page, f"[data-part={name}] canvas")) - greys).max()
        for name, greys in wanted.items()
    )


def test_dragging_asks_nothing_and_shows_the_closed_form(page_at, watch):
    idle(page_at)
    watch.requests.clear()
    for stop in (0.02, 0.4, 0.98):
        drag(page_at, RANGE, 0.25, stop)
        assert worst(page_at, "linear") <= 1
    assert abs(int(page_at.locator(RANGE).input_value()) - 980) < 30
    assert watch.requests == [] and watch.errors == []


def test_the_keys_of_a_guess_move_the_guess_and_not_the_time(page_at):
    guess = page_at.locator(".ask input[type=range]:visible")
    guess.focus()
    for _ in range(3):
        page_at.keyboard.press("ArrowRight")
    assert guess.input_value() == "53" and page_at.locator(RANGE).input_value() == "250"
    assert page_at.get_by_role("button", name="Reveal").locator("visible=true").is_enabled()


def test_each_schedule_is_its_own_table_at_both_ends(page_at):
    for schedule in SCHEDULES:
        page_at.locator(f"[name=forward-schedule][value={schedule}]").check(force=True)
        page_at.locator(RANGE).focus()
        for key, t in (("Home", 0), ("End", 1000), ("ArrowLeft", 999)):
            page_at.keyboard.press(key)
            assert int(page_at.locator(RANGE).input_value()) == t
            assert worst(page_at, schedule) <= 1


def test_another_digit_and_the_numbers_of_the_formula(page_at):
    page_at.locator("[name=forward-source][value='7']").check(force=True)
    assert worst(page_at, "linear", digit=7) <= 1
    level = SCHEDULES["linear"]()(250)
    assert page_at.locator(".closed-form .alpha").inner_text() == f"{level.alpha:.4f}"
    assert page_at.locator(".closed-form .sigma").inner_text() == f"{level.sigma:.4f}"
    assert page_at.locator(".n-alpha-bar").inner_text() == f"{level.alpha**2:.4f}"
    assert page_at.locator(".n-db").inner_text() == f"{10 * np.log10(level.snr):.1f} dB"
    assert page_at.locator(".n-log-snr").inner_text() == f"{level.log_snr:.2f}"
    assert page_at.locator(".n-ratio").inner_text() == f"{level.ratio:.3f}"


def test_space_plays_and_pauses(page_at):
    page_at.locator(RANGE).focus()
    page_at.keyboard.press(" ")
    page_at.wait_for_function(
        "Number(document.querySelector('.clock input[type=range]').value) > 260"
    )
    page_at.keyboard.press(" ")
    two_frames(page_at)
    t = page_at.locator(RANGE).input_value()
    page_at.wait_for_timeout(200)
    assert page_at.locator(RANGE).input_value() == t


def test_a_drawing_becomes_x0_and_can_be_cleared(page_at, watch):
    page_at.locator("[name=forward-source][value=draw]").check(force=True)
    assert "empty" in page_at.locator(".origin").inner_text()
    canvas = ".paper canvas"
    box = page_at.locator(canvas).bounding_box()
    x, y = box["x"] + 0.5 * box["width"], box["y"] + 0.2 * box["height"]
    page_at.mouse.move(x, y)
    page_at.mouse.down()
    page_at.mouse.move(x, y + 0.6 * box["height"], steps=12)
    page_at.mouse.up()
    page_at.locator(RANGE).focus()
    page_at.keyboard.press("Home")
    canvas = "[data-part=xt] canvas"
    two_frames(page_at)
    greys = np.array(pixels(page_at, canvas)).reshape(28, 28)
    black, white = 42.5, 212.5
    assert np.abs(greys[6:22, 13:15] - white).max() <= 1  # full ink along the stroke
    assert (greys[6:22, 12] > 60).all() and (greys[6:22, 12] < 200).all()  # a soft edge
    assert np.abs(greys[:, :11] - black).max() <= 1  # and nothing elsewhere
    page_at.locator(".clear").press("Enter")
    two_frames(page_at)
    assert np.abs(np.array(pixels(page_at, canvas)) - black).max() <= 1
    assert "empty" in page_at.locator(".origin").inner_text() and watch.errors == []


def test_scrubbing_64_px_of_colour_draws_at_the_pace_of_the_screen(page_at, watch):
    page_at.locator("[name=forward-source][value=owl]").check(force=True)
    page_at.wait_for_function("document.querySelector('[data-part=xt] canvas').width === 64")
    idle(page_at)
    watch.requests.clear()
    draws, screen = pace(page_at)
    print(f"Forward: {draws:.1f} drawn frames/s, of {screen:.1f} of the screen")
    assert draws >= 0.9 * screen  # a share, not a time: no frame of the screen is missed
    assert watch.requests == [] and watch.errors == []
    two_frames(page_at)
    t = int(page_at.locator(RANGE).input_value())
    level = SCHEDULES["linear"]()(t)
    whole = pictures.picture("owl").astype(float).reshape(64, 4, 64, 4, 3).mean((1, 3))
    xt = level.alpha * (whole.ravel() / 127.5 - 1) + level.sigma * normal(0, 64 * 64 * 3)
    red = np.clip((xt / SPAN + 1) * 127.5, 0, 255)[::3]
    assert np.abs(np.array(pixels(page_at, "[data-part=xt] canvas")) - red).max() <= 1


def test_the_histogram_becomes_the_normal_curve(page_at):
    """At t = 1000 the bars are the histogram of x_t, and lie about the curve."""
    page_at.locator(RANGE).focus()
    page_at.keyboard.press("End")
    two_frames(page_at)
    shape = page_at.locator(".bar-shape").get_attribute("d")
    tops = [float(part.split("H")[0]) for part in shape.split("V")[1:-1]]
    density = 0.8 * (1 - np.array(tops) / 100)
    level = SCHEDULES["linear"]()(1000)
    x0 = gallery.digits()[4].ravel().astype(float) / 127.5 - 1
    xt = level.alpha * x0 + level.sigma * normal(0, 784)
    counts, edges = np.histogram(xt, 48, (-4, 4))
    assert np.abs(density - counts / 784 * 6).max() < 0.012  # a pixel on an edge, a rounded path
    curve = np.exp(-((edges[:-1] + 1 / 12) ** 2) / 2) / np.sqrt(2 * np.pi)
    assert np.abs(density - curve).max() < 4 * np.sqrt(0.4 * 6 / 784)
