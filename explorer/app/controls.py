"""Pieces that the tabs with a model share: their controls and the ways they state what was run."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape

import gradio as gr

from explorer.app import checks
from explorer.app.tables import NAMES

DIGITS = tuple("0123456789")
SPACINGS = ("linspace", "leading", "trailing", "karras")  # explorer.schedules', without torch
LAST_SEED = 9999
SOURCE = {
    "linear": "linear()",
    "cosine": "cosine()",
    "karras": "karras()",
    "zero_snr": "zero_snr(linear())",
    "scaled_linear": "scaled_linear()",
}
# Several requests at a time, so that their network calls can share batches; values unchanged, as
# Gradio's own checks name no field; of changes that come while one runs, the last.
SHARED = {
    "concurrency_limit": 4,
    "concurrency_id": "model",
    "preprocess": False,
    "trigger_mode": "always_last",
}


def digit_and_seed(choices: Sequence[str]) -> tuple[gr.Radio, gr.Number, gr.Button]:
    """The row of controls that every run has: what to draw, and from which noise."""
    with gr.Row(equal_height=False, elem_classes="asked"):
        with gr.Column(scale=5, min_width=280):
            digit = gr.Radio(list(choices), value="7", label="Digit", elem_classes="chips")
        with gr.Column(scale=2, min_width=220), gr.Row(elem_classes="seed"):
            seed = gr.Number(0, label="Seed", precision=0, min_width=90)
            button = gr.Button("New noise", variant="primary", min_width=110)
    return digit, seed, button


def schedule_and_spacing(*more: str) -> tuple[gr.Radio, gr.Radio]:
    """The two choices that are so often taken for one; `more` spacings than the usual."""
    schedule = gr.Radio(
        [(name, key) for key, name in NAMES.items()],
        value="linear",
        label="Schedule: how much noise each t means",
        elem_classes="chips",
    )
    spacing = gr.Radio(
        [*SPACINGS, *more],
        value="trailing",
        label="Spacing: at which noise levels the sampler stops",
        elem_classes="chips",
    )
    note(
        "Sampler, spacing and schedule are three separate choices. The schedule says what noise "
        "means, the spacing picks the levels to stop at, the sampler says how to get from one to "
        "the next. The network is told only the noise level, so it serves every combination."
    )
    return schedule, spacing


@dataclass(frozen=True)
class Job:
    """A handler, what it reads and what it fills; `progress` shows that it works."""

    run: Callable
    inputs: Sequence[gr.components.Component]
    outputs: Sequence[gr.components.Component]
    progress: gr.components.Component
    api_name: str


def on_change(tab: gr.Tab, jobs: Sequence[Job], *, seed: gr.Number, fresh: gr.Button) -> None:
    """Do the jobs, one after another, when the tab is opened and whenever an input settles.

    So the pictures are always what the controls say. `fresh` moves to the next seed first. A
    handler gets the values as they came, and checks each.
    """
    triggers = []
    for control in jobs[0].inputs:
        if isinstance(control, gr.Slider):
            triggers += [control.release]
        elif isinstance(control, gr.Radio):
            triggers += [control.input]
        else:
            triggers += [control.submit, control.blur]
    following = f"(seed) => (Math.trunc(Number(seed)) + 1 || 0) % {LAST_SEED + 1}"
    pressed = fresh.click(None, seed, seed, js=following, api_visibility="private")
    starts = ((partial(gr.on, triggers), True), (tab.select, False), (pressed.then, False))
    for begin, public in starts:
        for job in jobs:
            name = {"api_name": job.api_name} if public else {"api_visibility": "private"}
            begin = begin(
                job.run,
                list(job.inputs),
                list(job.outputs),
                show_progress_on=job.progress,
                **name,
                **SHARED,
            ).success


def said(*, classes: str = "") -> gr.HTML:
    """A place for sentences that a handler makes out of checked values."""
    return gr.HTML(
        "",
        js_on_load=None,
        apply_default_css=False,
        elem_classes=["explorer-widget", *classes.split()],
    )


def note(sentence: str) -> gr.HTML:
    """A fixed sentence in small grey type; it may hold HTML."""
    return fixed(f'<p class="quiet">{sentence}</p>')


def fixed(html: str) -> gr.HTML:
    """HTML of our own that never changes."""
    return gr.HTML(
        html_template=html,
        js_on_load=None,
        apply_default_css=False,
        elem_classes="explorer-widget",
    )


def measures(pairs: Iterable[tuple[str, str]]) -> str:
    """Numbers with what they count, as HTML."""
    cells = "".join(f"<div><dd>{value}</dd><dt>{what}</dt></div>" for value, what in pairs)
    return f'<dl class="measures">{cells}</dl>'


def model_name() -> str:
    """The running model's name, fit for HTML."""
    from explorer.app import studio

    return escape(studio.engine().net.card.name)


def ready() -> None:
    """Load the model, or refuse with the sentence that says which file is missing."""
    from explorer.app import studio
    from explorer.models.zoo import ZooError

    try:
        studio.engine()
    except ZooError as error:
        raise checks.refuse(str(error)) from None


def asked(digit: str) -> int | None:
    """The label of a choice of DIGITS or "none"."""
    return None if digit == "none" else int(digit)


def tiny(x: float) -> str:
    """A difference as a reader takes it in: 2.4 × 10⁻⁷, or "exactly 0"."""
    if x == 0:
        return "exactly 0"
    if x >= 0.001:
        return f"{x:.3f}"
    mantissa, power = f"{x:.1e}".split("e")
    return f"{mantissa} × 10<sup>−{abs(int(power))}</sup>"
