"""Ten common errors, each to be owned or disowned before it is put right."""

import gradio as gr

from explorer.app.theme import template, widget
from explorer.words import errors

TITLE = "Ten errors"


def build(context) -> None:
    """The ten beliefs; the browser alone remembers what was answered."""
    gr.HTML(
        html_template=template("course/errors.html"),
        js_on_load=widget("errors"),
        apply_default_css=False,
        elem_classes="explorer-widget",
        errors=[vars(error) for error in errors.load()],
    )
