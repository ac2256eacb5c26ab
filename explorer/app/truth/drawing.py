"""The choice of a world, and the pad on which a person draws one: for every tab in the plane."""

import json
import math
from collections.abc import Callable

import gradio as gr

from explorer.app import controls
from explorer.app.theme import template, widget
from explorer.app.truth import asked as asking


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


def pad(world: gr.Radio, *, clears: bool = False) -> tuple[gr.Textbox, Callable]:
    """The pad, shown where the world is a drawn one: (the drawing as text, what follows one).

    clears: whether to clear the pad is to have drawn nothing; else the last drawing still counts.
    """
    shown = gr.HTML(
        {"shown": False, "points": spiral()},
        html_template=template("truth/draw.html"),
        js_on_load=widget("truthPad", "(detail) => trigger('use', detail)"),
        apply_default_css=False,
        elem_classes="explorer-widget",
        clears=clears,
    )
    drawing = gr.Textbox(spiral(), visible=False)
    js = "(world, points) => ({shown: world === 'drawn', points})"
    world.input(None, [world, drawing], shown, js=js, api_visibility="private")
    return drawing, shown.use(use, None, drawing, queue=False, **controls.SENT).success


def use(event: gr.EventData) -> str:
    """The drawing as text, once it is one; "" for one that was cleared."""
    sent = getattr(event, "_data", None)
    text = sent.get("points") if isinstance(sent, dict) else None
    if text != "":
        asking.points(text)
    return text
