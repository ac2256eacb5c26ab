"""The Latent tab in a browser: what is chosen, nudged and scrubbed is what is seen."""

import pytest
from playwright.sync_api import expect

from explorer.app import painter
from explorer.app.latent import asked, edits, shelf
from explorer.app.tabs import latent
from explorer.models import zoo

from .conftest import idle, open_chapter, pixels, two_frames
from .test_samplers import WAIT, call, errors

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not {painter.MODEL, painter.AUTOENCODER} <= set(zoo.available()),
        reason="assets/models has no scenes yet",
    ),
]
FIRST = shelf.tiles()[0]["pixels"]
QUICK = [title for title in latent.CHAPTERS if title != "What it costs"]
ALTERED = ".latent-apart .altered canvas"
ENCODED = ".latent-encode .back canvas >> visible=true"


@pytest.fixture
def page(lasting):
    return lasting


def open_shelf(page, url: str, chapter: str, ready: str) -> None:
    open_chapter(page, url, "Latent", chapter, ready)
    page.wait_for_selector(".latent-shelf input[value=owl]", state="attached", timeout=WAIT)


def until_changed(page, selector: str, before: list[int]) -> list[int]:
    """The pixels of a canvas once they are others."""
    for _ in range(600):
        now = pixels(page, selector)
        if now != before:
            return now
        page.wait_for_timeout(100)
    raise AssertionError(f"{selector} never changed")


def until_still(page, selector: str) -> list[int]:
    """The pixels of a canvas once the answers on their way have come."""
    idle(page)
    two_frames(page)
    return pixels(page, selector)


def test_of_many_quick_changes_the_last_is_what_is_seen(page, app, watch):
    open_shelf(page, app, "Take it apart", f"{ALTERED} >> visible=true")
    page.evaluate(
        """async () => {
          const range = document.querySelectorAll('.latent-apart input[type=range]')[2];
          for (let k = 0; k <= 30; k++) {
            range.value = k / 10;
            range.dispatchEvent(new Event('input'));
            await new Promise(requestAnimationFrame);
          }
        }"""
    )
    until_still(page, ALTERED)
    last = edits.changed("", asked.Edit(nudge=(*asked.FIRST.nudge[:2], 3.0, 0.0)))
    said = page.locator(".latent-apart .apart").inner_text()
    assert said == f"{last['apart']} greys away (rms)"
    assert errors(watch) == []


@pytest.mark.parametrize("way", ["corner", "keys", "mouse"])
def test_noise_in_a_corner_stays_there(page, app, watch, way):
    open_shelf(page, app, "Take it apart", f"{ALTERED} >> visible=true")
    opened = pixels(page, ALTERED)
    page.get_by_role("button", name="Undo all").click()
    intact = until_changed(page, ALTERED, opened)
    if way == "corner":
        page.get_by_role("button", name="top left").click()
    elif way == "mouse":
        canvas = page.locator(".latent-apart .knobs canvas").first
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        page.mouse.move(box["x"] + 4, box["y"] + 4)
        page.mouse.down()
        page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 4, steps=8)
        page.mouse.up()
    else:
        page.locator(".latent-apart .knobs canvas").nth(1).focus()
        for key in ["ArrowUp"] * 16 + ["ArrowLeft"] * 16 + ["Space", "ArrowRight", "Space"]:
            page.keyboard.press(key)
    until_changed(page, ALTERED, intact)
    now = until_still(page, ALTERED)
    moved = [abs(a - b) for a, b in zip(now, intact, strict=True)]
    near = max(moved[64 * y + x] for y in range(16) for x in range(16))
    far = max(moved[64 * y + x] for y in range(40, 64) for x in range(40, 64))
    assert near > 10 and far < near / 3
    expect(page.locator(".latent-apart .said")).to_contain_text("cells are noise")
    assert errors(watch) == []


def test_nudging_changes_the_picture_and_undoing_brings_it_back(page, app, watch):
    open_shelf(page, app, "Take it apart", f"{ALTERED} >> visible=true")
    intact = pixels(page, ".latent-apart .intact canvas")
    opened = pixels(page, ALTERED)
    assert opened != intact
    page.get_by_role("button", name="Undo all").click()
    until_changed(page, ALTERED, opened)
    assert pixels(page, ALTERED) == intact
    page.locator(".latent-apart input[type=range]").nth(2).fill("2.5")
    nudged = until_changed(page, ALTERED, intact)
    page.locator(".latent-apart .zeroed input").nth(3).check()
    assert until_changed(page, ALTERED, nudged) != intact
    assert pixels(page, ".latent-apart .intact canvas") == intact and errors(watch) == []


@pytest.mark.parametrize("chapter", ["Between two pictures", "Diffuse in it"])
def test_scrubbing_asks_nothing(page, app, watch, chapter):
    screen = ".latent-chapters .tabitem .screen canvas >> visible=true"
    open_shelf(page, app, chapter, screen)
    if chapter == "Diffuse in it":
        page.wait_for_selector("text=network evaluations >> visible=true", timeout=WAIT)
    else:
        page.wait_for_selector("text=root mean square >> visible=true", timeout=WAIT)
    page.wait_for_timeout(500)
    watch.requests.clear()
    for player in page.locator(".latent-chapters .player >> visible=true").all():
        shown = [c.evaluate("c => c.toDataURL()") for c in player.locator("canvas").all()]
        player.locator("input[type=range]").fill("1")
        two_frames(page)
        again = [c.evaluate("c => c.toDataURL()") for c in player.locator("canvas").all()]
        assert len(shown) >= 3 and all(a != b for a, b in zip(shown, again, strict=True))
    assert [u for u in watch.requests if u.startswith(app)] == [] and errors(watch) == []


def test_a_second_picture_leads_somewhere_else(page, app, watch):
    screen = ".latent-chapters .tabitem .screen:nth-child(2) canvas >> visible=true"
    open_shelf(page, app, "Between two pictures", screen)
    before = pixels(page, screen)
    page.locator(".latent-other input[value=owl]").check(force=True)
    until_changed(page, screen, before)
    assert errors(watch) == []


def test_an_example_is_put_in_the_prompt_and_run(page, app, watch):
    open_shelf(page, app, "Diffuse in it", "text=network evaluations >> visible=true")
    result = ".latent-chapters .screen:nth-child(4) canvas >> visible=true"
    before = pixels(page, result)
    page.locator(".latent input[type=radio][value^='a cyan five']").check(force=True)
    until_changed(page, result, before)
    prompt = page.get_by_label("Prompt", exact=True).locator("visible=true")
    assert prompt.input_value().startswith("a cyan five")
    prompt.fill("a red elephant")
    prompt.press("Enter")
    expect(page.get_by_text("elephant", exact=False).locator("visible=true").last).to_be_visible()
    assert errors(watch) == []


def test_another_picture_is_encoded_and_pointing_reads_its_cells(page, app, watch):
    open_shelf(page, app, "Encode", ENCODED)
    before = pixels(page, ".latent-encode .x canvas")
    page.locator(".latent-shelf input[value=owl]").check(force=True)
    until_changed(page, ".latent-encode .x canvas", before)
    expect(page.locator(".latent-encode .verdict")).to_contain_text("dB worse than its own kind")
    watch.requests.clear()
    canvas = page.locator(".latent-encode .channels canvas").first
    canvas.hover(position={"x": 3, "y": 3})
    reading = page.locator(".latent-encode .reading")
    expect(reading).to_contain_text("row 1, column 1 is")
    canvas.focus()
    page.keyboard.press("ArrowDown")
    expect(reading).to_contain_text("row 2, column 1 is")
    assert watch.requests == [] and errors(watch) == []


def test_a_drawing_is_encoded(page, app, watch):
    open_shelf(page, app, "Encode", ENCODED)
    before = pixels(page, ".latent-encode .x canvas")
    page.locator(".latent-shelf input[value=draw]").check(force=True)
    plain = until_changed(page, ".latent-encode .x canvas", before)
    assert set(plain) == {12}  # an empty ground
    paper = page.locator(".latent .paper canvas")
    paper.focus()
    for _ in range(12):
        page.keyboard.press("Shift+ArrowRight")
    drawn = until_changed(page, ".latent-encode .x canvas", plain)
    assert max(drawn) > 200 and drawn.count(12) > 3000
    assert errors(watch) == []


@pytest.mark.parametrize(
    "name, good, bad, said",
    [
        ("latent_encode", [FIRST], ["x"], "Picture must be"),
        ("latent_apart", [""], [7], "Picture must be"),
        ("latent_between", ["", ""], ["", [1]], "Second picture must be"),
        ("latent_forward", ["", "linear", 0], ["", "linear", None], "Seed must be"),
        ("latent_run", ["a red three", 0], ["a red elephant", 0], "elephant"),
    ],
)
def test_the_api_refuses_by_name_and_then_works(app, name, good, bad, said):
    assert said in call(app, name, bad)
    assert call(app, name, good) == "complete"
