"""Every chapter of every tab opens on a phone in the dark: no error, nothing sticks out."""

import pytest
from playwright.sync_api import expect

from explorer.app.tabs import forward, guidance, schedules, train, truth, unet

from .conftest import Watch, open_tab

pytestmark = pytest.mark.browser

ALL = {module.TITLE: [title for title, _ in module.CHAPTERS] for module in (forward, schedules)}
ALL[guidance.TITLE] = list(guidance.CHAPTERS)
ALL[unet.TITLE] = [module.TITLE for module in unet.CHAPTERS]
ALL[train.TITLE] = [module.TITLE for module in train.CHAPTERS]
ALL[truth.TITLE] = [chapter.title for chapter in truth.CHAPTERS]


@pytest.mark.parametrize("width, scheme", [(390, "dark"), (1280, "light")])
@pytest.mark.parametrize("tab", ALL)
def test_every_chapter_opens(browser, app, tab, width, scheme):
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page = context.new_page()
    watch = Watch(page)
    open_tab(page, app, tab, ".chapters >> visible=true")
    for title in ALL[tab]:
        page.get_by_role("tab", name=title, exact=True).click(timeout=10_000)
        panel = page.locator(".chapters .tabitem >> visible=true")
        panel.locator("canvas:visible, svg.chart:visible, svg.tradeoff:visible").first.wait_for(
            timeout=60_000
        )
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, title
        expect(panel.locator('canvas[aria-label="Not drawn yet"]')).to_have_count(0, timeout=60_000)
        unnamed = panel.locator("canvas:not([aria-label]):not([aria-hidden] *)").count()
        assert unnamed == 0, f"{title}: {unnamed} pictures without a text alternative"
    assert watch.errors == []
    assert [u for u in watch.requests if not u.startswith((app, "data:", "blob:"))] == []
    context.close()
