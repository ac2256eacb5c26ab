"""Which network the U-Net tab opens up, and what it is given: the app's own, or that of scenes.

torch is imported when a question is first answered, not with the page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from explorer.app import controls, prompts
from explorer.app.inside.asked import Asked
from explorer.app.once import once

if TYPE_CHECKING:
    from torch import Tensor

    from explorer.app.engine import Engine

APP, SCENES = NETWORKS = ("app", "scenes")
PROMPT = prompts.FIRST  # what the network of scenes is told
SCALE, DRAWN = 3.0, 20  # guidance and steps of the scene that is noised
GUIDED = 2.0  # guidance of whole runs of digits: without it seed 0 makes a 4 of the 7


@dataclass(frozen=True)
class Subject:
    """A network and a request, in the network's own space."""

    engine: "Engine"
    xt: "Tensor"  # (1, C, H, W) at the asked level
    start: "Tensor"  # (1, C, H, W): pure noise of the asked seed
    tell: Callable  # net -> its context (1, L, D), made by the network's own encoder
    pictures: Callable  # (N, C, H, W) -> uint8 frames (N, H, W) or (N, H, W, 3)
    scale: float  # of guidance in a whole run
    told: str

    @property
    def name(self) -> str:
        """The network's name in the zoo."""
        return self.engine.net.card.name


def engine(which: str):
    """The engine of one of NETWORKS. Raises gr.Error where its file is missing.

    Answers are kept under it, so that none about another model is shown once the app has changed.
    """
    if which == SCENES:
        from explorer.app import painter

        painter.ready()
        return painter.engine()
    from explorer.app import studio

    controls.ready()
    return studio.engine()


def of(which: str, asked: Asked) -> Subject:
    """What to open up; `which` is one of NETWORKS. Raises gr.Error, as `engine`."""
    return _scenes(asked) if which == SCENES else _app(asked)


def _app(asked: Asked) -> Subject:
    from explorer.app.player import grey

    label = asked.label
    return Subject(
        engine=engine(APP),
        xt=asked.xt,
        start=asked.eps,
        tell=lambda net: _embedded(net, label),
        pictures=grey,
        scale=GUIDED,
        told=asked.told,
    )


def _embedded(net, label: int | None):
    """A label as `net` itself embeds it, (1, 1, D)."""
    import torch

    return net.null_context(1) if label is None else net.embed(torch.tensor([label]))


def _scenes(asked: Asked) -> Subject:
    from explorer.app import painter

    own, level = engine(SCENES), asked.level
    eps = painter.noise([asked.seed])
    return Subject(
        engine=own,
        xt=level.alpha * _scene(own) + level.sigma * eps,
        start=eps,
        tell=lambda net: net.told(PROMPT),
        pictures=painter.decoded,
        scale=SCALE,
        told=f"“{PROMPT}”, whatever digit is chosen",
    )


@once(1)
def _scene(engine):
    """The latent (1, 4, 16, 16) of a scene that the model itself draws."""
    from explorer.app import painter
    from explorer.denoisers import paired
    from explorer.samplers import dpmpp_2m
    from explorer.schedules import levels, linear

    context, null = painter.contexts([PROMPT, ""]).split(1)
    denoise = paired(engine, context, null, SCALE)
    *_, last = dpmpp_2m(denoise, painter.noise([0]), levels(linear(), DRAWN, "karras"))
    return last.x


@cache
def scenes_here() -> bool:
    """Whether the weights of scenes are there to be chosen."""
    from explorer.paths import ASSETS

    names = ("scenes", "scenes-vae")
    return all((ASSETS / "models" / f"{name}.safetensors").exists() for name in names)
