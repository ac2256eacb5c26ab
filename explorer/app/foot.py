"""The foot of the page: one quiet line that says the version and what computes here."""

import gradio as gr

from explorer import __version__, backends, cores
from explorer.app import checks
from explorer.app.theme import widget

TEMPLATE = (
    '<p class="quiet" data-foot="line" hidden>'
    f'<span translate="no">Denoising Explorer {__version__}</span> · '
    'computed by <span translate="no" data-foot="backend"></span>, cores: '
    '<span translate="no" data-foot="cores"></span></p>'
)


def build() -> gr.HTML:
    """The line, which stays away until it is known what computes."""
    return gr.HTML(
        html_template=TEMPLATE,
        js_on_load=widget("foot", "server"),
        server_functions=[computed],
        apply_default_css=False,
        elem_classes="explorer-widget foot",
    )


def computed(asked: object) -> dict:
    """The backend's name, its cores, and whether that is the last word; asked: 0, or a refusal."""
    try:
        checks.integer("What is asked", asked, 0, 0)
    except gr.Error as error:
        return {"error": str(error.message)}
    return {"name": backends.name(), "cores": cores.used(), "settled": backends.settled()}
