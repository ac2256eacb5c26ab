"""The chapter "Where a sampler steps": spacings as dots on a schedule, and a grid of one's own."""

import gradio as gr

from explorer.app import checks, share
from explorer.app.controls import SPACINGS
from explorer.app.exact import in_turn
from explorer.app.once import once
from explorer.app.tables import NAMES
from explorer.app.theme import template, widget

TITLE = "Where a sampler steps"
T, MOST, LONGEST = 1000, 100, 2000  # of a grid of one's own: its last t, dots, characters
MOST_STEPS = 50  # of a sampler, that are shown on every schedule
FIRST = 10  # steps that the chapter opens with


def parse(text: object) -> tuple[float, ...]:
    """A typed grid: t of each step, noisiest first. Raises gr.Error with a sentence."""
    rule = f"Your own grid must hold 1 to {MOST} numbers above 0 and up to {T}, falling"
    if not isinstance(text, str) or len(text) > LONGEST:
        raise checks.refuse(f"{rule}, in at most {LONGEST} characters.")
    words = text.replace(";", ",").replace(",", " ").split()
    if not 1 <= len(words) <= MOST:
        raise checks.refuse(f"{rule}; it holds {len(words)}.")
    times: list[float] = []
    for word in words:
        try:
            t = float(word)
        except ValueError:
            raise checks.refuse(f"{rule}; “{word}” is no number.") from None
        if not 0 < t <= T or (times and t >= times[-1]):
            raise checks.refuse(f"{rule}; {word} does not fit.")
        times.append(t)
    return tuple(times)


def spread(n: object) -> dict:
    """The stops of n steps: {"times": {schedule: {spacing: [t, ...]}}}, or {"error": sentence}."""
    try:
        n = checks.integer("Steps", n, 1, MOST_STEPS)
    except gr.Error as error:
        return {"error": str(error.message)}
    return {"times": _spread(n)}


@once(MOST_STEPS, stored=False)  # 0.7 s for 50 steps, and the page asks past the queue
@in_turn
def _spread(n: int) -> dict[str, dict[str, list[float]]]:
    from explorer.schedules import SCHEDULES, levels, time_of

    times = {}
    for name, make in SCHEDULES.items():
        schedule = make()
        walks = {spacing: levels(schedule, n, spacing)[:-1] for spacing in SPACINGS}
        times[name] = {
            spacing: [round(time_of(schedule, level), 4) for level in walk]
            for spacing, walk in walks.items()
        }
    return times


def use(event: gr.EventData) -> tuple[str, str, str]:
    """The dragged grid for the Samplers tab: schedule, spacing "own", and the grid as text."""
    sent = getattr(event, "_data", None)
    sent = sent if isinstance(sent, dict) else {}
    schedule = checks.choice("Schedule", sent.get("schedule"), NAMES)
    return schedule, "own", ", ".join(f"{t:g}" for t in parse(sent.get("grid")))


def build(context) -> None:
    """The chapter; Samplers takes the grid from it."""
    context.lent["grid"] = made = gr.HTML(
        None,
        html_template=template("steps.html"),
        js_on_load=widget("stepsView", "server", "(detail) => trigger('use', detail)"),
        server_functions=[spread],
        apply_default_css=False,
        elem_classes="explorer-widget",
        names=NAMES,
        spacings=SPACINGS,
        first=FIRST,
    )
    share.inputs(made, "schedules.spaced", "Schedule", "[name=steps-schedule]")
    share.inputs(made, "schedules.steps", "Steps", ".steps-n input")
    share.inputs(made, "schedules.grid", "Your own grid, t of each step", ".steps-text input")
