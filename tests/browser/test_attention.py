"""The chapter Pixels draws the softmax rows that the server computed, and asks it nothing more."""

import numpy as np
import pytest

from explorer.figures import heat
from explorer.models import zoo

from .conftest import idle, open_chapter, two_frames

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("mnist" not in zoo.available(), reason="the mnist weights are not here"),
]

BIG = ".attention .frame canvas"


RANGE = ".attention .transport input[type=range]"


STATES = [(1280, "light"), (390, "dark")]


SIZE = 28


RGB = """canvas => Array.from(
    canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data)"""


@pytest.fixture(scope="module")
def run():
    """The run with which the tab opens, recorded here."""
    from explorer.app import maps
    from explorer.app.attending import START

    return maps.record(*START)


@pytest.fixture
def page(lasting):
    return lasting


@pytest.fixture
def tab(page, app):
    open_chapter(page, app, "Attention", "Pixels", ".attention .look:not([hidden])")
    two_frames(page)
    return page


def shown(page) -> np.ndarray:
    """The big map as indices into the colours of probability, (SIZE, SIZE)."""
    rgba = np.array(page.eval_on_selector(BIG, RGB)).reshape(SIZE, SIZE, 4)
    distance = np.abs(rgba[:, :, None, :3] - heat.ramp().astype(int)).sum(-1)
    assert distance.min(-1).max() == 0  # every pixel is a colour of the ramp
    return distance.argmin(-1)


def expected(run, layer: int, head: int | None, step: int, x: int, y: int) -> np.ndarray:
    """The recorded row of the pixel (x, y), as shares of the scale (SIZE, SIZE)."""
    p = list(run.maps.values())[layer][step].numpy()  # (heads, Q, K)
    side = int(p.shape[-1] ** 0.5)
    row = (p.mean(0) if head is None else p[head])[y * side // SIZE * side + x * side // SIZE]
    top = max(row.max(), 4 / len(row))
    return np.kron(row.reshape(side, side) / top, np.ones((SIZE // side, SIZE // side)))


def worst(page, run, **at) -> float:
    """Largest difference between the page and the recording, in colours of 255."""
    two_frames(page)
    return np.abs(shown(page) - 255 * expected(run, **at)).max()


def complaints(watch) -> list[str]:
    """Errors, without the event stream that Gradio itself closes after an answer."""
    return [error for error in watch.errors if "/queue/data" not in error]


def click(page, x: int, y: int) -> None:
    """Click the middle of pixel (x, y) of the big map."""
    box = page.locator(BIG).bounding_box()
    page.locator(BIG).click(
        position={"x": (x + 0.5) * box["width"] / SIZE, "y": (y + 0.5) * box["height"] / SIZE}
    )


def scrub(page, step: int) -> None:
    page.locator(RANGE).evaluate(
        "(range, to) => { range.value = to; range.dispatchEvent(new Event('input')); }", step
    )


# half a colour for the ramp, one for a square root in 8 bits: 2 * 255 / 510


CLOSE = 1.6


def test_clicking_scrubbing_and_switching_show_the_recorded_rows_without_a_request(tab, watch, run):
    idle(tab)
    watch.requests.clear()
    tab.get_by_label("up 14×14, mean of heads").check(force=True)
    for step, (x, y) in [(0, (14, 8)), (2, (3, 25)), (5, (16, 14))]:
        scrub(tab, step)
        click(tab, x, y)
        assert worst(tab, run, layer=4, head=None, step=step, x=x, y=y) < CLOSE
    tab.get_by_label("middle 7×7, head 2").check(force=True)
    assert worst(tab, run, layer=2, head=1, step=5, x=16, y=14) < CLOSE
    tab.get_by_label("down 14×14, head 1").check(force=True)
    assert worst(tab, run, layer=0, head=0, step=5, x=16, y=14) < CLOSE
    assert watch.requests == []
    assert complaints(watch) == []


def test_a_pixel_of_the_film_asks_too(tab, run):
    tab.get_by_label("up 14×14, head 1").check(force=True)
    scrub(tab, 3)
    canvas = tab.locator(".attention .player canvas").nth(1)
    box = canvas.bounding_box()
    canvas.click(position={"x": 10.5 * box["width"] / SIZE, "y": 20.5 * box["height"] / SIZE})
    assert worst(tab, run, layer=4, head=0, step=3, x=10, y=20) < CLOSE


def test_the_keyboard_reads_a_probability_and_asks_another_pixel(tab, run):
    tab.get_by_label("middle 7×7, mean of heads").check(force=True)
    scrub(tab, 1)
    click(tab, 9, 9)  # row 3, column 3 of 7 x 7
    tab.mouse.move(0, 0)
    tab.locator(BIG).focus()
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("ArrowDown")
    two_frames(tab)
    p = list(run.maps.values())[2][1].mean(0)[2 * 7 + 2, 3 * 7 + 3].item()
    text = tab.locator(".attention .reading").inner_text()
    assert "row 4, column 4" in text
    assert float(text.split()[2]) == pytest.approx(p, abs=0.01 * p + 1e-3)
    tab.keyboard.press("Enter")
    assert worst(tab, run, layer=2, head=None, step=1, x=13, y=13) < CLOSE


def test_numbers_are_those_of_the_recorded_row(tab, run):
    tab.get_by_label("up 14×14, mean of heads").check(force=True)
    scrub(tab, 2)
    click(tab, 14, 8)
    two_frames(tab)
    row = list(run.maps.values())[4][2].double().mean(0)[4 * 14 + 7]
    number = lambda name: float(tab.locator(f".attention .n-{name}").inner_text().split()[0])  # noqa: E731
    assert number("sum") == pytest.approx(1, abs=5e-3)
    assert number("peak") == pytest.approx(row.max().item(), rel=5e-3)
    places = (-(row * row.log()).sum()).exp().item()
    assert number("places") == pytest.approx(places, abs=1.5)


def test_each_picture_says_what_it_shows(tab):
    label = tab.locator(BIG).get_attribute("aria-label")
    assert "up 14×14, mean of 2 heads, step" in label
    assert "with probability" in label
    for picture in tab.locator(".attention .player canvas").all():
        assert "at step" in picture.get_attribute("aria-label")


@pytest.mark.parametrize(("width", "scheme"), STATES)
def test_another_digit_arrives_in_one_answer_and_nothing_complains(page, app, watch, width, scheme):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(app)
    open_chapter(page, app, "Attention", "Pixels", ".attention .look:not([hidden])")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    before = page.locator(".attention .about").inner_text()
    assert "digit 3" in before
    page.get_by_label("7", exact=True).check(force=True)
    page.wait_for_function(
        "document.querySelector('.attention .about').textContent.includes('digit 7')"
    )
    assert complaints(watch) == []
