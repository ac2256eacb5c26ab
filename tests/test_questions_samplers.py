"""The answers of the questions of Samplers, computed."""

import json

import pytest
import torch
from torch import Tensor

from explorer import worlds
from explorer.app.racing import answers, race
from explorer.app.racing.plane import principal
from explorer.paths import ASSETS
from explorer.samplers import LABELS, SAMPLERS, evaluations
from explorer.schedules import levels, linear

from .answers import holds, text

APART = 0.1  # of a map's size: ways that are drawn farther apart are clearly two
PLACES = 200  # along a way


def ends(x: Tensor, seed: int) -> dict[str, Tensor]:
    """Where each sampler leads x (B, 2) with about 20 evaluations of an exact denoiser."""
    denoise, found = worlds.classes().denoiser(), {}
    for name, sampler in SAMPLERS.items():
        steps = 10 if evaluations(name, 2) > 2 else 20
        rng = torch.Generator().manual_seed(seed)
        *_, last = sampler(denoise, x, levels(linear(), steps, "trailing"), rng=rng)
        found[LABELS[name]] = last.x
    return found


def start(n: int) -> Tensor:
    rng = torch.Generator().manual_seed(0)
    return torch.randn(n, 2, generator=rng, dtype=torch.float64)


@pytest.fixture(scope="module")
def runs():
    """The race that the tab opens with."""
    return answers.run(answers.Asked())[0]


def test_which_pair_ends_in_the_same_picture():
    found = ends(start(40), 1)

    def apart(pair: str) -> float:
        a, b = (found[name] for name in pair.split(" and "))
        return (a - b).abs().max().item()

    pairs = ("DDIM and DDPM", "DDIM and Euler", "Euler and Euler ancestral", "Heun and DPM++ 2M")
    one, other = sorted(pairs, key=apart)[:2]
    assert apart(one) < 1e-12 and apart(other) > 0.05
    holds("samplers-race", one)
    assert "DDPM and Euler ancestral" in text("samplers-race")
    assert apart("DDPM and Euler ancestral") < 1e-12


def test_how_much_noise_is_left_half_of_the_way():
    first, *_ = walk = levels(linear(), 40, "trailing")
    holds("samplers-halfway", 100 * walk[20].sigma / first.sigma)
    assert f"{walk[20].sigma:.2f} of 1" in text("samplers-halfway")
    assert walk[30].sigma > 2 / 3, "what the last ten steps take away"


def test_whose_four_pictures_are_alike():
    each = [ends(start(1), seed) for seed in range(4)]

    def alike(name: str) -> bool:
        return all(torch.equal(one[name], each[0][name]) for one in each)

    *most, last = [name for name in ("DDIM", "Euler", "Heun", "DPM++ 2M", "DDPM", "Euler ancestral")
                   if alike(name)]  # fmt: skip
    holds("samplers-chance", f"{', '.join(most)} and {last}")


def along(way: Tensor) -> Tensor:
    """PLACES points evenly along a polyline (N, D)."""
    length = (way[1:] - way[:-1]).norm(dim=1)
    before = torch.cat([length.new_zeros(1), length.cumsum(0)])
    at = torch.linspace(0, before[-1].item(), PLACES, dtype=way.dtype)
    k = (torch.searchsorted(before, at, right=True) - 1).clamp(0, len(length) - 1)
    return torch.lerp(way[k], way[k + 1], ((at - before[k]) / length[k])[:, None])


def test_how_many_ways_there_are_on_the_map(runs):
    states = [race.states(run) for run in runs]
    plane = principal(states)
    ways = [along(plane(x)) for x in states]
    drawn = torch.cat(ways)
    size = (drawn.amax(0) - drawn.amin(0)).max()
    different: list[Tensor] = []
    for way in ways:
        gaps = [torch.cdist(way, other).amin(1).max() / size for other in different]
        assert all(gap < APART / 3 or gap > 3 * APART for gap in gaps), "no way is in between"
        if all(gap > APART for gap in gaps):
            different.append(way)
    holds("samplers-path", len(different))


def test_how_much_longer_a_noisy_way_is(runs):
    far = {}
    for run in runs:
        x = race.states(run).flatten(1)
        far[run.entrant.key] = (x[1:] - x[:-1]).norm(dim=1).sum().item()
    assert "about eight times" in text("samplers-path")
    assert abs(far["ddpm"] / far["ddim"] - 8) < 0.5


def test_what_ten_times_as_many_evaluations_bring():
    rows = json.loads((ASSETS / "models/mnist.quality.json").read_text("utf-8"))["rows"]
    same = {"sampler": "ddim", "spacing": "trailing", "scale": 1.0, "n": 500}
    found = {row["nfe"]: row for row in rows if same.items() <= row.items()}
    few, many = (found[nfe]["frechet"] / found[nfe]["frechet_real"] for nfe in (20, 200))
    error = found[20]["frechet_error"] / found[20]["frechet_real"]
    gains = {"ten times nearer": 10, "three times nearer": 3, "no nearer": 1}
    holds("samplers-quality", min(gains, key=lambda name: abs(gains[name] - few / many)))
    said = text("samplers-quality")
    assert f"{few:.2f}" in said and f"{many:.2f}" in said and f"{error:.1f}" in said
    assert found[10]["frechet"] < few * found[20]["frechet_real"] + found[10]["frechet_error"]
