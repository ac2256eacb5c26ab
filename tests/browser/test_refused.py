"""What was refused says why, where its answer would be, for as long as it stands there."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
SIGN = "[data-testid=status-tracker] .error"


def test_a_refusal_stands_where_the_answer_would_be(page, app):
    page.goto(f"{app}#v=1&at=guidance&guidance.prompt=a+cat")
    sign = page.locator(f".guidance-tab {SIGN}").first
    expect(sign).to_contain_text("does not know “cat”. It knows digits", timeout=60_000)
    expect(sign).to_contain_text("the grounds black, white, grey, brown")
    expect(page.locator(".guidance-tab .empty").first).to_be_hidden()  # nothing is on its way
    page.locator("[data-testid=toast-close]").first.click()
    expect(page.locator("[data-testid=toast-body]")).to_have_count(0)
    expect(sign).to_contain_text("Nothing was run.")
    prompt = page.get_by_label("Prompt: a digit or two").locator("visible=true")
    prompt.fill("a red 3")
    prompt.press("Enter")
    expect(page.locator(f".guidance-tab {SIGN}")).to_have_count(0, timeout=60_000)
    expect(page.locator(".guidance-tab .screen canvas").first).to_be_visible(timeout=60_000)
