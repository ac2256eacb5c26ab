"""Ten common errors: every number that the page states is computed here, and nothing else is."""

import json
import math
import re
from functools import cache

import pytest
import torch

from explorer import samplers, schedules, worlds
from explorer.models import zoo
from explorer.paths import ASSETS
from explorer.sampling import Request, stream
from explorer.schedules import levels, linear
from explorer.words import errors

from .places import places

ALL = {error.id: error for error in errors.load()}


def table(name: str) -> dict:
    return json.loads((ASSETS / "models" / f"{name}.json").read_text("utf-8"))


def quality(sampler: str, nfe: int, scale: float = 1.0) -> dict:
    rows = table("mnist.quality")["rows"]
    wanted = ("linear", 500, sampler, nfe, scale)
    (row,) = [
        r
        for r in rows
        if tuple(r[k] for k in ("schedule", "n", "sampler", "nfe", "scale")) == wanted
    ]
    return row


def rms(a: torch.Tensor, b: torch.Tensor) -> float:
    return (a - b).square().mean().sqrt().item()


def half_way() -> tuple[list, list]:
    grid, short = levels(linear(), 40), levels(linear(), 20)
    t = schedules.time_of(linear(), grid[20])
    alpha, sigma = grid[20]
    return [20, 40, t, sigma, alpha, 20, short[20].sigma], [sigma, short[20].sigma]


def sampler_schedule() -> tuple[list, list]:
    rng = torch.Generator().manual_seed(0)
    x, denoise = torch.randn(500, 2, generator=rng, dtype=torch.float64), worlds.two().denoiser()

    def end(sampler, spacing):
        return list(sampler(denoise, x, levels(linear(), 10, spacing)))[-1].x

    ddim = end(samplers.ddim, "trailing")
    same, other = end(samplers.euler, "trailing"), end(samplers.ddim, "karras")
    assert rms(ddim, same) < 1e-14, "the same points but for rounding"
    return [rms(ddim, other)], [rms(ddim, same), rms(ddim, other)]


def more_guidance() -> tuple[list, list]:
    row = {scale: quality("ddim", 25, scale) for scale in (1, 2, 4, 8)}
    assert all(row[scale]["accuracy"] == 1.0 for scale in (2, 4, 8))
    frechet = [r["frechet"] for r in row.values()]
    ends = [1, 8, frechet[0], frechet[-1], row[1]["diversity"], row[8]["diversity"]]
    return [2, row[2]["n"], *ends], frechet


def next_picture() -> tuple[list, list]:
    net = zoo.load("mnist")
    ask = {"label": 3, "count": 8, "scale": 1.0}
    one, twenty = (list(stream(net, Request(steps=n, **ask))) for n in (1, 20))
    difference = (one[0].x0_hat - twenty[0].x0_hat).abs().max().item()
    ahead = rms(twenty[0].x0_hat, twenty[1].x), rms(twenty[0].x, twenty[1].x)
    return [20, *ahead, 1, difference], list(ahead)


def attention_explains() -> tuple[list, list]:
    trust = table("scenes.trust")
    digit = trust["kinds"]["digit"]
    ratios = [layer["ratio"] for layer in digit["by_layer"].values()]
    places = [name.split(".")[0] for name in digit["by_layer"]]
    sides = [f"{side}×{side}" for side in trust["sides"].values()]
    drawn = [label for label, _ in ALL["attention-explains"].bars]
    assert drawn == [f"{place} {side}" for place, side in zip(places, sides, strict=True)]
    assert f"{digit['words']} words" in ALL["attention-explains"].source
    return [ratios[-1], ratios[2]], ratios


def ddim_training() -> tuple[list, list]:
    right = [100 * quality(name, 20)["accuracy"] for name in ("ddpm", "ddim", "dpmpp_2m")]
    return [20, *right], right


def more_steps() -> tuple[list, list]:
    rows = [quality("ddim", nfe) for nfe in (4, 10, 20, 50, 200)]
    frechet = [row["frechet"] for row in rows]
    assert min(frechet) == frechet[1], "no fall after 10 evaluations"
    assert all(round(row["frechet_error"], 1) == 0.2 for row in rows)
    stated = [frechet[0], 4, frechet[1], 10, frechet[2], 20, frechet[4], 200, 0.2]
    return stated, frechet


def closed_form() -> tuple[list, list]:
    beta, schedule = torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64).tolist(), linear()
    factor, variance = 1.0, 0.0
    for t, b in enumerate(beta, 1):  # DDPM eq. 2, one step after the other
        factor, variance = factor * math.sqrt(1 - b), (1 - b) * variance + b
        alpha, sigma = schedule(t)
        assert max(abs(factor - alpha), abs(variance - sigma**2)) < 1e-12
    return [len(beta)], []


def last_step() -> tuple[list, list]:
    order = ("scaled_linear", "karras", "linear", "cosine", "zero_snr")
    left = [schedules.SCHEDULES[name]().alpha[-1].item() for name in order]
    assert left[-1] == 0.0
    return [1000, *left], left


def lower_loss() -> tuple[list, list]:
    row = {r["log_snr"]: r for r in table("planar-moons.losses")["rows"]}
    easy, hard = row[-12.0], row[0.0]
    assert easy["v"] < hard["v"] and easy["excess"] > hard["excess"]
    numbers = [hard["v"], hard["exact"], easy["v"], easy["exact"]]
    return [hard["v"], 0, hard["exact"], 12, easy["v"], easy["exact"]], numbers


COMPUTED = {
    "half-way": half_way,
    "sampler-schedule": sampler_schedule,
    "more-guidance": more_guidance,
    "next-picture": next_picture,
    "attention-explains": attention_explains,
    "ddim-training": ddim_training,
    "more-steps": more_steps,
    "closed-form": closed_form,
    "last-step": last_step,
    "lower-loss": lower_loss,
}


@cache
def computed(name: str) -> tuple[list, list]:
    """(the numbers of the sentence in their order, the values of the bars)."""
    return COMPUTED[name]()


def numbers(text: str) -> list[str]:
    """The numbers of a text, but not those that belong to a name."""
    for name in ("DPM++ 2M", "x₀", "x̂₀"):
        text = text.replace(name, "")
    return [found.replace(",", "") for found in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]


def half_a_digit(text: str) -> float:
    """Half of the last decimal that is written."""
    return 0.5 * 10 ** -len(text.partition(".")[2]) * (1 + 1e-9)


def test_there_are_ten_and_each_has_its_computation():
    assert list(ALL) == list(COMPUTED) and len(ALL) == 10


@pytest.mark.parametrize("name", COMPUTED)
def test_every_number_of_the_sentence_is_computed(name):
    stated, values = numbers(ALL[name].figure), computed(name)[0]
    assert len(stated) == len(values), (stated, values)
    for text, value in zip(stated, values, strict=True):
        assert abs(float(text) - value) <= half_a_digit(text), (text, value)


@pytest.mark.parametrize("name", COMPUTED)
def test_every_bar_is_as_long_as_what_was_computed(name):
    drawn = [value for _, value in ALL[name].bars]
    assert len(drawn) == len(computed(name)[1])
    for value, exact in zip(drawn, computed(name)[1], strict=True):
        digits = max(len(f"{value:.9f}".rstrip("0").partition(".")[2]), 1)
        assert abs(value - exact) <= 0.5 * 10**-digits * (1 + 1e-9), (value, exact)


def test_each_leads_to_a_chapter_that_exists():
    assert {error.place for error in ALL.values()} <= places()


def test_eta_one_is_ddpm():
    rng, grid = torch.Generator().manual_seed(0), levels(linear(), 20)
    x, denoise = torch.randn(64, 2, generator=rng, dtype=torch.float64), worlds.two().denoiser()
    ends = [
        list(sampler(denoise, x, grid, rng=torch.Generator().manual_seed(1), **more))[-1].x
        for sampler, more in ((samplers.ddim, {"eta": 1.0}), (samplers.ddpm, {}))
    ]
    assert (ends[0] - ends[1]).abs().max() < 1e-12


def test_a_bar_needs_a_name():
    row = {key: "x" for key in ("id", "said", "truth", "why", "figure", "source", "place", "do")}
    with pytest.raises(ValueError, match="measure"):
        errors.Error(**row, bars=(("a", 1.0),))
    with pytest.raises(ValueError, match="role"):
        errors.Error(**row, role="red")
