"""What the running model can be told: the classes that the controls offer. No torch, no widget."""

from dataclasses import dataclass
from typing import Any

DIGITS = tuple("0123456789")
LONGEST = 40  # characters of a name that are shown


@dataclass(frozen=True)
class Labels:
    """The classes of a model, and what it draws."""

    names: tuple[str, ...] = DIGITS  # empty where it was trained without classes
    channels: int = 1
    side: int = 28  # pixels

    @property
    def values(self) -> tuple[str, ...]:
        """What a control sends for each class: its number."""
        return tuple(map(str, range(len(self.names))))

    @property
    def digits(self) -> bool:
        """Whether it draws handwritten digits as the shipped classifier reads them."""
        return self == Labels()

    @property
    def word(self) -> str:
        """What a class is called."""
        return "Digit" if self.names == DIGITS else "Class"

    def name(self, label: int) -> str:
        """The name of a class."""
        return self.names[label]


_now = Labels()


def now() -> Labels:
    """Those of the model that the app runs."""
    return _now


def of(config: Any, facts: dict) -> Labels:
    """The classes of a model: names from its facts, numbers where they have none."""
    count, told = config.classes, facts.get("classes")
    names = tuple(map(str, range(count)))
    if isinstance(told, list) and len(told) == count and all(isinstance(n, str) for n in told):
        names = tuple(name[:LONGEST] for name in told)
    return Labels(names, config.image_channels, config.image_size)


def use(config: Any, facts: dict) -> None:
    """Offer the classes of a model from now on; see `of`."""
    global _now
    _now = of(config, facts)
