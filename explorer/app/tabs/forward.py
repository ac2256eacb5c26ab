"""Forward: one picture dissolving into noise, computed in the browser while the scrubber moves."""

import base64

import gradio as gr
import numpy as np

from explorer.app import gallery
from explorer.app.tables import NAMES
from explorer.app.theme import predict, template, widget

TITLE = "Forward"
SEEDS = 4
START = 250  # half dissolved under the linear schedule: something to look at

QUESTION = "The last step is t = 1000. At which t can you no longer tell which digit it is?"
ANSWER = (
    "Most people lose it near t = 550 under the linear schedule, where 5 % of the variance is image. "
    "The second half of the steps looks all alike, and a sampler spends work there. "
    "Now try the same with the other schedules, and with a digit that you draw."
)


def noise(seed: int, side: int = 28) -> np.ndarray:
    """Standard normal noise, float16 (side, side), from NumPy's default generator."""
    return np.random.default_rng(seed).standard_normal((side, side)).astype(np.float16)


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
