"""The switches of the masthead: for a projector, and for a dark ground."""

import pytest
from playwright.sync_api import expect

from .accessible import still, violations
from .conftest import open_tab, two_frames, visit

pytestmark = pytest.mark.browser
PRESENT = ".masthead [data-look=present]"
DARK = ".masthead [data-look=dark]"


def test_a_projector_is_chosen_remembered_and_overruled_by_the_address(page, app, watch):
    page.goto(app)
    page.locator(PRESENT).click(timeout=60_000)
    expect(page.locator("html.present")).to_have_count(1)
    expect(page.locator(PRESENT)).to_have_attribute("aria-pressed", "true")
    page.goto(f"{app}?lang=en")
    expect(page.locator("html.present")).to_have_count(1)
    page.goto(f"{app}?present=0")
    expect(page.locator("html.present")).to_have_count(0)
    page.goto(f"{app}?present")
    expect(page.locator("html.present")).to_have_count(1)
    assert watch.errors == []


@pytest.mark.parametrize("width, height, scheme", [(1280, 720, "light"), (1920, 1080, "dark")])
def test_a_chapter_fills_the_projector_in_large_strong_letters(page, app, width, height, scheme):
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{app}?present")
    page.get_by_role("tab").first.wait_for(timeout=60_000)
    still(page)
    for place in ("Schedules/Compare", "Ground truth/The field", "Forward/The closed form"):
        visit(page, place)
        two_frames(page)
        top = page.locator(".chapters >> visible=true").evaluate("n => n.getBoundingClientRect().y")
        assert 0 <= top <= 10, place
        size = page.locator(".ask legend >> visible=true").evaluate(
            "node => parseFloat(getComputedStyle(node).fontSize)"
        )
        assert size >= height / 36, place  # read from the last row
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, place
        assert violations(page, ["color-contrast-enhanced"]) == [], place


def test_letters_of_the_networks_drawing_touch_no_block_on_a_projector(page, app):
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"{app}?present")
    page.get_by_role("tab").first.wait_for(timeout=60_000)
    visit(page, "U-Net/Network")
    page.wait_for_selector(".unet-drawing .block >> visible=true", timeout=60_000)
    two_frames(page)
    assert (
        page.evaluate(
            """() => {
          const box = (node) => node.getBoundingClientRect();
          const over = (a, b) => a.x < b.right && b.x < a.right && a.y < b.bottom && b.y < a.bottom;
          const svg = document.querySelector('.unet-drawing svg');
          const blocks = [...svg.querySelectorAll('.body')].map(box);
          const bad = (text) => blocks.some((block) => over(box(text), block))
            || box(text).y < box(svg).y || box(text).bottom > box(svg).bottom;
          return [...svg.querySelectorAll('text')].filter(bad).map((text) => text.textContent);
        }"""
        )
        == []
    )


def test_dark_ground_is_chosen_remembered_and_drawn_on(page, app):
    page.emulate_media(color_scheme="light")
    open_tab(page, app, "Ground truth", "canvas.plane >> visible=true")
    plane = page.locator("canvas.plane >> visible=true").first
    page.wait_for_function("node => node.ariaLabel !== 'Not drawn yet'", arg=plane.element_handle())
    before = plane.evaluate("node => node.toDataURL()")
    page.locator(DARK).click()
    expect(page.locator("body.dark")).to_have_count(1)
    two_frames(page)
    assert plane.evaluate("node => node.toDataURL()") != before
    page.reload()
    expect(page.locator("body.dark")).to_have_count(1)
    page.locator(DARK).click()
    expect(page.locator("body.dark")).to_have_count(0)
