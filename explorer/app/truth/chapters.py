"""What each chapter of "Ground truth" shows, computed with explorer's own mathematics."""

from functools import partial

import torch

from explorer import convergence
from explorer.app.exact import in_turn
from explorer.app.once import once
from explorer.app.truth.asked import (
    HALF,
    NEAR,
    Asked,
    angles,
    density,
    lattice,
    line,
    packed,
    shade,
)
from explorer.denoisers import guided, score_hat, v_hat
from explorer.metrics import convergence_order, sliced_wasserstein
from explorer.names import SAMPLERS as LABELS
from explorer.names import SPACINGS, STOCHASTIC
from explorer.samplers import SAMPLERS
from explorer.schedules import SCHEDULES, Level, levels

THEORY = {"ddim": 1, "euler": 1, "heun": 2, "dpmpp_2m": 2}
CLEAN = Level(1.0, 0.0)
LEVELS, LAST = 33, 0.05  # of the field: how many, and the angle of the least noisy
BUDGETS = (4, 8, 16, 32, 64, 128, 256)
FITTED = 32  # the slope is fitted from this NFE on: an order is a promise about many steps
MANY = 30  # Gaussians: a world of more, as drawn ones are, is measured with fewer points
GUIDED, MEASURED = 140, 1000  # points of every guidance scale: drawn, and measured
SCALES = [k / 4 for k in range(33)]  # 0, 0.25, ..., 8


@once(24)
@in_turn
def field(asked: Asked) -> dict:
    """Density, score and probability flow at 33 noise levels, and data to be noised."""
    world, cells, fine = asked.made, lattice(17), lattice(56)
    denoise = world.denoiser()
    stops = [convergence.level_at(a) for a in angles(LEVELS, LAST)]
    x0_hats = [denoise(cells, level) for level in stops]
    pairs = list(zip(x0_hats, stops, strict=True))
    data = world.sample(240, asked.rng(2))
    return {
        "half": HALF,
        "levels": [[round(v, 6) for v in level] for level in stops],
        "density": {
            "size": 56,
            "bytes": shade(torch.stack([world.log_density(fine, level) for level in stops])),
        },
        "score": packed(torch.stack([score_hat(cells, x0, level) for x0, level in pairs])),
        "flow": packed(torch.stack([-v_hat(cells, x0, level) for x0, level in pairs])),
        "cells": packed(cells),
        "x0": packed(data),
        "eps": packed(asked.noise(len(data))),
        "title": asked.title,
    }


@once(24)
@in_turn
def particles(asked: Asked, budget: int) -> dict:
    """Six samplers with the exact denoiser, from the same points, at the same NFE."""
    world, x, schedule = asked.made, asked.noise(160), SCHEDULES[asked.schedule]()
    data = [world.sample(len(x), asked.rng(stream)) for stream in (2, 3)]
    denoise, runs = world.denoiser(), []
    for key in LABELS:
        ((nfe, walk),) = convergence.grids(key, schedule, asked.spacing, [budget])
        steps = list(SAMPLERS[key](denoise, x, walk, rng=asked.rng(1)))
        runs.append(
            {
                "key": key,
                "label": LABELS[key],
                "states": packed(torch.stack([step.x for step in steps])),
                "nfe": [step.nfe for step in steps],
                "sigma": [round(step.level.sigma, 4) for step in steps],
                "spent": nfe,
                "distance": round(sliced_wasserstein(steps[-1].x, data[0]), 4),
            }
        )
    return {
        "half": HALF,
        "budget": budget,
        "runs": runs,
        "density": density(world, CLEAN),
        "floor": round(sliced_wasserstein(data[0], data[1]), 4),
        "about": _about(asked, f"{len(x)} points, exact denoiser"),
    }


@once(24)
@in_turn
def order(asked: Asked) -> dict:
    """Error against NFE for the four that solve the ODE, distance for the two that draw noise."""
    world, schedule = asked.made, SCHEDULES[asked.schedule]()
    large = len(world.means) > MANY
    denoise, x = world.denoiser(), asked.noise(64 if large else 192)
    answer = convergence.converged(denoise, x, levels(schedule, 1, "trailing")[0], 200)
    walks = partial(convergence.grids, schedule=schedule, spacing=asked.spacing)
    lines = []
    for key, theory in THEORY.items():
        found = convergence.errors(key, denoise, x, walks(key, budgets=BUDGETS), answer)
        lines.append(_measured(key, found) | {"theory": theory, "slope": _slope(found)})
    many = asked.noise(250 if large else 700)
    data = [world.sample(len(many), asked.rng(stream)) for stream in (2, 3)]
    distances = []
    for key in (*STOCHASTIC, "ddim"):
        shorter = walks(key, budgets=BUDGETS[:-1])
        found = convergence.distances(key, denoise, many, shorter, data[0], (asked.seed << 8) + 1)
        distances.append(_measured(key, found))
    return {
        "errors": lines,
        "distances": distances,
        "floor": round(sliced_wasserstein(data[0], data[1]), 5),
        "fitted": FITTED,
        "about": _about(asked, f"{len(x)} points, exact denoiser; median error"),
    }


@once(24)
@in_turn
def solver(asked: Asked, net) -> dict:
    """The same race with the exact denoiser and with a network: whose error is whose."""
    from explorer.denoisers import from_network

    world, schedule, x = asked.made, SCHEDULES[asked.schedule](), asked.noise(192)
    start = levels(schedule, 1, "trailing")[0]
    exact, learnt = world.denoiser(), from_network(net)
    answer = convergence.converged(exact, x, start, 200)
    believed = convergence.converged(learnt, x, start, 200)
    model_error = convergence.median_error(believed, answer)
    samplers = []
    for key in THEORY:
        walks = convergence.grids(key, schedule, asked.spacing, BUDGETS)
        ends = [(nfe, convergence.end(key, learnt, x, walk)) for nfe, walk in walks]
        samplers.append(
            {
                "key": key,
                "label": LABELS[key],
                "exact": line(convergence.errors(key, exact, x, walks, answer)),
                "solver": line([(n, convergence.median_error(e, believed)) for n, e in ends]),
                "total": line([(n, convergence.median_error(e, answer)) for n, e in ends]),
            }
        )
    return {
        "half": NEAR,
        "samplers": samplers,
        "model": float(f"{model_error:.4g}"),
        "density": density(world, CLEAN, half=NEAR),
        "answer": packed(answer),
        "believed": packed(believed),
        "parameters": sum(p.numel() for p in net.parameters()),
        "about": _about(asked, f"{len(x)} points; median over them"),
    }


@once(24)
@in_turn
def two_ways(asked: Asked, start: tuple[float, float] | None, steps: int = 100) -> dict:
    """From one state one path of the ODE, and many of the SDE: 100 steps each."""
    world, many = asked.made, 24
    walk = levels(SCHEDULES[asked.schedule](), steps, asked.spacing)
    one = asked.noise(1) if start is None else torch.tensor([start], dtype=torch.float64)
    denoise = world.denoiser()
    ode = torch.stack([s.x for s in SAMPLERS["ddim"](denoise, one, walk)])
    crowd = one.repeat(many, 1)
    sde = torch.stack([s.x for s in SAMPLERS["ddpm"](denoise, crowd, walk, rng=asked.rng(1))])
    return {
        "half": HALF,
        "ode": packed(ode[:, 0]),  # (n + 1, 2)
        "sde": packed(sde),  # (n + 1, many, 2)
        "sigma": [round(level.sigma, 4) for level in walk],
        "density": density(world, CLEAN),
        "start": [round(v, 3) for v in one[0].tolist()],
        "about": _about(asked, f"{steps} steps; DDIM for the ODE, DDPM for the SDE"),
    }


@once(24)
@in_turn
def guidance(asked: Asked) -> dict:
    """Conditional and unconditional flow at each level, and where every scale leads."""
    borrowed = len(asked.made.labels) < 2
    asked = asked.borrowing if borrowed else asked
    world = asked.made
    conditional, unconditional = world.denoiser(1), world.denoiser()
    cells, stops = lattice(11, NEAR), [convergence.level_at(a) for a in angles(LEVELS, LAST)]

    def flow(denoise):
        return packed(torch.stack([-v_hat(cells, denoise(cells, at), at) for at in stops]))

    walk = levels(SCHEDULES[asked.schedule](), 40, asked.spacing)

    def ended(x):  # (S, N, 2): one batch for all scales
        rows = torch.tensor(SCALES, dtype=torch.float64).repeat_interleave(len(x))
        at_all = guided(conditional, unconditional, rows)
        found = convergence.end("ddim", at_all, x.repeat(len(SCALES), 1), walk)
        return found.unflatten(0, (-1, len(x)))

    ends, counted = ended(asked.noise(GUIDED)), ended(asked.noise(MEASURED))
    data = [world.only(1).sample(MEASURED, asked.rng(stream)) for stream in (2, 3)]
    return {
        "half": NEAR,
        "borrowed": borrowed,
        "scales": SCALES,
        "levels": [[round(v, 6) for v in level] for level in stops],
        "conditional": flow(conditional),
        "unconditional": flow(unconditional),
        "cells": packed(cells),
        "ends": packed(ends),
        "density": {
            "one": density(world.only(1), CLEAN, half=NEAR),
            "all": density(world, CLEAN, half=NEAR),
        },
        "spread": line(list(zip(SCALES, _spread(counted), strict=True))),
        "distance": line(
            [(s, sliced_wasserstein(e, data[0])) for s, e in zip(SCALES, counted, strict=True)]
        ),
        "floor": round(sliced_wasserstein(data[0], data[1]), 4),
        "spread_data": round(_spread(data[0][None])[0], 4),
        "about": _about(
            asked,
            f"{GUIDED} points a scale drawn and {MEASURED:,} measured, DDIM in 40 steps, exact "
            "denoisers",
        ),
    }


def _spread(clouds: torch.Tensor) -> list[float]:
    """The root mean square distance from the mean of each cloud (S, N, 2)."""
    return (clouds - clouds.mean(1, keepdim=True)).square().sum(-1).mean(1).sqrt().tolist()


def _measured(key: str, found: list[tuple[int, float]]) -> dict:
    return {"key": key, "label": LABELS[key], "points": line(found)}


def _slope(found: list[tuple[int, float]]) -> float:
    """Minus the slope of error against NFE on logarithmic axes, from FITTED on."""
    kept = [(nfe, error) for nfe, error in found if nfe >= FITTED - 1]  # Heun spends one less
    return round(convergence_order(*zip(*kept, strict=True)), 2)


def _about(asked: Asked, what: str) -> str:
    from explorer.app.tables import NAMES

    return (
        f"{asked.title}; {what}; seed {asked.seed}; {NAMES[asked.schedule]} schedule, "
        f"{SPACINGS[asked.spacing]} spacing."
    )
