"""Course: the lessons, common errors, words, people, conditions and a quiz. A chapter each."""

import gradio as gr

from explorer.app import share
from explorer.app.course import conditions, errors, glossary, history, lessons, quiz

TITLE = "Course"
CHAPTERS = (lessons, errors, glossary, history, conditions, quiz)  # of explorer.app.course


def build(context) -> None:
    """The tab: a chapter each; nothing in it needs the network."""
    with gr.Tabs(elem_classes=["chapters", "course-chapters"]):
        for module in CHAPTERS:
            with gr.Tab(module.TITLE) as opened:
                share.place(opened, f"course.{module.__name__.rpartition('.')[2]}")
                module.build(context)
