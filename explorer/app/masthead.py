"""The top of the page: the name, what it is, and the switches of the whole page."""

import gradio as gr

from explorer.app.theme import widget
from explorer.words.catalogue import LANGUAGES

INTRO = "Watch images dissolve into noise and come back, on models small enough to take apart."
LOOKS = (
    '<p class="looks"><button type="button" data-look="dark">Dark</button><button type="button"'
    ' data-look="present" title="Large and strong, for a projector">Present</button></p>'
)


def build() -> None:
    """The name, what it is, the switches of looks and of languages, and the button Share."""
    languages = "".join(
        f'<button type="button" lang="{code}">{name}</button>' for code, name in LANGUAGES.items()
    )
    gr.HTML(
        html_template=(
            f"<h1>Denoising Explorer</h1><p>{INTRO}</p>{LOOKS}"
            '<button type="button" class="share-open">Share</button>'
            f'<p class="languages" translate="no">{languages}</p>'
        ),
        js_on_load=widget("languages") + widget("looks"),
        apply_default_css=False,
        elem_classes="masthead",
    )
