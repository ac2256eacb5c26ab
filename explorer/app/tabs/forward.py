"""Forward: one picture dissolving into noise, computed in the browser while the scrubber moves."""

import base64

import gradio as gr

from explorer.app import gallery
from explorer.app.tables import NAMES
from explorer.app.tabs.parts import noise
from explorer.app.theme import predict, template, widget

TITLE = "Forward"
SEEDS = 4
START = 250  # half dissolved under the linear schedule: something to look at

QUESTION = "The last step is t = 1000. At which t can you no longer tell which digit it is?"
ANSWER = (
    "Under the linear schedule 5 % signal is left at t = 550, and the second half of the steps "
    "looks all alike. Under the cosine schedule 42 % is left at the same t: a schedule only says "
    "when. Try the others, and a digit of your own."
)


def payload() -> dict:
    """Everything that the tab ever needs, sent once: gallery, noises and names."""
    return {
        "gallery": gallery.payload(),
        "noises": [base64.b64encode(noise(seed).tobytes()).decode() for seed in range(SEEDS)],
        "names": NAMES,
        "start": START,
    }


def build(context) -> None:
    """The tab; all of it runs in the page."""
    predict(QUESTION, ANSWER)
    gr.HTML(
        payload(),
        html_template=template("forward.html"),
        js_on_load=widget("forward"),
        apply_default_css=False,
        elem_classes="explorer-widget",
    )
