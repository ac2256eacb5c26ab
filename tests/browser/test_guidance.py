"""The Guidance tab: a row of scales, and one of them taken apart on the same time line."""

import pytest

from explorer.models import zoo

from .conftest import pixels, two_frames
from .test_samplers import SIZES, WAIT, call, errors, label, open_at, seek

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("mnist" not in zoo.available(), reason="assets/models has no mnist yet"),
]
PARTS = ".guidance .screen"
GOOD = ["7", 0, "0, 1, 4", 4, "linear", "trailing"]


def part(page, column: int) -> list[int]:
    return pixels(page, f".guidance .screen:nth-child({column}) canvas")


@pytest.mark.parametrize(("width", "scheme"), SIZES)
def test_one_time_line_moves_the_row_and_its_parts(page, app, watch, width, scheme):
    open_at(page, app, "Guidance", width, scheme)
    page.wait_for_selector(f"{PARTS} canvas", timeout=WAIT)
    watch.requests.clear()
    seek(page, 1)
    assert label(page).startswith("NFE 2, σ = ")
    early = [part(page, column) for column in (1, 2, 3, 4)]
    seek(page, 19)
    assert label(page) == "NFE 20, result"
    late = [part(page, column) for column in (1, 2, 3, 4)]
    for before, after in zip(early, late, strict=True):
        assert len(set(before)) > 5 and before != after
    joins = [url for url in watch.requests if "queue/join" in url]
    assert len(joins) <= 1 and errors(watch) == []  # 1: the crowd, asked for on opening
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_guided_picture_of_a_scale_is_the_one_in_the_row(page, app):
    open_at(page, app, "Guidance", 1280, "light")
    page.wait_for_selector(f"{PARTS} canvas", timeout=WAIT)
    seek(page, 5)
    for index, scale in enumerate(("scale 0", "scale 1", "scale 8")):
        page.locator(".guidance .chip", has_text=scale).click()
        two_frames(page)
        nth = (0, 1, 4)[index] + 1
        row = pixels(page, f".player section.row:first-child .screen:nth-child({nth}) canvas")
        assert part(page, 4) == row
        if index < 2:  # scale 0 is the unconditional prediction, scale 1 the conditional
            source = part(page, index + 1)
            assert max(abs(a - b) for a, b in zip(source, row, strict=True)) <= 1


def test_a_crowd_of_seeds_comes_after_the_row(page, app):
    open_at(page, app, "Guidance", 1280, "light")
    page.wait_for_selector("text=apart", timeout=WAIT)
    canvases = page.locator(".beside .screen canvas")
    assert canvases.count() == 5
    assert canvases.first.evaluate("c => [c.width, c.height]") == [28, 118]


@pytest.mark.parametrize("scales", ["", "1, 2", "0, 1, 99", "<img src=x>, 1, 2", 3, None])
def test_the_api_refuses_scales_by_name_and_then_works(app, scales):
    assert call(app, "guidance", [*GOOD[:2], scales, *GOOD[3:]]).startswith("Scales must be")
    assert call(app, "guidance", GOOD) == "complete"
