"""Samplers: entrants race from one noise, locked to NFE; what else can be asked of a race."""

import time
from pathlib import Path

import gradio as gr

from explorer.app import checks, classes, controls, labels, measured, share, steps
from explorer.app.asking import ask
from explorer.app.player import player
from explorer.app.racing import answers, words
from explorer.app.racing import entrants as entering
from explorer.app.tables import NAMES
from explorer.app.theme import template, widget

TITLE = "Samplers"
RACE, THREE, CHANCE, PATH, QUALITY = CHAPTERS = (
    "The race",
    "Three ways",
    "Chance",
    "The path",
    "Quality",
)
KEYS = ("race", "three", "chance", "path", "quality")  # of the chapters, in a link
OPEN = f"""() => [...document.querySelectorAll('button[role=tab]')]
    .find((tab) => explorer.english(tab) === '{TITLE}').click()"""
PROGRESS = gr.Progress()  # Gradio finds it among a handler's defaults
EMPTY = "The first race is on its way: the model is being loaded."


def race(*values) -> tuple:
    """The race that the controls ask for. Raises gr.Error, naming field and range."""
    return answers.film(answers.check(*values))


def three(*values) -> tuple:
    """Handler of "Three ways"; as `race`."""
    return answers.three_ways(answers.check(*values))


def chance(*values) -> tuple:
    """Handler of "Chance"; as `race`."""
    return answers.reruns(answers.check(*values))


def path(*values) -> dict:
    """Handler of "The path"; as `race`."""
    return answers.paths(answers.check(*values))


def answer(digit, seed, budget, schedule, scale, chosen, own, progress=PROGRESS) -> dict:
    """How far each entrant of the race is from the converged answer; as `race`."""

    def tell(done: int, steps: int) -> None:
        if done % 10 == 0:
            progress((done, steps), desc=f"Solving the ODE in {steps} steps")

    return answers.gaps(answers.check(digit, seed, budget, schedule, scale, chosen, own), tell)


def measure(digit, seed, budget, schedule, scale, chosen, own, samples):
    """A small live measurement of the entrants; a generator that can be cancelled at any step."""
    from explorer.app.racing import quality
    from explorer.models.zoo import ZooError

    asked = answers.check(digit, seed, budget, schedule, scale, chosen, own)
    n = int(checks.choice("Samples", samples, map(str, (50, 100, 200))))
    controls.ready()
    field, shown, began = asked.field(), 0.0, time.time()
    try:
        for state in quality.measure(field, n, asked.seed):
            running = len(state["rows"]) < len(field)
            if not running or time.perf_counter() - shown > 0.2:
                shown = time.perf_counter()
                state |= {"running": running, "began": began, "schedule": NAMES[schedule]}
                yield state | ({} if running else answers.judged(asked, n))
    except ZooError as error:
        raise checks.refuse(str(error)) from None


def choose(event: gr.EventData) -> str:
    """The entrants of the matrix as text."""
    sent = getattr(event, "_data", None)
    return entering.text(entering.parse(sent.get("chosen") if isinstance(sent, dict) else None))


def use_grid(event: gr.EventData) -> tuple[str, str, str, dict]:
    """The grid dragged in Schedules: schedule, all entrants on it, its text, and the matrix."""
    schedule, _, times = steps.use(event)
    chosen = entering.text(entering.all_on(entering.OWN))
    return schedule, chosen, times, {"chosen": chosen}


def warm() -> None:
    """Run what the chapters open with, so that it is there before they are opened."""
    asked = answers.Asked(classes.opening())
    for fill in (answers.film, answers.gaps, answers.three_ways, answers.reruns, answers.paths):
        fill(asked)


def shared() -> tuple[list, gr.Button, gr.HTML]:
    """The controls of all chapters: Asked's fields in their order, the button, and the matrix."""
    default = answers.Asked()
    digit, seed, fresh = controls.digit_and_seed(answers.CLASSES)
    budget = gr.Slider(
        answers.FEWEST,
        answers.MOST,
        default.budget,
        step=1,
        label="Evaluations (NFE) each sampler may spend",
        elem_classes="settles",
    )
    chosen = gr.Textbox(entering.text(default.chosen), visible=False)
    with gr.Accordion("Who races, schedule and guidance", open=False) as more:
        matrix = gr.HTML(
            {"chosen": entering.text(default.chosen)},
            html_template=template("entrants.html"),
            js_on_load=widget("entrants", "(detail) => trigger('choose', detail)"),
            apply_default_css=False,
            elem_classes="explorer-widget",
            samplers=[[key, entering.LABELS[key]] for key in entering.ORDER],
            spacings=[[key, entering.TITLES[key]] for key in (*controls.SPACINGS, entering.OWN)],
            most=entering.MOST,
        )
        schedule = controls.schedule_choice()
        scale = gr.Slider(
            0,
            answers.LARGEST_SCALE,
            default.scale,
            step=0.5,
            label="Guidance scale: 0 ignores the label, 1 is the plain conditional model",
            elem_classes="settles",
        )
        own = gr.Textbox(
            "",
            label="Your own grid: the t of each step, noisiest first (for the spacing “own grid”)",
            placeholder="1000, 800, 600, 400, 200: or drag the dots in Schedules",
            max_length=steps.LONGEST,
        )
        controls.note(controls.THREE_CHOICES)
    share.keep(digit, "samplers.digit")
    share.seed(seed, "samplers.seed", fresh)
    share.keep(budget, "samplers.budget")
    share.keep(more, "samplers.more")
    share.keep(
        chosen,
        "samplers.entrants",
        "Who races",
        also=[matrix],
        mirrors=[(matrix, "value.chosen", None)],
        pattern=r"\w+/\w+(, \w+/\w+){0,30}",
    )
    share.keep(schedule, "samplers.schedule")
    share.keep(scale, "samplers.scale")
    share.keep(own, "samplers.grid")
    return [digit, seed, budget, schedule, scale, chosen, own], fresh, matrix


def _widget(name: str, **props) -> gr.HTML:
    return gr.HTML(
        None,
        html_template=template(f"{name}.html"),
        js_on_load=widget(name),
        apply_default_css=False,
        elem_classes="explorer-widget",
        **props,
    )


def build(context) -> None:
    """The tab: shared controls, and a chapter for each thing to ask of a race."""
    tab, opened = context.tab, {}
    inputs, fresh, matrix = shared()
    with gr.Tabs(elem_classes=["chapters", "samplers-chapters"]):
        with gr.Tab(RACE) as opened[RACE]:
            ask(f"{TITLE}/{RACE}")
            show = player(None, name="race", empty=EMPTY)
            gap = _widget("gap", empty="The converged answer is on its way.")
            facts, lessons = controls.said(), controls.said(classes="lessons")
        with gr.Tab(THREE) as opened[THREE]:
            ask(f"{TITLE}/{THREE}")
            halfway = controls.said(classes="spoils")  # how much noise is left half way
            still = player(None, name="halfway", picture=180, empty=EMPTY)
        with gr.Tab(CHANCE) as opened[CHANCE]:
            ask(f"{TITLE}/{CHANCE}")
            crowd = player(None, name="reruns", empty="Every entrant runs four times.")
            dose = player(None, name="eta", empty="DDIM runs with more and more noise.")
            doses = controls.said()
        with gr.Tab(PATH) as opened[PATH]:
            ask(f"{TITLE}/{PATH}")
            paths = _widget("path", empty="The paths are on their way.")
            share.inputs(paths, "step.path", "Position of the player")
        with gr.Tab(QUALITY) as opened[QUALITY]:
            ask(f"{TITLE}/{QUALITY}")
            _quality(inputs, measured.table(context.model), Path(context.model).stem)

    for key, title in zip(KEYS, CHAPTERS, strict=True):
        share.place(opened[title], f"samplers.{key}")
    fills = {
        RACE: [
            controls.Job(race, inputs, [show, facts, lessons], show, "race"),
            controls.Job(answer, inputs, [gap], gap, "answer", long=True),
        ],
        THREE: [controls.Job(three, inputs, [halfway, still], still, "three")],
        CHANCE: [controls.Job(chance, inputs, [crowd, dose, doses], [crowd, dose], "chance")],
        PATH: [controls.Job(path, inputs, [paths], paths, "path")],
        QUALITY: [],
    }
    chapters = [controls.Chapter(opened[title], fills[title]) for title in CHAPTERS]
    also = controls.on_chapters(tab, chapters, "samplers-chapters", seed=inputs[1], fresh=fresh)
    chosen, own = inputs[5:]
    sent = {"queue": False, **controls.SENT}
    also(matrix.choose(choose, None, chosen, **sent).success)
    context.warm_up.append(warm)
    if dragged := context.lent.get("grid"):  # the chapter of Schedules where dots are dragged
        taken = dragged.use(use_grid, None, [inputs[3], chosen, own, matrix], **sent)
        taken.success(None, js=OPEN, api_visibility="private")


def _quality(inputs: list, table: dict | None, model: str) -> None:
    """The measured table as a plot, and a button that measures a smaller one."""
    if not labels.now().digits:
        controls.note(words.NO_JUDGE)
        return
    with gr.Row(equal_height=False, elem_classes="asked"):
        with gr.Column(scale=3, min_width=240):
            samples = gr.Radio(
                ["50", "100", "200"],
                value="50",
                label="Measure the entrants: samples of each",
                elem_classes="chips",
            )
        with gr.Column(scale=2, min_width=240), gr.Row(elem_classes="seed"):
            go = gr.Button("Measure now", variant="primary", min_width=110)
            stop = gr.Button("Stop", min_width=80)
    plot = _widget("quality", table=table, model=model)
    share.keep(samples, "samplers.samples")
    share.inputs(plot, "samplers.measure", "Measure", "[name=quality-kind]")
    running = go.click(
        measure,
        [*inputs, samples],
        plot,
        preprocess=False,
        show_progress="hidden",
        trigger_mode="multiple",  # else a press right after Stop would be lost
        concurrency_id="quality",
        concurrency_limit=1,
        api_name="measure",
    )
    stopped = "(value) => value && ({...value, running: false, stopped: value.running})"
    stop.click(None, plot, plot, js=stopped, cancels=[running], api_visibility="private")
