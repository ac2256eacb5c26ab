"""Samplers: six ways back from one noise, side by side, locked to NFE."""

import time

import gradio as gr

from explorer.app import checks, controls, measured, steps
from explorer.app.once import once
from explorer.app.player import player
from explorer.app.tables import NAMES
from explorer.app.theme import predict, template, widget

TITLE = "Samplers"
ORDER = ("ddim", "euler", "heun", "dpmpp_2m", "ddpm", "euler_ancestral")
CLASSES = (*controls.DIGITS, "none")
DEFAULTS = ("7", 0, 20, "linear", "trailing", 2.0)
FEWEST, MOST, LARGEST_SCALE = 4, 100, 20

QUESTION = (
    "Six samplers start from the same noise and may ask the network equally often. "
    "Which of them will end in the very same picture?"
)
ANSWER = (
    "DDIM and Euler: one update under two names. DDPM and Euler ancestral: one more, as long as "
    "both draw the same noise, which they do here. The measured differences stand below."
)
HEUN_ON_COSINE = (
    " Heun steps in σ/α, which the cosine schedule starts at about 20,000: its first, huge step "
    "overshoots, and few steps cannot mend that. The other schedules start at 160 or less."
)
OWN = "own"
OWN_GRID = (
    " The number of your own stops decides the NFE; Heun, which evaluates twice a step, takes "
    "every second of them. All start from pure noise, whatever your first t is."
)
OPEN = f"""() => [...document.querySelectorAll('button[role=tab]')]
    .find((tab) => tab.textContent.trim() === '{TITLE}').click()"""
EMPTY = "The first race is on its way: the model is being loaded."


@once(24)
def _race(
    digit: str, seed: int, budget: int, schedule: str, spacing: str, scale: float, own: tuple
) -> tuple:
    """The answer to a checked request: film, facts, lessons, and step n of 2n beside n steps."""
    controls.ready()
    from explorer.app import race

    start = race.Start(controls.asked(digit), seed, scale)
    clock = time.perf_counter()
    budget = len(own) or budget
    entrants = race.field(schedule, spacing, budget, ORDER, own)
    runs = race.run(entrants, start)
    seconds = time.perf_counter() - clock
    by_key = {one.entrant.key: one for one in runs}
    finer = race.field(schedule, spacing, 2 * budget, ["ddim"], race.halved(own))
    twice = race.run(finer, start)[0]
    lessons = template("lessons.html").format(
        same=_difference(by_key["ddim"], by_key["euler"]),
        chance=_difference(by_key["ddpm"], by_key["euler_ancestral"]),
        schedule=NAMES[schedule],
        spacing=spacing,
    )
    sigma = f"{twice.steps[budget].level.sigma:.3f}"
    return (
        race.film(runs, budget).payload(),
        _facts(start, runs, seconds, (digit, seed, budget, schedule, spacing, scale)),
        lessons,
        template("halfway.html").format(n=budget, twice=2 * budget, sigma=sigma),
        race.halfway(twice, by_key["ddim"]).payload(),
        race.paths(runs),
    )


def _difference(a, b) -> str:
    from explorer.app import race

    return controls.tiny(race.largest_difference(a, b))


def _facts(start, runs, seconds: float, request: tuple) -> str:
    """What was measured and what was asked, and the lines of source that ran."""
    digit, seed, budget, schedule, spacing, scale = request
    spent = sum(run.nfe for run in runs)
    each = start.network_evaluations
    heun = next(run for run in runs if run.entrant.key == "heun")
    why = "guidance asks the network twice" if each == 2 else "no guidance to pay for"
    measured = controls.measures(
        [
            (str(budget), "denoiser evaluations (NFE) each may spend"),
            (str(budget * each), f"network evaluations each: {why}"),
            (str(spent * each), "network evaluations by all six"),
            (f"{seconds:.2f} s", "measured here, all six in shared batches"),
        ]
    )
    drawn = "No label" if start.label is None else f"Digit {digit}, guidance scale {scale:g}"
    levels = f'grid = levels({controls.SOURCE[schedule]}, {budget}, "{spacing}")'
    if spacing == OWN:
        levels = f"grid = [*map({controls.SOURCE[schedule]}, times), Level(1.0, 0.0)]"
    walk = "for step in dpmpp_2m(denoise, noise, grid): ..."
    return (
        f"{measured}<p class='quiet'>{drawn}; seed {seed}; model {controls.model_name()}; "
        f"{NAMES[schedule]} schedule; {spacing} spacing. A step of Heun costs two evaluations: "
        f"it makes {heun.entrant.steps} steps ({heun.nfe} NFE) where the others make {budget}. "
        "σ is the noise level that a step starts from. Grey scale: black −1, white 1, fixed."
        f"{OWN_GRID if spacing == OWN else ''}"
        f"{HEUN_ON_COSINE if schedule == 'cosine' and spacing != 'leading' else ''}</p>"
        f"<pre class='explorer-code'>{levels:<{len(walk)}}  <i># schedule and spacing: where to "
        f"stop</i>\n{walk}  <i># sampler: how to get from one level to the next</i></pre>"
    )


def run(digit, seed, budget, schedule, spacing, scale, own="") -> tuple:
    """The race that the controls ask for. Raises gr.Error, naming field and range."""
    spacing = checks.choice("Spacing", spacing, (*controls.SPACINGS, OWN))
    return _race(
        checks.choice("Digit", digit, CLASSES),
        checks.integer("Seed", seed, 0, controls.LAST_SEED),
        checks.integer("Evaluations (NFE)", budget, FEWEST, MOST),
        checks.choice("Schedule", schedule, NAMES),
        spacing,
        checks.number("Guidance scale", scale, 0, LARGEST_SCALE),
        steps.parse(own) if spacing == OWN else (),
    )


def warm() -> None:
    """Run the opening race, so that it is there before the tab is opened."""
    _race(*DEFAULTS, ())


def build(context) -> None:
    """The tab: a question, the controls, the race, and what it shows."""
    predict(QUESTION, ANSWER)
    digit, seed, fresh = controls.digit_and_seed(CLASSES)
    budget = gr.Slider(
        FEWEST,
        MOST,
        DEFAULTS[2],
        step=1,
        label="Evaluations (NFE) each sampler may spend",
        elem_classes="settles",
    )
    with gr.Accordion("Schedule, spacing and guidance", open=False):
        schedule, spacing = controls.schedule_and_spacing(OWN)
        own = gr.Textbox(
            "",
            label="Your own grid: the t of each step, noisiest first (for the spacing “own”)",
            placeholder="1000, 800, 600, 400, 200: or drag the dots in Schedules",
            max_length=steps.LONGEST,
        )
        scale = gr.Slider(
            0,
            LARGEST_SCALE,
            DEFAULTS[5],
            step=0.5,
            label="Guidance scale: 0 ignores the label, 1 is the plain conditional model",
            elem_classes="settles",
        )
    show = player(None, name="race", empty=EMPTY)
    facts = controls.said()
    lessons = controls.said(classes="lessons")
    with gr.Row():
        with gr.Column(scale=2, min_width=280):
            halfway = controls.said()
        with gr.Column(scale=3, min_width=280):
            three = player(None, name="halfway", picture=180, empty=EMPTY)
    path = gr.HTML(
        None,
        html_template=template("path.html"),
        js_on_load=widget("path"),
        apply_default_css=False,
        elem_classes="explorer-widget",
    )
    controls.fixed(measured.against_nfe(context.model))

    inputs = [digit, seed, budget, schedule, spacing, scale, own]
    outputs = [show, facts, lessons, halfway, three, path]
    race = controls.Job(run, inputs, outputs, progress=show, api_name="race")
    controls.on_change(context.tab, [race], seed=seed, fresh=fresh)
    context.warm_up.append(warm)
    if grid := context.lent.get("grid"):  # the chapter of Schedules where dots are dragged
        taken = grid.use(
            steps.use, None, [schedule, spacing, own], api_visibility="private", queue=False
        )
        taken.success(None, js=OPEN, api_visibility="private")
