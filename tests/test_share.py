"""Links: every control of the page has a key, and every state that a widget registers is known."""

import re

import pytest

from explorer.app import main, share
from explorer.paths import ASSETS
from explorer.words import catalogue

KEY = re.compile(r"[a-z]+(\.[\w-]+)+")


@pytest.fixture(scope="module")
def demo():
    return main.build()


@pytest.fixture(scope="module")
def listed(demo):
    return share.listed(demo)


def test_every_input_of_every_tab_is_kept_or_left_with_a_reason(demo):
    assert share.missing(demo) == []


def test_keys_are_short_and_readable(listed):
    keys = [control["key"] for control in listed["controls"]]
    assert len(keys) > 100
    assert [key for key in keys if not KEY.fullmatch(key) or len(key) > 36] == []


def test_every_tab_and_every_chapter_is_a_place(demo, listed):
    import gradio as gr

    tabs = {block._id for block, _, _ in share._walk(demo, "", None) if isinstance(block, gr.Tab)}
    assert {place["tab"] for place in listed["places"]} == tabs


def test_what_widgets_register_is_what_the_page_keeps_of_them(listed):
    files = (ASSETS / "web").rglob("*.js")
    text = "\n".join(file.read_text("utf-8") for file in files)
    registered = set(re.findall(r"ex\.state\.register\('([\w.]+)'", text))
    assert registered == {one["key"] for one in listed["controls"] if one["kind"] == "state"}


def test_the_selectors_of_our_widgets_are_of_names_that_the_scripts_give(listed):
    text = "\n".join(
        file.read_text("utf-8")
        for file in (ASSETS / "web").rglob("*.*")
        if file.suffix in (".js", ".html")
    )
    for control in listed["controls"]:
        for name in re.findall(r"\[name=([\w-]+)\]", control.get("select", "")):
            assert f"'{name}'" in text or f'"{name}"' in text, control["key"]


@pytest.mark.parametrize("language", catalogue.others())
def test_every_control_has_its_name_in_every_language(listed, language):
    known = catalogue.load(language)
    plain = {
        re.sub(r"\d+(?:[.,]\d+)*", "{}", control["title"])
        for control in listed["controls"]
        if re.search(r"[^\W\d_]{2}", control["title"]) and ": " not in control["title"]
    }
    assert plain - known.keys() == set()


def test_a_key_that_is_used_twice_is_refused():
    import gradio as gr

    with gr.Blocks() as demo:
        for _ in range(2):
            share.keep(gr.Slider(0, 1, label="Same"), "same.key")
    with pytest.raises(ValueError, match=r"same\.key"):
        share.listed(demo)
