"""The chapters of the course: what a person does there is remembered here and sent nowhere."""

import csv
import json

import pytest
from playwright.sync_api import expect

from explorer.words import conditions, errors, history, quiz

from .conftest import Watch, open_chapter

pytestmark = pytest.mark.browser

ITEMS, WORKS = quiz.load(), history.load()


@pytest.fixture
def page(lasting):
    return lasting


def asked(watch) -> list[str]:
    """What was asked of the server but for the page and Gradio's own greeting."""
    return [url for url in watch.requests if "/gradio_api/" in url and "startup" not in url]


def stored(page, key: str):
    return json.loads(page.evaluate(f"localStorage.getItem('explorer.{key}')") or "null")


def take(page, which: str, answers: list[int]) -> None:
    """Take the quiz; the answer of each item is an option's number, or -1 for none."""
    page.locator(f"[data-take={which}]").click()
    for fieldset, answer in zip(page.locator(".quiz fieldset").all(), answers, strict=True):
        if answer >= 0:
            fieldset.locator("input").nth(answer).check()
    page.get_by_role("button", name="Hand in").click()


def test_a_belief_is_owned_before_its_truth_is_told(page, app, watch):
    open_chapter(page, app, "Course", "Ten errors", ".errors li")
    first = page.locator(".errors li").first
    truth = page.get_by_text(errors.load()[0].truth)
    expect(truth).to_be_hidden()
    before = len(asked(watch))
    first.get_by_role("button", name="I would have said so").click()
    expect(truth).to_be_visible()
    expect(page.locator(".errors [data-part=count]")).to_contain_text("1 of 10")
    page.get_by_role("button", name="Skip, show all ten").click()
    expect(page.locator(".errors .truth-told:visible")).to_have_count(10)
    assert len(asked(watch)) == before, "nothing is sent"
    assert stored(page, "errors") == {"half-way": "yes"}
    page.goto(app)
    open_chapter(page, app, "Course", "Ten errors", ".errors li")
    expect(page.locator(".errors .truth-told:visible")).to_have_count(1)
    page.get_by_role("button", name="Ask me again").click()
    expect(page.locator(".errors .truth-told:visible")).to_have_count(0)
    assert stored(page, "errors") is None
    page.get_by_role("button", name="Skip, show all ten").click()
    page.locator(".errors li").nth(7).locator(".visit").click()
    chapter = page.get_by_role("tab", name="One jump or a thousand steps", exact=True)
    expect(chapter.locator("visible=true")).to_have_attribute("aria-selected", "true")
    assert watch.errors == []


def test_ways_in_are_drawn_and_works_filtered_by_theme(page, app, watch):
    ways, told = conditions.load()
    open_chapter(page, app, "Course", "Conditions", ".conditions svg >> visible=true")
    for way in ways:
        drawing = page.get_by_role("img", name=way.title)
        expect(drawing.locator(".condition").first).to_be_visible()
    expect(page.locator(".conditions .told article")).to_have_count(len(told))
    page.get_by_role("tab", name="History", exact=True).click()
    expect(page.locator(".history article:visible")).to_have_count(len(WORKS))
    page.locator(".history .themes").get_by_role("button", name="Samplers").click()
    left = [work for work in WORKS if work.theme == "samplers"]
    expect(page.locator(".history article:visible")).to_have_count(len(left))
    years = page.locator(".history li:visible h2").all_text_contents()
    assert years == sorted({str(work.year) for work in left})
    expect(page.locator(".history [data-part=count]")).to_contain_text(str(len(left)))
    page.locator(".history article:visible .visit").first.click()
    race = page.get_by_role("tab", name="The race", exact=True)
    expect(race.locator("visible=true")).to_have_attribute("aria-selected", "true")
    assert watch.errors == []


def test_the_quiz_before_and_after(page, app, watch):
    right = [item.index for item in ITEMS]
    open_chapter(page, app, "Course", "Quiz", ".quiz [data-take] >> visible=true")
    take(page, "before", [-1] * len(right))  # an empty one is not taken
    expect(page.locator(".quiz [data-part=status]")).to_contain_text("Nothing is answered yet")
    expect(page.locator("[data-take=before]")).to_be_enabled()
    take(page, "before", [(k + 1) % 4 if i > 1 else k for i, k in enumerate(right)])
    expect(page.locator(".quiz section")).to_be_hidden()  # no scores before both are done
    assert ITEMS[0].why not in page.locator(".quiz").inner_text()
    expect(page.locator("[data-take=before]")).to_be_disabled()
    page.goto(app)  # another day
    open_chapter(page, app, "Course", "Quiz", ".quiz [data-take] >> visible=true")
    expect(page.locator("[data-take=before]")).to_be_disabled()
    quiet = len(asked(watch))
    take(page, "after", [*right[:-1], -1])
    expect(page.locator(".quiz [data-part=score]")).to_have_text(
        "Before the course 2 of 8 right, after it 7 of 8."
    )
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as CSV").click()
    text = saved.value.path().read_text("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["item"] for row in rows] == [item.id for item in ITEMS]
    assert [row["right"] for row in rows] == [item.right for item in ITEMS]
    assert [row["correct before"] for row in rows] == ["yes"] * 2 + ["no"] * 6
    assert [row["correct after"] for row in rows] == ["yes"] * 7 + ["no"]
    assert rows[0]["before"] == ITEMS[0].right and rows[-1]["after"] == ""
    assert len(rows[0]["date after"]) == len("2026-11-25")
    page.get_by_role("button", name="Forget my answers").click()
    assert stored(page, "quiz"), "asked once more before all is gone"
    page.get_by_role("button", name="Press again to forget them all").click()
    assert stored(page, "quiz") is None
    expect(page.locator("[data-take=before]")).to_be_enabled()
    assert len(asked(watch)) == quiet, "nothing is sent"
    assert watch.errors == []


def test_the_quiz_by_keyboard_and_results_on_demand(page, app):
    open_chapter(page, app, "Course", "Quiz", ".quiz [data-take] >> visible=true")
    page.locator("[data-take=before]").press("Enter")
    page.keyboard.press("Tab")  # from the title to the first item
    page.keyboard.press("ArrowDown")
    chosen = page.locator(".quiz fieldset").first.locator("input:checked")
    expect(chosen).to_have_value("1")
    page.get_by_role("button", name="Go on later").click()
    assert stored(page, "quiz") == {"before": {"answers": {ITEMS[0].id: 1}, "date": None}}
    page.locator("[data-take=before]").click()
    expect(chosen).to_have_value("1")
    page.get_by_role("button", name="Hand in").click()
    page.get_by_role("button", name="Show my results").click()
    expect(page.locator(".quiz [data-part=score]")).to_have_text("Before the course: 0 of 8 right.")


def test_a_browser_that_keeps_nothing_still_asks(new_context, app):
    page = new_context().new_page()
    watch = Watch(page)
    page.add_init_script("""for (const name of ['getItem', 'setItem', 'removeItem']) {
      const real = Storage.prototype[name];
      Storage.prototype[name] = function (key, ...rest) {
        if (key.startsWith('explorer.')) throw new Error('blocked');
        return real.call(this, key, ...rest);
      };
    }""")
    open_chapter(page, app, "Course", "Ten errors", ".errors li")
    page.get_by_role("button", name="I would not").first.click()
    expect(page.get_by_text(errors.load()[0].truth)).to_be_visible()
    page.get_by_role("tab", name="Quiz", exact=True).click()
    take(page, "after", [item.index for item in ITEMS])
    page.get_by_role("button", name="Show my results").click()
    expect(page.locator(".quiz [data-part=score]")).to_have_text("After the course: 8 of 8 right.")
    assert watch.errors == []


def test_all_fit_on_a_phone_in_the_dark(browser, app):
    context = browser.new_context(viewport={"width": 360, "height": 800}, color_scheme="dark")
    page = context.new_page()
    open_chapter(page, app, "Course", "Ten errors", ".errors li")
    for chapter in ("Ten errors", "History", "Conditions", "Quiz"):
        page.get_by_role("tab", name=chapter, exact=True).click()
        page.locator(f".{chapter.split()[-1].lower()} button").first.wait_for()
        for show in ("Skip, show all ten", "Take it before the course"):
            if page.get_by_role("button", name=show).count():
                page.get_by_role("button", name=show).click()
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, chapter
    context.close()
