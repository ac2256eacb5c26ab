"""The ten lessons: `assets/words/lessons.toml`, read and checked."""

import tomllib
from dataclasses import dataclass
from functools import cache

from explorer.paths import ASSETS

REPOSITORY = "denoising-explorer/denoising-explorer"  # owner and name on GitHub, for Colab
COLAB = "https://colab.research.google.com/github"


@dataclass(frozen=True)
class Lesson:
    """A lesson: its number from 1, its file in lessons/ without ending, its title, the question
    that it answers, and the chapters of the app that show the same ("Tab" or "Tab/Chapter")."""

    number: int
    file: str
    title: str
    question: str
    see: tuple[str, ...]

    @property
    def colab(self) -> str:
        """The address that opens the notebook in Colab."""
        return f"{COLAB}/{REPOSITORY}/blob/main/lessons/{self.file}.ipynb"


@cache
def load() -> tuple[Lesson, ...]:
    """All lessons in their order. TypeError where a field is missing or misspelt."""
    table = tomllib.loads((ASSETS / "words" / "lessons.toml").read_text("utf-8"))
    return tuple(Lesson(**row | {"see": tuple(row["see"])}) for row in table["lesson"])
