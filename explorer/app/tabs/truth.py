"""Ground truth: worlds in the plane whose every answer is known, and what samplers make of them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import gradio as gr

from explorer.app import checks, controls, share
from explorer.app.asking import ask
from explorer.app.theme import template, widget
from explorer.app.truth import asked as asking
from explorer.app.truth import drawing

TITLE = "Ground truth"
FEWEST, MOST, FIRST_BUDGET = 4, 64, 12
PROGRESS = gr.Progress()  # Gradio finds it among a handler's defaults
EMPTY = "On its way: the first answer is being computed."


@dataclass(frozen=True)
class Chapter:
    """A thing to learn: its widget is `explorer.<script>`, its skeleton truth/<key>.html."""

    key: str
    title: str
    script: str


CHAPTERS = (
    Chapter("field", "The field", "truthField"),
    Chapter("particles", "Particles", "truthParticles"),
    Chapter("order", "Order", "truthOrder"),
    Chapter("solver", "Solver and model", "truthSolver"),
    Chapter("ways", "ODE and SDE", "truthWays"),
    Chapter("guidance", "Guidance, exactly", "truthGuidance"),
)
START = r"-?\d(\.\d{1,3})?,-?\d(\.\d{1,3})?"  # a place of the plane
KEYS = tuple(chapter.key for chapter in CHAPTERS)
# What a link holds of a chapter's own: key, title, native inputs
KEPT = {
    "field": (
        ("step.field", "Noise level", ""),
        ("truth.arrows", "Arrows", "[name=field-mode]"),
    ),
    "particles": (("step.particles", "Evaluations spent", ""),),
    "solver": (("truth.sampler", "Sampler", "[name=solver-of]"),),
    "ways": (("step.ways", "Step", ""),),
    "guidance": (
        ("step.exact", "Noise level", ""),
        ("truth.scale", "Guidance scale", "[data-share='truth.scale']"),
    ),
}


def answer(key: str, asked: asking.Asked, budget: int = FIRST_BUDGET, start=None, progress=None):
    """What a chapter shows of a checked request."""
    from explorer.app.truth import chapters, files, networks

    if key == "particles":
        found = chapters.particles(asked, budget)
    elif key == "solver":
        found = chapters.solver(asked, networks.network(asked, progress))
    elif key == "ways":
        found = chapters.two_ways(asked, start)
    else:
        found = getattr(chapters, key)(asked)
    return found | files.made_of(key, asked, found, start)


def run(key: str, world, drawing, seed, schedule, spacing) -> dict:
    """What a chapter shows of the shared controls. Raises gr.Error, naming field and range."""
    return answer(key, asking.check(world, drawing, seed, schedule, spacing))


def particles(world, drawing, seed, schedule, spacing, budget) -> dict:
    """As `run`, with a budget of evaluations."""
    asked = asking.check(world, drawing, seed, schedule, spacing)
    return answer("particles", asked, checks.integer("Evaluations (NFE)", budget, FEWEST, MOST))


def solver(world, drawing, seed, schedule, spacing, progress=PROGRESS) -> dict:
    """As `run`, with a bar while a network learns a drawing."""
    asked = asking.check(world, drawing, seed, schedule, spacing)
    return answer("solver", asked, progress=progress)


def another_start(event: gr.EventData, world, drawing, seed, schedule, spacing) -> dict:
    """The two ways from the place that was pressed."""
    sent = getattr(event, "_data", None)
    place = sent.get("start") if isinstance(sent, dict) else None
    if not isinstance(place, list) or len(place) != 2:
        raise checks.refuse("A start must be a place of the plane, (x, y).")
    start = tuple(checks.number("Each coordinate", v, -asking.HALF, asking.HALF) for v in place)
    return answer("ways", asking.check(world, drawing, seed, schedule, spacing), start=start)


def warm() -> None:
    """Compute what each chapter opens with."""
    for key in KEYS:
        answer(key, asking.Asked())


def shared() -> tuple[list, gr.Button]:
    """The controls of all chapters: [world, pad, seed, schedule, spacing], and the button."""
    with gr.Row(equal_height=False, elem_classes="asked"):
        with gr.Column(scale=5, min_width=280):
            world = drawing.choice("World: the data, of which everything is known", "classes")
        with gr.Column(scale=2, min_width=220), gr.Row(elem_classes="seed"):
            seed = gr.Number(0, label="Seed", precision=0, min_width=90)
            fresh = gr.Button("New noise", variant="primary", min_width=110)
    pad = drawing.pad(world, "truth.world")
    with gr.Accordion("Schedule and spacing", open=False) as more:
        schedule, spacing = controls.schedule_and_spacing(("karras", "karras"))
    share.seed(seed, "truth.seed", fresh)
    share.keep(more, "truth.more")
    share.keep(schedule, "truth.schedule")
    share.keep(spacing, "truth.spacing")
    return [world, pad, seed, schedule, spacing], fresh


def build(context) -> None:
    """The tab: a world for all chapters, and a chapter for each thing to learn."""
    tab = context.tab
    inputs, fresh = shared()
    chapters, shows = [], {}
    with gr.Tabs(elem_classes=["chapters", "truth-chapters"]):
        for chapter in CHAPTERS:
            with gr.Tab(chapter.title) as opened:
                share.place(opened, f"truth.{chapter.key}")
                ask(f"{TITLE}/{chapter.title}")
                more = [_budget()] if chapter.key == "particles" else []
                shows[chapter.key] = show = _show(chapter)
                for key, title, select in KEPT.get(chapter.key, ()):
                    share.inputs(show, key, title, select)
                if chapter.key == "ways":
                    share.state(show, "truth.start", "Start", START)
            own: dict[str, Callable] = {"particles": particles, "solver": solver}
            handler = own.get(chapter.key) or partial(run, chapter.key)
            job = controls.Job(handler, [*inputs, *more], [show], show, f"truth_{chapter.key}")
            chapters.append(controls.Chapter(opened, [job]))
    also = controls.on_chapters(tab, chapters, "truth-chapters", seed=inputs[2], fresh=fresh)
    also(inputs[1].use)
    ways = shows["ways"]
    ways.start(another_start, inputs, ways, **controls.SHARED | controls.SENT)
    context.warm_up.append(warm)


def _budget() -> gr.Slider:
    """How much each sampler may spend."""
    budget = gr.Slider(
        FEWEST,
        MOST,
        FIRST_BUDGET,
        step=1,
        label="Evaluations (NFE) each sampler may spend",
        elem_classes="settles",
    )
    share.keep(budget, "truth.budget")
    return budget


def _show(chapter: Chapter) -> gr.HTML:
    """The widget of a chapter; it fills when the chapter is opened."""
    return gr.HTML(
        None,
        html_template=template(f"truth/{chapter.key}.html"),
        js_on_load=widget(chapter.script, "(detail) => trigger('start', detail)"),
        apply_default_css=False,
        elem_classes="explorer-widget",
        empty=EMPTY,
    )
