"""Guidance: one noise under several scales, and what each step is made of."""

import math
import time

import gradio as gr

from explorer.app import checks, controls, measured
from explorer.app.once import once
from explorer.app.player import player
from explorer.app.tables import NAMES
from explorer.app.theme import predict, template, widget

TITLE = "Guidance"
SCALES, LOWEST, HIGHEST = (0.0, 1.0, 2.0, 4.0, 8.0), -2, 20
FEWEST_SCALES, MOST_SCALES = 3, 7
FEWEST, MOST = 4, 40
CROWD, CROWD_STEPS = 4, 10
DEFAULTS = ("7", 0, SCALES, 20, "linear", "trailing")

QUESTION = (
    "Scale 1 is the network's plain answer when it is told the label. "
    "What will scale 8 draw: a better digit, a different one, or something that is no digit?"
)
ANSWER = (
    "Usually a bolder, more typical one. The scale multiplies what the label changes, so it pushes "
    "towards what tells this digit from all others, and past it: strokes thicken, values leave the "
    "range of pictures, and different noises end in nearly the same picture. Scale 0 never hears "
    "the label and draws whatever this noise is nearest to."
)
EMPTY = "The first pictures are on their way: the model is being loaded."


def scales_of(text: object) -> tuple[float, ...]:
    """3 to 7 different numbers from -2 to 20, in rising order, or a gr.Error."""
    rule = (
        f"Scales must be {FEWEST_SCALES} to {MOST_SCALES} different numbers "
        f"from {LOWEST} to {HIGHEST}, separated by commas"
    )
    if not isinstance(text, str) or len(text) > 200:
        raise checks.refuse(f"{rule}.")
    try:
        values = [float(part.replace("−", "-")) for part in text.split(",") if part.strip()]
    except ValueError:
        raise checks.refuse(f"{rule}, such as 0, 1, 2, 4, 8.") from None
    if not all(math.isfinite(v) and LOWEST <= v <= HIGHEST for v in values):
        raise checks.refuse(f"{rule}; one of these is not in that range.")
    # equal where they would read equal: a label shows six digits
    found = tuple(sorted({float(f"{v:g}") + 0.0 for v in values}))
    if not FEWEST_SCALES <= len(found) <= MOST_SCALES:
        raise checks.refuse(f"{rule}; these are {len(found)}.")
    return found


@once(24)
def _strip(digit: str, seed: int, scales: tuple, steps: int, schedule: str, spacing: str) -> tuple:
    """The answer to a checked request: the row of scales, each taken apart, and the facts."""
    controls.ready()
    from explorer.app import guiding
    from explorer.app.racing import race

    grid = race.grid("ddim", schedule, spacing, steps)
    clock = time.perf_counter()
    result = guiding.strip(int(digit), [seed] * len(scales), scales, grid, "ddim")
    seconds = time.perf_counter() - clock
    parts = {
        "scales": [guiding.title(scale) for scale in scales],
        "films": [guiding.parts_film(result, row).payload() for row in range(len(scales))],
    }
    measured = controls.measures(
        [
            (str(steps), "denoiser evaluations (NFE) a scale, one a step"),
            (str(2 * steps), "network evaluations a scale: with and without the label"),
            (f"{seconds:.2f} s", f"measured here, {len(scales)} scales in one batch"),
        ]
    )
    line = "paired(net, context, null, scale)"
    facts = (
        f"{measured}<p class='quiet'>Digit {digit}, seed {seed}; model {controls.model_name()}; "
        f"DDIM, {NAMES[schedule]} schedule, {spacing} spacing. Grey scale: black −1, white 1, "
        "fixed; a guess may lie outside, and is clipped only for display.</p>"
        f"<pre class='explorer-code'>denoise = {line}  <i># both halves in one batch</i>\n"
        "x0_hat = reference + scale * (conditional - reference)  "
        "<i># guide() in explorer/denoisers.py</i></pre>"
    )
    return guiding.row_film(result).payload(), parts, facts


@once(24)
def _crowd(digit: str, seed: int, scales: tuple, schedule: str, spacing: str) -> tuple:
    """CROWD seeds under every scale, all in one batch."""
    controls.ready()
    from explorer.app import guiding
    from explorer.app.racing import race

    seeds = [(seed + i) % (controls.LAST_SEED + 1) for i in range(CROWD)] * len(scales)
    repeated = [scale for scale in scales for _ in range(CROWD)]
    grid = race.grid("dpmpp_2m", schedule, spacing, CROWD_STEPS)
    result = guiding.strip(int(digit), seeds, repeated, grid, "dpmpp_2m")
    said = (
        f"<p class='quiet'>Digit {digit}, seeds {seeds[0]} to {seeds[CROWD - 1]} below each other; "
        f"{CROWD_STEPS} NFE of DPM++ 2M; {NAMES[schedule]} schedule, {spacing} spacing; model "
        f"{controls.model_name()}. “Apart” is the root mean square difference of a pixel between "
        f"two of the {CROWD} results, in pixel values, black −1 to white 1.</p>"
    )
    return guiding.crowd_film(result, CROWD).payload(), said


def run(digit, seed, scales, steps, schedule, spacing) -> tuple:
    """The row of scales that the controls ask for. Raises gr.Error, naming field and range."""
    return _strip(
        *_shared(digit, seed, scales),
        checks.integer("Steps (NFE)", steps, FEWEST, MOST),
        *_places(schedule, spacing),
    )


def crowd(digit, seed, scales, schedule, spacing) -> tuple:
    """The seeds under every scale. Raises gr.Error, naming field and range."""
    return _crowd(*_shared(digit, seed, scales), *_places(schedule, spacing))


def _shared(digit, seed, scales) -> tuple:
    return (
        checks.choice("Digit", digit, controls.DIGITS),
        checks.integer("Seed", seed, 0, controls.LAST_SEED),
        scales_of(scales),
    )


def _places(schedule, spacing) -> tuple:
    return (
        checks.choice("Schedule", schedule, NAMES),
        checks.choice("Spacing", spacing, controls.SPACINGS),
    )


def warm() -> None:
    """Run the opening pictures, so that they are there before the tab is opened."""
    digit, seed, scales, steps, schedule, spacing = DEFAULTS
    _strip(digit, seed, scales, steps, schedule, spacing)
    _crowd(digit, seed, scales, schedule, spacing)


def build(context) -> None:
    """The tab: a question, the controls, the row, one step taken apart, and a crowd of seeds."""
    predict(QUESTION, ANSWER)
    digit, seed, fresh = controls.digit_and_seed(controls.DIGITS)
    with gr.Accordion("Scales, steps, schedule and spacing", open=False):
        scales = gr.Textbox(
            ", ".join(f"{scale:g}" for scale in SCALES),
            label=f"Scales: {FEWEST_SCALES} to {MOST_SCALES} numbers from {LOWEST} to {HIGHEST}",
            max_lines=1,
        )
        steps = gr.Slider(
            FEWEST,
            MOST,
            DEFAULTS[3],
            step=1,
            label="Steps of DDIM (NFE)",
            elem_classes="settles",
        )
        schedule, spacing = controls.schedule_and_spacing()
    show = player(None, name="guidance", empty=EMPTY)
    parts = gr.HTML(
        None,
        html_template=template("guidance.html"),
        js_on_load=widget("guidance"),
        apply_default_css=False,
        elem_classes="explorer-widget",
    )
    facts = controls.said()
    with gr.Row(elem_classes="beside"):
        with gr.Column(scale=2, min_width=280):
            controls.fixed(template("crowd.html"))
            about = controls.said()
        with gr.Column(scale=3, min_width=280):
            many = player(None, name="crowd", picture=84, empty=EMPTY)
    controls.fixed(measured.against_scale(context.model))

    row = controls.Job(
        run,
        [digit, seed, scales, steps, schedule, spacing],
        [show, parts, facts],
        progress=show,
        api_name="guidance",
    )
    rest = controls.Job(
        crowd,
        [digit, seed, scales, schedule, spacing],
        [many, about],
        progress=many,
        api_name="guidance_crowd",
    )
    controls.on_change(context.tab, [row, rest], seed=seed, fresh=fresh)
    context.warm_up.append(warm)
