"""What the U-Net is asked, in a browser: a lie, three names, one jump, the loss by noise level."""

import re

import pytest
from playwright.sync_api import expect

from explorer.app.inside import jump, lie, losses, names
from explorer.app.training_view import losses as table_of
from explorer.models import zoo

from .conftest import Watch, open_chapter, pixels, two_frames
from .test_samplers import WAIT, call, errors

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("mnist" not in zoo.available(), reason="assets/models has no mnist yet"),
]
GUESS = ".along .stage section:first-child .screen:first-child canvas >> visible=true"
SECOND = ".along .stage section:first-child .screen:nth-child(2) canvas >> visible=true"
SLIDER = ".along .transport input[type=range] >> visible=true"
READING = ".along .reading >> visible=true"
IDENTITY = ".names-identities tr"


@pytest.fixture
def page(lasting):
    return lasting


def opened(page, app, module, ready: str) -> None:
    open_chapter(page, app, "U-Net", module.TITLE, ready)
    two_frames(page)


def asked_of(watch: Watch, app: str) -> list[str]:
    return [url for url in watch.requests if url.startswith(app)]


def scrub(page, position: int) -> None:
    page.locator(SLIDER).fill(str(position))
    two_frames(page)


def test_another_told_angle_is_another_guess_and_asks_nothing(page, app, watch):
    opened(page, app, lie, GUESS)
    page.wait_for_timeout(300)
    watch.requests.clear()
    truth = pixels(page, GUESS)
    noisy = pixels(page, ".along .stage section:nth-child(2) canvas >> visible=true")
    seen = []
    for position, angle in ((0, 0), (10, 20), (42, 84)):
        scrub(page, position)
        seen.append(pixels(page, GUESS))
        assert f"told {angle}°, it is 45°" in page.locator(".along output").first.inner_text()
        assert page.locator(READING).first.inner_text().startswith(f"told {angle}°: this picture")
    assert len({tuple(s) for s in (*seen, truth)}) == 4
    clip = [max(0, min(255, round((v / 127.5 - 1) * 2 * 127.5 + 127.5))) for v in noisy]
    assert max(abs(a - b) for a, b in zip(seen[0], clip, strict=True)) <= 2  # told 0°: x_t itself
    plot = page.locator(".along svg.plot >> visible=true").first
    plot.hover(position={"x": 260, "y": 80})
    two_frames(page)
    assert "told 84°" not in page.locator(".along output").first.inner_text()
    assert asked_of(watch, app) == [] and errors(watch) == []


def test_another_noise_level_is_another_lie(page, app, watch):
    opened(page, app, lie, GUESS)
    before = pixels(page, GUESS)
    number = page.locator(".settles input[type=number] >> visible=true").first
    number.fill("60")
    number.press("Enter")
    page.get_by_text("xₜ at 60°").first.wait_for(timeout=WAIT)
    two_frames(page)
    assert pixels(page, GUESS) != before and errors(watch) == []


def test_a_pixel_writes_the_identities_and_their_sides_agree(page, app, watch):
    opened(page, app, names, IDENTITY)
    page.locator(SLIDER).wait_for(timeout=WAIT)  # both answers are here
    page.wait_for_timeout(300)
    watch.requests.clear()
    canvas = page.locator(".names-pictures canvas").nth(2)
    rows = []
    canvas.hover(position={"x": 3, "y": 3})
    expect(page.locator(".names-pixel")).to_contain_text("Row 1, column 1")
    canvas.focus()
    for key in (None, "ArrowDown", "ArrowRight", *["ArrowDown"] * 12):
        if key:
            page.keyboard.press(key)
        rows.append(
            page.eval_on_selector_all(
                IDENTITY,
                """rows => rows.map(row => ['.left', '.right'].map(
                  side => Number(row.querySelector(side).dataset.value)))""",
            )
        )
    assert [len(row) for row in rows] == [4] * 15
    assert len({tuple(map(tuple, row)) for row in rows}) == 15
    assert max(abs(left - right) for row in rows for left, right in row) < 1e-6
    expect(page.locator(".names-pixel")).to_contain_text("Row 14, column 2")
    shown = page.locator(f"{IDENTITY} b").all_inner_texts()
    assert shown[::2] == shown[1::2] and all(re.fullmatch(r"−?\d\.\d{4}", s) for s in shown)
    assert asked_of(watch, app) == [] and errors(watch) == []


def test_the_jump_s_film_plays_and_follows_the_noise_level(page, app, watch):
    opened(page, app, jump, SECOND)
    page.wait_for_timeout(300)
    watch.requests.clear()
    first = pixels(page, SECOND)
    page.locator(".along button[aria-label=Play] >> visible=true").click()
    page.locator(".along output", has_text="from 90°").first.wait_for(timeout=WAIT)
    two_frames(page)
    mean = pixels(page, SECOND)
    assert mean != first and asked_of(watch, app) == []
    exact = ".along section:nth-child(2) .screen:nth-child({}) canvas >> visible=true"
    given, whole = (pixels(page, exact.format(k)) for k in (1, 3))
    assert max(abs(a - b) for a, b in zip(given, whole, strict=True)) <= 1  # the gallery's mean
    number = page.locator(".settles input[type=number] >> visible=true").first
    number.fill("30")
    number.press("Enter")
    page.locator(".along output", has_text="from 30°").first.wait_for(timeout=WAIT)
    assert errors(watch) == []


def curve(page, key: str) -> str:
    return page.locator(f".unet-losses [data-series='{key}'] path").get_attribute("d")


def test_another_model_is_another_curve_with_the_table_s_numbers(page, app, watch):
    opened(page, app, losses, ".unet-losses svg.plot >> visible=true")
    page.locator(".unet-losses .own", has_text="ring").wait_for(timeout=WAIT)
    page.wait_for_timeout(300)
    watch.requests.clear()
    seen = {curve(page, "loss")}
    for model in ("scenes", "planar-moons"):
        page.locator(f".unet-losses input[value={model}]").check(force=True)
        two_frames(page)
        table = table_of(model)
        points = page.locator(".unet-losses [data-series=loss] circle")
        assert points.count() == len(table["rows"])
        points.nth(12).hover(force=True)
        row = table["rows"][12]
        said = page.locator(".unet-losses .reading").inner_text()
        assert (
            f"{row['v']:.3g} ± " in said
            and f"log-SNR {row['log_snr']:g}".replace("-3", "−3") in said
        )
        seen.add(curve(page, "loss"))
    assert page.locator(".unet-losses [data-series=loss] line.bar").count() == len(table["rows"])
    assert page.locator(".unet-losses [data-series=exact] path").count() == 1
    page.locator(".unet-losses input[value=x0]").check(force=True)
    seen.add(curve(page, "loss"))
    assert len(seen) == 4 and asked_of(watch, app) == [] and errors(watch) == []


def test_at_pure_noise_the_page_says_undefined(page, app, watch):
    opened(page, app, names, IDENTITY)
    page.locator(SLIDER).wait_for(timeout=WAIT)
    scrub(page, len(names.ANGLES) - 1)
    assert "from ε̂ undefined" in page.locator(READING).first.inner_text()
    assert set(pixels(page, SECOND)) == {128}
    number = page.locator(".settles input[type=number] >> visible=true").first
    number.fill("90")
    number.press("Enter")
    expect(page.locator(".names-factors")).to_contain_text("undefined", timeout=WAIT)
    rows = page.locator(IDENTITY).all_inner_texts()
    assert len(rows) == 4 and not any("NaN" in row or "∞" in row for row in rows)
    page.locator("input[value=half]").check(force=True)
    page.get_by_text("Error of x̂₀: rounding to float16").wait_for(timeout=WAIT)
    assert errors(watch) == []


@pytest.mark.parametrize("name", ["lie", "names", "names_growth", "jump", "losses"])
def test_the_api_refuses_by_name_and_then_works(app, name):
    name, more = f"unet_{name}", ["half"] if name == "names_growth" else []
    assert "Noise level must" in call(app, name, ["7", 0, [45], *more])
    assert call(app, name, ["7", 0, 45, *more]) == "complete"
