"""Every chapter of every tab opens, on a phone in the dark too, and there in German.

Nothing fails, nothing sticks out, no picture is without its text, no text stays English, what is
shown can be saved, what is chosen is in the link, and axe finds nothing to complain of.
"""

import json

import pytest
from playwright.sync_api import expect

from explorer.words.catalogue import load
from tests.places import places

from .accessible import still, violations
from .conftest import Watch, visit

pytestmark = pytest.mark.browser

CHAPTERS = sorted(place for place in places() if "/" in place)
TABS = sorted({place.split("/")[0] for place in CHAPTERS})
SETTINGS = [(390, "dark", "de"), (1280, "light", "en")]
# All of axe's rules on the wide page; on a phone in the dark those that can differ there
RULES = {"en": None, "de": ["color-contrast", "target-size", "scrollable-region-focusable"]}
# Pictures, but for those that decorate, stand inside another or are Gradio's own signs
NAMELESS = """panel => [...panel.querySelectorAll("canvas, svg, [role=img]")].filter(node =>
  node.checkVisibility() && !node.closest("[aria-hidden=true], [class^=svelte]") &&
  !node.parentElement.closest("svg, [role=img]") &&
  !(node.getAttribute("aria-label") || "").trim()
).map(node => node.outerHTML.slice(0, 200))"""
# Inputs of our widgets that no link holds: answers to questions, the speed of a film, and what is
# not itself kept but written by something that is
UNKEPT = """() => {
  const left = ".ask, .transport select, [aria-hidden=true], .latent-apart, .interval";
  const { controls } = explorer.link.registry;
  const kept = controls.map(({ select }) => select).filter(Boolean).join();
  return [...document.querySelectorAll(".tabitem .explorer-widget :is(input, select, textarea)")]
    .filter(node => node.checkVisibility() && !node.matches(kept) && !node.closest(left))
    .map(node => node.outerHTML.slice(0, 200));
}"""
# Chapters of texts and tables, and what shows nothing without pictures to train on
UNSAVED = {
    "Attention/Is it to be trusted?",
    "Guidance/Measured",
    "Latent/What it costs",
    "Train/Digits, live",
    "Train/One batch",
}
UNDRAWN = {"en": "Not drawn yet", "de": load("de")["Not drawn yet"]}


@pytest.fixture(scope="module", params=SETTINGS, ids=lambda told: "-".join(map(str, told)))
def setting(browser, request):
    """A context for all tabs, which keeps the app's scripts compiled, and its language."""
    width, scheme, language = request.param
    size = {"width": width, "height": 844}
    context = browser.new_context(viewport=size, color_scheme=scheme)
    yield context, language
    context.close()


@pytest.mark.parametrize("tab", TABS)
def test_every_chapter_opens(setting, app, tab):
    context, language = setting
    page = context.new_page()
    watch = Watch(page)
    page.goto(f"{app}?lang={language}")
    page.get_by_role("tab").first.wait_for(timeout=60_000)
    still(page)
    places_of_tab = [p for p in CHAPTERS if p.startswith(f"{tab}/")]
    for place in places_of_tab:
        visit(page, place)
        panel = page.locator(".chapters .tabitem >> visible=true")
        shown = panel.locator("canvas:visible, svg:visible, p:visible").first
        shown.wait_for(timeout=60_000)
        if page.locator(".ask .waits:visible").count():
            page.locator(".ask [data-part=skip]:visible").click()  # all that is there is looked at
        told = "canvas:not([aria-hidden=true], [aria-hidden=true] *)"  # the others decorate
        undrawn = panel.locator(f'{told}[aria-label="{UNDRAWN[language]}"]')
        expect(undrawn).to_have_count(0, timeout=150_000)  # the app may still be warming up
        page.evaluate("document.querySelectorAll('.chapters details').forEach(d => d.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, place
        assert panel.evaluate(NAMELESS) == [], place
        assert page.evaluate(UNKEPT) == [], place
        if place == "Course/Glossary":  # axe takes 8 s for all terms, which are alike
            page.fill(".glossary [data-part=search]", "noise")
        within = None if place == places_of_tab[0] else panel  # the page around it stays the same
        assert violations(page, RULES[language], within) == [], place
        if tab != "Course" and place not in UNSAVED:
            expect(panel.locator(".saves:visible").first).to_be_visible(timeout=30_000)
        untranslated = page.evaluate("[...explorer.untranslated]")
        assert not untranslated, f"{place}: {json.dumps(untranslated, ensure_ascii=False)}"
    assert watch.errors == []
    assert [u for u in watch.requests if not u.startswith((app, "data:", "blob:"))] == []
    page.close()
