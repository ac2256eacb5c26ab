"""The Markov chain of the page is explorer.forward's, and agrees with the closed form."""

import numpy as np
import pytest

from explorer.app import gallery
from explorer.forward import transition
from explorer.noise import normal
from explorer.schedules import SCHEDULES

from .conftest import as_opened, idle, open_chapter, pixels, seek_forward, two_frames

pytestmark = pytest.mark.browser

CHAINS, STREAM = 1000, 5000


@pytest.fixture
def page(lasting):
    return lasting


@pytest.fixture
def page_at(page, app):
    open_chapter(page, app, "Forward", "One jump or a thousand steps", "[data-part=walked] canvas")
    as_opened(page)
    page.wait_for_function("document.querySelector('.chain-facts .n-mean').textContent")
    return page


def seek(page, t: int) -> None:
    """Go to t and wait until the chain has walked there."""
    seek_forward(page, t)
    page.wait_for_function("document.querySelector('.walking').hidden")
    two_frames(page)


def greys(page, part: str) -> np.ndarray:
    return np.array(pixels(page, f"[data-part={part}] canvas"))


def shade(x: np.ndarray) -> np.ndarray:
    return np.clip((x / 1.5 + 1) * 127.5, 0, 255)


def number(page, selector: str) -> float:
    return float(page.locator(selector).inner_text().split(" ±")[0].replace("−", "-"))


@pytest.mark.parametrize("name", ["linear", "zero_snr"])
def test_the_chain_is_the_one_of_ddpm_and_agrees_with_the_jump(page_at, name):
    page_at.locator(f"[name=forward-schedule][value={name}]").check(force=True)
    schedule = SCHEDULES[name]()
    x0 = gallery.digits()[4].ravel().astype(float) / 127.5 - 1
    x, before = x0, 0
    for stop in (1, 300, 1000):
        for t in range(before + 1, stop + 1):
            scale, beta = transition(schedule(t - 1), schedule(t))
            x = scale * x + beta**0.5 * normal(0, 784, stream=t)
        before = stop
        seek(page_at, stop)
        level = schedule(stop)
        assert np.abs(greys(page_at, "walked") - shade(x)).max() <= 1
        jump = level.alpha * x0 + level.sigma * normal(0, 784)
        assert np.abs(greys(page_at, "jumped") - shade(jump)).max() <= 1
        assert np.abs(greys(page_at, "summed") - greys(page_at, "walked")).max() <= 1


def crowd(schedule, last: int) -> np.ndarray:
    """The noise that 1,000 chains have gathered at t = last."""
    noise = np.zeros(CHAINS)
    for t in range(1, last + 1):
        scale, beta = transition(schedule(t - 1), schedule(t))
        noise = scale * noise + beta**0.5 * normal(0, CHAINS, stream=STREAM + t)
    return noise


def test_a_thousand_chains_have_the_mean_and_variance_of_the_closed_form(page_at, watch):
    idle(page_at)
    watch.requests.clear()
    schedule = SCHEDULES["linear"]()
    page_at.locator("[data-part=walked] canvas").focus()
    for key in ("ArrowUp", "ArrowLeft", "ArrowLeft", "Enter"):  # to row 13, column 12
        page_at.keyboard.press(key)
    value = gallery.digits()[4][13, 12] / 127.5 - 1
    for t in (120, 500, 1000):
        seek(page_at, t)
        noise, level = crowd(schedule, t), schedule(t)
        mean, variance = number(page_at, ".n-mean"), number(page_at, ".n-variance")
        assert abs(mean - (level.alpha * value + noise.mean())) < 6e-4
        assert abs(variance - noise.var(ddof=1)) < 6e-4
        assert abs(number(page_at, ".e-mean") - level.alpha * value) < 6e-4
        assert abs(number(page_at, ".e-variance") - level.sigma**2) < 6e-4
        # and both agree with theory, within four standard errors
        assert abs(noise.mean()) < 4 * level.sigma / CHAINS**0.5
        assert abs(noise.var(ddof=1) / level.sigma**2 - 1) < 4 * (2 / (CHAINS - 1)) ** 0.5
    assert watch.requests == [] and watch.errors == []
