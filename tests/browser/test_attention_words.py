"""Type a prompt, choose a word, read its map; ask a place for its words; see what a word causes."""

import numpy as np
import pytest
import torch
from playwright.sync_api import expect

from explorer.app.attending import texts
from explorer.app.prompts import FIRST
from explorer.models import zoo

from .conftest import idle, open_chapter, two_frames

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("scenes" not in zoo.available(), reason="the scenes weights are not here"),
]

READY = ".words .look:not([hidden])"
BIG = ".words .frame canvas"
RANGE = ".words .controls input[type=range]"
CAUSE = ".causes .shown:not([hidden])"
PROMPT = "a green two and an orange nine on black"
SLOW = 120_000


@pytest.fixture
def page(lasting):
    lasting.set_default_timeout(SLOW)
    return lasting


@pytest.fixture
def tab(page, app):
    open_chapter(page, app, "Attention", texts.WORDS, f"{READY} >> visible=true")
    two_frames(page)
    return page


def settle(page) -> None:
    idle(page)
    two_frames(page)


def ask(page, prompt: str) -> None:
    field = page.get_by_label("Prompt", exact=False).first
    field.fill(prompt)
    field.press("Enter")


def said(page) -> list[str]:
    return page.locator(".words .chips-row span").all_inner_texts()


def ranked(page) -> dict[str, float]:
    """The words of the place that is shown, with their probabilities, as the page ranks them."""
    two_frames(page)
    rows = page.locator(".words .ranked li")
    return {
        f"{row.locator('span').first.inner_text()} {k}": float(row.locator(".value").inner_text())
        for k, row in enumerate(rows.all())
    }


def scrub(page, step: int) -> None:
    page.locator(RANGE).evaluate(
        "(range, to) => { range.value = to; range.dispatchEvent(new Event('input')); }", step
    )


def point(page, x: float, y: float, *, click: bool = False) -> None:
    """Point at a place of the large picture, in shares of its sides."""
    canvas = page.locator(BIG)
    box = canvas.bounding_box()
    at = {"x": x * box["width"], "y": y * box["height"]}
    canvas.click(position=at) if click else canvas.hover(position=at)


@pytest.fixture(scope="module")
def run():
    """The run of PROMPT, recorded here."""
    from explorer.app.attending import prompted

    return prompted.record(PROMPT, 0)


def expected(run, step: int, row: int, column: int) -> torch.Tensor:
    """The recorded probabilities of a place of 16 x 16, mean of the last layer's heads."""
    *_, last = run.maps.values()  # (S, heads, 256, W)
    return last[step, :, 16 * row + column].mean(0)


def test_keys_choose_a_word_and_move_the_place(tab):
    settle(tab)
    tab.locator(".chips-row input").first.focus()
    tab.keyboard.press("ArrowRight")
    two_frames(tab)
    assert tab.locator(".chips-row input").nth(1).is_checked()
    tab.locator(BIG).focus()
    tab.keyboard.press("ArrowUp")
    first = tab.locator(".words .reading").inner_text()
    tab.keyboard.press("ArrowDown")
    two_frames(tab)
    assert tab.locator(".words .reading").inner_text() != first
    tab.keyboard.press("Enter")
    two_frames(tab)
    assert "kept" in tab.locator(".words .reading").inner_text()


def test_a_silenced_word_stands_beside_the_intact_picture_and_choosing_asks_nothing(
    page, app, watch
):
    open_chapter(page, app, "Attention", texts.CAUSE, CAUSE)
    settle(page)
    watch.requests.clear()
    choice = page.locator(".runs-row label", has_text="without “seven”")
    choice.click()
    two_frames(page)
    statement = page.locator(".causes .statement").inner_text()
    assert statement.startswith("Intact, the picture reads:") and "Without “seven”:" in statement
    pictures = page.locator(".causes .player canvas")
    assert pictures.count() == 3
    assert "without “seven”" in pictures.nth(1).get_attribute("aria-label")
    assert watch.requests == [] and watch.errors == []


def test_a_swap_shows_the_maps_kept_for_more_and_more_steps(page, app, watch):
    open_chapter(page, app, "Attention", texts.CAUSE, CAUSE)
    page.get_by_label("swap a word").check(force=True)
    page.get_by_text("maps kept in 20 of 20 steps").first.wait_for()
    assert page.locator(".runs-row label").count() == 6
    assert watch.errors == []


def test_a_typed_prompt_shows_its_words_and_a_places_words_sum_to_one(tab, run, watch):
    ask(tab, PROMPT)
    tab.wait_for_function("n => document.querySelectorAll('.chips-row label').length === n", arg=9)
    assert said(tab) == PROMPT.split()
    scrub(tab, 10)
    point(tab, 4.5 / 16, 7.5 / 16, click=True)
    shown = ranked(tab)
    assert list(shown.values()) == sorted(shown.values(), reverse=True)
    assert sum(shown.values()) == pytest.approx(1, abs=0.01)
    told = tab.locator(".words .sum").inner_text()
    assert told.startswith("These 9 probabilities sum to ")
    assert float(told.split(":")[0].split()[-1]) == pytest.approx(1, abs=0.005)
    wanted = expected(run, 10, 7, 4).sort(descending=True).values.tolist()
    assert list(shown.values()) == pytest.approx(wanted, abs=0.004)
    assert watch.errors == []


def test_the_map_is_the_words_column_as_colours(tab, run):
    """With the picture faded out, the large canvas is the recorded column on the ramp."""
    from explorer.figures import heat

    ask(tab, PROMPT)
    tab.wait_for_function("n => document.querySelectorAll('.chips-row label').length === n", arg=9)
    tab.locator(".blend input").evaluate(
        "range => { range.value = 100; range.dispatchEvent(new Event('input')); }"
    )
    tab.locator(".chips-row label", has_text="two").click()
    scrub(tab, 15)
    two_frames(tab)
    drawn = np.array(
        tab.eval_on_selector(
            BIG,
            "c => Array.from(c.getContext('2d').getImageData(0, 0, c.width, c.height).data)",
        )
    ).reshape(64, 64, 4)[2::4, 2::4, :3]
    distance = np.abs(drawn[:, :, None] - heat.ramp().astype(int)).sum(-1)
    assert distance.min(-1).max() == 0
    column = np.array([[expected(run, 15, r, c)[2].item() for c in range(16)] for r in range(16)])
    assert np.abs(distance.argmin(-1) / 255 - column / column.max()).max() < 0.03


def test_scrubbing_words_layers_and_places_ask_the_server_nothing(tab, watch):
    ask(tab, FIRST)
    tab.locator(".chips-row label", has_text="blue").wait_for()
    settle(tab)
    watch.requests.clear()
    before = tab.locator(BIG).get_attribute("aria-label")
    for step in (0, 7, 19):
        scrub(tab, step)
        two_frames(tab)
        assert f"step {step + 1} of 20" in tab.locator(BIG).get_attribute("aria-label")
    tab.locator(".chips-row label", has_text="blue").click()
    two_frames(tab)
    assert "map of “blue”" in tab.locator(BIG).get_attribute("aria-label") != before
    point(tab, 0.8, 0.2)
    first = ranked(tab)
    point(tab, 0.1, 0.9)
    assert ranked(tab) != first
    tab.get_by_text("By layer and head").click()
    tab.get_by_label("up 16×16, head 2").check(force=True)
    two_frames(tab)
    assert "up 16×16, head 2" in tab.locator(BIG).get_attribute("aria-label")
    assert watch.requests == [] and watch.errors == []


def test_leaving_the_prompt_runs_what_was_typed_and_nothing_where_nothing_was(tab, watch):
    settle(tab)
    watch.requests.clear()
    field = tab.get_by_label("Prompt", exact=False).first
    field.focus()
    field.blur()
    two_frames(tab)
    tab.wait_for_timeout(300)
    assert [url for url in watch.requests if "/queue/" in url] == []
    field.fill("a blue four on white")
    field.blur()
    tab.wait_for_function("n => document.querySelectorAll('.chips-row label').length === n", arg=5)
    assert said(tab)[1] == "blue"


@pytest.mark.parametrize(
    ("prompt", "sentence"),
    [
        ("a redd one", "did you mean red"),
        ("<img src=x onerror=alert(1)>", "less-than sign"),
        ("red " * 1000, "has 1,000 words"),
    ],
)
def test_a_prompt_that_is_none_gets_a_sentence_and_the_picture_stays(tab, prompt, sentence):
    before = said(tab)
    ask(tab, prompt)
    expect(tab.get_by_text(sentence).first).to_be_visible(timeout=SLOW)
    assert said(tab) == before
    assert tab.locator("img[src=x]").count() == 0


def test_the_empty_prompt_says_that_it_is_the_unconditional_model(tab):
    tab.get_by_role("button", name="nothing at all").click()
    expect(tab.locator(".words .note")).to_contain_text("unconditional model", timeout=SLOW)
    assert said(tab) == ["(no word)"]
    assert "nothing to compare" in tab.locator(".words .sum").inner_text()
