"""Measured quality: samples of a model judged by a classifier, beside real pictures."""

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from explorer import metrics
from explorer.data.images import Images
from explorer.denoisers import paired
from explorer.models.unet import UNet
from explorer.samplers import SAMPLERS, evaluations
from explorer.schedules import SCHEDULES, levels

BATCH = 125
HEADLINE, WIDE = 2000, 500  # samples behind a headline row, and behind a row of the wide table
DRAWS = 4  # sets of real pictures that a real figure is the mean of: one set alone is a lottery


@dataclass(frozen=True)
class Entry:
    """One row to measure: a sampler on a grid, at a guidance scale, with n samples."""

    sampler: str
    schedule: str
    spacing: str
    steps: int
    scale: float
    n: int

    @property
    def nfe(self) -> int:
        """Denoiser evaluations a sample; guidance makes each of them two network evaluations."""
        return evaluations(self.sampler, self.steps)


def plan() -> list[Entry]:
    """The rows of the shipped table: headlines first, then samplers by NFE, then scales."""
    rows = [
        Entry("ddim", "linear", "trailing", 25, 1.0, HEADLINE),
        Entry("ddim", "linear", "trailing", 100, 1.0, HEADLINE),
        Entry("dpmpp_2m", "linear", "karras", 10, 1.0, HEADLINE),
    ]
    for sampler in SAMPLERS:
        spacing = "karras" if sampler in ("heun", "dpmpp_2m") else "trailing"
        for nfe in (5, 10, 20, 50):
            steps = (nfe + 1) // 2 if sampler == "heun" else nfe
            rows.append(Entry(sampler, "linear", spacing, steps, 1.0, WIDE))
    scales = (0.0, 1.0, 2.0, 4.0, 8.0)
    return rows + [Entry("ddim", "linear", "trailing", 25, s, WIDE) for s in scales]


def draw(net: UNet, entry: Entry, seed: int = 0) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches of (samples (B, C, H, W), labels (B,)), classes in turn, `entry.n` in all."""
    grid = levels(SCHEDULES[entry.schedule](), entry.steps, entry.spacing)
    cfg, rng = net.cfg, torch.Generator().manual_seed(seed)
    for first in range(0, entry.n, BATCH):
        labels = torch.arange(first, min(first + BATCH, entry.n)) % cfg.classes
        size = (len(labels), cfg.image_channels, cfg.image_size, cfg.image_size)
        noise = torch.randn(size, generator=rng)
        with torch.no_grad():
            context, null = net.embed(labels), net.null_context(len(labels))
        denoise = paired(net, context, null, entry.scale)
        *_, last = SAMPLERS[entry.sampler](denoise, noise, grid, rng=rng)
        yield last.x.clamp(-1, 1), labels


@torch.no_grad()
def features(judge: nn.Module, x: Tensor) -> Tensor:
    """The judge's features of pictures (N, C, H, W), in float64: (N, F)."""
    return torch.cat([judge.features(part) for part in x.split(500)]).double()


def in_turn(labels: Tensor, count: int) -> Tensor:
    """Indices of up to `count` pictures, chosen at random, classes in turn as `draw` has them."""
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(0))
    classes = [order[labels[order] == c] for c in labels.unique()]
    rows = min(len(of_class) for of_class in classes)
    return torch.stack([of_class[:rows] for of_class in classes], 1).flatten()[:count]


class Judge:
    """The classifier, and what it says of real pictures: the measure of everything generated."""

    def __init__(self, net: nn.Module, train: Images, test: Images) -> None:
        self.net = net
        self.test = features(net, test.floats())
        self.accuracy = metrics.accuracy(self.logits(test.floats()), test.labels)
        kept = in_turn(train.labels, DRAWS * HEADLINE)
        self.train, self.train_labels = features(net, train.floats(kept)), train.labels[kept]

    @torch.no_grad()
    def logits(self, x: Tensor) -> Tensor:
        return torch.cat([self.net(part) for part in x.split(500)])

    def real(self, n: int) -> float:
        """Fréchet distance of n training pictures to the test set: what perfection scores."""
        return self._over_draws(n, lambda found, _: metrics.frechet_distance(found, self.test))

    def real_diversity(self, n: int) -> float:
        """Diversity of n training pictures."""
        return self._over_draws(n, metrics.diversity)

    def _over_draws(self, n: int, measure: Callable[[Tensor, Tensor], float]) -> float:
        """The mean of a measure over up to DRAWS disjoint sets of n training pictures."""
        if n > len(self.train):
            raise ValueError(f"samples is {n}, but only {len(self.train)} real pictures are there")
        parts = zip(self.train.split(n)[:DRAWS], self.train_labels.split(n), strict=False)
        values = [measure(found, labels) for found, labels in parts if len(found) == n]
        return sum(values) / len(values)

    def measure(self, net: UNet, entry: Entry) -> dict:
        """One row of the table: the entry and its accuracy, Fréchet distance and diversity."""
        began = time.perf_counter()
        parts = list(draw(net, entry))
        seconds = time.perf_counter() - began
        x, labels = torch.cat([p[0] for p in parts]), torch.cat([p[1] for p in parts])
        found = features(self.net, x)
        frechet, real = metrics.frechet_distance(found, self.test), self.real(entry.n)
        return asdict(entry) | {
            "nfe": entry.nfe,
            "accuracy": round(metrics.accuracy(self.logits(x), labels), 4),
            "frechet": round(frechet, 4),
            "frechet_real": round(real, 4),
            "ratio": round(frechet / real, 2),
            "diversity": round(metrics.diversity(found, labels), 3),
            "diversity_real": round(self.real_diversity(entry.n), 3),
            "seconds": round(seconds, 1),
        }


def evaluate(
    net: UNet,
    judge: Judge,
    file: Path,
    entries: list[Entry],
    tell: Callable[[dict], None] = lambda row: None,
) -> dict:
    """Measure `entries`, write the table to `file` after each row, and return it.

    Rows that `file` holds already are kept, so a long measurement can be resumed.
    """
    table = json.loads(file.read_text()) if file.exists() else {}
    rows = table.get("rows", [])
    head = {
        "judge": "digit-classifier",
        "judge_accuracy": round(judge.accuracy, 4),
        "reference": f"{len(judge.test)} test pictures",
    }
    for entry in entries:
        if not any(asdict(entry).items() <= row.items() for row in rows):
            rows.append(judge.measure(net, entry))
            _write(file, head | {"rows": rows})
        tell(next(row for row in rows if asdict(entry).items() <= row.items()))
    return head | {"rows": rows}


def evaluate_classifier(net: nn.Module, test: Images, file: Path) -> dict:
    """Write the share of the test pictures that a classifier names rightly to `file`."""
    with torch.no_grad():
        logits = torch.cat([net(part) for part in test.floats().split(500)])
    right = metrics.accuracy(logits, test.labels)
    table = {"test pictures": len(test), "test accuracy": round(right, 4)}
    _replace(file, json.dumps(table) + "\n")
    return table


def _write(file: Path, table: dict) -> None:
    """One line a row, so that a change can be read in a diff; whole or not at all."""
    rows = ",\n".join("  " + json.dumps(row) for row in table["rows"])
    head = "".join(f" {json.dumps(k)}: {json.dumps(v)},\n" for k, v in table.items() if k != "rows")
    _replace(file, f'{{\n{head} "rows": [\n{rows}\n ]\n}}\n')


def _replace(file: Path, text: str) -> None:
    part = file.with_suffix(".part")
    part.write_text(text, "utf-8")
    os.replace(part, file)
