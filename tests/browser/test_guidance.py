"""The Guidance tab: of digits and of words; frames travel once, typed text is never interpreted."""

import pytest

from explorer.app.guiding.asked import NEEDED
from explorer.models import zoo

from .conftest import pixels, skip, two_frames
from .test_samplers import SIZES, WAIT, call, errors, label, open_at, seek

HERE = set(zoo.available())
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("mnist" not in HERE, reason="assets/models has no mnist yet"),
]
with_scenes = pytest.mark.skipif(
    not HERE.issuperset(NEEDED), reason="assets/models has no scenes yet"
)
PROMPT = "Prompt: a digit or two"
OPEN = ".player:visible .screen canvas"
FIRST = "a red one left of a blue seven on black"
GOOD = ["mnist", "7", FIRST, 0, 4, "linear", "trailing", "dpmpp_2m", "0, 1, 4"]
BAD_PROMPTS = ["a blu seven", "red " * 1000, "a \x07 seven", "<b>seven</b>"]


@pytest.fixture
def page(lasting):
    return lasting


def open_tab(page, app, width=1280, scheme="light", model="mnist") -> None:
    open_at(page, app, "Guidance", width, scheme)
    chapter(page, "Scale")
    choose(page, model)
    if model == "scenes" and page.get_by_label(PROMPT).input_value() != FIRST:
        type_prompt(page, FIRST)
        page.get_by_text(f"Prompt “{FIRST}”").first.wait_for(timeout=WAIT)
        two_frames(page)


def choose(page, model: str) -> None:
    """Choose a model, where it is not chosen, and wait for its pictures."""
    radio = page.locator(f"input[value={model}]").first
    if not radio.is_checked():
        radio.check(force=True)
    said = "Digit 7, seed" if model == "mnist" else "Prompt “"
    page.get_by_text(said).first.wait_for(timeout=WAIT)
    two_frames(page)


def chapter(page, title: str) -> None:
    page.get_by_role("tab", name=title, exact=True).locator("visible=true").first.click()
    page.locator(OPEN).first.wait_for(timeout=WAIT)
    two_frames(page)


def picture(page, column: int) -> list[int]:
    """The red channel of the nth picture of the open chapter."""
    index = page.evaluate(
        """column => {
          const all = [...document.querySelectorAll('.guidance-tab .player .screen canvas')];
          const open = all.filter(canvas => canvas.offsetParent);
          all.forEach(canvas => canvas.removeAttribute('data-test'));
          open[column - 1].dataset.test = 'this';
        }""",
        column,
    )
    assert index is None
    return pixels(page, "canvas[data-test=this]")


def type_prompt(page, text: str) -> None:
    box = page.get_by_label(PROMPT)
    box.fill(text)
    box.press("Enter")


@pytest.mark.parametrize(("width", "scheme"), SIZES)
def test_scrubbing_moves_every_scale_and_asks_nobody(page, app, watch, width, scheme):
    open_tab(page, app, width, scheme)
    page.wait_for_selector(".meter .reading >> visible=true", timeout=WAIT)
    watch.requests.clear()
    seek(page, 1)
    assert label(page).startswith("NFE 2, σ/α = ")
    early = [picture(page, column) for column in (1, 2, 3, 4, 5)]
    assert page.locator(".meter .reading").first.inner_text().startswith("NFE 2: scale 0: ")
    seek(page, 19)
    assert label(page) == "NFE 20, result"
    late = [picture(page, column) for column in (1, 2, 3, 4, 5)]
    for before, after in zip(early, late, strict=True):
        assert len(set(before)) > 5 and before != after
    reading = page.locator(".meter .reading").first.inner_text()
    assert reading.startswith("NFE 20: scale 0: ") and "scale 8: " in reading
    assert not [url for url in watch.requests if "queue/join" in url] and errors(watch) == []
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_a_scale_is_taken_apart_into_what_adds_up(page, app, watch):
    open_tab(page, app)
    chapter(page, "Taken apart")
    for scale, source in ((0, 1), (1, 2)):
        page.get_by_role("spinbutton", name="Guidance scale").locator("visible=true").fill(
            str(scale)
        )
        page.keyboard.press("Enter")
        page.locator("[role=slider], input[type=range]").locator("visible=true").first.focus()
        page.keyboard.press("Tab")
        page.get_by_text(f"scale {scale};").wait_for(timeout=WAIT)
        two_frames(page)
        whole, part = picture(page, 4), picture(page, source)
        assert max(abs(a - b) for a, b in zip(whole, part, strict=True)) <= 1
    assert errors(watch) == []


def test_the_grid_has_a_column_a_scale_and_four_seeds(page, app):
    open_tab(page, app)
    chapter(page, "Scale × seed")
    canvases = page.locator(".crowd .screen canvas")
    assert canvases.count() == 5
    assert canvases.first.evaluate("c => [c.width, c.height]") == [28, 118]


def test_the_interval_follows_the_keyboard_and_asks_once_it_rests(page, app, watch):
    open_tab(page, app)
    chapter(page, "Negative, interval, rescale")
    said = page.locator(".interval .said")
    assert said.inner_text() == "above 0.30 and at most 8"
    columns = page.locator(f"{OPEN}").count()
    guided = page.locator(".interval .guided-step").count()
    page.locator(".interval .high").focus()
    page.keyboard.press("Home")
    page.locator(".interval .low").focus()
    page.keyboard.press("End")
    assert said.inner_text() == "anything: at every step"
    assert page.locator(".interval .guided-step").count() == 20 > guided
    page.wait_for_function(
        "n => [...document.querySelectorAll('.guidance-tab .screen canvas')]"
        ".filter(c => c.offsetParent).length === n",
        arg=columns - 1,  # the interval that does nothing is no column
        timeout=WAIT,
    )
    assert errors(watch) == []


def test_the_measured_curve_has_a_text_alternative_and_a_table(page, app):
    open_tab(page, app)
    page.get_by_role("tab", name="Measured", exact=True).click()
    skip(page)
    figure = page.locator("svg.tradeoff >> visible=true")
    figure.wait_for(timeout=WAIT)
    assert "scale 1: " in figure.get_attribute("aria-label")
    assert page.locator("table.quality:visible tbody tr").count() >= 3


@with_scenes
def test_a_prompt_is_typed_and_an_example_pressed_and_the_pictures_change(page, app, watch):
    open_tab(page, app, model="scenes")
    before = picture(page, 4)
    type_prompt(page, "a green two on white")
    page.get_by_text("Prompt “a green two on white”").first.wait_for(timeout=WAIT)
    two_frames(page)
    typed = picture(page, 4)
    assert typed != before
    page.get_by_role("button", name="a large bold yellow four on brown").click()
    page.get_by_text("Prompt “a large bold yellow four on brown”").first.wait_for(timeout=WAIT)
    two_frames(page)
    assert picture(page, 4) not in (before, typed)
    assert page.get_by_label(PROMPT).input_value().startswith("a large bold")
    assert errors(watch) == []


@with_scenes
def test_an_unknown_word_is_refused_by_name_and_the_pictures_stay_named(page, app, watch):
    open_tab(page, app, model="scenes")
    before = picture(page, 4)
    type_prompt(page, "a blu seven")
    toast = page.locator(".toast-body").first
    toast.wait_for(timeout=WAIT)
    said = toast.inner_text()
    assert "“blu”" in said and "blue" in said and "Nothing was run" in said
    assert picture(page, 4) == before
    assert page.get_by_text(f"Prompt “{FIRST}”").first.is_visible()
    assert errors(watch) == []


@with_scenes
def test_html_in_a_prompt_is_not_interpreted(page, app, watch):
    open_tab(page, app, model="scenes")
    for attack in ("<img src=x onerror=window.hacked=1>", "<script>window.hacked=1</script>"):
        type_prompt(page, attack)
        page.locator(".toast-body", has_text="the character").first.wait_for(timeout=WAIT)
        page.locator(".toast-close").first.click()  # and leaving the field asks for no second one
        page.locator(".toast-body").wait_for(state="detached", timeout=5_000)
    assert page.evaluate("window.hacked") is None
    assert page.locator("img[src=x]").count() == 0
    assert errors(watch) == []


@with_scenes
def test_an_empty_prompt_is_the_unconditional_model(page, app):
    open_tab(page, app, model="scenes")
    type_prompt(page, "")
    page.get_by_text("it is the unconditional model").first.wait_for(timeout=WAIT)
    two_frames(page)
    first, last = picture(page, 1), picture(page, 5)
    assert max(abs(a - b) for a, b in zip(first, last, strict=True)) <= 2


@pytest.mark.parametrize("scales", ["", "1, 2", "0, 1, 99", "<img src=x>, 1, 2", 3, None])
def test_the_api_refuses_scales_by_name_and_then_works(app, scales):
    assert call(app, "guidance", [*GOOD[:-1], scales]).startswith("Scales must be")
    assert call(app, "guidance", GOOD) == "complete"


@pytest.mark.parametrize("prompt", BAD_PROMPTS)
def test_the_api_refuses_prompts_and_runs_nothing(app, prompt):
    said = call(app, "guidance", ["scenes", "7", prompt, *GOOD[3:]])
    assert said.endswith("Nothing was run.") and "<" not in said.replace("“<”", "")
