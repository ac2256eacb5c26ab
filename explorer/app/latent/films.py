"""The Latent tab's films: from one picture to another, into noise, and out of it.

Imports torch; no widget.
"""

import time
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from explorer.app import painter, studio
from explorer.app.latent import coding
from explorer.app.player import Film, Track, grey
from explorer.denoisers import paired
from explorer.forward import noised
from explorer.metrics import psnr
from explorer.samplers import Step, dpmpp_2m
from explorer.schedules import SCHEDULES, levels

SHARES = 17  # positions between two pictures, both ends included
TIMES = 21  # positions of the way into noise, from t = 0 to T
STEPS, SCALE = 20, 3.0  # of the way out of it, with DPM++ 2M on Karras spacing
PICTURE = 180  # px a side at least, where there is room
LATENT_ALT = "The four channels two by two; purple below 0, white 0, orange above, ±3 fixed."


@dataclass(frozen=True)
class Between:
    """Two ways from one picture to another, SHARES pictures (N, 3, 64, 64) each."""

    shares: Tensor
    latents: Tensor  # (N, 4, 16, 16)
    through_latent: Tensor
    through_pixels: Tensor


def between(a: str, b: str) -> Between:
    """Straight lines in both spaces, from checked picture a to checked picture b."""
    shares = torch.linspace(0, 1, SHARES)
    w = shares[:, None, None, None]
    latents = torch.lerp(coding.encoded(a), coding.encoded(b), w)
    pixels = torch.lerp(coding.pictured(a), coding.pictured(b), w)
    return Between(shares, latents, coding.decoded(latents), pixels)


def between_film(ways: Between) -> Film:
    """Both ways side by side, and where they differ."""
    tracks = [
        Track(
            "x_s",
            grey(ways.through_pixels),
            caption="mixed in pixels",
            role="signal",
            alt="Both pictures mixed pixel by pixel.",
        ),
        Track(
            "D(z_s)",
            grey(ways.through_latent),
            caption="mixed in the latent, then decoded",
            role="prediction",
            alt="The mixture of both latents, decoded.",
        ),
        Track("z_s", coding.mosaic(ways.latents), caption="that latent", alt=LATENT_ALT),
        Track(
            "difference",
            coding.error(ways.through_pixels, ways.through_latent),
            caption=f"of the two pictures, white from {coding.BRIGHTEST} greys",
            alt="How far the two mixtures are apart, pixel by pixel.",
        ),
    ]
    positions = [f"s = {share:.2f}" for share in ways.shares.tolist()]
    return Film(positions, tracks, start=SHARES // 2, picture=PICTURE)


def times(schedule: str) -> list[int]:
    """The t at which the way into noise is shown."""
    return [round(t) for t in np.linspace(0, SCHEDULES[schedule]().T, TIMES)]


def into_noise(text: str, schedule: str, seed: int) -> Film:
    """One picture noised in its latent and, at the same levels, in its pixels."""
    made, stopped = SCHEDULES[schedule](), times(schedule)
    stops = [made(t) for t in stopped]
    z, x = coding.encoded(text), coding.pictured(text)
    rng = studio.generator(seed)
    eps_z, eps_x = (torch.randn(v.shape, generator=rng) for v in (z, x))
    zt = torch.cat([noised(z, level, eps_z) for level in stops]).float()
    xt = torch.cat([noised(x, level, eps_x) for level in stops]).float()
    tracks = [
        Track("z_t", coding.mosaic(zt), caption="latent", role="noise", alt=LATENT_ALT),
        Track(
            "D(z_t)",
            grey(coding.decoded(zt)),
            caption="its picture",
            role="noise",
            alt="The noisy latent, decoded.",
        ),
        Track(
            "x_t",
            grey(xt),
            caption="the same noise level in pixels",
            role="noise",
            alt="The picture itself, noised at the same level.",
        ),
    ]
    positions = [f"t = {t}, α = {level.alpha:.3f}" for t, level in zip(stopped, stops, strict=True)]
    return Film(positions, tracks, start=TIMES // 4, picture=PICTURE)


@torch.no_grad()
def generate(prompt: str, seed: int, scale: float = SCALE, steps: int = STEPS) -> list[Step]:
    """The run of a checked prompt: DPM++ 2M, Karras spacing, linear schedule, guided."""
    engine = painter.engine()
    context, null = painter.contexts([prompt]), engine.net.null_context(1)
    denoise = paired(engine, context, null, scale)
    walk = levels(SCHEDULES["linear"](), steps, "karras")
    with engine.run():
        return list(dpmpp_2m(denoise, painter.noise([seed]), walk))


def picture(prompt: str, seed: int) -> tuple[list[Step], np.ndarray]:
    """A run, and what it draws: uint8 (64, 64, 3)."""
    run = generate(prompt, seed)
    return run, painter.decoded(run[-1].x)[0]


def out_of_noise(prompt: str, seed: int) -> tuple[Film, float]:
    """A run in the latent, every step decoded, and the seconds of the run and one decoding."""
    clock = time.perf_counter()
    run, _ = picture(prompt, seed)
    seconds = time.perf_counter() - clock
    x, x0_hat = (torch.cat([getattr(step, part) for step in run]) for part in ("x", "x0_hat"))
    pictures = painter.decoded(torch.cat([x, x0_hat]))
    tracks = [
        Track("z_t", coding.mosaic(x), caption="latent", role="noise", alt=LATENT_ALT),
        Track(
            "D(z_t)",
            pictures[: len(run)],
            caption="its picture",
            role="noise",
            alt="The state, decoded.",
        ),
        Track("ẑ₀", coding.mosaic(x0_hat), caption="guess", role="prediction", alt=LATENT_ALT),
        Track(
            "D(ẑ₀)",
            pictures[len(run) :],
            caption="its picture",
            role="prediction",
            alt="The clean latent as guessed here, decoded; at the end, the result.",
        ),
    ]
    positions = [f"NFE {step.nfe}, σ = {step.level.sigma:.3f}" for step in run[:-1]]
    return Film([*positions, f"NFE {run[-1].nfe}, result"], tracks, picture=PICTURE), seconds


def apart(ways: Between) -> str:
    """What is to be seen between two pictures, with its numbers."""
    middle = SHARES // 2
    greys = (ways.through_latent - ways.through_pixels).square().mean((1, 2, 3)).sqrt() * 127.5
    ends = [psnr(ways.through_latent[i], ways.through_pixels[i]) for i in (0, -1)]
    a, b = (f"{end:.1f} dB" if end < float("inf") else "no error" for end in ends)
    return (
        f"Half-way the two differ by {greys[middle]:.0f} greys (root mean square). At the ends "
        f"only the autoencoder’s own error is left: {a} and {b}."
    )
