"""The controls that the chapters of the Guidance tab share."""

from html import escape
from pathlib import Path

import gradio as gr

from explorer.app import classes, controls, labels, prompts, share
from explorer.app.guiding import asked
from explorer.app.racing.entrants import LABELS
from explorer.app.theme import template, widget


def made(name: str, *arguments: str, value=None, classes: str = "", **props) -> gr.HTML:
    """A widget of assets/web/guidance: `meter` is guidanceMeter of meter.js, in meter.html."""
    return gr.HTML(
        value,
        html_template=template(f"guidance/{name}.html"),
        js_on_load=widget(f"guidance{name.capitalize()}", *arguments),
        apply_default_css=False,
        elem_classes=["explorer-widget", *classes.split()],
        **props,
    )


def shared(model: str) -> tuple[list, gr.Button, gr.HTML]:
    """[model, digit, prompt, seed, ...] to be completed, the button, and the examples."""
    chosen = asked.opening()
    what = "digits" if labels.now().names == labels.DIGITS else "pictures by class"
    names = {
        asked.DIGITS: f"{Path(model).stem}: {what} in pixels",
        asked.SCENES: "scenes: words to pictures",
    }
    with gr.Row(equal_height=False, elem_classes="asked"):
        with gr.Column(scale=5, min_width=280):
            which = gr.Radio(
                [(names[key], key) for key in (asked.SCENES, asked.DIGITS)],
                value=chosen,
                label="Model",
                elem_classes="chips",
            )
            digit = classes.choice(classes="only-mnist")
            prompt = gr.Textbox(
                prompts.FIRST,
                label=f"{prompts.LABEL} (empty is allowed)",
                max_lines=1,
                elem_classes="only-scenes",
            )
        with gr.Column(scale=2, min_width=220), gr.Row(elem_classes="seed"):
            seed = gr.Number(0, label="Seed", precision=0, min_width=90)
            fresh = gr.Button("New noise", variant="primary", min_width=110)
    examples = made(
        "examples",
        "(detail) => trigger('pick', detail)",
        classes="only-scenes",
        texts=list(prompts.EXAMPLES),
    )
    if not labels.now().names:
        controls.note(f"{escape(Path(model).stem)}: {asked.UNGUIDED}")
    elif chosen != asked.SCENES and labels.now().digits:
        controls.note(
            "The weights of the text-to-image model, <code>assets/models/scenes.safetensors"
            "</code>, are not here, so digits open first."
        )
    share.keep(which, "guidance.model")
    share.keep(digit, "guidance.digit")
    share.keep(prompt, "guidance.prompt", also=[examples])
    share.seed(seed, "guidance.seed", fresh)
    return [which, digit, prompt, seed], fresh, examples


def more(begun: list) -> gr.Textbox:
    """The controls that few need; completes the shared ones, and gives the scales."""
    with gr.Accordion("Scales, steps, schedule and sampler", open=False) as more:
        scales = gr.Textbox(
            ", ".join(f"{scale:g}" for scale in asked.SCALES),
            label=f"Scales: {asked.FEWEST_SCALES} to {asked.MOST_SCALES} numbers "
            f"from {asked.LOWEST} to {asked.HIGHEST}",
            max_lines=1,
        )
        steps = gr.Slider(
            asked.FEWEST,
            asked.MOST,
            asked.USUAL_STEPS,
            step=1,
            label="Steps (NFE)",
            elem_classes="settles",
        )
        schedule = controls.schedule_choice()
        spacing = gr.Radio(
            list(controls.SPACINGS),
            value="trailing",
            label="Spacing of DDIM’s steps",
            elem_classes="chips only-mnist",
        )
        sampler = gr.Radio(
            [(f"{LABELS[key]}, {spacing}", key) for key, spacing in asked.RUNS.items()],
            value="dpmpp_2m",
            label="Sampler and spacing of its steps",
            elem_classes="chips only-scenes",
        )
        controls.note(controls.THREE_CHOICES)
    begun += [steps, schedule, spacing, sampler]
    share.keep(more, "guidance.more")
    share.keep(scales, "guidance.scales", pattern=r"[-\d., ]{1,80}")
    share.keep(steps, "guidance.steps")
    share.keep(schedule, "guidance.schedule")
    share.keep(spacing, "guidance.spacing")
    share.keep(sampler, "guidance.sampler")
    return scales


def scale_slider(value: float, key: str) -> gr.Slider:
    """How much guidance; `key` is its own in a link."""
    scale = gr.Slider(
        asked.LOWEST,
        asked.HIGHEST,
        value,
        step=0.5,
        label="Guidance scale: 0 ignores what is asked, 1 is the plain conditional model",
        elem_classes="settles",
    )
    share.keep(scale, key)
    return scale
