"""The glossary in the browser: the search, the ways into the app, and the cards of key terms."""

import re

import pytest
from playwright.sync_api import expect

from explorer.words import catalogue, glossary

from .conftest import open_chapter, two_frames

pytestmark = pytest.mark.browser

ALL = len(glossary.load())
DE = catalogue.load("de")
SEARCH = ".glossary [data-part=search]"
NAMES = ".glossary dl > div:not([hidden]) dfn"
PLACE = "Forward/The closed form"
WORDS = ".key-terms >> visible=true"
CARD = ".term-card"
READ = {
    "epsilon": "noise ε",
    "ε": "noise ε",
    "EPS": "noise ε",
    "alpha": "coefficient α",
    "alpha_bar": "ᾱ",
    "x0": "data x₀",
    "x̂0": "x̂₀",
    "sigma/alpha": "σ/α",
    "dpm++": "DPM++ 2M",
}


@pytest.fixture
def page(lasting):
    return lasting


@pytest.fixture
def chapter(page, app, watch):
    """The page with the glossary open; at the end nothing may have complained."""
    open_chapter(page, app, "Course", "Glossary", f"{SEARCH} >> visible=true")
    page.fill(SEARCH, "")
    yield page
    assert watch.errors == []


@pytest.fixture
def tab(page, app, watch):
    """The page with a chapter open whose question names its key terms."""
    open_chapter(page, app, *PLACE.split("/"), ".equation canvas >> visible=true")
    page.locator(WORDS).last.scroll_into_view_if_needed()
    yield page
    assert watch.errors == []


def found(page, text: str) -> list[str]:
    """What the search finds, from the top."""
    page.fill(SEARCH, text)
    return page.locator(NAMES).all_text_contents()


def test_the_glossary_shows_every_term(chapter):
    expect(chapter.locator(NAMES)).to_have_count(ALL)
    expect(chapter.locator("[data-part=count]")).to_have_text(f"{ALL} terms")
    assert chapter.locator(".glossary dd.formula").count() >= 0.75 * ALL
    assert chapter.locator("#term-snr .formula").text_content() == "SNR = α² / σ²"
    assert chapter.locator("#term-ddim .formula .prediction").text_content() == "x\u03020"
    assert chapter.locator("#term-karras-schedule .formula sup").first.text_content() == "1/7"


def test_the_search_narrows_at_once_and_asks_nobody(chapter, watch):
    before = len(watch.requests)
    assert found(chapter, "frechet")[0] == "Fréchet distance"
    expect(chapter.locator("[data-part=count]")).to_have_text(re.compile(rf"^\d of {ALL} terms$"))
    assert found(chapter, "CFG") == found(chapter, "cfg")
    assert found(chapter, "cfg")[0] == "classifier-free guidance"  # by what else it is called
    assert found(chapter, "karras spacing") == ["Karras spacing"]  # every word counts
    assert len(found(chapter, "")) == ALL
    assert watch.requests[before:] == []


def test_the_search_reads_greek_hats_and_small_digits(chapter):
    for typed, term in READ.items():
        assert term in found(chapter, typed), typed
    assert "η" in found(chapter, "eta") and "β" not in found(chapter, "eta")


def test_the_search_says_when_it_finds_nothing(chapter):
    assert found(chapter, "<b>zebra</b>") == []
    expect(chapter.get_by_text("try fewer letters")).to_be_visible()
    expect(chapter.locator("[data-part=count]")).to_have_text(f"0 of {ALL} terms")
    assert found(chapter, "zebra'") == [] and found(chapter, "..") != []
    expect(chapter.locator("[data-part=nothing]")).to_be_hidden()


def test_names_formulas_and_order_follow_the_language(chapter):
    german = chapter.locator(".languages").get_by_role("button", name="Deutsch")
    english = chapter.locator(".languages").get_by_role("button", name="English")
    entry = chapter.locator("#term-posterior")
    before = chapter.locator(NAMES).all_text_contents()
    german.click()
    expect(entry.locator("dfn")).to_have_text(DE["posterior"])
    expect(entry.locator(".also > span").first).to_be_visible()
    expect(entry.locator(".also > span").first).to_have_text("posterior")
    expect(chapter.locator("#term-snr .also > span").first).to_be_hidden()  # SNR in both
    expect(entry.locator(".formula")).to_contain_text("Varianz")
    names = chapter.locator(NAMES).all_text_contents()
    assert names.index("Winkel") > names.index("Verlust") > names.index("Attention")
    assert "Verlust" in found(chapter, "loss") and "Verlust" in found(chapter, "verlust")
    english.click()
    found(chapter, "")
    expect(entry.locator(".formula")).to_contain_text("variance")
    expect(entry.locator(".also > span").first).to_be_hidden()
    assert chapter.locator(NAMES).all_text_contents() == before


def test_a_link_opens_the_chapter_that_shows_the_term(chapter):
    found(chapter, "grey image")
    chapter.get_by_role("button", name="Schedules › The grey image").first.click()
    grey = chapter.get_by_role("tab", name="The grey image", exact=True).locator("visible=true")
    expect(grey.first).to_have_attribute("aria-selected", "true", timeout=20_000)


def test_every_chapter_names_its_key_terms(tab):
    names = [term.term for term in glossary.load() if PLACE in term.key]
    assert tab.locator(f"{WORDS} >> button").all_text_contents() == names
    said = tab.evaluate(
        "place => { const host = document.createElement('div');"
        " explorer.terms(host, place); return host.childNodes.length; }",
        "Course/Glossary",
    )
    assert said == 0


def test_a_card_opens_and_closes_by_keyboard(tab):
    button = tab.get_by_role("button", name="SNR", exact=True)
    button.focus()
    tab.keyboard.press("Enter")
    card = tab.get_by_role("dialog", name="SNR")
    expect(card).to_be_visible()
    expect(card).to_be_focused()
    expect(card).to_contain_text("explorer.schedules.Level.snr")
    expect(button).to_have_attribute("aria-expanded", "true")
    tab.keyboard.press("Tab")
    expect(tab.get_by_role("button", name="Open the glossary")).to_be_focused()
    tab.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")


def test_a_card_leads_nowhere_where_the_glossary_is_hidden(browser, app):
    page = browser.new_page()
    page.goto(f"{app}/?hide=course#v=1&at=schedules")
    page.get_by_role("button", name="SNR", exact=True).locator("visible=true").click(timeout=60_000)
    card = page.get_by_role("dialog", name="SNR")
    expect(card.get_by_role("button", name="Close")).to_be_visible()
    expect(card.get_by_role("button", name="Open the glossary")).to_have_count(0)
    page.close()


def test_a_card_closes_by_a_click_outside_and_follows_the_word(tab):
    button = tab.get_by_role("button", name="SNR", exact=True)
    button.click()
    expect(tab.locator(CARD)).to_be_visible()
    tab.mouse.click(5, 300)
    expect(tab.locator(CARD)).to_be_hidden()
    expect(button).to_be_focused()
    button.click()
    tab.get_by_role("button", name="data x₀", exact=True).click()
    expect(tab.get_by_role("dialog", name="data x₀")).to_be_visible()
    tab.get_by_role("button", name="data x₀", exact=True).click()
    expect(tab.locator(CARD)).to_be_hidden()


def test_the_card_leads_to_the_term_in_the_glossary(tab):
    tab.get_by_role("button", name="SNR", exact=True).click()
    tab.get_by_role("button", name="Open the glossary").click()
    expect(tab.locator("#term-snr dt")).to_be_focused(timeout=20_000)
    expect(tab.locator("#term-snr")).to_be_in_viewport()
    expect(tab.locator(CARD)).to_be_hidden()


def test_define_scrolls_to_the_term_whatever_is_searched(chapter):
    assert "Heun" not in found(chapter, "latent")
    assert chapter.evaluate("explorer.define('heun')") is True
    expect(chapter.locator("#term-heun")).to_be_in_viewport()
    expect(chapter.locator("#term-heun")).to_have_class("called")
    chapter.evaluate("explorer.define('latent')")
    expect(chapter.locator(".called dfn")).to_have_text("latent")
    expect(chapter.locator(".called")).to_be_in_viewport()


def test_a_card_stays_on_a_phone(tab):
    tab.set_viewport_size({"width": 360, "height": 700})
    for language in ("Deutsch", "English"):
        tab.locator(".languages").get_by_role("button", name=language).click()
        for button in tab.locator(f"{WORDS} >> button").all():
            button.scroll_into_view_if_needed()
            button.click()
            two_frames(tab)
            box = tab.locator(CARD).bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= 360
            assert box["y"] >= 0 and box["y"] + box["height"] <= 700
            tab.keyboard.press("Escape")
        assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
