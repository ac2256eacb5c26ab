"""The Schedules tab draws what explorer.schedules computes, and refuses what that refuses."""

import json
import urllib.request

import numpy as np
import pytest

from explorer import schedules
from explorer.app import gallery
from explorer.app.tables import FOUR
from explorer.app.tabs.parts import noise
from explorer.schedules import SCHEDULES

from .conftest import Watch, drag, open_tab, pixels, two_frames

pytestmark = pytest.mark.browser

RANGE = ".schedules-tab input[type=range]"
GOOD = {
    "beta_start": 1e-4, "beta_end": 0.02, "s": 0.008,
    "sigma_min": 0.002, "sigma_max": 80.0, "rho": 7.0,
}  # fmt: skip


@pytest.fixture
def page_at(page, app):
    open_tab(page, app, "Schedules", ".schedules-tab .card dd")
    return page


def card(name: str, field: str) -> str:
    return f".card[data-schedule={name}] [data-field={field}]"


def call(app: str, **changes) -> dict | str:
    """The API's answer: tables, or the sentence of the error."""
    data = json.dumps({"data": list((GOOD | changes).values())}).encode()
    kind = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{app}/gradio_api/call/schedules", data, kind)
    event = json.load(urllib.request.urlopen(request))["event_id"]
    stream = urllib.request.urlopen(f"{app}/gradio_api/call/schedules/{event}").read().decode()
    answer = json.loads(stream.split("data: ")[-1])
    return answer["error"] if "event: error" in stream else answer[0]


def test_pictures_and_numbers_are_those_of_each_schedule(page_at, watch):
    watch.requests.clear()
    drag(page_at, RANGE, 0.3, 0.6)
    two_frames(page_at)
    t = int(page_at.locator(RANGE).input_value())
    x0 = gallery.digits()[4].astype(float) / 127.5 - 1
    for name in FOUR:
        level = SCHEDULES[name]()(t)
        assert page_at.locator(card(name, "alpha")).inner_text() == f"{level.alpha:.4f}"
        x = level.alpha * x0 + level.sigma * noise(0).astype(float)
        wanted = np.clip((x / 1.5 + 1) * 127.5, 0, 255).ravel()
        got = pixels(page_at, f".card[data-schedule={name}] canvas")
        assert np.abs(np.array(got) - wanted).max() <= 1
    assert watch.requests == [] and watch.errors == []


def test_the_terminal_alpha_is_printed(page_at):
    ends = [page_at.locator(f".card[data-schedule={n}] .end").inner_text() for n in FOUR]
    for text, wanted in zip(ends, ("0.0064", "4.9e−5", "0.0125", "0, exactly"), strict=True):
        assert text.endswith("= " + wanted)


def test_hover_over_one_chart_moves_the_cursor_of_all(page_at):
    box = page_at.locator("[data-chart=snr] svg").bounding_box()
    page_at.mouse.move(box["x"] + 0.75 * box["width"], box["y"] + 0.5 * box["height"])
    two_frames(page_at)
    t = int(page_at.locator(RANGE).input_value())
    assert 600 < t < 850
    assert page_at.locator(".charts svg circle").count() >= 10
    # every circle sits on its curve: read ᾱ of the cosine schedule back from its height
    circle = page_at.locator("[data-chart=alpha_bar] circle").nth(1)
    low, high = (
        float(page_at.locator("[data-chart=alpha_bar] .grid").nth(i).get_attribute("y1"))
        for i in (0, 4)
    )
    read = (low - float(circle.get_attribute("cy"))) / (low - high)
    assert abs(read - SCHEDULES["cosine"]()(t).alpha ** 2) < 1e-6


def enter(page, field, text: str) -> None:
    """Type and press Enter; type again where Gradio, still opening the accordion, wiped it."""
    for _ in range(10):
        field.fill(text)
        page.wait_for_timeout(150)
        if field.input_value() == text:
            break
    field.press("Enter")


def test_new_parameters_redraw_and_bad_ones_are_refused_in_a_sentence(page_at, watch):
    page_at.get_by_role("button", name="How each is made").click()
    field = page_at.get_by_label("beta_end")
    path = "[data-chart=alpha_bar] [data-series=linear]"
    before = page_at.locator(path).get_attribute("d")
    enter(page_at, field, "0.00001")
    page_at.get_by_text("beta_start must not exceed beta_end").wait_for()
    assert page_at.locator(path).get_attribute("d") == before
    enter(page_at, field, "0.01")
    page_at.wait_for_function(
        "([path, before]) => document.querySelector(path).getAttribute('d') !== before",
        arg=[path, before],
    )
    wanted = schedules.linear(beta_end=0.01).alpha[-1]
    assert f"{wanted:.4f}" in page_at.locator(".card[data-schedule=linear] .end").inner_text()
    assert watch.errors == []
    page_at.get_by_role("button", name="Back to the defaults").click()
    page_at.wait_for_function(
        "([path, before]) => document.querySelector(path).getAttribute('d') === before",
        arg=[path, before],
    )


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"beta_start": float("nan")}, ["beta_start", "0.999"]),
        ({"beta_end": [0.02]}, ["beta_end", "0.999"]),
        ({"beta_end": 10**300}, ["beta_end", "0.999"]),
        ({"s": None}, ["s must", "from 0 to 1"]),
        ({"s": "a" * 5000}, ["s must", "from 0 to 1"]),
        ({"rho": True}, ["rho", "100"]),
        ({"rho": 0}, ["rho", "100"]),
        ({"sigma_min": -1}, ["sigma_min", "1e-06"]),
        ({"sigma_min": 80.0}, ["sigma_min must be below sigma_max"]),
        ({"beta_start": 0.5}, ["beta_start must not exceed beta_end"]),
    ],
)
def test_the_api_names_field_and_range_and_goes_on(app, changes, words):
    sentence = call(app, **changes)
    assert isinstance(sentence, str) and len(sentence) <= 300 and "Traceback" not in sentence
    assert all(word in sentence for word in words), sentence
    assert set(call(app)) == set(FOUR)


def test_no_errors_in_the_dark_at_390(browser, app):
    context = browser.new_context(viewport={"width": 390, "height": 900}, color_scheme="dark")
    page = context.new_page()
    watch = Watch(page)
    open_tab(page, app, "Schedules", ".schedules-tab .card dd")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert watch.errors == []
    context.close()
