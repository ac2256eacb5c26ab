"""What a person types or uploads is shown, never interpreted."""

import pytest

from tests.browser.conftest import open_chapter, open_tab
from tests.test_upload import png_header

HOSTILE = '<img src=x onerror="window.ran = 1">{{window.ran = 1}}${window.ran = 1}<b>bold</b>'
FIELDS = (  # tab, chapter, field, and the sentence that it earns
    ("Schedules", "Where a sampler steps", "Your own grid", None),
    ("Guidance", "Scale", "Prompt: a digit or two", "The prompt"),
    ("Attention", "Words", "Prompt: a digit or two", "The prompt"),
    ("Latent", "Diffuse in it", "Prompt", "Prompt"),
    ("Course", "Glossary", "Search the glossary", None),
)


def uninterpreted(page) -> None:
    """Nothing of HOSTILE ran, and none of it became an element."""
    found = page.evaluate(
        "() => [window.ran, document.querySelectorAll('img[src=x]').length,"
        " [...document.querySelectorAll('b')].filter((b) => b.textContent === 'bold').length]"
    )
    assert found in ([None, 0, 0], [0, 0])  # undefined is left out or null


def test_typed_text_is_never_interpreted(page, app, watch):
    page.goto(app)
    for tab, chapter, field, sentence in FIELDS:
        page.get_by_role("tab", name=tab, exact=True).first.click(timeout=60_000)
        page.get_by_role("tab", name=chapter, exact=True).locator("visible=true").first.click()
        if tab == "Guidance":
            page.get_by_label("scenes").locator("visible=true").first.check()
        box = page.get_by_label(field).locator("visible=true").first
        box.fill(HOSTILE)
        box.press("Enter")
        box.blur()
        if sentence:
            page.locator(".toast-body", has_text=sentence).first.wait_for(timeout=60_000)
        uninterpreted(page)
        for close in page.locator(".toast-close").all():
            close.click()
    assert not watch.errors


@pytest.mark.parametrize(
    "name, content, said",
    [
        ("bomb.png", png_header(20_000, 20_000), "at most 4096 a side"),
        ("x.png", b"<svg onload=alert(1)>", "no picture that can be read"),
    ],
)
def test_an_upload_that_is_no_picture_is_refused_in_a_sentence(page, app, name, content, said):
    open_tab(page, app, "Forward", ".sources input")
    page.locator(".sources [value=upload]").check()
    chosen = page.locator(".drawer-upload input[type=file]")
    chosen.set_input_files({"name": name, "mimeType": "image/png", "buffer": content})
    page.locator(".toast-body", has_text=said).first.wait_for(timeout=60_000)
    assert page.locator(".sources .origin").inner_text()  # the tab goes on


def test_the_page_loads_nothing_from_elsewhere_and_its_policy_says_so(page, app, watch):
    answer = page.goto(app)
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    open_chapter(page, app, "Forward", "Resolution", ".explorer-widget")
    away = page.evaluate("() => fetch('http://localhost:9/').then(() => 'sent', () => 'refused')")
    assert away == "refused" and any("Content Security Policy" in text for text in watch.errors)
    assert all(
        url.startswith((app, "data:", "blob:", "http://localhost:9")) for url in watch.requests
    )
