"""The row of tabs at every width."""

import pytest

from .conftest import load, two_frames

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
        assert seen == [0] * 10, width
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, width
