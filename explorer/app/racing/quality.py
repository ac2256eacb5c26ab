"""A small measurement of quality, live: it says after every step how far it is."""

import json
from collections.abc import Iterator, Sequence
from functools import cache

import torch

from explorer import metrics
from explorer.app import judge, studio
from explorer.app import labels as told
from explorer.app.racing import words
from explorer.app.racing.race import Entrant
from explorer.denoisers import from_network
from explorer.judge import FEW, Reference, features
from explorer.models import zoo
from explorer.samplers import SAMPLERS, evaluations

BATCH = 25
SAMPLES = tuple(n for n in FEW if n <= 200)


@cache
def reference() -> Reference:
    """What it says of real digits. Raises ZooError, a sentence, where that file is missing."""
    file = zoo.MODELS / f"{judge.NAME}.reference.json"
    try:
        return Reference.load(file)
    except (OSError, ValueError, KeyError, json.JSONDecodeError) as error:
        raise zoo.ZooError(f"{file} is missing or damaged: run explorer evaluate mnist.") from error


def measure(entrants: Sequence[Entrant], n: int, seed: int = 0) -> Iterator[dict]:
    """Draw n digits with each entrant at scale 1 and judge them; classes come in turn.

    Yields {"done", "total", "rows", "model", "seed"} after every step: denoiser evaluations of
    single pictures, so far and in all, a row an entrant that is finished, and the network's name.
    Whoever stops asking stops the work.
    """
    engine = studio.engine()
    cfg, name = engine.net.cfg, engine.net.card.name
    if not told.of(cfg, engine.net.card.facts).digits:
        raise zoo.ZooError(words.NO_JUDGE)
    total, done, rows = sum(n * _cost(entrant) for entrant in entrants), 0, list[dict]()
    about = {"total": total, "model": name, "seed": seed}
    for entrant in entrants:
        rng, found, right = torch.Generator().manual_seed(seed), [], 0
        for first in range(0, n, BATCH):
            labels = torch.arange(first, min(first + BATCH, n)) % cfg.classes
            x = torch.randn(
                len(labels), cfg.image_channels, cfg.image_size, cfg.image_size, generator=rng
            )
            with torch.no_grad():  # of this engine, whatever the page switches to meanwhile
                context = engine.net.embed(labels)
            before = 0
            for step in SAMPLERS[entrant.key](
                from_network(engine, context=context), x, entrant.grid, rng=rng
            ):
                done, before, last = done + (step.nfe - before) * len(x), step.nfe, step.x
                yield about | {"done": done, "rows": list(rows)}
            last = last.clamp(-1, 1)
            found.append(features(judge.judge(), last))
            with torch.no_grad():
                right += int((judge.judge()(last).argmax(1) == labels).sum())
        rows.append(_row(entrant, torch.cat(found), right / n))
    yield about | {"done": total, "rows": rows}


def _cost(entrant: Entrant) -> int:
    zero = entrant.grid[0].alpha == 0
    return evaluations(entrant.key, entrant.steps, from_zero_snr=zero)


def _row(entrant: Entrant, found: torch.Tensor, accuracy: float) -> dict:
    n, seen = len(found), reference()
    distance, real = seen.frechet(found), seen.real[n]
    return {
        "label": entrant.title,
        "ink": entrant.ink,
        "nfe": _cost(entrant),
        "n": n,
        "accuracy": accuracy,
        "accuracy_error": metrics.accuracy_error(accuracy, n),
        "frechet": distance,
        "frechet_error": metrics.jackknife(seen.frechet, found),
        "frechet_real": real,
        "ratio": distance / real,
    }
