"""Above the tabs: the name and the switches of the page. Below them: what computes here."""

import gradio as gr

from explorer import __version__, backends, cores
from explorer.app.theme import widget
from explorer.words.catalogue import LANGUAGES

INTRO = "Watch images dissolve into noise and come back, on models small enough to take apart."
LOOKS = (
    '<p class="looks"><button type="button" data-look="dark">Dark</button><button type="button"'
    ' data-look="present" title="Large and strong, for a projector">Present</button></p>'
)
FOOT = (
    '<p class="quiet" data-foot="line" hidden>'
    f'<span translate="no">Denoising Explorer {__version__}</span> · '
    'computed by <span translate="no" data-foot="backend"></span>, cores: '
    '<span translate="no" data-foot="cores"></span></p>'
)


def masthead() -> None:
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


def foot() -> None:
    """The last line of the page; what computes is filled in once it is known."""
    gr.HTML(
        html_template=FOOT,
        js_on_load=widget("foot", "server"),
        server_functions=[computed],
        apply_default_css=False,
        elem_classes="explorer-widget foot",
    )


def computed(_asked: object = None) -> dict:
    """What computes here, and whether that is the last word."""
    return {"name": backends.name(), "cores": cores.used(), "settled": backends.settled()}
