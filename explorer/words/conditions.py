"""How conditions enter a diffusion model: `assets/words/conditions.toml`, read and checked."""

import tomllib
from dataclasses import dataclass
from functools import cache

from explorer.paths import ASSETS


@dataclass(frozen=True)
class Way:
    """A way in: how it works, what in this project does so, and the papers that brought it."""

    id: str
    title: str
    how: str
    here: str
    paper: str


@dataclass(frozen=True)
class Condition:
    """A condition: what it is made of, the ids of the ways that it takes, where the app shows it,
    as ("Tab/Chapter", what to do there), and what the app cannot show of it."""

    title: str
    what: str
    ways: tuple[str, ...]
    live: tuple[tuple[str, str], ...]
    cannot: str


@cache
def load() -> tuple[tuple[Way, ...], tuple[Condition, ...]]:
    """(the ways, the conditions), in their order.

    TypeError where a field is missing or misspelt, ValueError for a way that there is not.
    """
    table = tomllib.loads((ASSETS / "words" / "conditions.toml").read_text("utf-8"))
    ways = tuple(Way(**row) for row in table["way"])
    conditions = tuple(_condition(row) for row in table["condition"])
    there_are = {way.id for way in ways}
    for condition in conditions:
        if unknown := set(condition.ways) - there_are:
            raise ValueError(f"{condition.title}: there is no way {', '.join(sorted(unknown))}.")
    return ways, conditions


def _condition(row: dict) -> Condition:
    live = tuple((place, do) for place, do in row["live"])
    return Condition(**row | {"ways": tuple(row["ways"]), "live": live})
