"""Measured quality: samples of a model judged by a classifier, beside real pictures."""

import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor

from explorer import metrics
from explorer.data.images import Images
from explorer.denoisers import Network, paired
from explorer.files import replace_text
from explorer.judge import HEADLINE, Judge, Reference, features
from explorer.models.classifier import Classifier
from explorer.models.unet import UNet
from explorer.models.vae import VAE
from explorer.samplers import SAMPLERS, evaluations
from explorer.schedules import SCHEDULES, levels

BATCH = 125
WIDE = 500  # samples behind a row of the wide table; HEADLINE behind a headline row
BUDGETS = (4, 5, 10, 20, 50, 100, 200)  # NFE of the wide table


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
        begins = levels(SCHEDULES[self.schedule](), self.steps, self.spacing)[0]
        return evaluations(self.sampler, self.steps, from_zero_snr=begins.alpha == 0)


def plan() -> list[Entry]:
    """The rows of the shipped table: headlines first, then samplers by NFE, then scales."""
    rows = [
        Entry("ddim", "linear", "trailing", 25, 1.0, HEADLINE),
        Entry("ddim", "linear", "trailing", 100, 1.0, HEADLINE),
        Entry("dpmpp_2m", "linear", "karras", 10, 1.0, HEADLINE),
    ]
    for sampler in SAMPLERS:
        spacing = "karras" if sampler in ("heun", "dpmpp_2m") else "trailing"
        for nfe in BUDGETS:
            steps = (nfe + 1) // 2 if sampler == "heun" else nfe
            rows.append(Entry(sampler, "linear", spacing, steps, 1.0, WIDE))
    scales = (0.0, 1.0, 2.0, 4.0, 8.0)
    return rows + [Entry("ddim", "linear", "trailing", 25, s, WIDE) for s in scales]


def draw(
    net: UNet, entry: Entry, seed: int = 0, call: Network | None = None
) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches of (samples (B, C, H, W), labels (B,)), classes in turn, `entry.n` in all.

    call: computes what net would, by another runtime.
    """
    grid = levels(SCHEDULES[entry.schedule](), entry.steps, entry.spacing)
    cfg, rng = net.cfg, torch.Generator().manual_seed(seed)
    for first in range(0, entry.n, BATCH):
        labels = torch.arange(first, min(first + BATCH, entry.n)) % cfg.classes
        size = (len(labels), cfg.image_channels, cfg.image_size, cfg.image_size)
        noise = torch.randn(size, generator=rng)
        with torch.no_grad():
            context, null = net.embed(labels), net.null_context(len(labels))
        denoise = paired(call or net, context, null, entry.scale)
        *_, last = SAMPLERS[entry.sampler](denoise, noise, grid, rng=rng)
        yield last.x.clamp(-1, 1), labels


def measure(net: UNet, judge: Judge, entry: Entry) -> dict:
    """One row of the table: the entry, and what its samples score, with standard errors."""
    began = time.perf_counter()
    parts = list(draw(net, entry))
    seconds = time.perf_counter() - began
    x, labels = torch.cat([p[0] for p in parts]), torch.cat([p[1] for p in parts])
    found = features(judge.net, x)

    def frechet(some: Tensor) -> float:
        return metrics.gaussian_frechet(*metrics.moments(some), *moments)

    moments = metrics.moments(judge.test)
    accuracy = metrics.accuracy(judge.logits(x), labels)
    distance, real = frechet(found), judge.real(entry.n)
    return asdict(entry) | {
        "nfe": entry.nfe,
        "accuracy": round(accuracy, 4),
        "accuracy_error": round(metrics.accuracy_error(accuracy, entry.n), 4),
        "frechet": round(distance, 4),
        "frechet_error": round(metrics.jackknife(frechet, found), 4),
        "frechet_real": round(real, 4),
        "ratio": round(distance / real, 2),
        "diversity": round(metrics.diversity(found, labels), 3),
        "diversity_real": round(judge.real_diversity(entry.n), 3),
        "seconds": round(seconds, 1),
    }


def again(
    net: UNet,
    judge: Classifier,
    reference: Reference,
    row: dict,
    seed: int,
    call: Network | None = None,
) -> dict:
    """A row of the table measured afresh, with another seed or runtime, without the data set.

    Returns {"accuracy", "frechet", "accuracy_apart", "frechet_apart"}; the last two count how
    many standard errors of their difference the two measurements lie apart.
    """
    entry = Entry(**{field: row[field] for field in Entry.__dataclass_fields__})
    parts = list(draw(net, entry, seed, call))
    x, labels = torch.cat([p[0] for p in parts]), torch.cat([p[1] for p in parts])
    with torch.no_grad():
        accuracy = metrics.accuracy(judge(x), labels)
    found = features(judge, x)
    frechet = reference.frechet(found)
    pairs = {
        "accuracy": (accuracy, metrics.accuracy_error(accuracy, entry.n)),
        "frechet": (frechet, metrics.jackknife(reference.frechet, found)),
    }
    apart = {
        f"{name}_apart": abs(value - row[name]) / math.hypot(error, row[f"{name}_error"])
        for name, (value, error) in pairs.items()
    }
    return {name: value for name, (value, _) in pairs.items()} | apart


def evaluate(
    net: UNet,
    judge: Judge,
    file: Path,
    entries: list[Entry],
    tell: Callable[[dict], None] = lambda row: None,
    *,
    resume: bool = True,
) -> dict:
    """Measure `entries`, write the table to `file` after each row, and return it.

    resume: keep the rows that `file` holds already; else the first one takes its place.
    """
    table = json.loads(file.read_text()) if resume and file.exists() else {}
    rows = table.get("rows", [])
    head = {
        "judge": judge.name,
        "judge_accuracy": round(judge.accuracy, 4),
        "reference": f"{len(judge.test)} test pictures",
    }
    for entry in entries:
        if not any(asdict(entry).items() <= row.items() for row in rows):
            rows.append(measure(net, judge, entry))
            _write(file, head | {"rows": rows})
        tell(next(row for row in rows if asdict(entry).items() <= row.items()))
    return head | {"rows": rows}


def evaluate_classifier(net: Classifier, test: Images, file: Path) -> dict:
    """Write the share of the test pictures that a classifier names rightly to `file`."""
    with torch.no_grad():
        logits = torch.cat([net(part) for part in test.floats().split(500)])
    right = metrics.accuracy(logits, test.labelled)
    table = {"test pictures": len(test), "test accuracy": round(right, 4)}
    replace_text(file, json.dumps(table) + "\n")
    return table


@torch.no_grad()
def evaluate_vae(net: VAE, held_out: Images, file: Path) -> dict:
    """Write how well an autoencoder gives pictures back, and what its latents are, to `file`."""
    parts = [held_out.floats(slice(k, k + 100)) for k in range(0, len(held_out), 100)]
    latents = [net.encode(x) for x in parts]
    found = [
        metrics.psnr(net.decode(z).clamp(-1, 1), x) for z, x in zip(latents, parts, strict=True)
    ]
    z = torch.cat(latents)
    table = {
        "held-out pictures": len(held_out),
        "reconstruction, PSNR in dB": round(sum(found) / len(found), 2),
        "latent mean, by channel": [round(v, 3) for v in z.mean((0, 2, 3)).tolist()],
        "latent deviation, by channel": [round(v, 3) for v in z.std((0, 2, 3)).tolist()],
    }
    replace_text(file, json.dumps(table) + "\n")
    return table


def _write(file: Path, table: dict) -> None:
    """One line a row, so that a change can be read in a diff; whole or not at all."""
    rows = ",\n".join("  " + json.dumps(row) for row in table["rows"])
    head = "".join(f" {json.dumps(k)}: {json.dumps(v)},\n" for k, v in table.items() if k != "rows")
    replace_text(file, f'{{\n{head} "rows": [\n{rows}\n ]\n}}\n')
