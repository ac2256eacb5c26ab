"""The ten notebooks: what each answers, where to open it, and what in the app shows the same."""

import gradio as gr

from explorer.app.theme import template, widget
from explorer.words import lessons

TITLE = "Lessons"


def build(context) -> None:
    """The list of lessons."""
    gr.HTML(
        html_template=template("course/lessons.html"),
        js_on_load=widget("lessons"),
        apply_default_css=False,
        elem_classes="explorer-widget",
        lessons=[vars(lesson) | {"colab": lesson.colab} for lesson in lessons.load()],
    )
