"""The Schedules tab draws what explorer.schedules computes, and refuses what that refuses."""

import numpy as np
import pytest

from explorer import schedules
from explorer.app import gallery
from explorer.app.tables import FOUR
from explorer.app.tabs.schedules import redraw
from explorer.noise import normal
from explorer.schedules import SCHEDULES

from .conftest import drag, idle, open_chapter, pixels, two_frames

pytestmark = pytest.mark.browser

RANGE = ".schedules-tab .transport input[type=range]"
CHARTS = ("beta", "alpha_bar", "snr", "log_snr", "ratio")


@pytest.fixture
def page(lasting):
    return lasting


@pytest.fixture
def page_at(page, app):
    open_chapter(page, app, "Schedules", "Compare", ".schedules-tab .strip dd")
    return page


def number(name: str, field: str) -> str:
    return f".strip[data-schedule={name}] [data-field={field}]"


def expected(level) -> np.ndarray:
    x = level.alpha * (gallery.digits()[4].ravel() / 127.5 - 1) + level.sigma * normal(0, 784)
    return np.clip((x / 1.5 + 1) * 127.5, 0, 255)


def value_of(chart: str, schedule, t: int) -> float:
    level = schedule(t)
    return {
        "beta": schedule.beta[t].item(),
        "alpha_bar": level.alpha**2,
        "snr": level.snr,
        "log_snr": level.log_snr,
        "ratio": level.ratio,
    }[chart]


def read_off(page, chart: str, name: str, low: float, high: float) -> float:
    """The value at the cursor, from the height of the circle between the outer grid lines."""
    grid = page.locator(f"[data-chart={chart}] .grid")
    bottom, top = (
        float(grid.nth(i).get_attribute("y1"))
        for i in (0, page.locator(f"[data-chart={chart}] .grid").count() - 1)
    )
    circle = page.locator(f"[data-chart={chart}] [data-of={name}]")
    height = (bottom - float(circle.get_attribute("cy"))) / (bottom - top)
    return low + height * (high - low)


def seek(page, t: int) -> None:
    page.locator(RANGE).evaluate(
        "(range, t) => { range.value = t; range.dispatchEvent(new Event('input')); }", t
    )
    two_frames(page)


def unfold_parameters(page) -> None:
    summary = page.get_by_text("How each is made, and its parameters")
    if not summary.evaluate("one => one.closest('details').open"):
        summary.click()


def test_pictures_and_numbers_are_those_of_each_schedule(page_at, watch):
    idle(page_at)
    watch.requests.clear()
    drag(page_at, RANGE, 0.3, 0.6)
    two_frames(page_at)
    t = int(page_at.locator(RANGE).input_value())
    for name in FOUR:
        schedule = SCHEDULES[name]()
        assert page_at.locator(number(name, "alpha")).inner_text() == f"{schedule(t).alpha:.4f}"
        now = pixels(page_at, f".strip[data-schedule={name}] .now canvas")
        assert np.abs(np.array(now) - expected(schedule(t))).max() <= 1
        for stop in (0, 250, 625, 1000):
            place = f".strip[data-schedule={name}] [data-t='{stop}'] canvas"
            assert np.abs(np.array(pixels(page_at, place)) - expected(schedule(stop))).max() <= 1
    assert watch.requests == [] and watch.errors == []


def test_the_terminal_alpha_is_printed(page_at):
    ends = [page_at.locator(f".strip[data-schedule={n}] .end").inner_text() for n in FOUR]
    for text, wanted in zip(
        ends, ("0.0064 of", "4.9e−5 of", "0.0125 of", "0, exactly"), strict=True
    ):
        assert wanted in text


LINEAR_AXES = {
    "alpha_bar": (0, 1),
    "log_snr": (-12, 12),
    "snr": (0, 10),
    "ratio": (0, 10),
    "beta": (0, 0.05),
}
LOG_AXES = {"alpha_bar": (-6, 0), "snr": (-4, 4), "ratio": (-3, 3), "beta": (-5, 0)}


def test_all_five_charts_read_right_on_both_kinds_of_axes(page_at):
    for log in (False, True):
        page_at.get_by_label("log axes").set_checked(log)
        seek(page_at, 600)
        for chart in CHARTS:
            logarithmic = log and chart != "log_snr"
            axis = (LOG_AXES if logarithmic else LINEAR_AXES)[chart]
            for name in ("cosine", "linear"):
                wanted = value_of(chart, SCHEDULES[name](), 600)
                if not log and chart == "ratio" and wanted > 10:
                    continue  # above its axis
                wanted = np.log10(wanted) if logarithmic else wanted
                assert abs(read_off(page_at, chart, name, *axis) - wanted) < 1e-6 * (
                    axis[1] - axis[0]
                )


def test_hover_over_one_chart_moves_the_cursor_of_all(page_at):
    box = page_at.locator("[data-chart=snr] svg").bounding_box()
    page_at.mouse.move(box["x"] + 0.75 * box["width"], box["y"] + 0.5 * box["height"])
    two_frames(page_at)
    assert 600 < int(page_at.locator(RANGE).input_value()) < 850
    places = {
        chart: page_at.locator(f"[data-chart={chart}] .cursor").get_attribute("x1")
        for chart in CHARTS
    }
    del places["log_snr"]  # has a second axis, so its own width
    assert len(set(places.values())) == 1


def test_zero_terminal_snr_of_any_schedule_is_drawn_beside_it(page_at):
    for maker in ("cosine", "karras", "scaled_linear"):
        if maker == "scaled_linear":
            page_at.locator("[data-visible=scaled_linear]").check(force=True)
        page_at.locator(f"[data-zero={maker}]").check()
        page_at.wait_for_selector(f".strip[data-schedule={maker}-zero]")
        after = schedules.zero_snr(getattr(schedules, maker)())
        end = page_at.locator(f".strip[data-schedule={maker}-zero] .end").inner_text()
        assert "0, exactly" in end
        seek(page_at, 900)
        shown = page_at.locator(number(f"{maker}-zero", "alpha")).inner_text()
        assert shown == f"{after(900).alpha:.4f}"
        for key in (maker, f"{maker}-zero"):  # before and after together
            assert page_at.locator(f"[data-chart=alpha_bar] [data-series={key}]").count() == 1


PARAMETERS = {
    "linear": {"beta_start": 3e-4, "beta_end": 0.01},
    "cosine": {"s": 0.1},
    "karras": {"sigma_min": 0.01, "sigma_max": 40.0, "rho": 3.0},
    "scaled_linear": {"beta_start": 1e-4, "beta_end": 0.02},
}


@pytest.mark.parametrize("maker", PARAMETERS)
def test_every_parameter_moves_its_curve_at_once(page_at, maker):
    page_at.get_by_label("log axes").uncheck()
    unfold_parameters(page_at)
    page_at.locator(f"[data-visible={maker}]").check(force=True)
    seek(page_at, 400)
    chosen = {}
    for field, value in PARAMETERS[maker].items():
        chosen[field] = value
        before = page_at.locator(number(maker, "alpha")).inner_text()
        page_at.locator(f"[data-maker={maker}]").get_by_label(field, exact=True).fill(str(value))
        wanted = getattr(schedules, maker)(**chosen)
        page_at.wait_for_function(
            "([place, before]) => document.querySelector(place).textContent !== before",
            arg=[number(maker, "alpha"), before],
        )
        assert page_at.locator(number(maker, "alpha")).inner_text() == f"{wanted(400).alpha:.4f}"
        read = read_off(page_at, "alpha_bar", maker, 0, 1)
        assert abs(read - wanted(400).alpha ** 2) < 1e-6


def test_t_changes_the_axis_and_the_defaults_come_back(page_at):
    unfold_parameters(page_at)
    page_at.get_by_role("button", name="Back to the defaults").click()
    seek(page_at, 400)
    wanted = f"{schedules.linear()(400).alpha:.4f}"
    page_at.locator(number("linear", "alpha"), has_text=wanted).wait_for()
    page_at.get_by_label("T", exact=True).fill("50")
    page_at.wait_for_function(f"document.querySelector('{RANGE}').max === '50'")
    seek(page_at, 50)
    wanted = schedules.linear(T=50)(50).alpha
    assert page_at.locator(number("linear", "alpha")).inner_text() == f"{wanted:.4f}"
    page_at.get_by_role("button", name="Back to the defaults").click()
    page_at.wait_for_function(f"document.querySelector('{RANGE}').max === '1000'")


def test_a_bad_value_is_refused_in_a_sentence_and_nothing_is_lost(page_at, watch):
    unfold_parameters(page_at)
    field = page_at.locator("[data-maker=linear]").get_by_label("beta_end", exact=True)
    path = "[data-chart=alpha_bar] [data-series=linear]"
    before = page_at.locator(path).get_attribute("d")
    field.fill("0.00001")
    page_at.get_by_text("beta_start must not exceed beta_end").wait_for()
    assert field.input_value() == "0.00001"
    assert page_at.locator(path).get_attribute("d") == before
    field.fill("0.02")
    page_at.wait_for_selector(".refused", state="hidden")
    assert watch.errors == []


def test_the_time_from_a_change_to_the_redrawn_charts(page_at):
    unfold_parameters(page_at)
    took = page_at.evaluate(
        """async () => {
          const box = document.querySelector('[data-maker=cosine] input[type=number]'), took = [];
          for (let i = 1; i <= 12; i++) {
            const start = performance.now();
            const drawn = new Promise(f =>
              document.addEventListener('explorer:redrawn', f, {once: true}));
            box.value = 0.01 * i;
            box.dispatchEvent(new Event('input'));
            await drawn;
            took.push(performance.now() - start);
          }
          return took.slice(2).sort((a, b) => a - b);
        }"""
    )
    print(f"Schedules: a change is drawn after {took[5]:.0f} ms (median), {took[-1]:.0f} (worst)")
    assert len(took) == 10


GOOD = {"T": 1000, "makers": {"linear": {"beta_start": 1e-4, "beta_end": 0.02}}}


@pytest.mark.parametrize(
    "asked, words",
    [
        (GOOD | {"T": 1}, ["T must", "from 2 to 2000"]),
        (GOOD | {"T": float("nan")}, ["T must"]),
        (GOOD | {"T": [5]}, ["T must"]),
        (GOOD | {"T": 10**300}, ["T must"]),
        ({"T": 1000}, ["must name T and the schedules"]),
        (None, ["must name T"]),
        ("x" * 10_000, ["must name T"]),
        (GOOD | {"makers": {"<b>": {}}}, ["Schedule must be one of"]),
        (GOOD | {"makers": {"cosine": {}}}, ["cosine needs s"]),
        (GOOD | {"makers": {"cosine": {"s": None}}}, ["s must", "from 0 to 1"]),
        (GOOD | {"makers": {"cosine": {"s": "a" * 5000}}}, ["s must"]),
        (GOOD | {"makers": {"linear": {"beta_start": 0.5, "beta_end": 0.02}}}, ["must not exceed"]),
        (
            GOOD | {"makers": {"karras": {"sigma_min": 80.0, "sigma_max": 80.0, "rho": 7}}},
            ["sigma_min must be below sigma_max"],
        ),
        (
            GOOD | {"makers": {"karras": {"sigma_min": 0.1, "sigma_max": 80.0, "rho": True}}},
            ["rho", "100"],
        ),
    ],
)
def test_the_server_function_names_field_and_range(asked, words):
    sentence = redraw(asked)["error"]
    assert isinstance(sentence, str) and len(sentence) <= 300 and "Traceback" not in sentence
    assert all(word in sentence for word in words), sentence


def test_no_line_runs_through_the_words_at_its_end_and_no_tick_is_a_minus(page_at):
    assert not page_at.locator(".ending").first.is_visible()  # they answer the chapter's question
    page_at.get_by_text("Skip, show the answer").locator("visible=true").click()
    for log in (False, True):
        page_at.get_by_label("log axes").set_checked(log)
        two_frames(page_at)
        crossed = page_at.evaluate(
            """() => [...document.querySelectorAll('.charts figure')].flatMap(chart =>
              [...chart.querySelectorAll('.ending')].flatMap(word => {
                const { x, y, width, height } = word.getBBox();
                return [...chart.querySelectorAll('.line')].filter(line => {
                  const length = line.getTotalLength(), at = k => line.getPointAtLength(k);
                  return Array.from({ length }, (_, k) => at(k)).some(
                    p => p.x > x && p.x < x + width && p.y > y && p.y < y + height);
                }).map(line => `${chart.dataset.chart} ${line.dataset.series}`);
              }))"""
        )
        assert crossed == [] and page_at.locator(".ending").first.is_visible()
    ends = page_at.locator("[data-chart=ratio] .ending").all_text_contents()
    assert sorted(ends) == ["to 2e4 ↑", "to ∞ ↑"]  # cosine's clip, and zero SNR
    gaps = page_at.evaluate(
        """() => {
          const chart = document.querySelector('[data-chart=log_snr]'), all = n =>
            [...chart.querySelectorAll(n)];
          const right = Math.max(...all('.grid').map(n => n.getBBox().x + n.getBBox().width));
          return all('.tick').map(n => Number(n.getAttribute('x2'))).map(x => x - right);
        }"""
    )
    assert max(gaps) <= 0
    page_at.get_by_label("log axes").set_checked(False)
