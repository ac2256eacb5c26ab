"""The answers of the questions of U-Net, computed with the shipped mnist or from its tables."""

import json
import math
from functools import cache

import torch
from torch import Tensor

from explorer import illposed, told, worlds
from explorer.app import gallery
from explorer.convergence import level_at
from explorer.denoisers import from_network, paired
from explorer.models import ablate, anatomy, zoo
from explorer.paths import ASSETS
from explorer.samplers import ddim
from explorer.schedules import Level, levels, linear
from explorer.words import questions

from .answers import holds, text

PURE = Level(0.0, 1.0)


@cache
def mnist():
    return zoo.load("mnist")


@cache
def digits() -> Tensor:
    """One digit of each class from the gallery, (10, 1, 28, 28) in [-1, 1]."""
    labels = [int(label) for label in gallery.about()["labels"]]
    rows = [labels.index(digit) for digit in range(10)]
    return torch.from_numpy(gallery.digits()[rows])[:, None].float() / 127.5 - 1


def noise(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(0))


def losses(name: str) -> list[dict]:
    return json.loads((ASSETS / f"models/{name}.losses.json").read_text("utf-8"))["rows"]


def test_where_the_parameters_are():
    whole = anatomy.anatomy(mnist())
    parameters, flops = {}, {}
    for block in whole.blocks:
        side = block.given[-1] if len(block.given) == 3 else 0  # 0: what the network is told
        parameters[side] = parameters.get(side, 0) + block.parameters / whole.parameters
        flops[side] = flops.get(side, 0) + block.within * block.flops / whole.flops
    holds("unet-network", 100 * parameters[7])
    said = text("unet-network")
    assert (
        f"only {100 * flops[7]:.0f} % of the" in said and f"{100 * flops[28]:.0f} % of it" in said
    )
    assert abs(parameters[28] - 1 / 20) < 0.005 and f"{whole.parameters / 1e6:.2f} million" in said
    assert [mnist().cfg.channels[0], mnist().cfg.channels[-1]] == [32, 96]


@torch.no_grad()
def test_without_which_skip_the_picture_suffers_most():
    options = questions.at("U-Net/What does each part do?").options
    places = [f"the one at {side} × {side}" for side in (28, 14, 7)]
    assert sorted(options) == sorted(places) and len(anatomy.skips(mnist())) == 3
    rows = 4  # intact, then without each skip: both halves of the guided batch

    def network(x: Tensor, angle: Tensor, context: Tensor) -> Tensor:
        cuts = [ablate.cut_skip(k, [k + 1, rows + k + 1]) for k in range(3)]
        with ablate.ablated(mnist(), *cuts):
            return mnist()(x, angle, context)

    far = torch.zeros(3)
    for digit in (3, 7):
        context = mnist().embed(torch.tensor([digit] * rows))
        denoise = paired(network, context, mnist().null_context(rows), 2.0)
        start = noise(1, 1, 28, 28).expand(rows, -1, -1, -1)
        *_, last = ddim(denoise, start, levels(linear(), 8, "trailing"))
        far += ablate.distances(last.x)[1:]
    holds("unet-parts", places[int(far.argmax())])
    assert far.argmin() == 2 and "at 7 × 7 least changes" in text("unet-parts")


@torch.no_grad()
def test_what_a_lie_about_the_noise_does():
    level, eps = level_at(math.radians(45)), noise(10, 1, 28, 28)
    found = []
    for digit in range(10):
        x0, e = digits()[digit : digit + 1], eps[digit : digit + 1]
        xt = level.alpha * x0 + level.sigma * e
        angles = [20, 45, 80]
        v_hat = told.answers(mnist(), xt, angles, mnist().embed(torch.tensor([digit])))
        x0_hat, _ = told.believed(xt, v_hat, angles)
        found.append(torch.stack([*told.shares(x0_hat, x0, e), told.rms(x0_hat - x0) ** 2]))
    picture, left, error = torch.stack(found).mean(0)  # at 20°, 45° and 80°
    wrong = {
        "noise is left in it": left[0] > left[1] + 0.1,
        "it is too grey and soft": left[0] < left[1] + 0.1 and picture[0] < picture[1] - 0.1,
        "nothing: it sees the noise for itself": error[0] < 1.1 * error[1],
    }
    holds("unet-lie", next(name for name, so in wrong.items() if so))
    share = left[0] / math.sin(math.radians(45))  # of the noise that x_t holds
    assert 0.38 < share < 0.4, "nearly two fifths"
    assert picture[2] < picture[1] - 0.1 and left[2] < 0.05 and error.argmin() == 1


def test_how_an_error_of_the_noise_grows():
    level = level_at(math.radians(89))
    holds("unet-names", illposed.factor(level, "eps", "x0"))
    assert f"σ is {level.sigma:.4f} and α is {level.alpha:.4f}" in text("unet-names")
    assert illposed.factor(PURE, "eps", "x0") is None
    clean = level_at(math.radians(1))
    assert illposed.factor(clean, "x0", "eps") > 57
    every = [level_at(math.radians(a)) for a in range(1, 91)]
    assert max(illposed.factor(one, "v", w) for one in every for w in ("x0", "eps")) <= 1


@torch.no_grad()
def test_what_one_jump_from_pure_noise_draws():
    start = noise(6, 1, 28, 28)
    drawn = from_network(mnist(), context=mnist().null_context(6))(start, PURE)
    mean = digits().mean(0, keepdim=True)
    off = {
        "some digit, another for each noise": min(told.rms(digits() - x).min() for x in drawn),
        "a grey blot": told.rms(drawn - mean).max(),
        "noise": told.rms(drawn - start).min(),
    }
    nearest, second = sorted(off, key=off.get)[:2]
    assert off[nearest] < off[second] / 2
    holds("unet-jump", nearest)
    assert told.rms(drawn - drawn.mean(0)).max() < 0.05, "whatever the noise"
    assert drawn.max() < 0.5 < digits().max(), "grey"


def test_the_loss_by_noise_level():
    rows = losses("mnist")
    question = questions.at("U-Net/Loss by noise level")
    assert [rows[0]["log_snr"], rows[-1]["log_snr"]] == [question.x_low, question.x_high]
    computed = [row["v"] for row in rows[::2]]
    holds("unet-losses", computed, near=0.015)
    least, said = min(row["v"] for row in rows), text("unet-losses")
    assert f"{computed[0]:.2f} on the left and {computed[-1]:.2f} on the right" in said
    assert f"at {least:.2f}" in said
    for world in worlds.WORLDS:
        assert max(row["excess"] / row["v"] for row in losses(f"planar-{world}")) < 0.15
