"""How the field came here: a line of years, and which chapter shows what."""

import gradio as gr

from explorer.app.theme import template, widget
from explorer.words import history

TITLE = "History"


def build(context) -> None:
    """The line of years, with a filter by theme."""
    gr.HTML(
        html_template=template("course/history.html"),
        js_on_load=widget("history"),
        apply_default_css=False,
        elem_classes="explorer-widget",
        works=[vars(work) for work in history.load()],
        themes=list(history.THEMES.items()),
    )
