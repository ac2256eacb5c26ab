"""The answers of the questions of Ground truth, computed."""

import math
from functools import cache

import torch
from torch import Tensor

from explorer import convergence, worlds
from explorer.app.truth import chapters
from explorer.app.truth.asked import Asked, lattice
from explorer.denoisers import from_network, score_hat, v_hat
from explorer.metrics import sliced_wasserstein
from explorer.models import zoo
from explorer.samplers import LABELS, SAMPLERS
from explorer.schedules import SCHEDULES, levels
from explorer.words import questions

from .answers import holds, text

PURE = convergence.level_at(math.pi / 2)
KARRAS = SCHEDULES["karras"]()


@cache
def guided() -> dict:
    """What the chapter on guidance opens with."""
    return chapters.guidance(Asked())


def noise(n: int) -> Tensor:
    rng = torch.Generator().manual_seed(0)
    return torch.randn(n, 2, generator=rng, dtype=torch.float64)


def test_where_the_score_points_at_pure_noise():
    cells, near = lattice(12), convergence.level_at(0.1)
    for world in (worlds.classes(), worlds.two(), worlds.ring()):
        arrows = score_hat(cells, world.denoiser()(cells, PURE), PURE)
        nearest = world.means[torch.cdist(cells, world.means).argmin(1)] - cells
        ways = {"to the nearest cluster": nearest, "to the middle": -cells}
        likeness = {
            name: torch.cosine_similarity(arrows, way).min().item() for name, way in ways.items()
        }
        to = max(likeness, key=likeness.get)
        assert likeness[to] > 1 - 1e-9
        holds("truth-field", to if likeness[to] > 0.5 else "anywhere: it is only noise")
        flow = -v_hat(cells, world.denoiser()(cells, PURE), PURE)
        assert (flow - world.weights @ world.means).abs().max() < 1e-7, "the mean of the data"
    four = worlds.classes()
    assert len(four.means) == 4 and (four.weights @ four.means).abs().max() < 1e-7
    late = score_hat(cells, four.denoiser()(cells, near), near)
    assert torch.cosine_similarity(late, -cells).min() < 0.5, "arrows part"


def test_whose_points_end_where_the_data_are():
    world, x, rng = worlds.classes(), noise(3000), torch.Generator().manual_seed(1)
    data = [world.sample(len(x), rng) for _ in range(2)]
    floor = sliced_wasserstein(*data)

    def far(name: str, budget: int) -> float:
        ((_, walk),) = convergence.grids(name, KARRAS, "karras", [budget])
        rng = torch.Generator().manual_seed(2)
        end = convergence.end(name, world.denoiser(), x, walk, rng)
        return sliced_wasserstein(end, data[0]) / floor

    few = {name: far(name, 12) for name in SAMPLERS}
    there = {name for name in few if few[name] < 2}
    options = {
        frozenset(SAMPLERS): "all six: the denoiser makes no mistake",
        frozenset(chapters.THEORY): "the four that draw no noise",
        frozenset(): "none of them",
    }
    holds("truth-particles", options[frozenset(there)])
    worst = max(few, key=few.get)
    assert f"{LABELS[worst]}, which pays twice" in text("truth-particles")
    assert min(few.values()) > 3, "by far"
    assert all(3 * far(name, 64) < few[name] for name in SAMPLERS)


def test_the_error_of_ddim():
    found = chapters.order(Asked())["errors"]
    measured = {line["key"]: [error for _, error in line["points"]] for line in found}
    logs = torch.tensor(measured["ddim"]).log10()
    halves = torch.stack([logs[:-1], (logs[:-1] + logs[1:]) / 2], 1).flatten()
    computed = [*halves.tolist(), logs[-1].item()]  # on the straight lines between measured points
    question = questions.at("Ground truth/Order")
    assert question.id == "truth-order" and question.y_log
    assert f"ends {measured['ddim'][0]:.2f} away" in question.ask
    drawn = torch.tensor(question.right).log10()
    assert (drawn - torch.tensor(computed)).abs().max() < 0.02
    for line in found:
        assert abs(line["slope"] - line["theory"]) < 0.2
    second = [a / b for key in ("heun", "dpmpp_2m") for a, b in
              zip(measured[key][-3:], measured[key][-2:], strict=False)]  # fmt: skip
    assert all(3.5 < ratio < 5 for ratio in second), "about a quarter"
    assert f"to {measured['ddim'][-1]:.3f} with 256" in text("truth-order")


def test_what_a_better_solver_mends():
    world, x = worlds.classes(), noise(192)
    exact, learnt = world.denoiser(), from_network(zoo.load("planar-classes"))
    answer = convergence.converged(exact, x, KARRAS(KARRAS.T), 200)
    walks = convergence.grids("heun", KARRAS, "karras", [64, 256])

    def gain(denoise) -> float:
        (_, few), (_, many) = convergence.errors("heun", denoise, x, walks, answer)
        return few / many

    gains = {"16 times nearer": 16, "4 times nearer": 4, "hardly nearer": 1}

    def nearest(factor: float) -> str:
        return min(gains, key=lambda name: abs(math.log(gains[name] / factor)))

    assert nearest(gain(exact)) == "16 times nearer"
    holds("truth-solver", nearest(gain(learnt)))


def test_at_how_many_points_runs_from_one_start_end():
    denoise, walk = worlds.classes().denoiser(), levels(KARRAS, 100, "karras")
    runs = [("ddim", 12), ("ddpm", 24)]
    ends = [
        convergence.end(
            name, denoise, noise(1).repeat(n, 1), walk, torch.Generator().manual_seed(3)
        )
        for name, n in runs
    ]
    different = torch.cat(ends).round(decimals=6).unique(dim=0)
    holds("truth-ways", len(different))


def test_how_far_guidance_leads_from_the_class():
    distance = dict(guided()["distance"])
    computed = [distance[k / 2] for k in range(17)]
    holds("truth-guidance", computed, near=0.012)
    said, spread = text("truth-guidance"), dict(guided()["spread"])
    assert min(distance, key=distance.get) == 1
    least = min(distance.values())
    assert f"from {distance[0]:.2f} to {least:.2f}" in said and f"to {distance[8]:.2f} at" in said
    assert f"{spread[1]:.2f} at scale 1" in said and f"{spread[8]:.2f} at scale 8" in said
    assert 0 < guided()["spread_data"] - spread[1] < 0.05, "nearly as much as the class"
