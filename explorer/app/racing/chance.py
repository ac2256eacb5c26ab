"""Chance: the same start several times over, with other noise on the way; and η, which doses it."""

from collections.abc import Sequence
from functools import partial

from torch import Tensor

from explorer.app import studio
from explorer.app.player import Film, Track, grey
from explorer.app.racing.race import Entrant, Start, denoiser, difference
from explorer.samplers import SAMPLERS

RERUNS = 4
ETAS = (0.0, 0.25, 0.5, 0.75, 1.0)
FIRST_STREAM = 10  # of the noises that the reruns draw
MANY = (RERUNS, FIRST_STREAM)


def rerun(entrant: Entrant, start: Start, eta: float | None = None) -> Tensor:
    """(RERUNS, C, H, W): runs from one noise that differ in what they draw on their way.

    eta: for DDIM, how much of DDPM's noise it draws; None leaves the sampler as it is.
    """
    engine = studio.engine()
    streams = range(FIRST_STREAM, FIRST_STREAM + RERUNS)
    rng = [studio.generator(start.seed, stream) for stream in streams]
    sampler = SAMPLERS[entrant.key] if eta is None else partial(SAMPLERS["ddim"], eta=eta)
    x = studio.noise([start.seed] * RERUNS)
    for step in sampler(denoiser(engine, start, RERUNS), x, entrant.grid, rng=rng):
        last = step.x
    return last


def apart(pictures: Tensor) -> float:
    """The largest difference of a pixel between two of several pictures (N, C, H, W)."""
    return (pictures.amax(0) - pictures.amin(0)).max().item()


def crowd(entrants: Sequence[Entrant], start: Start) -> list[Tensor]:
    """The reruns of each entrant, side by side."""
    engine = studio.engine()
    return engine.together([partial(rerun, entrant, start) for entrant in entrants])


def doses(entrant: Entrant, start: Start) -> list[Tensor]:
    """The reruns of DDIM on the entrant's grid for each of ETAS, side by side."""
    engine = studio.engine()
    return engine.together([partial(rerun, entrant, start, eta) for eta in ETAS])


def crowd_film(entrants: Sequence[Entrant], pictures: Sequence[Tensor]) -> Film:
    """A row an entrant: its reruns, as a still."""
    tracks = []
    for entrant, four in zip(entrants, pictures, strict=True):
        far = apart(four)
        found = f"four pictures, a pixel up to {far:.2f} apart (black and white: 2)"
        row = f"{entrant.title}: {found if far >= 1e-3 else 'one picture'}"
        for k, frame in enumerate(grey(four)):
            alt = "The end of one of four runs from the same noise."
            tracks.append(Track(f"run {k + 1}", frame[None], row=row, ink=entrant.ink, alt=alt))
    return Film(["results"], tracks, picture=72)


def dose_film(entrant: Entrant, pictures: Sequence[Tensor]) -> Film:
    """Positions are η: the reruns of DDIM as more and more noise is drawn."""
    frames = [grey(four) for four in pictures]  # one a dose, (RERUNS, H, W) each
    notes = [
        f"a pixel up to {far:.2f} apart" if far > 1e-3 else "the same"
        for far in map(apart, pictures)
    ]
    tracks = [
        Track(
            f"run {k + 1}",
            grey_at(frames, k),
            row=f"DDIM {entrant.title.partition(' ')[2]}, with more and more noise",
            ink="sampler-ddim",
            notes=notes if k == 0 else (),
            alt="The end of a run that draws noise of its own.",
        )
        for k in range(RERUNS)
    ]
    return Film([f"η = {eta:g}" for eta in ETAS], tracks, start=2, seconds=4, picture=76)


def grey_at(frames: Sequence, k: int):
    """The k-th rerun at every dose: uint8 (doses, H, W)."""
    import numpy as np

    return np.stack([four[k] for four in frames])


def as_ddpm(doses_: Sequence[Tensor], ddpm: Tensor) -> float:
    """How far η = 1 is from DDPM on the same grid, with the same noise."""
    return difference(doses_[-1], ddpm)
