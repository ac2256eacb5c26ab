"""The glossary: whole, and small enough to travel with the page."""

import importlib
import re

import pytest

from explorer.app import head
from explorer.app import terms as page
from explorer.words import glossary

from .places import places

TERMS = {term.id: term for term in glossary.load()}
LIMIT = 40_000  # bytes of the page's head


def named(code: str) -> object:
    """What a dotted name stands for. Raises AttributeError where it stands for nothing."""
    path = code.split(".")
    for length in range(len(path), 0, -1):
        try:
            found = importlib.import_module(".".join(path[:length]))
        except ModuleNotFoundError:
            continue
        for name in path[length:]:
            found = getattr(found, name)
        return found
    raise AttributeError(code)


def test_there_are_many_terms_each_with_an_id_of_its_own():
    assert len(glossary.load()) == len(TERMS) >= 65
    names = [name.lower() for term in TERMS.values() for name in (term.term, *term.also)]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in TERMS)


@pytest.mark.parametrize("term", TERMS.values(), ids=TERMS)
def test_a_term_has_one_sentence(term):
    assert re.fullmatch(r"[^\W_].*[^.!?…]\.", term.sentence)
    assert not re.search(r"[.!?…] ", term.sentence) and len(term.sentence) <= 200
    assert "'" not in term.sentence + term.term + "".join(term.also)


@pytest.mark.parametrize("term", [t for t in TERMS.values() if t.code], ids=lambda term: term.id)
def test_the_code_of_a_term_exists(term):
    assert term.code.startswith("explorer.") and named(term.code) is not None


def test_most_terms_have_a_formula():
    assert sum(bool(term.formula) for term in TERMS.values()) >= 0.75 * len(TERMS)


def test_every_place_exists():
    assert all(term.see for term in TERMS.values())
    assert {place for term in TERMS.values() for place in (*term.see, *term.key)} <= places()


def test_every_chapter_has_two_to_five_key_terms():
    chapters = {p for p in places() if "/" in p and not p.startswith("Course/")}
    counts = {p: sum(p in term.key for term in TERMS.values()) for p in chapters}
    assert {p: n for p, n in counts.items() if not 2 <= n <= 5} == {}
    assert {place for term in TERMS.values() for place in term.key} == chapters


def test_the_glossary_travels_once_and_is_small():
    scripts = head.scripts()
    assert scripts.count(page.script()) == 1 and len(page.script().encode()) < LIMIT
    assert all(scripts.count(term.sentence) == 1 for term in TERMS.values())


def test_the_page_has_what_the_file_says():
    table = page.table()
    for row, term in zip(table["rows"], glossary.load(), strict=True):
        at = [table["places"][i] for i in row[6]], [table["places"][i] for i in row[8]]
        assert at == (list(term.see), list(term.key))
        assert row[0] == term.id and (term.code == "" or term.code == "explorer." + row[5])
