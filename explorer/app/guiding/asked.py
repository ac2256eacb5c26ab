"""What the Guidance tab is asked, checked: a refusal says that nothing was run.

No torch here: the page is built with it.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any

import gradio as gr

from explorer.app import checks, classes, controls, labels, prompts
from explorer.app.tables import NAMES
from explorer.paths import ASSETS

DIGITS, SCENES = MODELS = ("mnist", "scenes")
UNGUIDED = "This model was trained without classes, so there is nothing to guide it with."
NEEDED = ("scenes", "scenes-vae")  # the weights without which there are no scenes
RUNS = {"dpmpp_2m": "karras", "ddim": "trailing"}  # of scenes: a sampler, its spacing
SCALES, LOWEST, HIGHEST = (0.0, 1.0, 2.0, 4.0, 8.0), -2, 20
FEWEST_SCALES, MOST_SCALES = 3, 7
FEWEST, MOST, USUAL_STEPS = 4, 40, 20
MOST_RATIO = 1000.0  # of sigma/alpha, where an interval may end; beyond it there is infinity


@dataclass(frozen=True)
class Asked:
    """A checked request of the controls that all chapters share; hashable, so it can be kept."""

    model: str = DIGITS
    told: str = "7"  # a digit, or a prompt; empty: no condition
    seed: int = 0
    steps: int = USUAL_STEPS
    schedule: str = "linear"
    sampler: str = "ddim"
    spacing: str = "trailing"


def first(model: str) -> Asked:
    """What the tab opens with."""
    if model == DIGITS:
        return Asked(told=classes.opening())
    return Asked(SCENES, prompts.FIRST, sampler="dpmpp_2m", spacing="karras")


def opening() -> str:
    """The model that is chosen when the page is built.

    Scenes, where its weights are; but a model of one's own comes first, if it can be told a class.
    """
    if labels.now() != labels.Labels() and labels.now().names:
        return DIGITS
    there = all((ASSETS / "models" / f"{name}.safetensors").exists() for name in NEEDED)
    return SCENES if there else DIGITS


def check(model, digit, prompt, seed, steps, schedule, spacing, run) -> Asked:
    """The request. Raises gr.Error, naming field and range; a hidden field may hold anything."""
    model = checks.choice("Model", model, MODELS)
    numbers: dict[str, Any] = {
        "seed": checks.integer("Seed", seed, 0, controls.LAST_SEED),
        "steps": checks.integer("Steps (NFE)", steps, FEWEST, MOST),
        "schedule": checks.choice("Schedule", schedule, NAMES),
    }
    if model == DIGITS:
        digit = classes.checked("Digit", digit)
        if digit == "none":
            raise checks.refuse(f"{UNGUIDED} Choose the model scenes.")
        spacing = checks.choice("Spacing", spacing, controls.SPACINGS)
        return Asked(model, digit, **numbers, spacing=spacing)
    run = checks.choice("Sampler", run, RUNS)
    told = prompts.prompt("The prompt", prompt)
    return Asked(model, told, **numbers, sampler=run, spacing=RUNS[run])


def one_scale(value: object) -> float:
    """A guidance scale, or a gr.Error."""
    return checks.number("Guidance scale", value, LOWEST, HIGHEST)


def scales_of(text: object) -> tuple[float, ...]:
    """3 to 7 different numbers from -2 to 20, in rising order, or a gr.Error."""
    rule = (
        f"Scales must be {FEWEST_SCALES} to {MOST_SCALES} different numbers "
        f"from {LOWEST} to {HIGHEST}, separated by commas"
    )
    values = _numbers(text, f"{rule}, such as 0, 1, 2, 4, 8.")
    if not all(math.isfinite(v) and LOWEST <= v <= HIGHEST for v in values):
        raise checks.refuse(f"{rule}; one of these is not in that range.")
    # equal where they would read equal: a label shows six digits
    found = tuple(sorted({float(f"{v:g}") + 0.0 for v in values}))
    if not FEWEST_SCALES <= len(found) <= MOST_SCALES:
        raise checks.refuse(f"{rule}; these are {len(found)}.")
    return found


def interval_of(text: object) -> tuple[float, float]:
    """Where guidance begins and ends, in sigma/alpha: "0.3, 5"; or a gr.Error."""
    rule = (
        "The interval must be two rising numbers of σ/α from 0 to "
        f"{MOST_RATIO:g} (the second may be inf), separated by a comma, such as 0.3, 5."
    )
    found = _numbers(text, rule)
    if len(found) != 2 or not 0 <= found[0] <= found[1]:
        raise checks.refuse(rule)
    if found[0] > MOST_RATIO or not (found[1] <= MOST_RATIO or found[1] == math.inf):
        raise checks.refuse(rule)
    return found[0], found[1]


def _numbers(text: object, rule: str) -> list[float]:
    if not isinstance(text, str) or len(text) > 200:
        raise checks.refuse(rule)
    try:
        return [float(part.replace("−", "-")) for part in text.split(",") if part.strip()]
    except ValueError:
        raise checks.refuse(rule) from None


def negative(asked: Asked, digit: object, prompt: object) -> str:
    """What to push away from: a digit or a prompt; empty: no condition."""
    if asked.model == SCENES:
        return prompts.prompt("The negative prompt", prompt)
    digit = classes.checked("Negative digit", digit, also=["none"])
    return "" if digit == "none" else digit


@contextmanager
def _nothing_run() -> Iterator[None]:
    try:
        yield
    except gr.Error as error:
        if "othing was run" in error.message:
            raise
        told = f"{error.message} Nothing was run."
        raise gr.Error(
            told, duration=error.duration, title=error.title, print_exception=False
        ) from None


def refusing(handler: Callable) -> Callable:
    """A handler whose refusals say that nothing was run: the old pictures stand, and are old."""

    @wraps(handler)
    def answer(*values, **named):
        with _nothing_run():
            return handler(*values, **named)

    return answer
