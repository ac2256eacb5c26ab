"""A small U-Net trained while one watches: what the page shows of it, a few times a second.

Every step computes in the engines' thread, with all cores; other people's pictures go between.
"""

import base64
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from explorer.app import judge
from explorer.app.engine import compute
from explorer.app.learning import material
from explorer.data.images import Images
from explorer.denoisers import from_network, paired
from explorer.models import zoo
from explorer.models.unet import UNet
from explorer.samplers import ddim
from explorer.schedules import cosine, levels
from explorer.training import timed, variants
from explorer.training.loop import Run, start
from explorer.training.session import averaged

ROWS, MOST_COLUMNS = 2, 10  # samples shown: classes in columns
STEPS, SCALE = 10, 2.0  # of DDIM and of guidance, for each sample
SHOWN_EVERY = 0.4  # seconds from one state to the next
POINTS = 150  # of the loss curve
JUDGED = ("mnist", variants.NAME)


def name_of(seconds: float) -> str:
    """What the network of a run of so many seconds is called in captions."""
    return f"yours, {seconds:.0f} s"


@dataclass
class Live:
    """A run under way: call `states`, and `network` for what it has learned so far."""

    images: Images
    limit: float  # seconds
    run: Run = field(init=False)
    curve: "Curve" = field(init=False)

    def __post_init__(self) -> None:
        recipe = timed.recipe(self.images, name_of(self.limit))
        self.run = compute(start, recipe, "fp32", "cpu")
        self.curve = Curve(self.limit)
        self.seconds = 0.0

    def states(self, stopped: Callable[[], bool]) -> Iterator[dict]:
        """What the page shows, from the first step to the last.

        Raises ValueError, a sentence, where the loss is no longer finite.
        """
        every = max(2.0, min(5.0, self.limit / 12))  # seconds from one set of samples to the next
        moments = timed.train_for(self.run, self.images, self.limit)
        shown, next_samples = -1.0, 0.0
        samples: dict = {}
        while (moment := compute(next, moments, None)) is not None:
            self.seconds = moment.seconds
            self.curve.add(moment.seconds, moment.progress.loss)
            end = "stopped" if stopped() else "done" if moment.share >= 1 else ""
            if moment.seconds >= next_samples or end:
                samples = self.samples()
                next_samples = moment.seconds + every
            if moment.seconds - shown >= SHOWN_EVERY or end:
                shown = moment.seconds
                yield self._state(moment, samples) | {"phase": end or "training"}
            if end:
                return

    def _state(self, moment: timed.Moment, samples: dict) -> dict:
        progress = moment.progress
        return {
            "limit": self.limit,
            "seconds": round(moment.seconds, 1),
            "step": progress.step,
            "batch": self.run.recipe.batch,
            "speed": round(progress.step * self.run.recipe.batch / moment.seconds),
            "rate": float(f"{progress.lr:.3g}"),
            "curve": self.curve.points(),
            "samples": samples,
            "about": self._about(),
        }

    def _about(self) -> dict:
        parameters = sum(p.numel() for p in self.run.net.parameters())
        return about(self.images) | {
            "parameters": parameters,
            "steps": STEPS,
            "scale": SCALE if self.images.classes else None,
        }

    def _averaged(self) -> UNet:
        net = averaged(self.run)
        assert isinstance(net, UNet), "the recipes of this chapter make no other"
        return net

    def samples(self) -> dict:
        """Pictures of the averaged weights, always from the same noise, a column a class."""
        labels = asked(self.images)
        x = draw(self._averaged(), labels)
        at = {"seconds": round(self.seconds, 1), "step": self.run.step}
        return at | packed(x) | {"right": self._right(x, labels)}

    def _right(self, x: Tensor, labels: Tensor) -> int | None:
        """How many of these digits the classifier reads as asked; None for other pictures."""
        if self.images.name.lower() not in JUDGED or x.shape[1:] != (1, 28, 28):
            return None
        try:
            read = compute(torch.no_grad()(judge.judge()), x.clamp(-1, 1)).argmax(1)
        except zoo.ZooError:
            return None
        return int((read == labels).sum())

    def network(self) -> UNet:
        """The averaged weights as they are now, with a card that says where they come from."""
        net, recipe = self._averaged().requires_grad_(False), self.run.recipe
        facts = {
            "data": f"{self.images.name}, {len(self.images):,} examples",
            "steps": self.run.step,
            "batch": recipe.batch,
            "minutes": round(self.seconds / 60, 2),
            "recipe": recipe.facts(),
            **({"classes": list(self.images.classes)} if self.images.classes else {}),
        }
        name = name_of(self.seconds)
        net.card = zoo.Card(name, recipe.kind, asdict(recipe.config), facts, {})
        return net


def asked(images: Images) -> Tensor:
    """The label of each sample that is shown, row by row; -1 where there are no classes."""
    kinds = min(len(images.classes), MOST_COLUMNS)
    if not kinds:
        return torch.full((ROWS * MOST_COLUMNS,), -1)
    return torch.arange(kinds).repeat(ROWS)


def packed(x: Tensor) -> dict:
    """Pictures (B, C, H, W) in [-1, 1], clipped, for the page: ROWS rows of bytes."""
    frames = (x.clamp(-1, 1) + 1).mul(127.5).round().byte().permute(0, 2, 3, 1)  # (B, H, W, C)
    text = base64.b64encode(frames.numpy().tobytes()).decode("ascii")
    return {"rows": ROWS, "shape": list(frames.shape), "frames": text}


def about(images: Images) -> dict:
    """What the page says of the pictures."""
    columns = [str(name) for name in images.classes[:MOST_COLUMNS]]
    note = material.FEW if images.name == variants.NAME else ""
    return {"data": images.name, "count": len(images), "columns": columns, "note": note}


def lesson(images: Images) -> dict:
    """What the page shows before a run: pictures to learn from, as the samples will stand."""
    chosen: list[int] = []
    for label in asked(images).tolist():
        fits = range(len(images)) if label < 0 else (images.labels == label).nonzero()[:, 0]
        free = (int(i) for i in fits if int(i) not in chosen)
        chosen.append(next(free, int(fits[0]) if len(fits) else 0))  # a class of one shows it twice
    return {
        "phase": "ready",
        "about": about(images),
        "samples": packed(images.floats(torch.tensor(chosen))),
    }


def draw(net: UNet, labels: Tensor, seed: int = 0) -> Tensor:
    """A picture for each label (-1: none), by DDIM from the noise of `seed`: (B, C, H, W).

    Guided, as a minute's training makes twice as many mistakes without.
    """
    cfg = net.cfg
    size = (len(labels), cfg.image_channels, cfg.image_size, cfg.image_size)
    noise = torch.randn(size, generator=torch.Generator().manual_seed(seed))
    quietly = torch.no_grad()(net)  # whether gradients are kept is a matter of each thread

    def network(*call: Tensor) -> Tensor:
        return compute(quietly, *call)

    with torch.no_grad():
        context, null = net.embed(labels), net.null_context(len(labels))
    denoise = (
        paired(network, context, null, SCALE)
        if cfg.classes
        else from_network(network, context=null)
    )
    *_, last = ddim(denoise, noise, levels(cosine(), STEPS, "trailing"))
    return last.x


class Curve:
    """The loss against seconds, as the mean of each of POINTS equal parts of the time."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self.sums = np.zeros((POINTS, 3))  # of seconds, of losses, and how many

    def add(self, seconds: float, loss: float) -> None:
        """One more step."""
        part = min(POINTS - 1, int(seconds / self.limit * POINTS))
        self.sums[part] += (seconds, loss, 1)

    def points(self) -> list[list[float]]:
        """[seconds, mean loss] of every part in which there was a step."""
        sums = self.sums.tolist()  # plain numbers: JSON has no others
        return [[round(seconds / n, 2), float(f"{loss / n:.4g}")] for seconds, loss, n in sums if n]


def saved(net: UNet) -> bytes:
    """The .safetensors file of a network, as `explorer app --model FILE` opens it."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        path = Path(folder) / "network.safetensors"
        zoo.save(path, net, kind=net.card.kind, config=net.cfg, extra=net.card.facts)
        return path.read_bytes()
