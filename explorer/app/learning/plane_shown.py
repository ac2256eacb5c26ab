"""What a training in the plane shows at a step, packed for the page."""

import math
from collections.abc import Sequence
from typing import Any

import torch

from explorer.app.exact import in_turn
from explorer.app.learning.plane_asked import MEANS, Asked
from explorer.app.once import once
from explorer.app.truth.asked import HALF, NEAR, angles, density, lattice, line, packed, shade
from explorer.app.truth.asked import Asked as World
from explorer.convergence import level_at
from explorer.denoisers import Denoiser, v_hat
from explorer.metrics import sliced_wasserstein
from explorer.samplers import euler
from explorer.schedules import Level
from explorer.training.plane_recipe import MOST, Recipe
from explorer.training.plane_run import Run

STOPS, LAST = 9, 0.1  # levels that the field is shown at, and the angle of the least noisy
CELLS, SHADES = 13, 40  # a side of the field, and of its density
POINTS, STEPS = 240, 16  # samples while it trains: how many, in how many steps
MEASURED, SETS = 480, 5  # points of a distance, and sets of as many data
BUDGETS = (1, 2, 4, 8, 16, 32)
MOST_PLACES = 160  # of a curve


def stops(predicts: str) -> list[Level]:
    """The levels of the field; of noise prediction the first is at sigma/alpha = MOST."""
    first = math.atan(MOST) if predicts == "eps" else math.pi / 2
    return [level_at(min(angle, first)) for angle in angles(STOPS, LAST)]


@torch.no_grad()
def flow(denoise: Denoiser, levels: Sequence[Level]) -> dict:
    """The probability flow towards the data, -v_hat, at every cell of every level."""
    cells = lattice(CELLS)
    return packed(torch.stack([-v_hat(cells, denoise(cells, at), at) for at in levels]))


@once(24)
@in_turn
def exact(asked: World, predicts: str) -> dict:
    """All that training cannot change: the world, its field, and points of its data."""
    world, levels, fine = asked.made, stops(predicts), lattice(SHADES)
    return {
        "half": HALF,
        "near": NEAR,
        "levels": [[round(v, 6) for v in level] for level in levels],
        "density": {
            "size": SHADES,
            "bytes": shade(torch.stack([world.log_density(fine, level) for level in levels])),
        },
        "data": density(world, Level(1.0, 0.0), half=NEAR),
        "wide": density(world, Level(1.0, 0.0)),
        "cells": packed(lattice(CELLS)),
        "flow": flow(world.denoiser(), levels),
    }


def look(asked: Asked, run: Run) -> dict:
    """The network as it is now: its field, its samples, its distance to the exact denoiser."""
    *_, last = euler(run.native(), noise(asked), run.recipe.walk(STEPS))
    return {
        "exact": exact(asked.world, asked.predicts),
        "flow": flow(run.denoiser(), stops(asked.predicts)),
        "samples": packed(last.x),
        "sampling": f"{POINTS} points, Euler in {STEPS} steps, NFE {STEPS}",
        "about": asked.about,
        "loss_is": asked.loss,
        "means": MEANS[asked.predicts],
        "parameters": sum(p.numel() for p in run.net.parameters()),
    }


@once(24)
@in_turn
def reference(world: World, predicts: Any, levels: str) -> dict:
    """Data, and where the exact denoiser ends in 1, 2, 4, ... steps of such a recipe."""
    made, walks = world.made, Recipe(predicts, levels)
    data = [made.sample(MEASURED, world.rng(2 + k)) for k in range(SETS)]
    perfect = []
    for n in BUDGETS:
        *_, last = euler(made.denoiser(), world.noise(MEASURED), walks.walk(n))
        perfect.append((n, _distance(last.x, data)))
    floor = sum(_distance(one, data) for one in data) / (SETS - 1)
    return {"data": data, "exact": line(perfect), "floor": round(floor, 4)}


def use(asked: Asked, run: Run) -> dict:
    """Samples in 1, 2, 4, ... steps: the paths of POINTS, and how far MEASURED end from data.

    States are those of the straight line, x_t / (alpha + sigma), whatever the network learnt: so
    paths of all recipes can be compared. The exact denoiser takes the same steps beside it.
    """
    known, x = reference(asked.world, asked.predicts, asked.levels), noise(asked, MEASURED)
    paths, learnt = [], []
    for n in BUDGETS:
        steps = list(euler(run.native(), x, run.recipe.walk(n)))
        paths.append(packed(torch.stack([s.x[:POINTS] / sum(s.level) for s in steps])))
        learnt.append((n, _distance(steps[-1].x, known["data"])))
    return {
        "budgets": list(BUDGETS),
        "paths": paths,
        "learnt": line(learnt),
        "exact": known["exact"],
        "floor": known["floor"],
        "measured": f"sliced Wasserstein, {MEASURED} points, mean of {SETS} sets of data",
    }


def _distance(x: torch.Tensor, data: Sequence[torch.Tensor]) -> float:
    """Mean distance to sets of data; one alone would say much about that set."""
    return sum(sliced_wasserstein(x, one) for one in data) / len(data)


def noise(asked: Asked, n: int = POINTS) -> torch.Tensor:
    """Where samples start (n, 2): the same at every step of a run."""
    return asked.world.noise(n)


def binned(losses: Sequence[float]) -> list[list[float]]:
    """The losses of all steps as at most MOST_PLACES means: [last step of the bin, mean]."""
    size = -(-len(losses) // MOST_PLACES) or 1
    bins = [losses[i : i + size] for i in range(0, len(losses), size)]
    return line([(min((k + 1) * size, len(losses)), sum(b) / len(b)) for k, b in enumerate(bins)])


def thinned(points: Sequence[tuple[float, float]]) -> list[list[float]]:
    """At most MOST_PLACES of a curve's points, its last among them."""
    every = -(-len(points) // MOST_PLACES) or 1
    return line(points[::-1][::every][::-1])
