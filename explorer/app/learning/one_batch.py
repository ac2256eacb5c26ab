"""One batch of training, looked at sample by sample, and gradient steps on it.

Nothing is kept of a visitor: what a network is after k steps follows from what was asked.
"""

import base64
import math
from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import Tensor

from explorer.app import checks, studio
from explorer.app.about import made
from explorer.app.engine import compute
from explorer.app.learning import material
from explorer.app.once import once
from explorer.data.images import DataError, Images
from explorer.models.unet import UNet
from explorer.seeding import seeded
from explorer.training import variants
from explorer.training.objectives import Denoising, generator

COUNT = 12  # samples in the batch
TENS = 10  # steps from one kept state to the next
SPAN = 1.5  # of the grey scale: -SPAN is black, +SPAN white
DROPOUT = 0.1  # share of labels that are not told, as in training


@dataclass(frozen=True)
class Asked:
    """A checked request; hashable. `data` is where pictures of training lie, as `--data`."""

    fresh: bool  # random weights instead of the network of the tabs
    seed: int  # of the batch, and of random weights
    rate: float  # of gradient descent
    data: object = None


@dataclass(frozen=True)
class Learner:
    """A network after some steps on one batch. What is kept is never changed."""

    objective: Denoising
    batch: tuple[Tensor, ...]  # x_t (N, C, H, W), angle (N,), labels (N,), v (N, C, H, W)
    losses: tuple[float, ...] = ()  # before each step
    slopes: tuple[float, ...] = ()  # the gradient's squared length before each step


@torch.no_grad()
def predict(learner: Learner) -> tuple[Tensor, Tensor]:
    """(v_hat (N, C, H, W), each sample's mean squared error (N,)); their mean is the loss."""
    xt, angle, labels, v = learner.batch
    net = learner.objective.net
    v_hat = net(xt, angle, net.embed(labels))
    return v_hat, (v_hat - v).square().flatten(1).mean(1)


def step(learner: Learner, rate: float) -> Learner:
    """A step of gradient descent, theta - rate * gradient, on a copy.

    Raises gr.Error, a sentence, where the loss has become no number.
    """
    objective = deepcopy(learner.objective)
    loss = objective(*learner.batch)
    if not math.isfinite(loss.item()):
        raise checks.refuse(
            f"After {len(learner.losses)} steps at learning rate {rate:g} the loss is beyond all "
            "numbers: each step overshot. Choose a smaller one."
        )
    weights = list(objective.parameters())
    gradient = torch.autograd.grad(loss, weights)
    with torch.no_grad():
        for weight, part in zip(weights, gradient, strict=True):
            weight.sub_(rate * part)
    slope = sum(part.square().sum().item() for part in gradient)
    losses = (*learner.losses, loss.item())
    return Learner(objective, learner.batch, losses, (*learner.slopes, slope))


def after(asked: Asked, steps: int) -> Learner:
    """What was asked for, after `steps` steps."""
    learner = _tens(asked, steps // TENS)
    for _ in range(steps % TENS):
        learner = compute(step, learner, asked.rate)
    return learner


@once(16)
def _tens(asked: Asked, tens: int) -> Learner:
    if tens == 0:
        return compute(_begin, asked)
    learner = _tens(asked, tens - 1)
    for _ in range(TENS):
        learner = compute(step, learner, asked.rate)
    return learner


def _begin(asked: Asked) -> Learner:
    net = studio.engine().net
    images = _images(net, asked.data)
    if asked.fresh:
        with seeded(asked.seed):
            net = UNet(net.cfg)
    else:
        net = deepcopy(net).requires_grad_(True)
    rng = generator(asked.seed, 0)
    rows = torch.randperm(len(images), generator=rng)[:COUNT]
    labels = None if images.labels is None else images.labels[rows]
    objective = Denoising(net, DROPOUT)
    return Learner(objective, tuple(objective.prepare(images.pixels[rows], labels, rng)))


def _images(net: UNet, data: object) -> Images:
    """Pictures that fit the network: of training where they are at hand, else the gallery's."""
    wanted = (net.cfg.image_channels, net.cfg.image_size)

    def fit(images: Images) -> bool:
        return images.pixels.shape[1:3] == wanted and len(images.classes) <= net.cfg.classes

    try:
        images = material.pictures(data)
    except DataError:
        images = variants.variants()
    images = images if fit(images) else variants.variants()
    if not fit(images):
        raise checks.refuse("There are no pictures here that fit this network: see --data.")
    return images


@once(24, stored=False)  # of the pictures at hand
def payload(asked: Asked, steps: int, before: int) -> dict:
    """What the chapter shows after `steps` steps, beside what it showed after `before`."""
    learner, earlier = after(asked, steps), after(asked, before)
    v_hat, each = compute(predict, learner)
    old = compute(predict, earlier)[1] if before < steps else None
    xt, angle, labels, v = learner.batch
    alpha, sigma = (f(angle)[:, None, None, None] for f in (torch.cos, torch.sin))
    eps, x0 = sigma * xt + alpha * v, alpha * xt - sigma * v  # the rotation, turned back
    null = learner.objective.net.null
    facts = {"seed": asked.seed, "learning rate": asked.rate, "steps": steps}
    return made(f"batch-seed{asked.seed}-step{steps}", **facts) | {
        "data": _images(studio.engine().net, asked.data).name,
        "network": "random weights" if asked.fresh else studio.engine().net.card.name,
        "steps": steps,
        "rate": asked.rate,
        "told": ["" if label == null else str(label) for label in labels.tolist()],
        "degrees": [round(math.degrees(a), 1) for a in angle.tolist()],
        "shape": [*v.shape[:1], *v.shape[2:], v.shape[1]],
        "pictures": {
            name: _bytes(part / SPAN)
            for name, part in zip(PARTS, (x0, eps, xt, v, v_hat), strict=True)
        }
        | {"error": _bytes((v_hat - v).square() * 2 - 1)},
        "losses": _rounded(each.tolist()),
        "before": None if old is None else _rounded(old.tolist()),
        "history": _rounded([*learner.losses, each.mean().item()]),
        "predicted": _number(asked.rate * learner.slopes[before]) if before < steps else None,
        "taken": steps - before,
        "span": SPAN,
    }


PARTS = ("x0", "eps", "xt", "v", "v_hat")


def _bytes(x: Tensor) -> str:
    """(N, C, H, W) in [-1, 1], clipped, as bytes with channels last, in base64."""
    grey = (x.clamp(-1, 1) + 1).mul(127.5).round().byte().permute(0, 2, 3, 1).contiguous()
    return base64.b64encode(grey.numpy().tobytes()).decode("ascii")


def _number(value: float) -> float:
    return float(f"{value:.6g}")


def _rounded(values: list[float]) -> list[float]:
    return [_number(value) for value in values]
