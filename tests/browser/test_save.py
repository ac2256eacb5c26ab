"""What is saved is what is shown, says what it is, and asks for nothing."""

import csv
import io
import json

import numpy as np
import pytest
from PIL import Image, ImageSequence
from playwright.sync_api import expect

import explorer

from .conftest import idle, open_chapter, open_tab, pixels, serve, two_frames
from .pages import load

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def players(browser_type_launch_args):
    with serve("-m", "tests.browser.player_app") as url:
        yield url


def saved(page, kind: str, within: str = "body") -> tuple[str, bytes]:
    """Press Save and a kind in the first menu that is shown: the file's name and its bytes."""
    menu = page.locator(f"{within} .saves:visible").first
    if not menu.locator(".save[open]").count():
        menu.locator(".save > summary").click()
    with page.expect_download() as download:
        menu.locator(f"[data-kind={kind}]").click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def squares(frame: np.ndarray, grey: int) -> int:
    """How many pixels are of a grey."""
    return int((frame == grey).all(-1).sum())


def test_an_animation_is_saved_as_it_is_shown(page, players, watch):
    open_tab(page, players, "One", ".player canvas")
    idle(page)
    watch.requests.clear()
    name, data = saved(page, "gif")
    gif = Image.open(io.BytesIO(data))
    assert name.endswith(".gif") and "Denoising" not in name
    about = json.loads(gif.info["comment"])
    assert about["place"] == "One" and about["version"]
    found = [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(gif)]
    assert len(found) == 20
    for position, frame in enumerate(found):  # the film's own greys, 10 a position and 1
        page.evaluate(
            "p => document.dispatchEvent(new CustomEvent('explorer:seek',"
            " {detail: {player: 'race', position: p}}))",
            position,
        )
        two_frames(page)
        (grey,) = set(pixels(page, ".player canvas"))
        # a picture is 28 * 6 = 168 a side; the row has two of them
        assert squares(frame, grey) >= (2 if grey > 60 else 1) * 160**2 - 2000
    name, data = saved(page, "png")
    picture = Image.open(io.BytesIO(data))
    assert picture.text["version"] == about["version"] and picture.width == 2 * gif.width
    name, data = saved(page, "json")
    assert json.loads(data)["positions"][3] == "NFE 4"
    assert [u for u in watch.requests if not u.startswith("blob:")] == []
    assert watch.errors == []


def test_a_plot_is_saved_with_its_numbers(page, app, watch):
    open_chapter(page, app, "Schedules", "Where a sampler steps", ".steps-view .own circle")
    name, data = saved(page, "csv", ".steps-view + ")
    text = data.decode()
    head = [line for line in text.splitlines() if line.startswith("#")]
    assert "# place: Schedules / Where a sampler steps" in head
    rows = list(csv.reader(line for line in text.splitlines() if not line.startswith("#")))
    assert rows[0] == ["spacing", "step", "t"]
    assert [float(t) for spacing, _, t in rows if spacing == "trailing"][:2] == [1000, 900]
    name, data = saved(page, "png", ".steps-view + ")
    picture = Image.open(io.BytesIO(data))
    assert name == "steps-linear-10.png" and picture.text["schedule"] == "linear"
    assert len(picture.convert("L").getcolors(256)) > 20  # a drawing, not a plain ground
    assert watch.errors == []


def test_numbers_of_a_network_say_which_with_which_noise_and_by_what(page, app, watch):
    place = "U-Net / Three names of one prediction"
    open_chapter(page, app, *place.split(" / "), ".names-pictures canvas >> visible=true")
    page.get_by_role("button", name="New noise").locator("visible=true").click()
    page.wait_for_selector("text=seed 1 >> visible=true", timeout=60_000)
    wanted = {"place": place, "model": "mnist", "seed": 1, "version": explorer.__version__}
    _, data = saved(page, "json", ".tabitem")
    about = json.loads(data)["about"]
    assert about == about | wanted
    assert about["link"].startswith(f"{app}/#v=1&at=unet&unet=names&")
    assert "unet.seed=1" in about["link"]
    _, data = saved(page, "csv", ".tabitem")
    head = [line for line in data.decode().splitlines() if line.startswith("#")]
    assert [line for key, said in wanted.items() if (line := f"# {key}: {said}") not in head] == []
    assert watch.errors == []


# A white picture with two red marks and much between them, tightened: red or not, row by row
TIGHTENED = """() => {
  const canvas = explorer.element('canvas', { width: 40, height: 220 });
  const context = canvas.getContext('2d');
  const box = (colour, ...at) => { context.fillStyle = colour; context.fillRect(...at); };
  box('#fff', 0, 0, 40, 220); box('#f00', 20, 10, 5, 5); box('#f00', 30, 200, 5, 5);
  const made = explorer.tightened(canvas, 48), { height } = made;
  const { data } = made.getContext('2d').getImageData(0, 0, 40, height), rows = [];
  for (let y = 0; y < height; y++) rows.push([22, 32].map((x) => data[4 * (40 * y + x) + 1] === 0));
  return rows;
}"""


def test_a_picture_has_no_room_for_what_is_left_out(page, app):
    load(page, app)
    page.wait_for_function("Boolean(window.explorer?.tightened)")
    nothing, left, right = [False, False], [True, False], [False, True]
    assert page.evaluate(TIGHTENED) == [
        *[nothing] * 10,
        *[left] * 5,
        *[nothing] * 48,
        *[right] * 5,
        *[nothing] * 15,
    ]


def test_a_network_is_saved_as_the_table_of_its_blocks(page, app, watch):
    open_chapter(page, app, "U-Net", "Network", ".unet-drawing .block >> visible=true")
    name, data = saved(page, "json", ".unet-drawing + ")
    about = json.loads(data)["about"]
    assert name == "network-mnist.json" and about["model"] == "mnist" and about["version"]
    (blocks,) = json.loads(data)["tables"]
    assert blocks["columns"] == ["block", "kind", "in", "out", "parameters", "MFLOP", "ms"]
    *rows, whole = blocks["rows"]
    assert len(rows) == page.locator(".unet-drawing .block").count()
    assert sum(row[4] for row in rows) == whole[4] and whole[5] > 0 and whole[6] > 0
    assert ["down 1: residual block", "residual", "32 × 28 × 28 and 128", "32 × 28 × 28"] in [
        row[:4] for row in rows
    ]
    _, data = saved(page, "csv", ".unet-drawing + ")
    lines = [line for line in data.decode().splitlines() if line and not line.startswith("#")]
    assert len(lines) == len(rows) + 2
    assert watch.errors == []


def test_a_widget_that_is_no_film_is_saved_moving(page, app, watch):
    open_chapter(page, app, "Train", "In the plane", ".plane-train .exact canvas >> visible=true")
    place = page.locator(".plane-train .transport input[type=range]")
    before, count = place.input_value(), int(place.get_attribute("max")) + 1
    _, data = saved(page, "gif", ".tabitem")
    gif = Image.open(io.BytesIO(data))
    about = json.loads(gif.info["comment"])
    assert about == about | {"place": "Train / In the plane", "version": explorer.__version__}
    frames = [frame.convert("RGB").tobytes() for frame in ImageSequence.Iterator(gif)]
    assert len(frames) == count > 2 and len(set(frames)) == count
    assert place.input_value() == before
    assert watch.errors == []


# The colours of a picture of some HTML: of the middle of each child, near its top.
DRAWN = """async html => {
  const root = explorer.element('div', { class: 'explorer-widget' });
  root.innerHTML = html;
  document.querySelector('.gradio-container').append(root);
  const canvas = await explorer.shot(root, { title: 'Some HTML', about: '', scale: 1 });
  const context = canvas.getContext('2d'), around = root.getBoundingClientRect();
  const colours = [...root.children].map((child) => {
    const { x, y, width, height } = child.getBoundingClientRect();
    const at = [x - around.x + 16 + width / 2, y - around.y + 46 + height / 5].map(Math.floor);
    return [...context.getImageData(...at, 1, 1).data].slice(0, 3);
  });
  const all = new Uint32Array(context.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
  root.remove();
  return { colours, red: all.filter((pixel) => pixel === 0xff0000ff).length };
}"""


def test_a_picture_has_grounds_ticks_and_nothing_that_is_closed(page, app, watch):
    load(page, app)
    page.wait_for_selector(".masthead h1")
    bar = "display: block; width: 100px; height: 20px; background:"
    red = f'<div style="{bar} #f00"></div>'
    found = page.evaluate(
        DRAWN,
        f'<i style="{bar} #8a6500"></i>'
        f'<i style="{bar} linear-gradient(to right, #000, #fff)"></i>'
        '<input type="checkbox"><input type="checkbox" checked>'
        f"<details><summary>More</summary>{red}</details>",
    )
    brown, grey, empty, ticked, _ = found["colours"]
    assert brown == [138, 101, 0] and max(grey) - min(grey) == 0 and 120 < grey[0] < 135
    assert empty == [255, 255, 255] and ticked == [0, 114, 178]  # the colour of the signal
    assert found["red"] == 0
    opened = f"<details open><summary>More</summary>{red}</details>"
    assert page.evaluate(DRAWN, opened)["red"] == 100 * 20
    assert watch.errors == []


def test_the_code_follows_what_is_shown(page, app):
    open_chapter(page, app, "Forward", "The closed form", ".equation-chapter canvas")
    page.get_by_text("Code for this").locator("visible=true").click()
    shown = page.locator(".made-by[open] code")
    expect(shown).to_contain_text('SCHEDULES["linear"]()(250)')
    page.evaluate(
        "document.dispatchEvent(new CustomEvent('explorer:seek',"
        " {detail: {player: 'forward', position: 611}}))"
    )
    page.wait_for_function(
        "document.querySelector('.made-by[open] code').textContent.includes('()(611)')"
    )
