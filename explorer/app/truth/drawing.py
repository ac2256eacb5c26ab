"""The choice of a world, and the pad on which a person draws one: for every tab in the plane."""

import json
import math

import gradio as gr

from explorer.app import share
from explorer.app.theme import template, widget
from explorer.app.truth import asked as asking

NUMBER = r"-?[01](\.\d{1,3})?"
POINT = rf"\[{NUMBER}, ?{NUMBER}\]"
POINTS = rf"(\[{POINT}(, ?{POINT}){{0,119}}\])?"  # of a drawing as text


def spiral() -> str:
    """What the pad opens with."""
    turns = [0.35 + 0.105 * k for k in range(90)]
    points = [[0.085 * t * math.cos(t), 0.085 * t * math.sin(t)] for t in turns]
    return json.dumps([[round(v, 3) for v in point] for point in points])


def choice(label: str, value: str) -> gr.Radio:
    """The worlds, and "what you draw"."""
    return gr.Radio(
        [(title, key) for key, title in asking.WORLDS.items()],
        value=value,
        label=label,
        elem_classes="chips",
    )


def pad(world: gr.Radio, key: str) -> gr.HTML:
    """The pad, shown where the world is a drawn one; its value holds the drawing at any time.

    `use` is its event that a drawing is ready; `key` is the world's in a link.
    """
    made = gr.HTML(
        {"shown": False, "points": spiral()},
        html_template=template("truth/draw.html"),
        js_on_load=widget("truthPad", "() => trigger('use')"),
        apply_default_css=False,
        elem_classes="explorer-widget",
    )
    js = "(world, pad) => ({...pad, shown: world === 'drawn'})"
    world.input(None, [world, made], made, js=js, api_visibility="private")
    share.keep(world, key, mirrors=[(made, "value.shown", "drawn")])
    share.keep(made, f"{key}.points", "Your drawing", field="points", pattern=POINTS)
    return made
