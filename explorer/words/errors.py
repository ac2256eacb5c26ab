"""Ten common errors about diffusion models: `assets/words/errors.toml`, read and checked."""

import tomllib
from dataclasses import dataclass
from functools import cache

from explorer.paths import ASSETS

ROLES = ("", "signal", "noise", "prediction")


@dataclass(frozen=True)
class Error:
    """What is said, what is true, why people think so, and the figure that settles it.

    `figure` is a sentence with its numbers and `source` what computes them. `bars` draws them,
    a (label, value) each, of the quantity `measure`; `role` is "signal", "noise", "prediction" or
    "", whose colour they have. `place` is the chapter that disproves it ("Tab/Chapter"), and `do`
    what to do there.
    """

    id: str
    said: str
    truth: str
    why: str
    figure: str
    source: str
    place: str
    do: str
    measure: str = ""
    role: str = ""
    bars: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        """Raises ValueError where the bars have no name or no length."""
        if self.role not in ROLES:
            raise ValueError(f"{self.id}: role must be one of {ROLES}, got {self.role!r}.")
        if bool(self.bars) != bool(self.measure):
            raise ValueError(f"{self.id}: bars need a measure, and a measure needs bars.")
        if any(value < 0 for _, value in self.bars):
            raise ValueError(f"{self.id}: a bar must not be below 0.")


@cache
def load() -> tuple[Error, ...]:
    """All errors in their order. TypeError where a field is missing or misspelt."""
    table = tomllib.loads((ASSETS / "words" / "errors.toml").read_text("utf-8"))
    bars = [
        tuple((label, float(value)) for label, value in row.get("bars", ()))
        for row in table["error"]
    ]
    return tuple(Error(**row | {"bars": b}) for row, b in zip(table["error"], bars, strict=True))
