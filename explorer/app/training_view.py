"""The chapter "What training sees": the noise levels a uniform t visits, and the loss there."""

import base64
import json
from pathlib import Path

import gradio as gr

from explorer.app import gallery, share
from explorer.app.tables import NAMES
from explorer.app.theme import template, widget
from explorer.paths import ASSETS

TITLE = "What training sees"


def weights_of(model: str) -> Path:
    """The file of weights that a name or a path means; zoo.locate, without torch."""
    path = Path(model)
    return path if path.suffix else ASSETS / "models" / f"{model}.safetensors"


def losses(model: str) -> dict | None:
    """What `explorer evaluate MODEL --losses` wrote beside the weights; None where it did not."""
    try:
        table = json.loads(weights_of(model).with_suffix(".losses.json").read_text("utf-8"))
        return table if table["rows"] else None
    except (OSError, ValueError, KeyError):
        return None


def build(context) -> None:
    """The chapter; all of it runs in the page."""
    made = gr.HTML(
        None,
        html_template=template("training.html"),
        js_on_load=widget("trainingView"),
        apply_default_css=False,
        elem_classes="explorer-widget",
        names=NAMES,
        losses=losses(context.model),
        model=Path(context.model).stem,
        picture=base64.b64encode(gallery.digits()[4].tobytes()).decode(),
    )
    share.inputs(made, "schedules.loss", "Loss of", "[name=loss-of]")
