"""The row of tabs at every width, and words that are longer in German."""

import pytest

from explorer.app.main import TABS

from .conftest import load, two_frames, visit

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language, words", [("en", "Forward"), ("de", "Vorwärts")])
def test_every_tab_is_there_and_none_is_cut_at_any_width(page, app, language, words):
    load(page, f"{app}?lang={language}")
    tabs = page.locator(".tab-container:not(.chapters *) > [role=tab]")
    page.get_by_role("tab", name=words, exact=True).wait_for(timeout=60_000)
    for width in (360, 641, 768, 844, 900, 1000, 1100, 1181, 1279):
        page.set_viewport_size({"width": width, "height": 700})
        two_frames(page)
        seen = tabs.evaluate_all("""all => all.filter(tab => tab.offsetParent
          && !tab.closest('.visually-hidden')).map(tab => tab.scrollWidth - tab.clientWidth)""")
        assert seen == [0] * len(TABS), width
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, width


def test_no_button_or_title_is_narrower_than_its_german(page, app):
    page.set_viewport_size({"width": 844, "height": 390})
    load(page, f"{app}?lang=de")
    page.get_by_role("tab", name="Sampler", exact=True).wait_for(timeout=60_000)
    visit(page, "Samplers/The race")
    button = page.get_by_role("button", name="Neues Rauschen").locator("visible=true")
    assert button.evaluate("node => node.scrollWidth - node.clientWidth") == 0
    page.set_viewport_size({"width": 1280, "height": 800})
    visit(page, "Schedules/Compare")
    titles = page.locator(".charts figcaption >> visible=true")
    assert titles.first.inner_text().startswith("β, Rauschen")
    assert titles.evaluate_all("all => all.map(n => n.scrollWidth - n.clientWidth)") == [0] * 5
