"""The glossary: `assets/words/glossary.toml`, read and checked."""

import tomllib
from dataclasses import dataclass
from functools import cache

from explorer.paths import ASSETS

LISTS = ("also", "see", "key")


@dataclass(frozen=True)
class Term:
    """A term in one precise sentence.

    also: what else it is called; formula: plain text, "" where none makes sense; code: the dotted
    name of the thing in `explorer`, "" where there is none; see: places of the app that show it
    ("Tab" or "Tab/Chapter"); paper: where it comes from, "" where unsure; key: the chapters whose
    key term it is.
    """

    id: str
    term: str
    sentence: str
    see: tuple[str, ...]
    also: tuple[str, ...] = ()
    formula: str = ""
    code: str = ""
    paper: str = ""
    key: tuple[str, ...] = ()


@cache
def load() -> tuple[Term, ...]:
    """All terms, from A to Z. TypeError where a field is missing or misspelt."""
    table = tomllib.loads((ASSETS / "words" / "glossary.toml").read_text("utf-8"))
    rows = (row | {k: tuple(row[k]) for k in LISTS if k in row} for row in table["term"])
    return tuple(sorted((Term(**row) for row in rows), key=lambda term: term.id))
