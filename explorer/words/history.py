"""How the field came here, a work at a time: `assets/words/history.toml`, read and checked."""

import tomllib
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from explorer.paths import ASSETS

THEMES = {
    "process": "Process",
    "samplers": "Samplers",
    "guidance": "Guidance and conditions",
    "architecture": "Architecture",
    "speed": "Speed",
}


@dataclass(frozen=True)
class Work:
    """A paper or program: the year in which it first appeared, who made it, its title, a theme of
    THEMES, what it changed in one or two sentences, and the chapter that shows it ("" for none)."""

    year: int
    people: str
    title: str
    theme: str
    changed: str
    place: str

    def __post_init__(self) -> None:
        """Raises ValueError for a theme that there is not."""
        if self.theme not in THEMES:
            raise ValueError(f"{self.title}: theme must be one of {', '.join(THEMES)}.")


@cache
def load() -> tuple[Work, ...]:
    """All works, oldest first. TypeError for a wrong field, ValueError where years go back."""
    table = tomllib.loads((ASSETS / "words" / "history.toml").read_text("utf-8"))
    works = tuple(Work(**row) for row in table["work"])
    for before, after in pairwise(works):
        if after.year < before.year:
            raise ValueError(f"{after.title} ({after.year}) stands after {before.year}.")
    return works
