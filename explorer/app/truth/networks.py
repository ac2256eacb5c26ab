"""The networks that learnt a world: shipped ones, and one trained on the spot for a drawing."""

from functools import cache

from explorer.app import checks
from explorer.app.once import once
from explorer.app.truth.asked import Asked
from explorer.models import zoo
from explorer.models.planar import Planar
from explorer.training import planar

LEARNT_STEPS = 2500  # for a drawing: somebody waits


@cache
def _shipped(world: str) -> Planar:
    return zoo.load(planar.name_of(world), Planar)


@once(8)
def _train(drawing: tuple, tell: "_Tell") -> Planar:
    from explorer import worlds

    return planar.fit(worlds.drawn(drawing), steps=LEARNT_STEPS, tell=tell)


class _Tell:
    """A progress bar that all requests for one drawing share: equal to any other."""

    def __init__(self, progress) -> None:
        self.progress = progress

    def __call__(self, step: int) -> None:
        if self.progress is not None and step % 50 == 0:
            self.progress((step, LEARNT_STEPS), desc="A network learns your drawing")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Tell)

    def __hash__(self) -> int:
        return 0


def network(asked: Asked, progress=None) -> Planar:
    """The network of a world; for a drawing it is trained first, which progress is told of.

    Raises gr.Error where the shipped weights are missing.
    """
    if asked.world == "drawn":
        return _train(asked.drawing, _Tell(progress))
    try:
        return _shipped(asked.world)
    except zoo.ZooError as error:
        raise checks.refuse(str(error)) from None
