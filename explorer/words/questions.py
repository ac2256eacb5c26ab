"""The question of each chapter, to be guessed before its picture answers it.

`assets/words/questions.toml`, read and checked: whoever edits it is told in a sentence what is
wrong, and where.
"""

import math
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from explorer.paths import ASSETS

FILE = "assets/words/questions.toml"
ALL = ("id", "place", "kind", "ask", "right", "why", "source")  # what every question has
MAY = ("more", "of", "where")  # and what it may have
NEEDS = {
    "choice": ("options",),
    "number": ("low", "high", "step", "unit"),
    "sketch": ("x", "x_low", "x_high", "y", "low", "high", "words"),
}
ALSO = {"choice": (), "number": (), "sketch": ("x_log", "y_log")}
NUMBERS = ("low", "high", "step", "x_low", "x_high")
SWITCHES = ("x_log", "y_log")
OPTIONS = (2, 4)  # fewest and most
POINTS = (9, 21)  # of a sketch, fewest and most


@dataclass(frozen=True)
class Question:
    """A question, its right answer and where that comes from.

    right is one of the options (choice), a number on the grid low, low + step, ... (number), or
    the curve's values at evenly spaced x from x_low to x_high (sketch; evenly in log x where
    x_log). `words` says a sketch's curve; `of` names the shipped model that the answer was measured
    on, "" where it holds for every model; `where` is a sentence on the settings that it holds for.
    """

    id: str
    place: str  # "Tab" or "Tab/Chapter", as the app names them
    kind: str  # "choice", "number" or "sketch"
    ask: str
    right: str | float | tuple[float, ...]
    why: str
    source: str
    more: str = ""
    of: str = ""
    where: str = ""
    options: tuple[str, ...] = ()
    low: float = 0
    high: float = 0
    step: float = 0
    unit: str = ""
    x: str = ""
    x_low: float = 0
    x_high: float = 0
    y: str = ""
    x_log: bool = False
    y_log: bool = False
    words: str = ""

    @property
    def answer(self) -> str:
        """The right answer in words."""
        if self.kind == "choice":
            return str(self.right)
        if self.kind == "number":
            return f"{self.right:g} {self.unit}".replace("-", "−").strip()
        return self.words


def read(text: str) -> tuple[Question, ...]:
    """The questions of a TOML text. ValueError, a sentence, for what is wrong in it."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{FILE} is not TOML: {error}.") from None
    rows = table.pop("question", None)
    if table or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError(f"{FILE} must hold nothing but questions, each under [[question]].")
    found: list[Question] = []
    for number, row in enumerate(rows, 1):
        question = _question(row, f"question {number}")
        for field in ("id", "place"):
            if getattr(question, field) in {getattr(other, field) for other in found}:
                raise _wrong(f"“{question.id}”", f"another question has the same {field} already")
        found.append(question)
    return tuple(found)


@cache
def load() -> tuple[Question, ...]:
    """All questions, in the order of the file. ValueError as `read`."""
    return read((ASSETS / "words" / "questions.toml").read_text("utf-8"))


def at(place: str) -> Question:
    """The question of a place. KeyError where the file has none."""
    for question in load():
        if question.place == place:
            return question
    raise KeyError(f"{FILE} has no question for “{place}”.")


def _wrong(name: str, what: str) -> ValueError:
    return ValueError(f"{FILE}, {name}: {what}.")


def _question(row: dict, name: str) -> Question:
    """One [[question]], checked; name is what it is called until its id is known."""
    if not isinstance(row.get("id"), str) or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", row["id"]):
        raise _wrong(name, "id must be small letters, digits and hyphens, such as forward-chain")
    name = f"“{row['id']}”"
    kind = row.get("kind")
    if not isinstance(kind, str) or kind not in NEEDS:
        raise _wrong(name, f"kind must be one of {', '.join(NEEDS)}")
    needed = ALL + NEEDS[kind]
    allowed = needed + MAY + ALSO[kind]
    for field in needed:
        if field not in row:
            raise _wrong(name, f"{field} is missing; a {kind} has {', '.join(needed)}")
    for field, value in row.items():
        if field not in allowed:
            raise _wrong(name, f"{field} is not known; a {kind} may have {', '.join(allowed)}")
        if field not in ("right", "options"):
            _typed(field, value, name)
    if not all(row["place"].split("/", 1)):
        raise _wrong(name, "place must be a tab, or a tab and its chapter as Tab/Chapter")
    {"choice": _choice, "number": _number, "sketch": _sketch}[kind](row, name)
    lists = {field: tuple(value) for field, value in row.items() if isinstance(value, list)}
    return Question(**row | lists)


def _typed(field: str, value: object, name: str) -> None:
    if field in NUMBERS:
        if not _is_number(value):
            raise _wrong(name, f"{field} must be a number, without quotes")
    elif field in SWITCHES:
        if not isinstance(value, bool):
            raise _wrong(name, f"{field} must be true or false, without quotes")
    elif not isinstance(value, str):
        raise _wrong(name, f"{field} must be a text in quotes")
    elif not value.strip() and field not in (*MAY, "unit"):
        raise _wrong(name, f"{field} must not be empty")


def _is_number(value: object) -> bool:
    """Whether it is a finite number; TOML has true, nan and inf as well."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _choice(row: dict, name: str) -> None:
    options, (few, most) = row["options"], OPTIONS
    texts = isinstance(options, list) and all(isinstance(o, str) and o.strip() for o in options)
    if not texts or not few <= len(options) <= most or len(set(options)) < len(options):
        raise _wrong(name, f"options must be a list of {few} to {most} different texts in quotes")
    if row["right"] not in options:
        raise _wrong(name, "right must be one of the options, word for word")


def _number(row: dict, name: str) -> None:
    right, low, high, step = row["right"], row["low"], row["high"], row["step"]
    if not low < high or step <= 0:
        raise _wrong(name, "low must be less than high, and step more than 0")
    if not _is_number(right) or not low <= right <= high:
        raise _wrong(name, f"right must be a number from {low:g} to {high:g}")
    if not _on_grid((right, high), low, step):
        raise _wrong(name, "right and high must be whole steps above low, or nobody can say them")


def _on_grid(values: Sequence[float], low: float, step: float) -> bool:
    counts = [(value - low) / step for value in values]
    return all(abs(count - round(count)) < 1e-6 for count in counts)


def _sketch(row: dict, name: str) -> None:
    right, (few, most) = row["right"], POINTS
    if not row["low"] < row["high"] or not row["x_low"] < row["x_high"]:
        raise _wrong(name, "low must be less than high, and x_low less than x_high")
    for low, log in (("low", "y_log"), ("x_low", "x_log")):
        if row.get(log) and row[low] <= 0:
            raise _wrong(name, f"{low} must be more than 0 on an axis of powers ({log})")
    if not isinstance(right, list) or not few <= len(right) <= most:
        raise _wrong(name, f"right must be a list of {few} to {most} numbers")
    if not all(_is_number(value) and row["low"] <= value <= row["high"] for value in right):
        raise _wrong(name, f"right must hold numbers from {row['low']:g} to {row['high']:g}")
