"""The networks that learnt a world: shipped ones, and one trained on the spot for a drawing."""

from functools import cache

from explorer.app import checks
from explorer.app.once import Aside, once
from explorer.app.truth.asked import Asked
from explorer.models import zoo
from explorer.models.planar import Planar
from explorer.training import planar

LEARNT_STEPS = 2500  # for a drawing: somebody waits


@cache
def _shipped(world: str) -> Planar:
    return zoo.load(planar.name_of(world), Planar)


@once(8)
def _train(drawing: tuple, progress: Aside) -> Planar:
    """All requests for one drawing share a training, and the progress bar of the first."""
    from explorer import worlds

    def tell(step: int) -> None:
        if progress.value is not None and step % 50 == 0:
            progress.value((step, LEARNT_STEPS), desc="A network learns your drawing")

    return planar.fit(worlds.drawn(drawing), steps=LEARNT_STEPS, tell=tell)


def network(asked: Asked, progress=None) -> Planar:
    """The network of a world; for a drawing it is trained first, which progress is told of.

    Raises gr.Error where the shipped weights are missing.
    """
    if asked.world == "drawn":
        return _train(asked.drawing, Aside(progress))
    try:
        return _shipped(asked.world)
    except zoo.ZooError as error:
        raise checks.refuse(str(error)) from None
