"""Guidance: one noise under several scales, what each step is made of, and what can be changed."""

from html import escape
from pathlib import Path

import gradio as gr

from explorer.app import checks, classes, controls, labels, measured_scale, prompts, share
from explorer.app.asking import ask
from explorer.app.guiding import answers, asked, layout, words
from explorer.app.guiding.asked import refusing
from explorer.app.player import player
from explorer.app.theme import template

TITLE = "Guidance"
CHAPTERS, GROUP = words.CHAPTERS, "guidance-chapters"
KEYS = ("row", "apart", "crowd", "changed", "measured")  # of the chapters, in a link
LOADING = "The first pictures are on their way: the model is being loaded."
COMING = "The pictures are on their way."
FIRST_SCALE, STRONG = 3.0, 6.0
INTERVAL, PHI = "0.3, 8", 0.7
NEGATIVE = ""  # prompt


@refusing
def run(*values) -> tuple:
    """The row of scales: the shared controls, then scales. Raises gr.Error, naming the field."""
    *shared, scales = values
    return answers.strip(asked.check(*shared), asked.scales_of(scales))


@refusing
def crowd(*values) -> tuple:
    """The seeds under every scale; as `run`."""
    *shared, scales = values
    return answers.crowd(asked.check(*shared), asked.scales_of(scales))


@refusing
def apart(*values) -> tuple:
    """One scale, taken apart: the shared controls, then the scale; as `run`."""
    *shared, scale = values
    return answers.parts(asked.check(*shared), asked.one_scale(scale))


@refusing
def changed(*values) -> tuple:
    """Plain guidance and what was changed; as `run`."""
    *shared, scale, digit, prompt, interval, phi = values
    request = asked.check(*shared)
    return answers.changed(
        request,
        asked.one_scale(scale),
        asked.negative(request, digit, prompt),
        *asked.interval_of(interval),
        checks.number("Rescale φ", phi, 0, 1),
    )


def example(event: gr.EventData) -> str:
    """The example that was pressed."""
    sent = getattr(event, "_data", None)
    text = sent.get("text") if isinstance(sent, dict) else None
    return checks.choice("Example", text, prompts.EXAMPLES)


def use_interval(event: gr.EventData) -> str:
    """The interval that was dragged, as text."""
    sent = getattr(event, "_data", None)
    text = sent.get("interval") if isinstance(sent, dict) else None
    asked.interval_of(text)
    return str(text)


def warm() -> None:
    """Run what the chapters open with, so that it is there before they are opened."""
    model = asked.opening()
    first = asked.first(model)
    answers.strip(first, asked.SCALES)
    answers.parts(first, FIRST_SCALE)
    answers.crowd(first, asked.SCALES)
    interval = asked.interval_of(INTERVAL)
    away = NEGATIVE if model == asked.SCENES else _last_class()
    answers.changed(first, STRONG, away, *interval, PHI)


def build(context) -> None:
    """The tab: a model and what it is told, and a chapter for each thing to see."""
    tab, opened, jobs = context.tab, {}, {}
    with gr.Column(elem_classes="guidance-tab"):
        shared, fresh, examples = layout.shared(context.model)
        scales = layout.more(shared)
        with gr.Tabs(elem_classes=["chapters", GROUP]):
            for title, fill in zip(CHAPTERS, (_scale, _apart, _crowd, _changed), strict=False):
                with gr.Tab(title) as opened[title]:
                    ask(f"{TITLE}/{title}")
                    jobs[title] = fill(shared, scales)
            with gr.Tab(words.MEASURED) as opened[words.MEASURED]:
                ask(f"{TITLE}/{words.MEASURED}")
                _measured(context.model)
    for key, title in zip(KEYS, CHAPTERS, strict=True):
        share.place(opened[title], f"guidance.{key}")
    chapters = [
        controls.Chapter(opened[title], [jobs[title]] if title in jobs else ())
        for title in CHAPTERS
    ]
    also = controls.on_chapters(tab, chapters, GROUP, seed=shared[3], fresh=fresh)
    also(examples.pick(example, None, shared[2], queue=False, **controls.SENT).success)
    interval, text = jobs[words.CHANGED].outputs[1], jobs[words.CHANGED].inputs[-2]
    also(interval.use(use_interval, None, text, queue=False, **controls.SENT).success)
    context.warm_up.append(warm)


def _scale(shared: list, scales: gr.Textbox) -> controls.Job:
    show = player(None, name="guidance", empty=LOADING)
    meter = layout.made("meter", follows="guidance")
    facts = controls.said()
    return controls.Job(run, [*shared, scales], [show, meter, facts], show, "guidance")


def _apart(shared: list, _: gr.Textbox) -> controls.Job:
    scale = layout.scale_slider(FIRST_SCALE, "guidance.scale")
    controls.fixed(template("guidance/formula.html"))
    show = player(None, name="parts", empty=COMING)
    facts = controls.said()
    controls.fixed(template("guidance/difference.html"))
    return controls.Job(apart, [*shared, scale], [show, facts], show, "guidance_apart")


def _crowd(shared: list, scales: gr.Textbox) -> controls.Job:
    with gr.Column(elem_classes="crowd"):
        many = player(None, name="crowd", empty=COMING)
    about = controls.said()
    return controls.Job(crowd, [*shared, scales], [many, about], many, "guidance_crowd")


def _changed(shared: list, _: gr.Textbox) -> controls.Job:
    with gr.Row(equal_height=False):
        with gr.Column(min_width=280):
            scale = layout.scale_slider(STRONG, "guidance.strong")
            digit = classes.choice(
                _last_class(),
                also=["none"],
                label=f"Negative {labels.now().word.lower()}: push away from it",
                classes="only-mnist",
            )
            prompt = gr.Textbox(
                NEGATIVE,
                label="Negative prompt: push away from it (empty: from no prompt, as usual)",
                placeholder="such as: a thin one",
                max_lines=1,
                elem_classes="only-scenes",
            )
        with gr.Column(min_width=280):
            low, high = asked.interval_of(INTERVAL)
            interval = layout.made(
                "interval",
                "(detail) => trigger('use', detail)",
                value={"ratios": [], "low": low, "high": high},
            )
            phi = gr.Slider(
                0,
                1,
                PHI,
                step=0.05,
                label="Rescale φ: 0 leaves the contrast, 1 gives back the conditional’s",
                elem_classes="settles",
            )
    text = gr.Textbox(INTERVAL, visible=False)
    pattern = r"\d+(\.\d+)?(e-?\d+)?, ?(inf|\d+(\.\d+)?)"
    share.keep(digit, "guidance.negative_digit")
    share.keep(prompt, "guidance.negative")
    share.keep(text, "guidance.interval", "Guided interval", also=[interval], pattern=pattern)
    share.keep(phi, "guidance.rescale")
    show = player(None, name="changed", empty=COMING)
    facts = controls.said()
    inputs = [*shared, scale, digit, prompt, text, phi]
    return controls.Job(changed, inputs, [show, interval, facts], show, "guidance_changed")


def _last_class() -> str:
    """What is pushed away from at first: 9, of digits."""
    return next(reversed(labels.now().values), "none")


def _measured(model: str) -> None:
    """The chosen model's figure; that of digits for both, while scenes are not measured."""
    scenes = measured_scale.scenes()
    with gr.Column(elem_classes="only-scenes"):
        controls.fixed(scenes)
    alone = scenes != measured_scale.UNMEASURED
    with gr.Column(elem_classes="only-mnist" if alone else ""):
        controls.fixed(f"<h2>{escape(Path(model).stem)}</h2>{measured_scale.digits(model)}")
