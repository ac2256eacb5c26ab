"""Train: how a network comes to know. A chapter each thing to train."""

import gradio as gr

from explorer.app import share
from explorer.app.asking import ask
from explorer.app.learning import batch, digits, plane

TITLE = "Train"
GROUP = "train-chapters"
CHAPTERS = (plane, digits, batch)  # modules of explorer.app.learning


def build(context) -> None:
    """The tab: a chapter for each thing to train."""
    with gr.Tabs(elem_classes=["chapters", GROUP]):
        for module in CHAPTERS:
            with gr.Tab(module.TITLE) as context.tab:
                share.place(context.tab, f"train.{module.__name__.rpartition('.')[2]}")
                ask(f"{TITLE}/{module.TITLE}")
                module.build(context)
