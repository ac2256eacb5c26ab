"""The chapter "The grey image": two endings of one schedule, sampled with an exact denoiser."""

import base64
from functools import cache

import gradio as gr
import numpy as np

from explorer.app import checks, controls, share
from explorer.app.about import made
from explorer.app.code import page as code
from explorer.app.exact import in_turn
from explorer.app.once import once
from explorer.app.theme import template, widget

TITLE = "The grey image"
SAMPLES = 160  # a schedule
SHOWN = 18  # of them, as pictures
EDGE = 0.5  # of brightness; beyond it lie the tails
# What the schedule leaves at its end: (label, beta_end of scaled_linear)
ENDS = {
    "0.068, Stable Diffusion’s": 0.012,
    "0.030": 0.01635,
    "0.0064, as much as linear": 0.02465,
}
FIRST = next(iter(ENDS))


@cache
def _data():
    from explorer import grey

    return grey.pictures().double()


def _side(title: str, x, alpha: float | None) -> dict:
    """Pictures (N, 1, H, W) as the page shows them: a few of them, and all in the histogram."""
    from explorer import grey

    shown = np.clip(np.rint((x[:SHOWN, 0].numpy() + 1) * 127.5), 0, 255).astype(np.uint8)
    return {
        "title": title,
        "alpha": alpha,
        "size": grey.SIDE,
        "sheet": base64.b64encode(shown.tobytes()).decode("ascii"),
        "histogram": grey.histogram(x),
        "tails": grey.tails(x, EDGE),
        "count": len(x),
    }


@once(12)
@in_turn
def experiment(end: str, seed: int) -> dict:
    """Data, samples under the schedule, and samples under its version with zero terminal SNR."""
    import torch

    from explorer import grey
    from explorer.schedules import scaled_linear, zero_snr

    schedule_ = scaled_linear(beta_end=ENDS[end])
    sides = [_side("the data", _data(), None)]
    for title, schedule in (
        ("under this schedule", schedule_),
        ("zero terminal SNR", zero_snr(schedule_)),
    ):
        rng = torch.Generator().manual_seed(seed)  # both start from the same noise
        x = grey.samples(_data(), schedule, SAMPLES, rng)
        sides.append(_side(title, x, schedule.alpha[-1].item()))
    ran = {"seed": seed, "sampler": "ddim", "spacing": "trailing", "NFE": grey.STEPS}
    lines = code.grey(ENDS[end], seed, SAMPLES)
    said = made(f"grey-image-seed{seed}", lines, model="", **{"signal left": end}, **ran)
    return {"sides": sides, "edge": EDGE, "seed": seed, "steps": grey.STEPS} | said


def run(end, seed) -> dict:
    """Handler of the controls. Raises gr.Error, naming field and range."""
    return experiment(
        checks.choice("The end of the schedule", end, ENDS),
        checks.integer("Seed", seed, 0, controls.LAST_SEED),
    )


def warm() -> None:
    """Compute what the chapter opens with."""
    experiment(FIRST, 0)


def build(context) -> None:
    """The chapter: what is left at the end, the noise, and the three columns."""
    with gr.Row(elem_classes="asked"):
        with gr.Column(scale=4, min_width=280):
            end = gr.Radio(
                list(ENDS),
                value=FIRST,
                label="Signal left at the last t, α",
                elem_classes="chips",
            )
        with gr.Column(scale=2, min_width=220), gr.Row(elem_classes="seed"):
            seed = gr.Number(0, label="Seed", precision=0, min_width=90)
            fresh = gr.Button("New noise", variant="primary", min_width=110)
    share.keep(end, "schedules.end")
    share.seed(seed, "schedules.seed", fresh)
    show = gr.HTML(
        None,
        html_template=template("grey.html"),
        js_on_load=widget("greyImage"),
        apply_default_css=False,
        elem_classes="explorer-widget",
        empty="The experiment is being run: 320 pictures are sampled.",
    )
    job = controls.Job(run, [end, seed], [show], progress=show, api_name="grey_image")
    controls.on_change(context.tab, [job], seed=seed, fresh=fresh)
    context.warm_up.append(warm)
