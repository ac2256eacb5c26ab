"""Where x0 comes from, and where x_t goes: an upload, a drawing by keyboard and touch, a resume."""

import numpy as np
import pytest
from PIL import Image

from explorer.app import upload
from explorer.noise import normal
from explorer.schedules import SCHEDULES

from .conftest import as_opened, open_chapter, open_tab, pixels, skip, two_frames

pytestmark = pytest.mark.browser


@pytest.fixture
def page(lasting):
    return lasting


@pytest.fixture
def page_at(page, app):
    open_tab(page, app, "Forward", ".forward canvas >> visible=true")
    as_opened(page)
    page.wait_for_function("document.querySelector('.n-alpha-bar').textContent")
    return page


def choose(page, key: str) -> None:
    page.locator(f"[name=forward-source][value={key}]").check(force=True)


def test_an_uploaded_picture_is_noised_in_colour_and_in_grey(page_at, tmp_path, watch):
    y, x = np.mgrid[0:300, 0:420]
    ramp = np.stack([255 * x / 419, 255 * y / 299, np.full(x.shape, 90)], -1).astype(np.uint8)
    Image.fromarray(ramp).save(tmp_path / "own.png")
    choose(page_at, "upload")
    page_at.locator(".drawer-upload input[type=file]").set_input_files(tmp_path / "own.png")
    page_at.wait_for_function("document.querySelector('[data-part=xt] canvas').width === 64")
    picture, level = upload.full(tmp_path / "own.png"), SCHEDULES["linear"]()(250)
    two_frames(page_at)
    wide = "document.querySelector('[data-part=xt] canvas').width === 28"
    for side in (64, 28):
        x0 = np.asarray(Image.fromarray(picture).resize((side, side), Image.Resampling.BOX), float)
        if side == 28:
            page_at.get_by_label("grey", exact=True).check(force=True)
            page_at.get_by_label("28", exact=True).check(force=True)
            page_at.wait_for_function(wide)
            two_frames(page_at)
            x0 = x0 @ (0.299, 0.587, 0.114)
        x0 = x0.ravel() / 127.5 - 1
        xt = level.alpha * x0 + level.sigma * normal(0, len(x0))
        greys = np.clip((xt / 1.5 + 1) * 127.5, 0, 255)[:: len(x0) // side**2]
        assert np.abs(np.array(pixels(page_at, "[data-part=xt] canvas")) - greys).max() <= 1
    assert watch.errors == []


def test_what_is_no_picture_is_refused_in_a_sentence(page_at, tmp_path):
    (tmp_path / "own.png").write_bytes(b"<script>alert(1)</script>")
    choose(page_at, "upload")
    page_at.locator(".drawer-upload input[type=file]").set_input_files(tmp_path / "own.png")
    page_at.get_by_text("The file is no picture that can be read").first.wait_for()


def test_a_digit_can_be_drawn_with_the_keyboard(page_at):
    choose(page_at, "draw")
    page_at.locator(".paper canvas").focus()
    for _ in range(5):
        page_at.keyboard.press("Shift+ArrowDown")
    two_frames(page_at)
    ink = np.array(pixels(page_at, ".paper canvas")).reshape(28, 28)
    assert (ink[15:19, 13:15] > 200).all() and (ink[:13] == 0).all()
    page_at.locator(".clear").press("Enter")
    two_frames(page_at)
    assert not any(pixels(page_at, ".paper canvas"))


def test_a_finger_draws(browser, app):
    context = browser.new_context(has_touch=True, viewport={"width": 390, "height": 844})
    page = context.new_page()
    open_tab(page, app, "Forward", ".forward canvas")
    choose(page, "draw")
    page.locator(".paper canvas").scroll_into_view_if_needed()
    box = page.locator(".paper canvas").bounding_box()
    client = context.new_cdp_session(page)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.2
    client.send(
        "Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]}
    )
    for i in range(1, 11):
        point = {"x": x, "y": y + i * box["height"] * 0.05}
        client.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    two_frames(page)
    ink = np.array(pixels(page, ".paper canvas")).reshape(28, 28)
    assert (ink[8:18, 13:15] > 200).all()
    context.close()


def test_resume_shows_the_way_back_and_what_survived(page_at, app, watch):
    page = page_at
    open_chapter(page, app, "Forward", "Resume from here", ".ask >> visible=true")
    skip(page)
    page.wait_for_selector(".resumed tbody tr", timeout=60_000)
    rows = page.locator(".resumed tbody tr")
    assert [rows.nth(i).locator("th").inner_text() for i in range(4)] == [
        "t = 200", "t = 250", "t = 500", "t = 900",
    ]  # fmt: skip
    assert rows.nth(0).locator("td").nth(1).inner_text() == "6 of 6"
    page.locator("label:visible", has=page.get_by_label("7", exact=True)).click()
    page.get_by_text("The model was told “7”").wait_for(timeout=60_000)
    choose(page, "owl")
    page.get_by_text("Reduced to 28 × 28 greys").wait_for()
    stale = page.get_by_text("What is shown below was made before these changes")
    stale.wait_for()  # the film is still that of the digit
    page.get_by_role("button", name="Denoise from here").click()
    stale.wait_for(state="hidden")
    page.get_by_text("DDIM, 16 steps evenly in t").wait_for()
    assert watch.errors == []
