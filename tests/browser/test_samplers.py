"""The Samplers tab: rows locked to NFE, played without the server; the identities in pixels."""

import json
import urllib.request

import pytest

from explorer.app.racing import answers, entrants
from explorer.models import zoo

from .conftest import load, pace, pixels, two_frames

WAIT = 240_000  # ms: the first run also loads torch and the model, perhaps on a busy machine
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("mnist" not in zoo.available(), reason="assets/models has no mnist yet"),
]
SIZES = [pytest.param(1280, "light", id="1280-light"), pytest.param(390, "dark", id="390-dark")]
SIX = entrants.text(entrants.DEFAULT)
GOOD = ["7", 0, 4, "linear", 2, SIX, ""]


@pytest.fixture
def page(lasting):
    return lasting


def open_at(page, url: str, tab: str, width: int, scheme: str) -> None:
    """Open a tab, from the overflow menu where the page is too narrow for it."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    load(page, url)
    page.wait_for_selector("[role=tab]", timeout=WAIT)
    button = page.get_by_role("tab", name=tab, exact=True).first
    if button.is_visible():
        button.click(timeout=WAIT)
    else:
        page.locator(".overflow-menu button").first.click(timeout=WAIT)
        page.locator(".overflow-dropdown").get_by_text(tab, exact=True).click(timeout=WAIT)
    page.wait_for_selector(".chapters .player .screen canvas", state="attached", timeout=WAIT)


def chapter(page, title: str, ready: str) -> None:
    page.get_by_role("tab", name=title, exact=True).locator("visible=true").first.click()
    page.wait_for_selector(f"{ready} >> visible=true", timeout=WAIT)


def open_race(page, app: str, width: int = 1280, scheme: str = "light") -> None:
    open_at(page, app, "Samplers", width, scheme)
    chapter(page, "The race", ".player .screen canvas")


def canvas(row: str, column: int) -> str:
    return f"section.row[aria-label='{row}'] .screen:nth-child({column}) canvas"


def label(page) -> str:
    return page.locator(".player .transport output").first.inner_text()


def errors(watch) -> list[str]:
    """What went wrong; Gradio itself aborts its event stream when all answers have come."""
    return [error for error in watch.errors if "/queue/data?" not in error]


def seek(page, position: int) -> None:
    """Move the first player's scrubber of this tab."""
    page.locator(".player .transport input[type=range]").first.fill(str(position))
    two_frames(page)


def call(app: str, name: str, data: list) -> str:
    """What the API answers: "complete", or the sentence of its error."""
    kind = {"Content-Type": "application/json"}
    url = f"{app}/gradio_api/call/{name}"
    request = urllib.request.Request(url, json.dumps({"data": data}).encode(), kind)
    event = json.load(urllib.request.urlopen(request))["event_id"]
    stream = urllib.request.urlopen(f"{url}/{event}").read().decode()
    if "event: error" not in stream:
        return "complete"
    return json.loads(stream.split("data: ")[-1])["error"]


@pytest.mark.parametrize(("width", "scheme"), SIZES)
def test_rows_are_locked_to_nfe_and_equal_samplers_end_in_equal_pixels(
    page, app, watch, width, scheme
):
    open_race(page, app, width, scheme)
    assert page.locator("section.row h2").count() == 6
    watch.requests.clear()

    seek(page, 11)
    assert label(page) == "NFE 12"
    notes = page.locator(".screen .note").all_inner_texts()
    assert sum(note.startswith("step 12 of 20") for note in notes) == 5
    assert sum(note.startswith("step 6 of 10") for note in notes) == 1  # Heun
    middle = pixels(page, canvas("DDIM trailing", 2))

    seek(page, 19)
    assert label(page) == "NFE 20"
    end = {
        row: pixels(page, canvas(row, 1))
        for row in ("DDIM trailing", "Euler trailing", "DDPM trailing", "Euler ancestral trailing")
    }
    assert (
        max(end["DDIM trailing"]) - min(end["DDIM trailing"]) > 200
        and end["DDIM trailing"] != middle
    )
    for one, same in (
        ("DDIM trailing", "Euler trailing"),
        ("DDPM trailing", "Euler ancestral trailing"),
    ):
        assert max(abs(a - b) for a, b in zip(end[one], end[same], strict=True)) <= 1
    assert end["DDIM trailing"] != end["DDPM trailing"]
    assert not [url for url in watch.requests if "queue/join" in url] and errors(watch) == []
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_distances_to_the_converged_answer_follow_the_player(page, app, watch):
    open_race(page, app)
    page.wait_for_selector(".gap-view svg.plot", timeout=WAIT)
    seek(page, 19)
    reading = page.locator(".gap-view .reading").inner_text()
    assert reading.startswith("NFE 20: DDIM trailing ")
    far = {}
    for name in ("DDIM trailing", "Euler trailing", "DPM++ 2M trailing", "DDPM trailing"):
        mark = page.locator(f"section.row[aria-label='{name}'] .gap").inner_text()
        far[name] = float(mark.split()[0])
        assert mark.endswith("of the ODE") == (name == "DDPM trailing")
    assert far["DDIM trailing"] == far["Euler trailing"] > far["DPM++ 2M trailing"]
    assert far["DDPM trailing"] > 3 * far["DDIM trailing"]
    wanted = answers.gaps(answers.Asked())["entrants"][0]["points"][-1][1]
    assert far["DDIM trailing"] == pytest.approx(wanted, rel=0.1)
    assert errors(watch) == []


def test_a_logarithmic_axis_has_ticks_along_its_whole_length(page, app):
    open_race(page, app)
    ticks = "([low, high]) => explorer.logTicks(low, high)"
    assert page.evaluate(ticks, [0.0045, 0.6]) == [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5]
    assert page.evaluate(ticks, [0.002, 3]) == [0.01, 0.1, 1]
    assert page.evaluate(ticks, [0.31, 0.42]) == [0.35, 0.4]


def test_scrubbing_the_race_keeps_the_screens_pace_and_asks_nobody(page, app, watch):
    open_race(page, app)
    page.wait_for_selector(".gap-view svg.plot", timeout=WAIT)
    watch.requests.clear()
    drawn, screen = pace(page, ".player input[type=range]", "explorer:position")
    print(f"{drawn:.1f} drawn frames/s, of {screen:.1f} of the screen")
    assert drawn >= 0.9 * screen
    assert watch.requests == []


def test_chance_shows_one_picture_for_the_ode_and_four_for_the_noisy(page, app, watch):
    open_race(page, app)
    chapter(page, "Chance", "section.row[aria-label^='Heun'] canvas")
    for name, one in (("DDIM", True), ("Heun", True), ("DDPM", False)):
        row = f"section.row[aria-label^='{name} trailing: ']"
        four = [pixels(page, f"{row} .screen:nth-child({k}) canvas") for k in (1, 2, 3, 4)]
        alike = max(abs(a - b) for a, b in zip(four[0], four[3], strict=True)) <= 1
        assert alike == one, name
        assert (page.locator(row).inner_text().find("one picture") > 0) == one
    eta = page.locator(".transport:visible input[type=range]").last
    dose = "section.row[aria-label*='more and more noise'] .screen:nth-child({}) canvas"
    for position, alike in ((0, True), (4, False)):
        eta.fill(str(position))
        two_frames(page)
        assert (pixels(page, dose.format(1)) == pixels(page, dose.format(2))) == alike
    assert errors(watch) == []


def test_the_dots_on_the_map_follow_the_player(page, app):
    open_race(page, app)
    chapter(page, "The path", ".paths circle")
    slider = page.locator(".path-view input[type=range]")
    slider.fill("1")
    two_frames(page)
    first = page.locator(".paths circle").first.get_attribute("cx")
    assert page.locator(".paths path.line").count() == 6
    slider.fill("15")
    two_frames(page)
    assert page.locator(".paths circle").first.get_attribute("cx") != first
    assert page.locator(".path-view output").inner_text() == "NFE 16"
    places = page.locator(".paths .ghost").evaluate_all(
        "all => all.map(({x, y, width}) => [x, y, width].map(one => one.baseVal.value))"
    )
    assert len(places) > 1
    for k, (x, y, side) in enumerate(places):  # no digit lies on another
        assert all(abs(x - a) >= side or abs(y - b) >= side for a, b, _ in places[k + 1 :])


def test_new_noise_runs_another_race(page, app, watch):
    open_race(page, app)
    seek(page, 0)
    before = pixels(page, canvas("DDIM trailing", 1))
    page.get_by_role("button", name="New noise").click()
    page.wait_for_selector("text=seed 1;", timeout=WAIT)
    two_frames(page)
    assert label(page) == "NFE 1" and pixels(page, canvas("DDIM trailing", 1)) != before
    assert errors(watch) == []


def test_other_entrants_race_when_they_are_chosen(page, app, watch):
    open_race(page, app)
    page.get_by_role("button", name="Who races").click()
    page.get_by_role("checkbox", name="DPM++ 2M Karras").check()
    page.get_by_role("checkbox", name="Euler trailing").uncheck()
    page.get_by_role("checkbox", name="Euler Karras").check()
    page.wait_for_selector("section.row[aria-label='DPM++ 2M Karras']", timeout=WAIT)
    rows = page.locator(".player:visible section.row").all()
    assert len(rows) == 7
    page.get_by_text("On two spacings they part").wait_for(timeout=WAIT)
    page.get_by_role("checkbox", name="Heun Karras").check()
    assert page.get_by_role("checkbox", name="Heun leading").is_disabled()  # eight are the most
    page.get_by_role("button", name="leading", exact=True).click()
    page.wait_for_selector("section.row[aria-label='Heun leading']", timeout=WAIT)
    assert page.locator(".player:visible section.row").count() == 6
    assert errors(watch) == []


def test_arrow_keys_on_the_slider_run_a_race_too(page, app):
    open_race(page, app)
    page.get_by_label("range slider for Evaluations").focus()
    page.keyboard.press("Home")
    page.wait_for_function(
        "[...document.querySelectorAll('.player output')].some(o => o.textContent === 'NFE 2')",
        timeout=WAIT,
    )
    seek(page, 3)
    assert label(page) == "NFE 4"


# The widget again, with values that come in this order: running, stopped, a late one, the next run
LATE = """() => {
  const box = document.body.appendChild(document.createElement('div')), props = { model: 'm' };
  box.append(document.querySelector('.quality-view').cloneNode(true));
  let load;
  explorer.quality(box, props, (name, loads) => { load = loads; });
  const say = (done, more) => {
    props.value = { done, total: 10, rows: [], model: 'm', running: true, began: 1, ...more };
    load();
    return box.querySelector('.done').textContent.split(':')[0];
  };
  const said = [say(1), say(2, { running: false, stopped: true }), say(3), say(4, { began: 2 })];
  box.remove();
  return said;
}"""


def test_a_live_measurement_shows_progress_and_stop_frees_the_worker(page, app, watch):
    open_race(page, app)
    chapter(page, "Quality", ".quality-view svg.plot")
    go, stop = (page.get_by_role("button", name=name) for name in ("Measure now", "Stop"))
    go.click()
    page.wait_for_function(
        "parseFloat(document.querySelector('.quality-view .done')?.textContent) >= 1", timeout=WAIT
    )
    stop.click()
    page.get_by_text("Stopped at").wait_for(timeout=WAIT)
    slider = page.get_by_label("number input for Evaluations")
    slider.fill("4")
    slider.press("Enter")
    go.click()  # the one worker of measurements is free again
    page.locator(".quality-view .done", has_text="Done.").wait_for(timeout=WAIT)
    assert page.locator(".quality-view .results tbody tr").count() == 6
    assert page.locator(".quality-view svg .ring").count() == 6
    assert page.evaluate(LATE) == ["10 %", "Stopped at 20 %.", "Stopped at 30 %.", "40 %"]
    assert errors(watch) == []


@pytest.mark.parametrize(
    ("place", "bad", "field"),
    [(0, "12", "Digit"), (1, [1], "Seed"), (1, 1e300, "Seed"), (2, 1000, "Evaluations"),
     (2, None, "Evaluations"), (3, "sine", "Schedule"), (4, "2", "Guidance"),
     (5, "ddim", "Entrants")],
)  # fmt: skip
def test_the_api_refuses_by_name_and_then_works(app, place, bad, field):
    sentence = call(app, "race", [*GOOD[:place], bad, *GOOD[place + 1 :]])
    assert sentence.startswith(field) and "must be" in sentence
    assert call(app, "race", GOOD) == "complete"
