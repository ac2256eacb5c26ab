"""Every tab, on a wide light page and on a phone in the dark: its picture is the one it should be,
and changes by mouse and by keyboard. On the other ground it opens as well.

The pictures are in goldens/pictures.json, as means of an 8 × 8 grid of what the canvas holds.
EXPLORER_GOLDENS=write makes them again.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from explorer.app import main
from explorer.models import zoo

from .accessible import by_keyboard, still
from .conftest import Watch, two_frames, visit

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not {"mnist", "scenes"} <= set(zoo.available()), reason="assets/models is not whole"
    ),
]
WAIT = 240_000  # ms: the first run also loads torch and the models, perhaps on a busy machine
GOLDENS = Path(__file__).parent / "goldens" / "pictures.json"
SETTINGS = [pytest.param((1280, "light"), id="1280"), pytest.param((390, "dark"), id="390")]
SLIDER = ".transport input[type=range]"
BACK = "[aria-label='One step back']"


@dataclass(frozen=True)
class Case:
    """A chapter, its picture, what is pressed for another one, and what a key does the same to."""

    chapter: str
    picture: str
    press: str
    focus: str = SLIDER
    key: str = "ArrowLeft"
    off: float = 1  # grey levels that a golden may be missed by; more where a network drew


CASES = {
    "Forward": Case("The closed form", ".equation [data-part=xt] canvas", ".tile:nth-child(8)"),
    "Schedules": Case("Compare", ".now canvas", ".stops button:nth-child(3)"),
    "Samplers": Case("The race", ".screen canvas", "button:text-is('New noise')", off=2),
    "Ground truth": Case("The field", "canvas.plane", "text='probability flow'"),
    "Guidance": Case("Scale", ".screen canvas", BACK, off=2),
    "Attention": Case("Pixels", ".screen canvas", BACK, off=2),
    "Latent": Case("Between two pictures", ".screen:nth-child(2) canvas", BACK, off=2),
    "U-Net": Case("One jump", ".screen canvas", "button:text-is('New noise')", off=2),
    "Train": Case("In the plane", ".exact canvas", BACK),
    "Course": Case("Ten errors", ".errors ol", ".own button", ".own button >> nth=2", "Enter"),
}
# What is seen: the pixels of a canvas as 8 x 8 means of red, green, blue and alpha; or a text.
SEEN = """node => {
  if (node.tagName !== "CANVAS") return node.innerText;
  const { width, height } = node;
  const { data } = node.getContext("2d").getImageData(0, 0, width, height);
  const sums = new Float64Array(256), counts = new Float64Array(64);
  for (let i = 0; i < width * height; i++) {
    const row = Math.floor(i / width), column = i % width;
    const cell = 8 * Math.floor((8 * row) / height) + Math.floor((8 * column) / width);
    counts[cell]++;
    for (let c = 0; c < 4; c++) sums[4 * cell + c] += data[4 * i + c];
  }
  return Array.from(sums, (sum, k) => Math.round((10 * sum) / counts[k >> 2]) / 10);
}"""


@pytest.fixture(scope="module", params=SETTINGS)
def opened(browser, app, request):
    """One page for all tabs: its width, the page, and what it complains of."""
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page = context.new_page()
    page.set_default_timeout(WAIT)
    watch = Watch(page)
    page.goto(f"{app}?lang=en")
    page.get_by_role("tab").first.wait_for()
    still(page)
    yield width, page, watch
    context.close()


def visible(page, selector: str):
    return page.locator(f".tabitem >> {selector} >> visible=true").first


def until_changed(page, picture, before) -> None:
    for _ in range(1200):
        if picture.evaluate(SEEN) != before:
            return
        page.wait_for_timeout(50)
    raise AssertionError("the picture stayed as it was")


def compare(tab: str, seen: list[float], off: float) -> None:
    kept = json.loads(GOLDENS.read_text("utf-8")) if GOLDENS.exists() else {}
    if os.environ.get("EXPLORER_GOLDENS") == "write":
        GOLDENS.write_text(json.dumps(kept | {tab: seen}, sort_keys=True) + "\n", "utf-8")
    else:
        worst = max(abs(a - b) for a, b in zip(seen, kept[tab], strict=True))
        assert worst <= off, f"{tab}: {worst} grey levels from its golden"


def test_every_tab_has_its_case():
    assert list(CASES) == [module.TITLE for module in main.TABS]


@pytest.mark.parametrize("tab", CASES)
def test_a_tab_shows_its_picture_and_changes_it_by_mouse_and_by_key(opened, tab):
    width, page, watch = opened
    case = CASES[tab]
    visit(page, f"{tab}/{case.chapter}")
    picture = visible(page, case.picture)
    picture.wait_for()
    drawn = "node => node.ariaLabel !== 'Not drawn yet'"
    page.wait_for_function(drawn, arg=picture.element_handle())
    page.wait_for_function("() => !document.querySelector('.pending')")
    before = picture.evaluate(SEEN)
    if width > 1000 and isinstance(before, list):
        compare(tab, before, case.off)

    visible(page, case.press).click(force=True, timeout=30_000)  # a label may lie under its radio
    until_changed(page, picture, before)
    page.wait_for_function("() => !document.querySelector('.pending')")
    before = picture.evaluate(SEEN)
    visible(page, case.focus).focus()
    page.keyboard.press(case.key)
    until_changed(page, picture, before)
    assert watch.errors == []


@pytest.mark.parametrize("tab", CASES)
def test_the_keyboard_comes_to_every_control_and_shows_where_it_is(opened, tab):
    _, page, _ = opened
    visit(page, f"{tab}/{CASES[tab].chapter}")
    visible(page, CASES[tab].picture).wait_for()
    page.wait_for_function("() => !document.querySelector('.pending')")
    missed, unseen = by_keyboard(page)
    assert missed == [] and unseen == [], "\n".join((*missed, "unseen:", *unseen))


def test_every_tab_opens_on_the_other_ground_too(opened):
    width, page, watch = opened
    before, dark = (
        len(watch.errors),
        width > 1000,
    )  # the wide page was light until here, the phone dark
    page.emulate_media(color_scheme="dark" if dark else "light")
    page.wait_for_function("dark => document.body.classList.contains('dark') === dark", arg=dark)
    for tab, case in CASES.items():
        visit(page, f"{tab}/{case.chapter}")
        visible(page, case.picture).wait_for()
        two_frames(page)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, tab
        assert watch.errors[before:] == [], tab
