"""Back and Forward of the browser go through the tabs and chapters that were opened."""

import pytest
from playwright.sync_api import expect

from .conftest import visit

pytestmark = pytest.mark.browser

KEYS = {
    "Samplers/The path": "samplers.path",
    "Samplers/Chance": "samplers.chance",
    "Course/Glossary": "course.glossary",
}


def shown(page, place: str) -> None:
    for name in place.split("/"):
        tab = page.get_by_role("tab", name=name, exact=True).locator("visible=true").first
        expect(tab).to_have_attribute("aria-selected", "true")


def test_back_and_forward_go_through_tabs_and_chapters(page, app):
    page.goto("about:blank")
    page.goto(app)
    page.wait_for_selector(".equation-chapter canvas")
    places = ["Samplers/The path", "Samplers/Chance", "Course/Glossary"]
    for place in places:
        visit(page, place)
        page.wait_for_function("place => history.state?.at === place", arg=KEYS[place])
    page.evaluate("() => { window.same = true; }")
    for step, place in ((page.go_back, "Samplers/Chance"), (page.go_back, "Samplers/The path")):
        step(wait_until="commit")
        shown(page, place)
    page.go_back(wait_until="commit")
    expect(page.locator(".equation-chapter canvas").first).to_be_visible()
    page.go_forward(wait_until="commit")
    shown(page, "Samplers/The path")
    page.wait_for_function("() => location.hash.includes('samplers=path')")
    assert page.evaluate("() => window.same")  # nothing was loaded again
    page.evaluate("() => { location.hash = '#v=1&at=schedules'; }")  # another link is
    page.wait_for_function("() => !window.same")
    expect(page.get_by_role("tab", name="Schedules").first).to_have_attribute(
        "aria-selected", "true", timeout=60_000
    )
