"""The other chapters of the Schedules tab: the grey image and what training sees."""

import numpy as np
import pytest

from explorer import grey
from explorer.app import grey_image, training_view
from explorer.schedules import SCHEDULES

from .conftest import open_chapter

pytestmark = pytest.mark.browser


@pytest.fixture
def page(lasting):
    return lasting


def test_the_grey_image_shows_what_was_measured(page, app, watch):
    open_chapter(page, app, "Schedules", grey_image.TITLE, ".grey-side canvas")
    shown = page.locator(".grey-side .tails b").all_inner_texts()
    wanted = [round(100 * side["tails"]) for side in grey_image.run(grey_image.FIRST, 0)["sides"]]
    assert shown == [f"{share} %" for share in wanted]
    assert wanted[1] < wanted[0] / 2 and abs(wanted[2] - wanted[0]) < 10
    page.get_by_label("0.0064, as much as linear").check(force=True)
    page.get_by_text("α = 0.0064 at the last t").wait_for()
    weak = int(page.locator(".grey-side .tails b").nth(1).inner_text().removesuffix(" %"))
    assert abs(weak - wanted[0]) < 10  # so little signal does no harm to this few pixels
    assert page.locator(".grey-side canvas").first.get_attribute("width") == str(
        6 * (grey.SIDE + 2) - 2
    )
    assert watch.errors == []


def density(name: str) -> np.ndarray:
    """Shares of a uniform t by log-SNR in bins of 1 on [-15, 15]."""
    schedule = SCHEDULES[name]()
    t = np.arange(1, 20 * schedule.T + 1) / 20
    squares = np.interp(t, np.arange(schedule.T + 1), schedule.alpha.numpy() ** 2)
    noise = np.interp(t, np.arange(schedule.T + 1), schedule.sigma.numpy() ** 2)
    with np.errstate(divide="ignore"):
        log_snr = np.log(squares) - np.log(noise)
    return np.histogram(log_snr, 30, (-15, 15))[0] / len(t)


@pytest.mark.parametrize("name", ["linear", "cosine", "karras", "zero_snr"])
def test_the_density_of_log_snr_is_that_of_the_schedule(page, app, name):
    open_chapter(page, app, "Schedules", training_view.TITLE, ".training-view .plot")
    bins, below, above = page.evaluate(
        "name => { const d = explorer.density(explorer.schedules[name]);"
        " return [Array.from(d.bins), d.below, d.above]; }",
        name,
    )
    assert abs(sum(bins) + below + above - 1) < 1e-9
    assert np.abs(np.array(bins) - density(name)).max() < 2e-4


def test_the_three_losses_are_weights_of_one_measurement(page, app, watch):
    open_chapter(page, app, "Schedules", training_view.TITLE, ".training-view .plot")
    rows = training_view.losses("mnist")["rows"]
    row = rows[len(rows) // 2]  # log-SNR 0: alpha² = sigma² = 1/2
    box = page.locator(".loss svg.plot").bounding_box()
    for kind, weight in (("v", 1), ("x0", 0.5), ("eps", 0.5)):
        page.locator(f"[name=loss-of][value={kind}]").check(force=True)
        x = (54 + (540 - 12 - 54) / 2) / 540  # the place of 0 on the axis
        page.mouse.move(box["x"] + x * box["width"], box["y"] + box["height"] / 2)
        said = page.locator(".loss .reading").inner_text()
        assert said.startswith("log-SNR 0:")
        shown = float(said.split("mnist ")[1].split(" ")[0])
        assert abs(shown / (weight * row["v"]) - 1) < 0.01
    assert watch.errors == []
