"""The question at the top of a chapter: guessed first, then revealed. Its texts are data."""

import gradio as gr

from explorer.app import share
from explorer.app.theme import template, widget
from explorer.words import questions


def ask(place: str) -> None:
    """The question of a place, "Tab" or "Tab/Chapter"; nothing where the file has none.

    The guess stays in the browser (see assets/web/ask.js): nothing of it is ever sent here.
    """
    question = next((one for one in questions.load() if one.place == place), None)
    if question is None:
        return
    said = {key: value for key, value in vars(question).items() if value not in ("", ())}
    made = gr.HTML(
        None,
        html_template=template("ask.html"),
        js_on_load=widget("ask"),
        apply_default_css=False,
        elem_classes="explorer-widget",
        question=said | {"answer": question.answer},
    )
    share.question(made)
