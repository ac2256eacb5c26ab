"""Four schedules under one noise: four pictures at one t, and one picture at one SNR."""

import numpy as np
import pytest

from explorer.app import gallery
from explorer.app.tables import FOUR
from explorer.noise import normal
from explorer.schedules import SCHEDULES

from .conftest import as_opened, drag, idle, open_chapter, pixels, seek_forward, two_frames

pytestmark = pytest.mark.browser

RANGE = ".clock input[type=range]"


@pytest.fixture
def page(lasting):
    return lasting


@pytest.fixture
def page_at(page, app):
    open_chapter(page, app, "Forward", "Four schedules, one noise", ".four-card canvas")
    as_opened(page)
    page.locator("[name=four-same][value=t]").check(force=True)
    page.wait_for_function("document.querySelector('.four-card [data-field=t]').textContent")
    return page


def greys(page, name: str) -> np.ndarray:
    return np.array(pixels(page, f".four-card[data-schedule={name}] canvas"))


def expected(level) -> np.ndarray:
    x0 = gallery.digits()[4].ravel().astype(float) / 127.5 - 1
    x = level.alpha * x0 + level.sigma * normal(0, 784)
    return np.clip((x / 1.5 + 1) * 127.5, 0, 255)


def test_at_the_same_t_each_is_its_own_closed_form(page_at, watch):
    idle(page_at)
    watch.requests.clear()
    drag(page_at, RANGE, 0.25, 0.6)
    two_frames(page_at)
    t = int(page_at.locator(RANGE).input_value())
    for name in FOUR:
        assert np.abs(greys(page_at, name) - expected(SCHEDULES[name]()(t))).max() <= 1
    assert np.abs(greys(page_at, "linear") - greys(page_at, "cosine")).max() > 50
    assert watch.requests == [] and watch.errors == []


@pytest.mark.parametrize("chosen, t", [("linear", 250), ("cosine", 700), ("karras", 40)])
def test_at_the_same_snr_they_are_one_picture(page_at, chosen, t):
    page_at.locator(f"[name=forward-schedule][value={chosen}]").check(force=True)
    seek_forward(page_at, t)
    page_at.locator("[name=four-same][value=snr]").check(force=True)
    two_frames(page_at)
    level = SCHEDULES[chosen]()(t)
    for name in FOUR:
        assert np.abs(greys(page_at, name) - expected(level)).max() <= 1
        shown = page_at.locator(f".four-card[data-schedule={name}] [data-field=t]").inner_text()
        schedule, t_shown = SCHEDULES[name](), float(shown)  # t to one digit has this SNR
        assert schedule(t_shown + 0.051).log_snr < level.log_snr < schedule(t_shown - 0.051).log_snr
    worst = page_at.locator(".worst").inner_text()
    assert worst == "0, exactly" or float(worst.replace("−", "-")) < 1e-12


def test_a_schedule_that_never_gets_that_noisy_says_so(page_at):
    page_at.locator("[name=forward-schedule][value=zero_snr]").check(force=True)
    page_at.locator(RANGE).focus()
    page_at.keyboard.press("End")
    page_at.locator("[name=four-same][value=snr]").check(force=True)
    two_frames(page_at)
    said = page_at.locator(".missing").inner_text()
    assert said.startswith("linear and cosine and Karras never get this noisy")
    assert np.abs(greys(page_at, "linear") - expected(SCHEDULES["linear"]()(1000))).max() <= 1


def test_a_fifth_that_is_chosen_is_drawn_beside_the_four(page_at):
    shown = page_at.locator(".four-card")
    assert shown.count() == 4
    page_at.locator("[name=forward-schedule][value=scaled_linear]").check(force=True)
    seek_forward(page_at, 400)
    assert shown.count() == page_at.locator(".four-chapter .map .line").count() == 5
    level = SCHEDULES["scaled_linear"]()(400)
    assert np.abs(greys(page_at, "scaled_linear") - expected(level)).max() <= 1
    page_at.locator("[name=four-same][value=snr]").check(force=True)
    two_frames(page_at)
    for name in (*FOUR, "scaled_linear"):
        assert np.abs(greys(page_at, name) - expected(level)).max() <= 1
    page_at.locator("[name=forward-schedule][value=linear]").check(force=True)
    two_frames(page_at)
    assert shown.count() == page_at.locator(".four-chapter .map .line").count() == 4
