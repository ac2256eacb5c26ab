"""The page changes its language, and what hangs on its texts goes on."""

import csv

import pytest
from playwright.sync_api import expect

from explorer.words import catalogue, quiz

from .conftest import load, open_chapter

pytestmark = pytest.mark.browser
DE = catalogue.load("de")


@pytest.fixture
def page(lasting):
    return lasting


def in_german(page, app) -> None:
    load(page, app)
    page.wait_for_selector(".languages")
    chosen(page, "Deutsch")


def chosen(page, name: str) -> None:
    page.locator(".languages").get_by_role("button", name=name).click()


def test_there_and_back_is_the_same_page(page, app):
    page.goto(app)
    page.wait_for_selector("canvas:visible")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    before = page.locator(".gradio-container").inner_text()
    chosen(page, "Deutsch")
    expect(page.get_by_role("tab", name=DE["Forward"], exact=True)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    assert page.locator(".gradio-container").inner_text() != before
    chosen(page, "English")
    assert page.locator(".gradio-container").inner_text() == before


def test_a_refusal_is_said_in_german(page, app):
    open_chapter(page, app, "Samplers", "The race", "canvas:visible")
    chosen(page, "Deutsch")
    seed = page.get_by_label(DE["Seed"], exact=True).locator("visible=true").first
    seed.fill("123456")
    seed.press("Enter")
    told = page.get_by_test_id("toast-text").get_by_text("ganze Zahl")
    expect(told).to_be_visible(timeout=60_000)
    sign = page.get_by_test_id("status-tracker").get_by_text("ganze Zahl")
    expect(sign.first).to_be_visible()  # where the answer would be


def test_a_browser_that_speaks_german_is_answered_in_german(browser, app):
    context = browser.new_context(locale="de-AT")
    page = context.new_page()
    page.goto(app)
    expect(page.get_by_role("tab", name=DE["Forward"], exact=True)).to_be_visible(timeout=60_000)
    context.close()


def test_controls_work_on_a_german_page(page, app):
    in_german(page, app)
    assert page.evaluate("explorer.visit('U-Net/One jump')")
    caption = page.get_by_text("Modell mnist", exact=False).locator("visible=true").first
    expect(caption).to_be_visible(timeout=60_000)
    before = caption.inner_text()
    page.get_by_role("button", name=DE["New noise"]).locator("visible=true").click()
    expect(caption).not_to_have_text(before, timeout=60_000)


def untranslated(page) -> set[str]:
    return set(page.evaluate("[...explorer.untranslated]"))


def test_the_course_is_german_in_all_that_opens(page, app):
    in_german(page, app)
    before = untranslated(page)
    assert page.evaluate("explorer.visit('Course/Ten errors')")
    page.locator(".errors [data-part=all]").click()
    page.locator(".errors .own button").first.click()
    expect(page.locator(".errors .truth-told:visible")).to_have_count(10)
    assert page.evaluate("explorer.visit('Course/History')")
    expect(page.locator(".history .themes button").first).to_have_text(DE["All"])
    assert page.evaluate("explorer.visit('Course/Conditions')")
    drawn = page.get_by_role("img", name=DE["Added to the time embedding"])
    expect(drawn.get_by_text(DE["condition"])).to_be_visible()
    assert untranslated(page) - before == set()


def test_a_quiz_taken_in_german_is_saved_in_english(page, app):
    in_german(page, app)
    before, items = untranslated(page), quiz.load()
    assert page.evaluate("explorer.visit('Course/Quiz')")
    for take in ("before", "after"):
        page.locator(f"[data-take={take}]").click()
        for item, asked in zip(items, page.locator(".quiz fieldset").all(), strict=True):
            asked.locator("input").nth(item.index).check()
        page.locator(".quiz [type=submit]").click()
    expect(page.locator(".quiz [data-part=score]")).to_have_text(
        "Vor dem Kurs 8 von 8 richtig, danach 8 von 8."
    )
    with page.expect_download() as saved:
        page.locator(".quiz [data-part=save]").click()
    rows = list(csv.DictReader(saved.value.path().read_text("utf-8-sig").splitlines()))
    assert [row["after"] for row in rows] == [item.right for item in items]
    assert {row["correct after"] for row in rows} == {"yes"}
    page.locator(".quiz [data-part=forget]").click()
    page.locator(".quiz [data-part=forget]").click()
    assert untranslated(page) - before == set()


def test_the_choice_is_remembered_and_the_address_goes_before_it(page, app):
    page.goto(app)
    page.wait_for_selector("canvas:visible")
    chosen(page, "Deutsch")
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.goto(f"{app}?lang=en")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("tab", name="Forward", exact=True)).to_be_visible()
