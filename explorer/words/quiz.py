"""The quiz taken before and after the course: `assets/words/quiz.toml`, read and checked."""

import tomllib
from dataclasses import dataclass
from functools import cache

from explorer.paths import ASSETS

OPTIONS = 4


@dataclass(frozen=True)
class Item:
    """A question of the quiz: its id, the chapter that shows the answer, what is asked, four
    options, the right one, why it is right, and where the answer comes from."""

    id: str
    place: str
    ask: str
    options: tuple[str, ...]
    right: str
    why: str
    source: str

    def __post_init__(self) -> None:
        """Raises ValueError, a sentence for whoever edits the file."""
        if len(set(self.options)) != OPTIONS:
            raise ValueError(f"{self.id}: there must be {OPTIONS} different options.")
        if self.right not in self.options:
            raise ValueError(
                f"{self.id}: right must be one of the options, word for word; "
                f"{self.right!r} is not."
            )

    @property
    def index(self) -> int:
        """Which of the options is right, from 0."""
        return self.options.index(self.right)


@cache
def load() -> tuple[Item, ...]:
    """All items in their order. TypeError where a field is missing or misspelt."""
    table = tomllib.loads((ASSETS / "words" / "quiz.toml").read_text("utf-8"))
    items = tuple(Item(**row | {"options": tuple(row["options"])}) for row in table["item"])
    if len({item.id for item in items}) < len(items):
        raise ValueError("Two items of the quiz have the same id.")
    return items
