"""What each chapter of the Guidance tab shows of a checked request, kept for a while.

torch is imported when a question is first answered, not with the page.
"""

import math
import time
from dataclasses import replace

from explorer.app import controls
from explorer.app.about import made
from explorer.app.code import guidance as code
from explorer.app.guiding import words
from explorer.app.guiding.asked import SCENES, Asked
from explorer.app.once import once

CROWD, CROWD_STEPS = 4, 10


def _made(what: str, asked: Asked, model: str, code: str, **more: object) -> dict:
    """What a file of this tab says of itself."""
    told = {"prompt" if asked.model == SCENES else "digit": asked.told or "(empty)"}
    ran = {"sampler": asked.sampler, "spacing": asked.spacing, "schedule": asked.schedule}
    name = f"{what}-{'scenes' if asked.model == SCENES else asked.told}-seed{asked.seed}"
    facts = {**told, "seed": asked.seed, **ran, "NFE": asked.steps, **more}
    return made(f"{name}-{asked.steps}nfe", code, model=model, **facts)


def _listed(scales: tuple[float, ...]) -> str:
    return ", ".join(f"{scale:g}" for scale in scales)


@once(8)
def strip(asked: Asked, scales: tuple[float, ...]) -> tuple:
    """One noise under every scale: the film, the saturation meter, and the facts."""
    from explorer.app.guiding import films, runs, subject

    model, clock = subject.of(asked.model), time.perf_counter()
    result = runs.strip(model, asked, [asked.seed] * len(scales), scales)
    seconds = time.perf_counter() - clock
    guesses = result.guesses
    pictures = model.films(guesses)
    meter = {
        "scales": list(scales),
        "saturation": _rounded(runs.saturation(pictures)),
        "spread": _rounded(runs.spread(guesses)),
        "latent": guesses.shape != pictures.shape,
    }
    facts = words.strip(asked, model.name, len(scales), seconds)
    lines = code.strip(asked, scales)
    said = _made("guidance", asked, model.name, lines, scales=_listed(scales))
    return films.row_film(result, pictures).payload() | said, meter | said, facts


@once(8)
def parts(asked: Asked, scale: float) -> tuple:
    """One scale, taken apart at every step: the film and the facts."""
    from explorer.app.guiding import films, runs, subject

    model = subject.of(asked.model)
    result = runs.strip(model, asked, [asked.seed], [scale])
    said = _made("parts", asked, model.name, code.parts(asked, scale), scale=scale)
    film = films.parts_film(result, model).payload() | said
    return film, words.parts(asked, model.name, scale)


@once(8)
def crowd(asked: Asked, scales: tuple[float, ...]) -> tuple:
    """CROWD seeds under every scale, all in one batch: the film and the facts."""
    from explorer.app.guiding import films, runs, subject

    model = subject.of(asked.model)
    spacing = "karras" if asked.model == SCENES else asked.spacing
    asked = replace(asked, sampler="dpmpp_2m", steps=CROWD_STEPS, spacing=spacing)
    seeds = [(asked.seed + i) % (controls.LAST_SEED + 1) for i in range(CROWD)]
    repeated = [scale for scale in scales for _ in range(CROWD)]
    result = runs.strip(model, asked, seeds * len(scales), repeated)
    keep = films.kept(asked.steps, asked.model == SCENES)
    film = films.crowd_film(result, keep, model.films(result.guesses[keep]), CROWD)
    lines = code.crowd(asked, scales, seeds)
    said = _made("crowd", asked, model.name, lines, seeds=str(seeds), scales=_listed(scales))
    return film.payload() | said, words.crowd(asked, model.name, seeds)


@once(8)
def changed(
    asked: Asked, scale: float, negative: str, low: float, high: float, phi: float
) -> tuple:
    """Plain guidance, each change alone, and all together: film, interval and facts."""
    import torch

    from explorer.app.guiding import films, runs, subject

    model = subject.of(asked.model)
    change = runs.Change(negative, low, high, phi)
    columns = {"plain": runs.Change()} | change.alone()
    done = runs.side_by_side(model, asked, scale, list(columns.values()))
    guesses = torch.cat([runs.guesses(steps) for steps in done], 1)  # (n, columns, C, H, W)
    pictures = model.films(guesses)
    walk = runs.grid(asked)
    titles = [words.COLUMNS[name] for name in columns]
    captions = [words.column(name, asked, change) for name in columns]
    film = films.changed_film(done, pictures, titles, captions)
    interval = {
        "ratios": [_finite(level.ratio) for level in walk[:-1]],
        "low": low,
        "high": _finite(high),
    }
    rows = [
        {
            "title": titles[k],
            "network": len(walk) - 1 + runs.guided_steps(walk, one),
            "saturation": runs.saturation(pictures[-1, k]).item(),
            "spread": runs.spread(guesses[-1, k]).item(),
            "moved": films.apart(pictures[-1, [0, k]]),
        }
        for k, one in enumerate(columns.values())
    ]
    lines = code.changed(asked, scale, list(columns.values()))
    what = {"scale": scale, "negative": negative, "low": low, "high": _finite(high), "phi": phi}
    said = _made("changed", asked, model.name, lines, **what)
    return film.payload() | said, interval, words.changed(asked, model.name, scale, rows)


def _finite(ratio: float) -> float | None:
    """sigma/alpha as JSON has it: infinity, at zero SNR, is null."""
    return None if math.isinf(ratio) else float(f"{ratio:.5g}")


def _rounded(values) -> list[list[float]]:
    """(n, B) -> for each of B its n values, in four digits."""
    return [[float(f"{value:.4g}") for value in row] for row in values.T.tolist()]
