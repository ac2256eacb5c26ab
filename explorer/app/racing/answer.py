"""The converged answer: where the ODE leads from the race's noise, and how far each entrant is."""

from collections.abc import Callable, Sequence

from torch import Tensor

from explorer.app import studio
from explorer.app.calls import later
from explorer.app.once import Aside, once
from explorer.app.racing.race import Run, Start, denoiser
from explorer.names import STOCHASTIC
from explorer.samplers import dpmpp_2m
from explorer.schedules import SCHEDULES, levels

STEPS = {40: 200, 200: 500}  # for races of at most so many evaluations: within 0.001, and 0.0001
Tell = Callable[[int], object]


def enough(budget: int) -> int:
    """Steps that make an answer beside which the errors of such a race are large.

    Of three digits, seeds and schedules the answers of 200 steps lay 0.0002 to 0.0007 from those
    of 800, those of 500 at most 0.0001; an entrant of 40 evaluations is 0.01 away.
    """
    return next((steps for most, steps in STEPS.items() if budget <= most), max(STEPS.values()))


def converged(start: Start, schedule: str, steps: int, tell: Tell = lambda done: None) -> Tensor:
    """(1, C, H, W): DPM++ 2M, Karras spacing, from the noise that all start from.

    Kept for each start, schedule and number of steps. tell(steps done) is called on the way.
    """
    return _converged(start, schedule, steps, Aside(tell))


@once(32)
def _converged(start: Start, schedule: str, steps: int, tell: Aside[Tell]) -> Tensor:
    engine = studio.engine()
    walk = levels(SCHEDULES[schedule](), steps, "karras")
    with later(), engine.run():  # the race is on the screen already, and this is most of the work
        for step in dpmpp_2m(denoiser(engine, start), studio.noise([start.seed]), walk):
            tell.value(step.index)
            last = step.x
    return last


def distance(x: Tensor, answer: Tensor) -> float:
    """Root mean square difference of two pictures' pixels, whose range is [-1, 1]."""
    return (x - answer).square().mean().sqrt().item()


def gaps(runs: Sequence[Run], answer: Tensor, steps: int) -> dict:
    """For the page: at each NFE how far each entrant's x̂₀ is from the answer of so many steps."""
    return {
        "steps": steps,
        "entrants": [
            {
                "label": run.entrant.title,
                "ink": run.entrant.ink,
                "stochastic": run.entrant.key in STOCHASTIC,
                # the last record has the NFE of the one before it, and takes its place
                "points": [
                    [nfe, float(f"{far:.4g}")]
                    for nfe, far in {
                        step.nfe: distance(step.x0_hat, answer) for step in run.steps
                    }.items()
                ],
            }
            for run in runs
        ],
    }
