"""The answers of the questions of Train, computed."""

import itertools
import json
import math

import torch
from torch import Tensor

from explorer import worlds
from explorer.app import judge
from explorer.app.learning import live
from explorer.denoisers import v_hat
from explorer.paths import ASSETS
from explorer.training import timed, variants
from explorer.training.loop import start
from explorer.training.plane_recipe import Recipe
from explorer.training.plane_run import Run, states
from explorer.training.session import averaged

from .answers import holds, text

STEPS = 70  # of a network of digits: its samples are blots


def test_how_low_the_loss_in_the_plane_can_get():
    world, recipe = worlds.moons(), Recipe()
    xt, level, x0, eps = states(world, recipe, 100_000, torch.Generator().manual_seed(1))
    alpha, sigma = level.expand_to(x0)
    v = alpha * eps - sigma * x0
    best = v_hat(xt, world.denoiser()(xt, level), level)
    holds("train-plane", (best - v).square().mean().item())
    holds("train-plane", Run(world, recipe).floor)  # the dashed line
    assert "about 0.6" in text("train-plane")
    assert abs(v.square().mean() - 0.6) < 0.05, "of a network that answers 0"


def parts(x: Tensor) -> tuple[float, float]:
    """The mean brightness of the outermost pixels of (B, 1, 28, 28), and of the middle."""
    rim = torch.cat([x[..., :3, :], x[..., -3:, :], x[..., :3].mT, x[..., -3:].mT], 2)
    return rim.mean().item(), x[..., 8:20, 8:20].mean().item()


def clear(x: Tensor) -> float:
    """The share of pixels that are nearly black or nearly white, as those of thin strokes are."""
    return (x.abs() > 0.7).double().mean().item()


def test_what_a_network_of_digits_learns_first():
    images, ticks = variants.variants(), itertools.count()
    run = start(timed.recipe(images, "short"), "fp32", "cpu")
    labels = live.asked(images)

    def clock() -> float:
        return next(ticks) / (2 * STEPS)  # it is read twice a step

    moments = list(timed.train_for(run, images, 1.0, clock))
    fallen = moments[-1].progress.loss / moments[0].progress.loss
    drawn = live.draw(averaged(run), labels).clamp(-1, 1)
    with torch.no_grad():
        read = judge.judge()(drawn).argmax(1)
    right = [(read == labels)[labels == digit].double().mean().item() for digit in range(10)]
    rim, middle = parts(drawn)
    strokes = clear(images.floats(torch.arange(200)))
    learnt = {
        "where it is black and where there is ink": rim < -0.7 and middle > rim + 0.3,
        "thin strokes, in wrong places": clear(drawn) > 0.9 * strokes,
        "one of the digits, then the next": sum(right) > 6,
    }
    assert sum(learnt.values()) == 1, "the first thing alone"
    holds("train-digits", next(name for name, so in learnt.items() if so))
    assert fallen < 0.5, "most of the fall is behind"


def test_where_the_trained_network_is_most_wrong():
    rows = json.loads((ASSETS / "models/mnist.losses.json").read_text("utf-8"))["rows"]

    def loss(degrees: float) -> float:
        log_snr = -2 * math.log(math.tan(math.radians(degrees)))
        return min(rows, key=lambda row: abs(row["log_snr"] - log_snr))["v"]

    thirds = {
        "at little noise, below 30°": range(0, 30),
        "half way, from 30° to 60°": range(30, 60),
        "at much noise, above 60°": range(60, 90),
    }
    mean = {name: sum(loss(a + 0.5) for a in third) / 30 for name, third in thirds.items()}
    most, *_ = order = sorted(mean, key=mean.get, reverse=True)
    assert mean[most] > 1.3 * mean[order[1]]
    holds("train-batch", most)
    assert order[-1].startswith("half way") and "Half way it is least" in text("train-batch")
