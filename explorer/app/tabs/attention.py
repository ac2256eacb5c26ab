"""Attention: choose a pixel and see where it looks, by step, layer and head."""

import base64

import gradio as gr

from explorer.app import checks
from explorer.app.controls import SHARED
from explorer.app.once import once
from explorer.app.player import Film, Track, grey
from explorer.app.theme import predict, template, widget
from explorer.figures import heat

TITLE = "Attention"
START = (3, 0, 20)  # digit, seed, steps: what the tab opens with
DIGITS = 10
LARGEST_SEED = 9999
STEPS = (4, 50)

QUESTION = (
    "Take a pixel on the stroke of the digit. Does it look at its neighbours, at the whole picture "
    "evenly, or at something else?"
)
ANSWER = (
    "In the last attention layer, up 14×14, it looks along the digit, near and far: its share “on "
    "the digit” is several times the digit’s share of the picture. Compare a pixel of the "
    "background. Nobody told the network what a stroke is. Other layers and heads look at other "
    "things, or nowhere in particular."
)
SOURCE = (
    "scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2)",
    "looks = self.probabilities(scores.softmax(-1))",
)
EXPLANATION = f"""
<p>A pixel sends out a query <span class="math">q</span>, what it looks for, and shows a key
<span class="math">k</span>, what it can be found by. The softmax turns the products of one query
with all keys into probabilities, the shares in which the pixel gathers what the others offer:
<span class="math"><span class="n">softmax</span>(q·kᵀ / √d)</span>.</p>
<pre class="explorer-code">{SOURCE[0]}
{SOURCE[1]}  <i># Attention.forward in explorer/models/attention.py</i></pre>
<p class="quiet">Attention is not explanation: a map shows where information may flow in one layer,
not why the network decides as it does.</p>"""


@once(16)
def payload(digit: int, seed: int, steps: int) -> dict:
    """Everything that the tab shows of one run, as JSON: film, maps, colours and numbers."""
    from explorer.app import maps

    run = maps.record(digit, seed, steps)
    start = maps.opening(run)
    return {
        "film": _film(run, digit, start["step"]).payload(),
        "layers": maps.pack(run.maps),
        "size": run.steps[0].x.shape[-1],
        "ramp": base64.b64encode(heat.ramp().tobytes()).decode("ascii"),
        "start": start,
        "error": maps.largest_error(run),
        "cross": _cross(run),
        "about": _about(run, digit, seed),
    }


def _film(run, digit: int, start: int) -> Film:
    import torch

    x, x0_hat = (torch.cat([getattr(step, key) for step in run.steps]) for key in ("x", "x0_hat"))
    notes = [f"α {step.level.alpha:.2f}, σ {step.level.sigma:.2f}" for step in run.steps]
    return Film(
        positions=[f"step {step.index + 1} of {run.count}" for step in run.steps],
        tracks=[
            Track("x_t", grey(x, 2.0), role="noise", notes=notes, alt="What the network sees."),
            Track(
                "x̂₀",
                grey(x0_hat),
                role="prediction",
                notes=[f"stop {i + 1} of {len(run.steps)}" for i in range(len(run.steps))],
                alt=f"What it makes of it, told “{digit}”.",
            ),
        ],
        start=start,
        seconds=4.0,
    )


def _cross(run) -> str:
    low, high = float(run.cross.min()), float(run.cross.max())
    words = "exactly 1 everywhere" if low == high == 1 else f"between {low:g} and {high:g}"
    return (
        "Cross-attention looks at the label, which is one token, and a softmax over one number is "
        f"1: all {run.cross.numel():,} probabilities of these steps are {words}. There is nothing "
        "to see in it until the condition is a text of several words."
    )


def _about(run, digit: int, seed: int) -> str:
    from explorer.app import maps, studio

    return (
        f"Model {studio.engine().net.card.name}, digit {digit}, seed {seed}: DDIM in {run.count} "
        f"steps ({run.count} NFE), linear schedule, {maps.SPACING} spacing, no guidance (scale 1). "
        f"The self-attention of {len(run.steps)} of the steps, spread evenly in the angle of the "
        "noise level, is sent once: every layer, head and pixel, 8 bits a probability "
        "(its square root in 255ths of the largest of its row)."
    )


def show(digit: object, seed: object, steps: object) -> dict:
    """Handler of the controls. Raises gr.Error, a sentence, for a value outside its range."""
    digit = checks.integer("Digit", digit, 0, DIGITS - 1)
    seed = checks.integer("Seed", seed, 0, LARGEST_SEED)
    steps = checks.integer("Steps", steps, *STEPS)
    try:
        return payload(digit, seed, steps)
    except ValueError as error:  # no such model, or one that has no such digit or no attention
        raise checks.refuse(f"{str(error)[:1].upper()}{str(error)[1:]}") from error


def open_tab(shown: object, digit: object, seed: object, steps: object) -> tuple:
    """Handler of the tab's selection: the run goes to each visitor once."""
    if shown is True:
        return gr.skip(), True
    return show(digit, seed, steps), True


def warm_attention() -> None:
    """Compute what the tab opens with."""
    payload(*START)


def build(context) -> None:
    """The tab: a digit to choose, and everything else in the page."""
    predict(QUESTION, ANSWER)
    digit = gr.Radio(list(range(DIGITS)), value=START[0], label="Digit", elem_classes="chips")
    # Kept by the browser. A gr.State would do, but for it Gradio holds a connection open a visitor.
    shown = gr.Checkbox(False, visible=False)
    widget_ = gr.HTML(
        None,
        html_template=template("attention.html"),
        js_on_load=widget("attention"),
        apply_default_css=False,
        elem_classes="explorer-widget",
        empty="The first run is on its way.",
    )
    with gr.Accordion("Another noise, more or fewer steps", open=False):
        seed = gr.Number(START[1], label="Seed", precision=0)
        steps = gr.Slider(*STEPS, START[2], step=1, label="DDIM steps", elem_classes="settles")
        again = gr.Button("Run", size="sm")
    gr.HTML(
        html_template=f'<div class="attention-text">{EXPLANATION}</div>',
        js_on_load=None,
        apply_default_css=False,
        elem_classes="explorer-widget",
    )
    gr.on(
        [digit.input, seed.submit, steps.release, again.click],
        show,
        [digit, seed, steps],
        widget_,
        show_progress="minimal",
        api_name="attention",
        **SHARED,
    )
    context.tab.select(
        open_tab,
        [shown, digit, seed, steps],
        [widget_, shown],
        show_progress="minimal",
        api_visibility="private",
        **SHARED,
    )
    context.warm_up.append(warm_attention)
