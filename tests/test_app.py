"""What the app says and sends, without a browser."""

import base64
import math
import subprocess
import sys

import gradio as gr
import numpy as np
import pytest

from explorer.app import checks, gallery, head, tables, theme
from explorer.app.main import TABS
from explorer.app.player import Film, Track, grey
from explorer.app.tabs import schedules as tab
from explorer.figures import palette
from explorer.paths import ASSETS
from explorer.schedules import SCHEDULES


def test_the_shipped_tables_are_the_schedules():
    for name, make in SCHEDULES.items():  # to the rounding of one processor's exp and cos
        for key, packed in tables.table(make()).items():
            ours, theirs = (
                np.frombuffer(base64.b64decode(text), "<f8")
                for text in (tables.shipped()[name][key], packed)
            )
            assert ours.shape == theirs.shape and np.abs(ours - theirs).max() < 1e-13
    assert list(tables.NAMES) == list(tables.shipped()) == list(SCHEDULES)
    zero = np.frombuffer(base64.b64decode(tables.shipped()["zero_snr"]["alpha"]), "<f8")
    assert zero[0] == 1 and zero[-1] == 0 and len(zero) == 1001


def test_building_the_page_does_not_import_torch():
    code = (
        "import sys; from explorer.app.main import build; build(); "
        "sys.exit('torch' in sys.modules or 'torchvision' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_source_lines_on_display_are_in_the_source():
    source = (ASSETS.parent / "explorer" / "schedules.py").read_text("utf-8")
    assert all(line in source for _, line, _ in tab.MADE.values())
    page = theme.template("forward/equation.html")
    shown = {
        "alpha * x0[i] + sigma * eps[i]": theme.WEB / "forward/equation.js",
        "alpha * x0 + sigma * eps": ASSETS.parent / "explorer" / "forward.py",
    }
    for line, file in shown.items():
        assert line in page and line in file.read_text("utf-8")


def test_nothing_that_the_page_carries_names_another_host():
    texts = [head.head(), head.scripts(), head.styles()]
    texts += [file.read_text("utf-8") for file in theme.WEB.rglob("*.*")]
    allowed = "http://www.w3.org/2000/svg"  # the name of a language, never fetched
    assert all("://" not in text.replace(allowed, "") for text in texts)
    assert theme.theme()._stylesheets == []


def test_every_colour_of_the_palette_is_a_css_variable_in_light_and_dark():
    light, strong, dark = theme.variables().split("\n")
    for prefix, family in (
        ("", palette.ROLES),
        ("schedule-", palette.SCHEDULES),
        ("sampler-", palette.SAMPLERS),
    ):
        for name, ink in family.items():
            assert f"--{prefix}{name}:{ink.light};" in light
            assert f"--{prefix}{name}:{palette.STRONG.get(ink.light, ink.light)};" in strong
            assert f"--{prefix}{name}:{ink.dark};" in dark


def test_tabs_have_a_title_and_a_build():
    assert all(isinstance(module.TITLE, str) and callable(module.build) for module in TABS)


def test_the_gallery_holds_a_digit_for_each_label():
    size, labels = gallery.about()["size"], gallery.about()["labels"]
    assert gallery.digits().shape == (len(labels), size, size)
    assert gallery.digits().dtype == np.uint8 and (gallery.digits().max((1, 2)) > 200).all()


@pytest.mark.parametrize(
    "check, value",
    [
        (checks.number, math.nan),
        (checks.number, -math.inf),
        (checks.number, [1]),
        (checks.number, "1"),
        (checks.number, True),
        (checks.number, None),
        (checks.number, 10**400),
        (checks.integer, 2.5),
        (checks.integer, math.inf),
        (checks.integer, 11),
    ],
)
def test_a_refusal_names_the_field_and_the_range(check, value):
    with pytest.raises(gr.Error) as caught:
        check("Steps", value, 1, 10)
    text = caught.value.message
    assert text.startswith("Steps must be a") and "from 1 to 10" in text and len(text) < 120


def test_what_is_in_range_passes():
    assert checks.number("Scale", 3, 0, 20) == 3.0
    assert checks.integer("Steps", 10.0, 1, 10) == 10
    assert checks.choice("Sampler", "ddim", ("ddpm", "ddim")) == "ddim"
    assert checks.choices("Samplers", ["ddim", "ddim"], ("ddpm", "ddim")) == ["ddim"]
    assert checks.drawing("The drawing", [0] * 783 + [9])[-1] == 9


@pytest.mark.parametrize("value", [None, ["ddim"], "heun", 3, "x" * 10_000])
def test_a_choice_lists_its_options(value):
    with pytest.raises(gr.Error, match="Sampler must be one of ddpm, ddim, not"):
        checks.choice("Sampler", value, ("ddpm", "ddim"))


def test_an_empty_drawing_is_told_so():
    with pytest.raises(gr.Error, match="The drawing is empty: draw a digit first"):
        checks.drawing("The drawing", [0] * 784)
    with pytest.raises(gr.Error, match="784 grey values"):
        checks.drawing("The drawing", [0] * 9)


def test_grey_puts_minus_scale_at_black_and_scale_at_white():
    x = np.array([[[[-3.0, -1.0, 0.0, 1.0, 9.0]]]])
    assert grey(x).tolist() == [[[0, 0, 128, 255, 255]]]
    assert grey(x, scale=3).tolist() == [[[0, 85, 128, 170, 255]]]
    assert grey(np.zeros((2, 3, 4, 5))).shape == (2, 4, 5, 3)


def test_a_film_travels_and_says_what_does_not_fit():
    frames = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)
    sent = Film(["a", "b", "c"], [Track("x", frames, at=[0, 0, 1])]).payload()
    assert sent["start"] == 2 and sent["tracks"][0]["shape"] == [2, 3, 4, 1]
    assert base64.b64decode(sent["tracks"][0]["frames"]) == frames.tobytes()
    with pytest.raises(ValueError, match="at must give each of 3 positions a frame from 0 to 1"):
        Film(["a", "b", "c"], [Track("x", frames, at=[0, 1, 2])])
    with pytest.raises(ValueError, match="uint8"):
        Track("x", frames.astype(float))
    with pytest.raises(ValueError, match="start"):
        Film(["a"], start=1)
