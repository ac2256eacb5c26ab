"""The glossary: a term, its sentence, its formula, its name in the code, and where to see it."""

import gradio as gr

from explorer.app import share
from explorer.app.theme import template, widget

TITLE = "Glossary"


def build(context) -> None:
    """The search and the list. The terms are in the page already: explorer/app/terms.py."""
    made = gr.HTML(
        html_template=template("course/glossary.html"),
        js_on_load=widget("glossary"),
        apply_default_css=False,
        elem_classes="explorer-widget",
    )
    share.inputs(made, "course.term", "Search", ".glossary input")
