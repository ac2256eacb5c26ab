"""The question of a chapter: guessed, revealed, remembered in the browser, and never sent."""

import re

import pytest
from playwright.sync_api import expect

from explorer.words import catalogue, questions

from .conftest import Watch, idle, open_chapter, visit

pytestmark = pytest.mark.browser

DE = catalogue.load("de")
CHOICE = questions.at("Forward/One jump or a thousand steps")
NUMBER = questions.at("Forward/Resolution")
SKETCH = questions.at("Schedules/What training sees")
BLOCKED = """Object.defineProperty(window, 'localStorage', {
  get() { throw new DOMException('The storage is blocked.', 'SecurityError'); } });"""


@pytest.fixture
def page(lasting):
    return lasting


def opened(page, app, question):
    """The widget of a question, its chapter just opened."""
    open_chapter(page, app, *question.place.split("/"), ".ask >> visible=true")
    block = page.locator(".ask >> visible=true")
    expect(block).to_have_attribute("data-question", question.id)
    return block


def asked(page, app, question):
    """The same, not answered yet."""
    block = opened(page, app, question)
    again = block.get_by_role("button", name="Ask me again")
    if again.count():
        again.click()
    return block


def visited_again(page, app, question):
    """The same on the next visit."""
    page.goto(app)
    return opened(page, app, question)


def reveal(block):
    return block.get_by_role("button", name="Reveal", exact=True)


def choose(block, option):
    block.get_by_role("radio", name=option, exact=True).check()


def kept(page, question):
    return page.evaluate("id => localStorage.getItem('explorer.guess.' + id)", question.id)


def sketched(page, block, *ways):
    """Draw through points of the plot: shares (along, up) of its axes."""
    box = block.locator("svg").bounding_box()
    points = [
        (box["x"] + (42 + along * 284) / 340 * box["width"],
         box["y"] + (104 - up * 84) / 136 * box["height"])
        for along, up in ways
    ]  # fmt: skip
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=6)
    page.mouse.up()


def test_a_choice_is_guessed_revealed_and_remembered(page, app, watch):
    block = asked(page, app, CHOICE)
    expect(block.get_by_role("group", name=CHOICE.ask)).to_be_visible()
    expect(reveal(block)).to_be_disabled()
    wrong = CHOICE.options[1]
    choose(block, wrong)
    assert CHOICE.why not in block.inner_text()
    idle(page)
    before = len(watch.requests)
    reveal(block).click()
    told = block.locator("[aria-live=polite]")
    expect(told).to_contain_text(f"You said “{wrong}”; it is “{CHOICE.right}”.")
    expect(told).to_contain_text(CHOICE.why)
    expect(block.locator("label.right")).to_contain_text(CHOICE.right)
    expect(block.locator("label.mine")).to_contain_text(wrong)
    page.wait_for_timeout(500)
    assert watch.requests[before:] == [], "nothing is sent"
    assert kept(page, CHOICE) == f'"{wrong}"'

    block = visited_again(page, app, CHOICE)
    expect(block.locator("label.mine")).to_contain_text(wrong)
    block.get_by_role("button", name="Ask me again").click()
    assert kept(page, CHOICE) is None
    expect(block.locator("[aria-live=polite]")).to_be_empty()
    expect(reveal(block)).to_be_disabled()
    expect(block.get_by_role("radio").first).to_be_focused()
    choose(block, CHOICE.right)
    page.keyboard.press("Enter")
    expect(block).to_contain_text(f"You said “{CHOICE.right}”, and that is right.")
    expect(block.locator("label.mine")).to_have_count(0)
    assert watch.errors == []


@pytest.mark.parametrize("off, gap", [(12, "12 too high"), (-5, "5 too low"), (0, "that is right")])
def test_a_number_is_guessed_and_its_gap_said(page, app, off, gap):
    block = asked(page, app, NUMBER)
    expect(block.locator("output")).to_have_text("?")
    expect(reveal(block)).to_be_disabled()
    block.get_by_role("slider").fill(str(NUMBER.right + off))
    expect(block.locator("output")).to_have_text(f"{NUMBER.right + off} {NUMBER.unit}")
    reveal(block).click()
    expect(block.locator(".gap")).to_have_text(
        re.compile(f"You said {NUMBER.right + off} {NUMBER.unit}.*{gap}")
    )
    marks = [
        block.locator(f".line circle.{name}").get_attribute("cx") for name in ("right", "mine")
    ]
    assert (float(marks[1]) > float(marks[0])) == (off > 0)
    if off == 12:
        expect(visited_again(page, app, NUMBER).locator(".gap")).to_contain_text(gap)


def test_the_middle_of_the_range_can_be_guessed_as_well(page, app):
    block = asked(page, app, NUMBER)
    block.get_by_role("slider").click()
    expect(reveal(block)).to_be_enabled()
    assert not block.locator("output").inner_text().startswith("?")


def test_a_sketch_is_drawn_and_the_true_curve_laid_over_it(page, app, watch):
    block = asked(page, app, SKETCH)
    assert block.bounding_box()["height"] < 180, "low enough for the picture below"
    expect(reveal(block)).to_be_disabled()
    sketched(page, block, (0, 0.5), (0.5, 1), (1, 0.5))
    reveal(block).click()
    low, high = SKETCH.low, SKETCH.high
    middle, count = (low + high) / 2, len(SKETCH.right)
    drawn = [high - (high - middle) * abs(2 * k / (count - 1) - 1) for k in range(count)]
    off = sum(abs(a - b) for a, b in zip(drawn, SKETCH.right, strict=True)) / count / (high - low)
    said = int(re.search(r"is (\d+) % of the axis", block.locator(".gap").inner_text())[1])
    assert abs(said - 100 * off) <= 3, "the gap that is said is that of the two curves"
    expect(block.locator("path.mine")).to_be_visible()
    expect(block.locator("path.right")).to_be_visible()
    expect(block.get_by_role("img", name=SKETCH.words)).to_be_visible()
    sentence = block.locator(".gap").inner_text()

    block = visited_again(page, app, SKETCH)
    expect(block.locator(".gap")).to_have_text(sentence)
    block.get_by_role("button", name="Ask me again").click()
    expect(block.locator("path")).to_have_count(0)
    assert watch.errors == []


def test_a_sketch_is_drawn_with_the_keys(page, app):
    block = asked(page, app, SKETCH)
    pad = block.get_by_role("slider")
    pad.focus()
    expect(pad).to_have_attribute("aria-valuetext", f"{SKETCH.x} −10: not drawn yet")
    page.keyboard.press("PageDown")
    expect(reveal(block)).to_be_disabled()
    page.keyboard.press("End")
    page.keyboard.press("ArrowUp")
    expect(pad).to_have_attribute("aria-valuetext", f"{SKETCH.x} 10: {SKETCH.y} 10.5")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(block.locator("path.right")).to_be_visible()


def test_a_question_is_skipped(page, app):
    for question in (CHOICE, NUMBER, SKETCH):
        block = asked(page, app, question)
        block.get_by_role("button", name="Skip, show the answer").click()
        expect(block.locator(".gap")).to_have_text(f"The answer: {question.answer}")
        expect(block).to_contain_text(question.why)
        expect(block.get_by_role("button", name="Ask me again")).to_be_focused()
        expect(block.locator("label.mine, circle.mine, path.mine")).to_have_count(0)
        assert kept(page, question) is None


@pytest.mark.parametrize(
    "place, number",
    [
        ("Schedules/Compare", "4.9e−5"),
        ("Guidance/Measured", "69 %"),
        ("Attention/Is it to be trusted?", "38 %"),
        ("Forward/Resume from here", "1 of 6"),
    ],
)
def test_numbers_that_answer_a_question_come_after_the_guess(page, app, place, number):
    block = asked(page, app, questions.at(place))
    answer = page.locator(".spoils", has_text=number)
    expect(answer).not_to_have_count(0)
    for one in answer.all():
        expect(one).to_be_hidden()
    expect(block.get_by_text("come after your guess")).to_be_visible()
    block.get_by_role("button", name="Skip, show the answer").click()
    expect(answer.first).to_be_visible()
    expect(block.get_by_text("come after your guess")).to_be_hidden()


def test_a_page_without_questions_shows_its_numbers(new_context, app):
    page = new_context().new_page()
    page.goto(f"{app}?hide=questions")
    page.wait_for_function("window.explorer && explorer.ready")
    visit(page, "Schedules/Compare")
    expect(page.get_by_text("4.9e−5 of the image")).to_be_visible()


def test_in_german_all_of_it_is_german_and_the_guess_is_kept_in_english(new_context, app):
    page = new_context().new_page()
    page.goto(f"{app}?lang=de")
    page.wait_for_function("window.explorer && explorer.ready")
    visit(page, CHOICE.place)
    block = page.locator(".ask >> visible=true")
    wrong = CHOICE.options[1]
    block.get_by_role("radio", name=DE[wrong], exact=True).check()
    block.get_by_role("button", name=DE["Reveal"], exact=True).click()
    gap = block.locator(".gap")
    expect(gap).to_contain_text(f"„{DE[wrong]}“")
    expect(gap).to_contain_text(f"„{DE[CHOICE.right]}“")
    expect(block).to_contain_text(DE[CHOICE.why])
    assert "1\u202f000 Ketten" in block.inner_text(), "1,000 would be read as one"
    assert kept(page, CHOICE) == f'"{wrong}"'


def test_a_memory_that_fits_no_more_is_passed_over(page, app):
    keep = "([id, v]) => localStorage.setItem('explorer.guess.' + id, v)"
    asked(page, app, CHOICE)
    for kept in ({CHOICE: '"gone"', NUMBER: "1e9", SKETCH: "[1, 2]"}, {SKETCH: "{"}):
        for question, value in kept.items():
            page.evaluate(keep, [question.id, value])
        page.goto(app)
        for question in kept:
            expect(reveal(opened(page, app, question))).to_be_disabled()


def test_it_works_where_storage_is_blocked(new_context, app):
    page = new_context().new_page()
    watch = Watch(page)
    page.add_init_script(BLOCKED)
    block = asked(page, app, CHOICE)
    choose(block, CHOICE.right)
    reveal(block).click()
    expect(block).to_contain_text("and that is right")
    block.get_by_role("button", name="Ask me again").click()
    expect(reveal(block)).to_be_disabled()
    assert [error for error in watch.errors if "explorer" in error] == []


@pytest.fixture(scope="module", params=["light", "dark"])
def phone(browser, request):
    """A narrow phone, one for each scheme."""
    size = {"width": 360, "height": 740}
    context = browser.new_context(viewport=size, color_scheme=request.param, has_touch=True)
    page = context.new_page()
    page.lasting = True
    yield page
    context.close()


@pytest.mark.parametrize("question", [CHOICE, NUMBER, SKETCH], ids=lambda question: question.kind)
def test_it_fits_a_narrow_phone(phone, app, question):
    page = phone
    block = asked(page, app, question)
    if question is SKETCH:
        box = block.locator("svg").bounding_box()
        for along in (0.3, 0.6):
            page.touchscreen.tap(box["x"] + along * box["width"], box["y"] + 0.5 * box["height"])
    elif question is NUMBER:
        block.get_by_role("slider").fill("3")
    else:
        choose(block, CHOICE.right)
    for _ in range(2):
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        edge = block.bounding_box()
        assert edge["x"] >= 0 and edge["x"] + edge["width"] <= 360
        if reveal(block).count():
            reveal(block).click()
    expect(block.locator(".gap")).to_be_visible()


def test_words_of_the_chapter_may_follow_the_question(page, app):
    page.goto(app)
    page.wait_for_function("window.explorer && explorer.ready")
    page.evaluate("() => { explorer.terms = (host, place) => host.append('Words of ' + place); }")
    page.get_by_role("tab", name="Schedules", exact=True).first.click()
    page.get_by_role("tab", name="What training sees", exact=True).click()
    expect(page.locator(".ask .terms >> visible=true")).to_have_text(f"Words of {SKETCH.place}")
