"""The chapter "In the plane": a network learns points of a plane while you look."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import gradio as gr

from explorer.app import checks, controls, share
from explorer.app.learning import plane_asked as asking
from explorer.app.once import once
from explorer.app.theme import template, widget
from explorer.app.truth import drawing

TITLE = "In the plane"
OPENING = 600  # steps of the run that the chapter opens with
GONE = "This run is no longer kept (the server keeps the last 50): press Train to begin another."
EMPTY = "On its way: a first network learns."
EVENTS = ("open", "train", "pause", "step", "resume", "stop")
WEIGHTED = (
    "Loss: plain is the squared error of what is predicted. The others weight the squared error "
    "of x̂₀, which follows from any prediction: “as ε” by SNR = α²/σ², “as x₀” by 1, “as v” by "
    "SNR + 1 (Salimans and Ho 2022), “min-SNR-5” by min(SNR, 5) (Hang et al. 2023). Where ε is "
    "predicted, plain is “as ε”; likewise x₀ and v. At pure noise, where α = 0, x_t is the noise "
    "and says nothing of x₀, so nothing can be learnt by predicting ε: its levels and its samples "
    "begin at σ/α = 80, those of the others at pure noise. No level below σ/α = 1/80 is drawn."
)
LEVELS = (
    "Levels: how often training draws each σ/α. A schedule draws t uniformly, “straight line” "
    "the t of x_t = (1 − t) x₀ + t ε. The velocity’s network sees x_t on that line, where α + σ = "
    "1; the others see it where α² + σ² = 1. The two differ by a factor that depends on the "
    "level alone. Flow matching as published: velocity, straight line, plain."
)
PLACE = {"concurrency_id": "plane", "concurrency_limit": 12}  # 4 train, 8 wait in our own line


@cache
def jobs():
    """The runs of all sessions; torch comes with them."""
    from explorer.app.learning import plane_jobs

    return plane_jobs.Jobs()


@once(1)
def opening() -> dict:
    """What the chapter opens with: a short run of the default recipe, made once a server."""
    from explorer.app.learning import plane_jobs

    *_, last = plane_jobs.go(plane_jobs.Job(asking.Asked(steps=OPENING)))
    return last | {"state": "opening"}


def train(
    world, drawn, predicts, levels, weights, width, steps, seed, request: gr.Request
) -> Iterator[dict]:
    """A new run of what the controls say. Raises gr.Error, naming field and range."""
    from explorer.app.learning import plane_jobs

    asked = asking.check(world, drawn, predicts, levels, weights, width, steps, seed)
    yield from plane_jobs.go(jobs().put(request.session_hash, asked))


def resume(request: gr.Request) -> Iterator[dict]:
    """Go on with the session's run. Raises gr.Error where it is no longer kept."""
    from explorer.app.learning import plane_jobs

    job = _kept(request)
    if not job.going:  # else this is a second press
        yield from plane_jobs.go(job)


def step(world, drawn, predicts, levels, weights, width, steps, seed, request: gr.Request) -> dict:
    """One step of the run that rests, or the first one of what the controls say."""
    from explorer.app.learning import plane_jobs

    job = jobs().find(request.session_hash)
    if job and job.going:
        return gr.skip()
    if job is None or not job.resting:
        asked = asking.check(world, drawn, predicts, levels, weights, width, steps, seed)
        job = jobs().put(request.session_hash, asked)
    return plane_jobs.step(job)


def pause(request: gr.Request) -> None:
    """Let the session's run rest after its chunk of steps; the run itself says when it does."""
    _tell(request, "paused")


def stop(request: gr.Request):
    """End the session's run after its chunk of steps, or now if it rests."""
    from explorer.app.learning import plane_jobs

    job = _tell(request, "stopped")
    return gr.skip() if job is None or job.going else plane_jobs.rest(job, "stopped")


def _tell(request: gr.Request, what: str):
    if job := jobs().find(request.session_hash):
        job.told = what
    return job


def _kept(request: gr.Request):
    job = jobs().find(request.session_hash)
    if job is None:
        raise checks.refuse(GONE)
    return job


def build(context) -> None:
    """The chapter: what to learn and how, and the network as it learns it."""
    default = asking.Asked()
    world = drawing.choice("Data: points of the plane", default.world.world)
    drawn = drawing.pad(world, "train.world")
    predicts = _chips("Prediction: what the network is to say", asking.PREDICTS, default.predicts)
    with gr.Accordion("Levels, loss, width, steps and seed", open=False) as more:
        levels = _chips("Levels: what training draws", asking.LEVELS, default.levels)
        weights = _chips("Loss", asking.WEIGHTS, default.weights)
        with gr.Row(equal_height=False, elem_classes="asked"):
            width = gr.Radio(
                list(asking.WIDTHS),
                value=str(default.width),
                label="Width of its three layers",
                elem_classes="chips",
            )
            steps = gr.Number(default.steps, label="Steps (1 to 20,000)", precision=0)
            seed = gr.Number(default.seed, label="Seed", precision=0)
        controls.note(LEVELS)
        controls.note(WEIGHTED)
    show = gr.HTML(
        None,
        html_template=template("learning/plane.html"),
        js_on_load=widget("planeTraining", json.dumps(EVENTS), "(name) => trigger(name)"),
        apply_default_css=False,
        elem_classes="explorer-widget",
        empty=EMPTY,
    )
    inputs = [world, drawn, predicts, levels, weights, width, steps, seed]
    for control, key in zip(
        (more, predicts, levels, weights, width),
        ("more", "predicts", "levels", "weights", "width"),
        strict=True,
    ):
        share.keep(control, f"train.{key}")
    share.keep(steps, "train.steps", within=(1, 20_000))
    share.keep(seed, "train.seed", within=(0, controls.LAST_SEED))
    share.inputs(show, "train.level", "Noise level")
    share.inputs(show, "train.budget", "Steps", "[name=plane-budget]")
    silent: dict[str, Any] = {"show_progress": "hidden", "preprocess": False, **controls.SENT}
    again = {"js": "(value) => value && ({...value, asked: Date.now()})"}  # what was refused
    show.open(opening, None, show, **silent)
    for event, handler, asked in (
        (show.train, train, inputs),
        (show.resume, resume, None),
        (show.step, step, inputs),
    ):
        place = {"concurrency_limit": 4} if handler is step else PLACE
        begun = event(handler, asked, show, **place, **silent)
        begun.failure(None, show, show, api_visibility="private", **again)
    show.pause(pause, None, None, queue=False, **silent)
    show.stop(stop, None, show, queue=False, **silent)
    context.warm_up.append(opening)


def _chips(label: str, options: dict[str, str], value: str) -> gr.Radio:
    """A choice of one, by its name on the page."""
    named = [(name, key) for key, name in options.items()]
    return gr.Radio(named, value=value, label=label, elem_classes="chips")
