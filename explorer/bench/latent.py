"""What latent diffusion costs here: each call, its rival on pixels, and a whole picture."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from explorer import costs
from explorer.app import engine, painter
from explorer.app.latent import films
from explorer.app.prompts import FIRST
from explorer.models import zoo

AIM_MS = 400  # of a picture: 20 DPM++ 2M steps with guidance, and the decoding
CALLS = ("latent", "pixels_frugal", "pixels", "encode", "decode")


def measure(repeats: int) -> dict | None:
    """The costs of every call and the ms of a picture; None without the text-to-image model."""
    if not {painter.MODEL, painter.AUTOENCODER} <= set(zoo.available()):
        return None
    found = costs.measure(painter.engine().net, painter.vae(), max(3, repeats // 4))
    with ProcessPoolExecutor(1, get_context("spawn")) as fresh:
        ms = fresh.submit(picture_ms, max(3, repeats // 2)).result()
    return {
        "calls": [vars(getattr(found, call)) for call in CALLS],
        "latent_run": found.latent_run,
        "pixels_run": found.run(found.pixels),
        "pixels_frugal_run": found.run(found.pixels_frugal),
        "picture_ms": ms,
    }


def picture_ms(repeats: int) -> float:
    """Milliseconds of a picture in a process that, like the app's, does nothing else."""
    engine.claim()
    (ms,) = costs.medians([lambda: films.picture(FIRST, 0)], repeats)
    return ms


def table(found: dict) -> list[tuple]:
    """(call, GFLOP, ms, MB, times the latent call's work and time) of each."""
    first = found["calls"][0]
    return [
        (
            call["title"],
            f"{call['gflop']:.2f}",
            f"{call['ms']:.1f}",
            f"{call['megabytes']:.2f}",
            f"{call['gflop'] / first['gflop']:.1f} ×",
            f"{call['ms'] / first['ms']:.1f} ×",
        )
        for call in found["calls"]
    ]
