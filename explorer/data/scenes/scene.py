"""What a scene is: one digit or two, their looks and places, and a ground. No pixels here."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

SIDE = 64  # pixels

COLOURS = {
    "red": (220, 40, 40),
    "orange": (245, 140, 30),
    "yellow": (245, 220, 50),
    "green": (40, 165, 70),
    "cyan": (50, 200, 215),
    "blue": (45, 85, 220),
    "purple": (140, 60, 190),
    "pink": (245, 130, 190),
}
GROUNDS = {
    "black": (12, 12, 12),
    "white": (245, 245, 245),
    "grey": (125, 125, 125),
    "brown": (80, 50, 30),
}
SIZES = ("small", "medium", "large")
STROKES = ("thin", "plain", "bold")
CORNERS = ("top left", "top right", "bottom left", "bottom right")
PLACES = ("centre", *CORNERS)  # of a digit that is alone
SIDES = ("left", "right", "above", "below")  # of one that is not: where it stands

# Never in training, neither in pictures nor in words: to compose them is what is to be learnt.
HELD_COLOURS = frozenset(
    {("red", 3), ("orange", 7), ("yellow", 0), ("green", 5)}
    | {("cyan", 8), ("blue", 2), ("purple", 9), ("pink", 4)}
)
HELD_PLACES = frozenset(
    {("top left", 6), ("top right", 1), ("bottom left", 4), ("bottom right", 7)}
    | {("left", 5), ("right", 2), ("above", 8), ("below", 0)}
)


@dataclass(frozen=True)
class Item:
    """A digit and how it looks. place is one of PLACES alone, or of SIDES beside another."""

    digit: int
    colour: str
    place: str
    size: str = "medium"
    stroke: str = "plain"
    slanted: bool = False

    @property
    def held_out(self) -> bool:
        """Whether it is one of the pairs that training never shows."""
        return (self.colour, self.digit) in HELD_COLOURS or (self.place, self.digit) in HELD_PLACES


@dataclass(frozen=True)
class Scene:
    """One or two items on a ground. Raises ValueError for places that do not go together."""

    items: tuple[Item, ...]
    ground: str

    def __post_init__(self) -> None:
        places = tuple(item.place for item in self.items)
        alone = len(places) == 1 and places[0] in PLACES
        if not alone and places not in (("left", "right"), ("above", "below")):
            raise ValueError(
                "items must be one at a place, or two: left and right, or above and below; "
                f"got {places}."
            )

    @property
    def held_out(self) -> bool:
        """Whether it holds a pair that training never shows."""
        return any(item.held_out for item in self.items)


def draw(rng: Random, count: int | None = None) -> Scene:
    """Any scene, held-out pairs included. count: 1 or 2 digits; None: either, evenly."""
    count = count or rng.choice((1, 2))
    places = (rng.choice(PLACES),) if count == 1 else rng.choice((SIDES[:2], SIDES[2:]))
    items = tuple(
        Item(
            rng.randrange(10),
            rng.choice(tuple(COLOURS)),
            place,
            rng.choice(SIZES),
            rng.choice(STROKES),
            rng.random() < 0.25,
        )
        for place in places
    )
    return Scene(items, rng.choice(tuple(GROUNDS)))


def training(rng: Random, count: int | None = None) -> Iterator[Scene]:
    """Endless scenes without a held-out pair."""
    while True:
        scene = draw(rng, count)
        if not scene.held_out:
            yield scene


def held_out(rng: Random, count: int | None = None) -> Iterator[Scene]:
    """Endless scenes with a held-out pair in each."""
    while True:
        scene = draw(rng, count)
        if scene.held_out:
            yield scene
