"""The player: frames travel once, then everything happens in the page."""

import pytest

from .conftest import Watch, drag, idle, open_tab, pixels, serve, two_frames

pytestmark = pytest.mark.browser

RANGE = ".player input[type=range]"
SEEK = """position => document.dispatchEvent(new CustomEvent('explorer:seek',
  { detail: { player: 'race', position } }))"""


@pytest.fixture(scope="module")
def players(browser_type_launch_args):
    with serve("-m", "tests.browser.player_app") as url:
        yield url


@pytest.fixture
def page(lasting):
    return lasting


@pytest.fixture
def page_at(page, players):
    """The page with the first film at its beginning."""
    open_tab(page, players, "One", ".player canvas")
    page.evaluate(SEEK, 0)
    return page


def greys(page) -> list[int]:
    """One grey a picture, after making sure that each picture is plain."""
    page.wait_for_timeout(50)
    found = []
    for i in range(page.locator(".player canvas").count()):
        values = set(pixels(page, f":nth-match(.player canvas, {i + 1})"))
        assert len(values) == 1
        found.append(values.pop())
    return found


def wanted(position: int, seed: int = 1) -> list[int]:
    return [10 * position + seed, 10 * position + seed, 10 * ((position + 1) // 2) + seed]


def test_dragging_asks_nothing_and_keeps_rows_together_by_nfe(page_at, watch):
    assert greys(page_at) == wanted(0)
    idle(page_at)
    watch.requests.clear()
    drag(page_at, RANGE, 0.02, 0.75)
    position = int(page_at.locator(RANGE).input_value())
    assert 12 <= position <= 16 and greys(page_at) == wanted(position)
    assert watch.requests == [] and watch.errors == []


def test_keys_step_jump_and_play(page_at):
    page_at.locator(".player .stage").click(position={"x": 1, "y": 1})  # anywhere on it
    for key, position in (
        ("ArrowRight", 1),
        ("ArrowRight", 2),
        ("ArrowLeft", 1),
        ("End", 19),
        ("Home", 0),
    ):
        page_at.keyboard.press(key)
        assert greys(page_at) == wanted(position)
    page_at.keyboard.press(" ")
    page_at.wait_for_function("document.querySelector('.player input').value === '19'")
    page_at.get_by_role("button", name="Play").wait_for()  # it stops at the end
    assert greys(page_at) == wanted(19)


def test_every_picture_has_a_text_that_follows_the_position(page_at):
    page_at.locator(RANGE).focus()
    page_at.keyboard.press("ArrowRight")
    labels = [c.get_attribute("aria-label") for c in page_at.locator(".player canvas").all()]
    assert labels[0] == "DDIM, x_t at NFE 2. A plain grey."
    assert labels[1].startswith("DDIM, x̂₀ at NFE 2, step 1.")
    assert labels[2] == "Heun, x_t at NFE 2. A plain colour."
    assert page_at.locator(RANGE).get_attribute("aria-valuetext") == "NFE 2"


def test_other_widgets_hear_the_position_and_can_set_it(page_at, watch):
    page_at.evaluate(
        "document.addEventListener('explorer:position', e => { window.heard = e.detail; })"
    )
    page_at.evaluate(SEEK, 7)
    assert greys(page_at) == wanted(7)
    heard = page_at.evaluate("window.heard")
    assert (heard["player"], heard["position"], heard["label"]) == ("race", 7, "NFE 8")


def test_a_pixel_can_be_picked_by_mouse_and_by_keyboard(page_at):
    canvas = page_at.locator(".player canvas").first
    box = canvas.bounding_box()
    canvas.click(position={"x": 3.5 / 28 * box["width"], "y": 10.5 / 28 * box["height"]})
    field = page_at.get_by_label("Picked")
    page_at.wait_for_function("document.querySelector('textarea').value === 'DDIM x_t 3 10 at 0'")
    canvas.press("ArrowRight")
    canvas.press("ArrowDown")
    canvas.press("Enter")
    page_at.wait_for_function("document.querySelector('textarea').value === 'DDIM x_t 4 11 at 0'")
    assert field.input_value() == "DDIM x_t 4 11 at 0"


def test_a_new_film_keeps_speed_and_position(page_at):
    page_at.get_by_label("Speed").select_option("0.25")
    page_at.locator(RANGE).focus()
    page_at.keyboard.press("ArrowRight")
    page_at.get_by_role("button", name="Again").click()
    page_at.wait_for_function(
        """() => {
          const context = document.querySelector('.player canvas').getContext('2d');
          return context.getImageData(0, 0, 1, 1).data[0] === 13;
        }"""
    )
    assert greys(page_at) == wanted(1, seed=3)
    assert page_at.get_by_label("Speed").input_value() == "0.25"


def test_without_a_film_it_says_what_to_do(page, players):
    open_tab(page, players, "Empty", ".player .empty:visible")
    assert page.locator(".player .empty:visible").inner_text() == "Press the button to run it."
    assert page.locator(".player .controls:visible").count() == 0


def test_a_film_that_starts_by_itself_waits_for_who_prefers_less_motion(page, players):
    page.goto("about:blank")  # such a film starts once
    place = page.locator(f"{RANGE}:visible")
    page.emulate_media(reduced_motion="reduce")
    open_tab(page, players, "Moving", f"{RANGE}:visible")
    two_frames(page)
    assert page.get_by_role("button", name="Play").is_visible()
    place.press("ArrowRight")
    page.get_by_role("button", name="One step forward").click()
    assert place.get_attribute("aria-valuetext") == "NFE 3"

    page.emulate_media(reduced_motion="no-preference")
    page.goto("about:blank")
    open_tab(page, players, "Moving", f"{RANGE}:visible")
    page.wait_for_function("node => node.value === '19'", arg=place.element_handle())


def test_two_columns_fit_on_a_narrow_dark_screen(browser, players):
    context = browser.new_context(viewport={"width": 360, "height": 800}, color_scheme="dark")
    page = context.new_page()
    watch = Watch(page)
    open_tab(page, players, "One", ".player canvas")
    two_frames(page)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    first, second = (page.locator(".player canvas").nth(i).bounding_box() for i in (0, 1))
    assert first["y"] == second["y"] and first["width"] > 140
    assert watch.errors == []
    context.close()
