"""What a training in the plane shows at a step, packed for the page."""

import math
from collections.abc import Sequence

import torch

from explorer.app.learning.plane_asked import MEANS, Asked
from explorer.app.once import once
from explorer.app.truth.asked import HALF, NEAR, angles, density, lattice, line, packed, shade
from explorer.app.truth.asked import Asked as World
from explorer.convergence import level_at
from explorer.denoisers import Denoiser, v_hat
from explorer.metrics import sliced_wasserstein
from explorer.samplers import euler
from explorer.schedules import Level
from explorer.training.plane_recipe import MOST
from explorer.training.plane_run import Run

STOPS, LAST = 9, 0.1  # levels that the field is shown at, and the angle of the least noisy
CELLS, SHADES = 13, 40  # a side of the field, and of its density
POINTS, STEPS = 240, 16  # samples while it trains: how many, in how many steps
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


def use(asked: Asked, run: Run) -> dict:
    """Samples in 1, 2, 4, ... steps, with all their states, and how far they end from data.

    States are those of the straight line, x_t / (alpha + sigma), whatever the network learnt: so
    paths of all recipes can be compared. The exact denoiser takes the same steps beside it.
    """
    data = [asked.world.made.sample(POINTS, asked.world.rng(stream)) for stream in (2, 3)]
    paths, found = [], {"learnt": [], "exact": []}
    for n in BUDGETS:
        walk = run.recipe.walk(n)
        for name, denoise in (("learnt", run.native()), ("exact", asked.world.made.denoiser())):
            steps = list(euler(denoise, noise(asked), walk))
            found[name].append((n, sliced_wasserstein(steps[-1].x, data[0])))
            if name == "learnt":
                paths.append(packed(torch.stack([s.x / sum(s.level) for s in steps])))
    return {
        "budgets": list(BUDGETS),
        "paths": paths,
        "learnt": line(found["learnt"]),
        "exact": line(found["exact"]),
        "floor": round(sliced_wasserstein(*data), 4),
    }


def noise(asked: Asked) -> torch.Tensor:
    """Where samples start (POINTS, 2): the same at every step of a run."""
    return asked.world.noise(POINTS)


def binned(losses: Sequence[float]) -> list[list[float]]:
    """The losses of all steps as at most MOST_PLACES means: [last step of the bin, mean]."""
    size = -(-len(losses) // MOST_PLACES) or 1
    bins = [losses[i : i + size] for i in range(0, len(losses), size)]
    return line([(min((k + 1) * size, len(losses)), sum(b) / len(b)) for k, b in enumerate(bins)])


def thinned(points: Sequence[tuple[float, float]]) -> list[list[float]]:
    """At most MOST_PLACES of a curve's points, its last among them."""
    every = -(-len(points) // MOST_PLACES) or 1
    return line(points[::-1][::every][::-1])
