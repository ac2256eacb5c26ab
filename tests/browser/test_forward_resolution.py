"""One picture at four sizes: larger ones keep more at one SNR, and the shift makes them match."""

import numpy as np
import pytest

from explorer.app import pictures
from explorer.noise import normal
from explorer.schedules import SCHEDULES, Level

from .conftest import as_opened, idle, open_chapter, pace, pixels, seek_forward

pytestmark = pytest.mark.browser

SIZES = (32, 64, 128, 256)


@pytest.fixture
def page(lasting):
    return lasting


@pytest.fixture
def page_at(page, app):
    open_chapter(page, app, "Forward", "Resolution", ".resolution-column canvas")
    as_opened(page)
    page.locator("[name=resolution-mode][value=same]").check(force=True)
    page.locator("[name=forward-source][value=owl]").check(force=True)
    page.wait_for_function("document.querySelector('.borrowed').hidden")
    page.wait_for_function("document.querySelector('.resolution-column .snr').textContent")
    return page


def blocks(x: np.ndarray, size: int) -> np.ndarray:
    """The mean of k x k blocks of (256, 256, 3)."""
    k = x.shape[0] // size
    return x.reshape(size, k, size, k, 3).mean((1, 3))


def expected(level: Level, size: int) -> np.ndarray:
    x0 = pictures.picture("owl").astype(float) / 127.5 - 1
    eps = normal(0, 256 * 256 * 3).reshape(256, 256, 3)
    return level.alpha * blocks(x0, size) + level.sigma * blocks(eps, size) * (256 / size)


def red(x: np.ndarray) -> np.ndarray:
    return np.clip((x[..., 0].ravel() / 1.5 + 1) * 127.5, 0, 255)


def greys(page, size: int, which: str) -> np.ndarray:
    return np.array(pixels(page, f".resolution-column[data-size='{size}'] .{which} canvas"))


def snr(page, size: int) -> float:
    text = page.locator(f".resolution-column[data-size='{size}'] .snr").inner_text()
    return float(text.removesuffix(" dB").replace("−", "-"))


def test_at_one_snr_averaging_gains_six_decibels_a_doubling(page_at, watch):
    idle(page_at)
    watch.requests.clear()
    seek_forward(page_at, 400)
    level = SCHEDULES["linear"]()(400)
    for size in SIZES:
        x = expected(level, size)
        assert np.abs(greys(page_at, size, "whole") - red(x)).max() <= 1
        assert np.abs(greys(page_at, size, "small") - red(blocks(x, 32))).max() <= 1
    found = np.diff([snr(page_at, size) for size in SIZES])
    assert np.abs(found - 20 * np.log10(2)).max() <= 0.11  # printed to 0.1 dB
    assert watch.requests == [] and watch.errors == []


def test_the_shift_of_the_log_snr_makes_all_sizes_match(page_at):
    page_at.locator("[name=resolution-mode][value=shifted]").check(force=True)
    seek_forward(page_at, 400)
    base = SCHEDULES["linear"]()(400)
    for size in SIZES:
        log_snr = base.log_snr - 2 * np.log(size / 32)  # Hoogeboom et al. 2023, eq. 4
        level = Level((1 / (1 + np.exp(-log_snr))) ** 0.5, (1 / (1 + np.exp(log_snr))) ** 0.5)
        assert np.abs(greys(page_at, size, "whole") - red(expected(level, size))).max() <= 1
        assert np.abs(greys(page_at, size, "small") - greys(page_at, 32, "small")).max() <= 1
    assert max(snr(page_at, size) for size in SIZES) - snr(page_at, 32) <= 0.11
    worst = page_at.locator(".resolution-chapter .worst").inner_text()
    assert float(worst.replace("−", "-")) < 1e-5


def test_a_digit_borrows_a_larger_picture_and_says_so(page_at):
    page_at.locator("[name=forward-source][value='3']").check(force=True)
    page_at.locator(".borrowed").wait_for(state="visible")


def test_scrubbing_four_sizes_keeps_the_pace_of_the_screen(page_at):
    draws, screen = pace(page_at)
    print(f"Resolution: {draws:.1f} drawn frames/s, of {screen:.1f} of the screen")
    assert draws >= 0.9 * screen
