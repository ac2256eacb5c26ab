"""Network: a drawing of the network that is loaded, and what passes through each block of it.

torch is imported when the chapter is first opened, not with the page.
"""

import re
from pathlib import Path

import gradio as gr

from explorer.app import checks, classes, controls, share
from explorer.app.inside import asked as asking
from explorer.app.inside import subjects
from explorer.app.theme import template, widget

TITLE = "Network"
EMPTY = "On its way: the network is being loaded and measured."
FIRST = "down.0.residual"
PLACE = re.compile(r"(\w+)\|([\w.]{1,80})\|(-?\d{1,2})")
LAST = -1  # the step that a block opens with: what leaves it


def place(text: object, which: str) -> tuple[str, int]:
    """(block, step) out of "which|block|step"; of another network, the one it opens with."""
    found = PLACE.fullmatch(text) if isinstance(text, str) else None
    if not found:
        raise checks.refuse("The block must be named as the drawing names it.")
    of, block, step = found.groups()
    return (block, int(step)) if of == which else (FIRST, LAST)


def look(digit, seed, degrees, which, chosen) -> dict:
    """The feature maps of a block. Raises gr.Error, a sentence, naming the field."""
    asked = asking.check(digit, seed, degrees)
    which = checks.choice("Network", which, subjects.NETWORKS)
    block, step = place(chosen, which)
    from explorer.app.inside import dissected

    return dissected.features(which, asked, block, step)


def show(digit, seed, degrees, which, chosen) -> tuple[dict, dict]:
    """The drawing and the feature maps of the chosen block; as `look`."""
    maps = look(digit, seed, degrees, which, chosen)
    from explorer.app.inside import drawn

    return drawn.drawing(which), maps


def take(event: gr.EventData) -> str:
    """The block and the step that were clicked, as text."""
    sent = getattr(event, "_data", None)
    text = sent.get("place") if isinstance(sent, dict) else None
    if not isinstance(text, str) or not PLACE.fullmatch(text):
        raise checks.refuse("The block must be named as the drawing names it.")
    return text


def warm() -> None:
    """What the chapter opens with."""
    show(classes.opening(), 0, asking.FIRST, subjects.APP, f"{subjects.APP}|{FIRST}|{LAST}")


def chooser(model: str, key: str) -> gr.Radio:
    """Which network: that of the tabs, and that of scenes where its weights are.

    key: its own in a link.
    """
    choices = [(f"{Path(model).stem}, or yours from Train", subjects.APP)]
    if subjects.scenes_here():
        choices.append(("scenes, the text-to-image model", subjects.SCENES))
    which = gr.Radio(
        choices,
        value=subjects.APP,
        label="Network",
        elem_classes="chips",
        visible=len(choices) > 1,
    )
    share.keep(which, key)
    return which


def build(asked: list, context) -> list[controls.Job]:
    """The drawing, and below it the block that was clicked."""
    which = chooser(context.model, "unet.model")
    chosen = gr.Textbox(f"{subjects.APP}|{FIRST}|{LAST}", visible=False)
    drawing = _widget("unet/drawing.html", "unetDrawing")
    maps = _widget("unet/features.html", "unetFeatures")
    also = [drawing, maps]
    share.keep(chosen, "unet.block", "Block that is open", also=also, pattern=PLACE.pattern)
    inputs = [*asked, which, chosen]
    for clicked in (drawing, maps):
        clicked.look(take, None, chosen, queue=False, **controls.SENT).success(
            look, inputs, maps, show_progress="hidden", **controls.SENT, **_SHARED
        )
    return [controls.Job(show, inputs, [drawing, maps], maps, "unet_network")]


_SHARED = {k: v for k, v in controls.SHARED.items() if k not in controls.SENT}


def _widget(file: str, script: str) -> gr.HTML:
    return gr.HTML(
        None,
        html_template=template(file),
        js_on_load=widget(script, "(detail) => trigger('look', detail)"),
        apply_default_css=False,
        elem_classes="explorer-widget",
        empty=EMPTY,
    )
