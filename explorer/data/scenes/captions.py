"""Words for scenes: a small grammar with synonyms, several word orders, and room to say less."""

from collections.abc import Sequence
from random import Random
from typing import Any

from explorer.data.scenes.scene import Item, Scene

NUMBERS = "zero one two three four five six seven eight nine".split()  # noqa: SIM905
SYNONYMS = {
    "small": ("small", "little", "tiny"),
    "large": ("large", "big", "huge"),
    "thin": ("thin", "fine"),
    "bold": ("bold", "thick"),
    "slanted": ("slanted", "leaning"),
    "cyan": ("cyan", "turquoise"),
    "purple": ("purple", "violet"),
    "grey": ("grey", "gray"),
}
WHERE = {
    "centre": ("in the centre", "in the middle"),
    "top left": ("in the top left corner", "in the upper left corner", "at the top left"),
    "top right": ("in the top right corner", "in the upper right corner", "at the top right"),
    "bottom left": ("in the bottom left corner", "in the lower left corner", "at the bottom left"),
    "bottom right": (
        "in the bottom right corner",
        "in the lower right corner",
        "at the bottom right",
    ),
}
BESIDE = {  # where the first stands, seen from the second
    "left": ("left of", "to the left of"),
    "right": ("right of", "to the right of"),
    "above": ("above", "over"),
    "below": ("below", "under"),
}
ACROSS = {"left": "right", "right": "left", "above": "below", "below": "above"}
# How often a caption says what it could leave out; what it says is always so.
SAYS = {"colour": 0.9, "size": 0.5, "stroke": 0.5, "slant": 0.8, "place": 0.7, "ground": 0.7}


def words() -> list[str]:
    """Every word that a caption can hold, in alphabetical order."""
    from explorer.data.scenes.scene import COLOURS, GROUNDS

    phrases = [*NUMBERS, "a an on in and the with background digit number", *COLOURS, *GROUNDS]
    for table in (SYNONYMS, WHERE, BESIDE):
        phrases += [phrase for choices in table.values() for phrase in choices]
    return sorted({word for phrase in phrases for word in phrase.split()} | set("0123456789"))


Spoken = list[tuple[str, int | None]]
"""Phrases, each with the item of the scene that it names, or None."""


def full(scene: Scene) -> str:
    """The plainest caption that says everything, always the same."""
    return _text(spoken_in_full(scene))


def caption(scene: Scene, rng: Random) -> str:
    """One of many ways to say a scene, more or less of it."""
    return _text(spoken(scene, rng))


def spoken(scene: Scene, rng: Random) -> Spoken:
    """As `caption`, phrase by phrase: who is meant by each is known here, and only here."""
    return _joined(scene, [_named(item, rng) for item in scene.items], rng)


def spoken_in_full(scene: Scene, rng: Random | None = None) -> Spoken:
    """As `full`, phrase by phrase; rng is not needed, and taken as `spoken` takes it."""
    return _joined(scene, [_named(item, _All()) for item in scene.items], _All())


def owners(phrases: Spoken) -> list[int | None]:
    """For each word of a caption the item that it belongs to, or None."""
    return [owner for phrase, owner in phrases for _ in phrase.split()]


def _text(phrases: Spoken) -> str:
    return " ".join(phrase for phrase, _ in phrases)


class _All:
    """In the place of chance: says everything, and takes the first of all ways."""

    def random(self) -> float:
        return 0.0

    def choice(self, options: Sequence[Any]) -> Any:
        return options[0]


def _joined(scene: Scene, names: list[str], rng: Random | _All) -> Spoken:
    said = _ground(scene.ground, rng) if rng.random() < SAYS["ground"] else ""
    if len(names) == 1:
        place = scene.items[0].place
        where = rng.choice(WHERE[place]) if rng.random() < SAYS["place"] else ""
        return _ordered([(names[0], 0), (where, None)], said, rng)
    first, second = rng.choice(((0, 1), (1, 0)))
    place, between = scene.items[first].place, "and"
    if rng.random() < SAYS["place"]:
        between = rng.choice(BESIDE[place])
    pair = [(names[first], first), (between, None), (names[second], second)]
    return _ordered(pair, said, rng)


def _ordered(parts: Spoken, ground: str, rng: Random | _All) -> Spoken:
    """The ground last, or first."""
    parts, ending = [part for part in parts if part[0]], (ground, None)
    return rng.choice(([*parts, ending], [ending, *parts])) if ground else parts


def _ground(ground: str, rng: Random | _All) -> str:
    word = _synonym(ground, rng)
    return rng.choice((f"on {word}", f"on a {word} background"))


def _named(item: Item, rng: Random | _All) -> str:
    """ "a large bold red three", "a three in red", "the number 3"."""
    looks = []
    if item.size != "medium" and rng.random() < SAYS["size"]:
        looks.append(_synonym(item.size, rng))
    if item.stroke != "plain" and rng.random() < SAYS["stroke"]:
        looks.append(_synonym(item.stroke, rng))
    if item.slanted and rng.random() < SAYS["slant"]:
        looks.append(_synonym("slanted", rng))
    number = rng.choice((NUMBERS[item.digit], NUMBERS[item.digit], str(item.digit)))
    number = rng.choice((number, number, number, f"digit {number}", f"number {number}"))
    tail = []
    if rng.random() < SAYS["colour"]:
        colour = _synonym(item.colour, rng)
        if rng.choice((True, True, True, False)):
            looks.append(colour)
        else:
            tail = ["in", colour]
    phrase = " ".join([*looks, number, *tail])
    article = "an" if phrase[0] in "aeiou8" else "a"
    return rng.choice((f"{article} {phrase}", f"{article} {phrase}", phrase))


def _synonym(word: str, rng: Random | _All) -> str:
    return rng.choice(SYNONYMS.get(word, (word,)))
