"""What a network can be told, and how it is told: six ways in, drawn, and who takes which."""

import gradio as gr

from explorer.app.theme import template, widget
from explorer.words import conditions

TITLE = "Conditions"


def build(context) -> None:
    """The ways in, then the conditions."""
    ways, told = conditions.load()
    gr.HTML(
        html_template=template("course/conditions.html"),
        js_on_load=widget("conditions"),
        apply_default_css=False,
        elem_classes="explorer-widget",
        ways=[vars(way) for way in ways],
        conditions=[vars(condition) for condition in told],
    )
