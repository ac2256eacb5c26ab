"""The quiz: the same questions before and after the course, kept in the browser alone."""

import gradio as gr

from explorer.app.theme import template, widget
from explorer.words import quiz

TITLE = "Quiz"


def build(context) -> None:
    """The quiz; no handler, since nothing is ever sent."""
    gr.HTML(
        html_template=template("course/quiz.html"),
        js_on_load=widget("quiz"),
        apply_default_css=False,
        elem_classes="explorer-widget",
        items=[vars(item) | {"index": item.index} for item in quiz.load()],
    )
