"""Many at once are all answered; whoever finds the line full is told in words."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import expect

from explorer.bench import students

from .conftest import open_tab

pytestmark = pytest.mark.browser


def test_a_burst_of_a_dozen_is_answered_and_nothing_is_lost(app):
    plan = students.Plan(12, burst=True, steps=4)
    with ThreadPoolExecutor(1) as other:  # Playwright has a loop running in this thread
        found = other.submit(asyncio.run, students.attend(f"{app}/", plan)).result()
    presses = found["presses"]
    assert [one["came"] for one in presses] == ["done"] * 12


def test_a_full_line_is_told_in_words_and_in_german(page, app):
    open_tab(page, f"{app}?lang=de", "Sampler", "canvas:visible")
    page.route("**/queue/join*", lambda route: route.fulfill(status=503, json={"detail": "full"}))
    page.get_by_role("button", name="Neues Rauschen").locator("visible=true").click()
    expect(page.get_by_text("Bitte in einer Minute noch einmal").first).to_be_visible()
