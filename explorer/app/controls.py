"""Pieces that the tabs with a model share: their controls and the ways they state what was run."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from explorer import names
from explorer.app import checks, classes, labels
from explorer.app.limits import LAST_SEED
from explorer.app.tables import NAMES
from explorer.app.theme import widget

DIGITS = labels.DIGITS
SPACINGS = tuple(names.SPACINGS)
THREE_CHOICES = (
    "Sampler, spacing and schedule are three separate choices. The schedule says what noise "
    "means, the spacing picks the levels to stop at, the sampler says how to get from one to "
    "the next. The network is told only the noise level, so it serves every combination."
)
SOURCE = {name: f"{name}()" for name in NAMES} | {"zero_snr": "zero_snr(linear())"}
# Several requests at a time, so that their network calls can share batches; values unchanged, as
# Gradio's own checks name no field; of changes that come while one runs, the last.
SHARED: dict[str, Any] = {
    "concurrency_limit": 128,  # more than wait for a network: kept answers must not queue behind it
    "concurrency_id": "model",
    "preprocess": False,
    "trigger_mode": "always_last",
}
LONG = {"concurrency_limit": 4, "concurrency_id": "long"}
# What a widget sends with its event: every message. While one is under way, "once" would drop the
# next, and "always_last" would send the first one's data again in its place.
SENT: dict[str, Any] = {"trigger_mode": "multiple", "api_visibility": "private"}


def digit_and_seed(
    choices: Sequence[str],
) -> tuple[gr.Radio | gr.Dropdown, gr.Number, gr.Button]:
    """The row of controls that every run has: what to draw, and from which noise.

    choices: DIGITS, for which the classes of the running model stand, and what else there is.
    """
    with gr.Row(equal_height=False, elem_classes="asked"):
        with gr.Column(scale=5, min_width=280):
            digit = classes.choice(also=[choice for choice in choices if choice not in DIGITS])
        with gr.Column(scale=2, min_width=220), gr.Row(elem_classes="seed"):
            seed = gr.Number(0, label="Seed", precision=0, min_width=90)
            button = gr.Button("New noise", variant="primary", min_width=110)
    return digit, seed, button


def schedule_choice() -> gr.Radio:
    """How much noise each t means."""
    return gr.Radio(
        [(name, key) for key, name in NAMES.items()],
        value="linear",
        label="Schedule: how much noise each t means",
        elem_classes="chips",
    )


def schedule_and_spacing(value: tuple[str, str] = ("linear", "trailing")) -> tuple:
    """The two choices, (schedule, spacing), that are so often taken for one."""
    schedule = schedule_choice()
    schedule.value = value[0]
    spacing = gr.Radio(
        list(SPACINGS),
        value=value[1],
        label="Spacing: at which noise levels the sampler stops",
        elem_classes="chips",
    )
    note(THREE_CHOICES)
    return schedule, spacing


@dataclass(frozen=True)
class Job:
    """A handler, what it reads and what it fills; `progress` shows that it works."""

    run: Callable
    inputs: Sequence[Any]  # components: Gradio makes their events as it runs
    outputs: Sequence[Any]
    progress: gr.components.Component | Sequence[gr.components.Component]
    api_name: str
    long: bool = False  # hundreds of network calls: few at a time, so that short jobs pass by


def settled(inputs: Iterable[Any]) -> list:
    """The events that say that a person has finished changing one of these."""
    triggers = []
    for control in inputs:
        if isinstance(control, gr.Slider):
            triggers += [control.release]
        elif isinstance(control, gr.Radio | gr.Dropdown):
            triggers += [control.input]
        elif isinstance(control, gr.HTML):
            continue  # a widget has events of its own
        elif isinstance(control, gr.Number) or control.visible is True:
            triggers += [control.submit, control.blur]
    return triggers


def following(seed: gr.Number, fresh: gr.Button) -> Callable:
    """What begins once a press on `fresh` has moved the seed to the next one."""
    js = f"(seed) => (Math.trunc(Number(seed)) + 1 || 0) % {LAST_SEED + 1}"
    return fresh.click(None, seed, seed, js=js, api_visibility="private").then


def chain(begin: Callable, jobs: Sequence[Job], *, public: bool = False) -> None:
    """Do the jobs one after another when `begin` says so."""
    for job in jobs:
        name = {"api_name": job.api_name} if public else {"api_visibility": "private"}
        begin = begin(
            job.run,
            list(job.inputs),
            list(job.outputs),
            show_progress_on=job.progress,
            **name,
            **(SHARED | LONG if job.long else SHARED),
        ).success


def on_change(tab: gr.Tab, jobs: Sequence[Job], *, seed: gr.Number, fresh: gr.Button) -> None:
    """Do the jobs, one after another, when the tab is opened and whenever an input settles.

    So the pictures are always what the controls say. `fresh` moves to the next seed first. A
    handler gets the values as they came, and checks each.
    """
    chain(partial(gr.on, settled(jobs[0].inputs)), jobs, public=True)
    chain(tab.select, jobs)
    chain(following(seed, fresh), jobs)


@dataclass(frozen=True)
class Chapter:
    """A chapter of a tab and what fills it; none where nothing is to be computed."""

    tab: gr.Tab
    jobs: Sequence[Job] = ()


def on_chapters(
    tab: gr.Tab, chapters: Sequence[Chapter], group: str, *, seed: gr.Number, fresh: gr.Button
) -> Callable[[Callable], None]:
    """As on_change, for a tab with chapters: only the open one does its jobs.

    group: the class of their gr.Tabs, by which the page finds the open one. Returns a function
    that makes the open chapter do its jobs at one more event.
    """
    # Which chapter is open only the page knows: it passes each event on under the chapter's name.
    events = [f"chapter{k}" for k in range(len(chapters))]
    relay = gr.HTML(
        "",
        js_on_load=widget("relay", json.dumps(events), "(name) => trigger(name)"),
        apply_default_css=False,
        group=group,
        titles=[chapter.tab.label for chapter in chapters],
    )

    def passed_on(begin: Callable) -> None:
        js = f"() => explorer.pass({json.dumps(group)})"
        begin(None, js=js, api_visibility="private", queue=False)

    inputs = {
        control: None for chapter in chapters for job in chapter.jobs for control in job.inputs
    }
    passed_on(partial(gr.on, settled(inputs)))
    passed_on(following(seed, fresh))
    passed_on(tab.select)
    for event, chapter in zip(events, chapters, strict=True):
        chain(chapter.tab.select, chapter.jobs)
        chain(getattr(relay, event), chapter.jobs, public=True)
    return passed_on


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


def tiny(x: float) -> str:
    """A difference as a reader takes it in: 2.4 × 10⁻⁷, or "exactly 0"."""
    if x == 0:
        return "exactly 0"
    if x >= 0.001:
        return f"{x:.3f}"
    mantissa, power = f"{x:.1e}".split("e")
    return f"{mantissa} × 10<sup>−{abs(int(power))}</sup>"
