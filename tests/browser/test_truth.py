"""Ground truth in the browser: the numbers on the page are those computed, and play asks nobody."""

import pytest

from explorer.app.tabs.truth import TITLE
from explorer.app.truth import chapters
from explorer.app.truth.asked import Asked

from .conftest import open_chapter, pace

pytestmark = pytest.mark.browser
WORLD = "two classes"  # with which the tab opens
SHOWN = "[data-chapter={}] .body >> visible=true"


@pytest.fixture
def page(lasting):
    return lasting


def open_at(page, app, title: str, key: str):
    open_chapter(page, app, TITLE, title, SHOWN.format(key))
    page.get_by_label(WORLD, exact=True).check(force=True)
    page.wait_for_function("() => !document.querySelector('.pending')")
    return page.locator(f"[data-chapter={key}]")


def test_fitted_slopes_are_those_of_the_world_that_was_chosen(page, app, watch):
    chapter = open_at(page, app, "Order", "order")
    for world, title in (("classes", "two classes"), ("ring", "a ring of eight")):
        page.get_by_label(title, exact=True).check(force=True)
        chapter.locator(".about", has_text=title).wait_for()
        wanted = {e["key"]: f"{e['slope']:.2f}" for e in chapters.order(Asked(world))["errors"]}
        for key, slope in wanted.items():
            row = chapter.locator(f"tr[data-sampler={key}] .slope")
            assert float(row.inner_text()) == pytest.approx(float(slope), abs=0.02)
    assert chapter.locator(".errors [data-series=heun] circle").count() == len(chapters.BUDGETS)
    assert watch.errors == []


def test_particles_play_without_a_request_and_heun_has_made_half_its_steps(page, app, watch):
    chapter = open_at(page, app, "Particles", "particles")
    chapter.locator("canvas").nth(5).wait_for()
    page.wait_for_timeout(300)
    before = len(watch.requests)
    chapter.locator("input[type=range]").last.press("Home")
    chapter.get_by_role("button", name="Play").click()
    page.wait_for_function(
        "document.querySelector('[data-chapter=particles] .transport output').textContent"
        " === 'NFE 12'"
    )
    assert len(watch.requests) == before
    heun = chapter.locator("[data-sampler=heun] .where")
    assert heun.inner_text() == "done, 6 steps"  # 11 evaluations; a seventh step would be 13
    for _ in range(5):
        chapter.get_by_role("button", name="One step back").click()
    assert heun.inner_text().startswith("step 4 of 6")  # NFE 7 has paid for three steps of two
    sent = chapters.particles(Asked(), 12)
    ends = {run["key"]: run["distance"] for run in sent["runs"]}
    shown = float(chapter.locator("[data-sampler=ddpm] figcaption b").inner_text())
    assert shown == pytest.approx(ends["ddpm"], rel=0.06)
    assert watch.errors == []


def test_scrubbing_particles_keeps_the_screens_pace(page, app):
    chapter = open_at(page, app, "Particles", "particles")
    chapter.locator("canvas").nth(5).wait_for()
    slider = "[data-chapter=particles] input[type=range]"
    drawn, screen = pace(page, slider, "explorer:position")
    print(f"{drawn:.1f} drawn frames/s, of {screen:.1f} of the screen")
    assert drawn >= 0.9 * screen


def test_a_particle_is_drawn_where_it_is(page, app):
    import base64

    import numpy as np

    chapter = open_at(page, app, "Particles", "particles")
    chapter.locator("input[type=range]").last.press("End")
    sent = chapters.particles(Asked(), 12)
    run = next(run for run in sent["runs"] if run["key"] == "ddim")
    x = np.frombuffer(base64.b64decode(run["states"]["halves"]), "<f2").reshape(
        run["states"]["shape"]
    )
    places = [[(p[0] + 2.2) / 4.4 * 640, (2.2 - p[1]) / 4.4 * 640] for p in x[-1].astype(float)]
    inked = page.evaluate(
        """places => {
            const canvas = document.querySelector('[data-sampler=ddim] canvas');
            const context = canvas.getContext('2d');
            const at = (v) => Math.round(v);
            return places.map(([x, y]) => context.getImageData(at(x), at(y), 1, 1).data[3]);
        }""",
        places,
    )
    assert min(inked) > 200


def test_guidance_says_what_each_scale_ends_in(page, app, watch):
    chapter = open_at(page, app, "Guidance, exactly", "guidance")
    verdict = chapter.locator(".verdict")
    verdict.wait_for()
    sent = chapters.guidance(Asked())
    slider = chapter.locator("input.scale")
    for scale in (0, 1, 8):
        slider.fill(str(sent["scales"].index(scale)))
        spread = dict(map(tuple, sent["spread"]))[scale]
        assert f"At scale {scale} the ends spread {spread:#.2g}" in verdict.inner_text()
    assert watch.errors == []


def test_a_press_on_the_plane_starts_both_ways_there(page, app, watch):
    chapter = open_at(page, app, "ODE and SDE", "ways")
    canvas = chapter.locator("canvas")
    canvas.wait_for()
    box = canvas.bounding_box()
    canvas.click(position={"x": box["width"] * 0.25, "y": box["height"] * 0.75})
    chapter.locator(".from", has_text="(−1.1, −1.1)").wait_for()
    assert watch.errors == []


def test_a_drawing_becomes_the_world_of_all_chapters(page, app, watch):
    chapter = open_at(page, app, "The field", "field")
    page.get_by_label("what you draw", exact=True).check(force=True)
    pad = page.locator(".truth-pad canvas")
    pad.wait_for()
    chapter.locator("canvas[aria-label*='what you draw']").wait_for()
    page.get_by_role("button", name="Clear").click()
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.5 * box["height"], steps=30)
    page.mouse.up()
    page.locator(".truth-pad .state", has_text="Gaussians").wait_for()
    page.get_by_role("tab", name="ODE and SDE", exact=True).click()
    ways = page.locator("[data-chapter=ways]")
    ways.locator(".about", has_text="what you draw").wait_for()
    assert watch.errors == []
