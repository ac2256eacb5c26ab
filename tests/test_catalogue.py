"""Translations: well formed, and of everything that the app can say."""

import ast
import json
import re
import tomllib
from pathlib import Path

import pytest

from explorer.app import main
from explorer.paths import ASSETS
from explorer.words import catalogue

APP = Path(main.__file__).parent
# What a person reads of each file of assets/words; the rest is symbols, names and addresses.
READ = {
    "conditions": {"title", "how", "here", "what", "cannot", "live"},
    "errors": {"said", "truth", "why", "figure", "measure", "do", "bars"},
    "glossary": {"term", "sentence"},
    "history": {"changed"},
    "lessons": {"title", "question"},
    "quiz": {"ask", "options", "why"},
    "questions": {"ask", "options", "why", "more", "unit", "x", "y", "words"},
}
COLUMN = {"bars": 0, "live": 1}  # of a table of rows, the one that is read


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "ASSETS", tmp_path)
    catalogue.load.cache_clear()
    (tmp_path / "words" / "xx").mkdir(parents=True)
    yield tmp_path / "words" / "xx"
    catalogue.load.cache_clear()


@pytest.mark.parametrize(
    "tables, said",
    [
        ([{"Step": " "}], "has no translation"),
        ([{"Step 3": "Schritt 3"}], "write {} for each number"),
        ([{"Step {} of {}": "Schritt {}"}], "has the marks ['{}', '{}']"),
        ([{"Ask <b>now</b>": "Frag jetzt"}], "has the marks ['</b>', '<b>']"),
        ([{"Seed": "Startwert"}, {"Seed": "Samen"}], "is translated in two ways"),
    ],
)
def test_a_mistake_is_named(folder, tables, said):
    for k, table in enumerate(tables):
        (folder / f"{k}.json").write_text(json.dumps(table), "utf-8")
    with pytest.raises(ValueError, match=re.escape(said)):
        catalogue.load("xx")


def test_a_key_that_would_match_everything_is_refused(folder):
    (folder / "all.json").write_text('{"{*}.": "{*}."}', "utf-8")
    with pytest.raises(ValueError, match="stands for any text"):
        catalogue.load("xx")


def test_slots_may_change_places(folder):
    (folder / "all.json").write_text('{"{} of {*}": "von {2} {1}"}', "utf-8")
    assert catalogue.load("xx") == {"{} of {*}": "von {2} {1}"}


def key(text: str) -> str:
    """An English text as a key."""
    return re.sub(r"\d+(?:[.,]\d+)*", "{}", " ".join(text.split()))


def texts(value: object, read: set[str]) -> list[str]:
    """The readable strings of a table, at any depth."""
    if isinstance(value, list):
        return [text for item in value for text in texts(item, read)]
    found = []
    for name, inner in value.items():
        if isinstance(inner, str) and name in read:
            found.append(inner)
        elif isinstance(inner, list) and name in read and all(isinstance(i, str) for i in inner):
            found += inner
        elif name in COLUMN and name in read:
            found += [row[COLUMN[name]] for row in inner]
        elif isinstance(inner, dict | list) and not all(isinstance(i, str | float) for i in inner):
            found += texts(inner, read)
    return [text for text in found if re.search(r"[^\W\d_]{2}", text)]


@pytest.mark.parametrize("language", catalogue.others())
@pytest.mark.parametrize("file", sorted((ASSETS / "words").glob("*.toml")), ids=lambda f: f.stem)
def test_every_text_of_the_course_is_translated(file, language):
    table = tomllib.loads(file.read_text("utf-8"))
    missing = {key(text) for text in texts(table, READ[file.stem])} - catalogue.load(
        language
    ).keys()
    assert not missing, json.dumps(sorted(missing), ensure_ascii=False, indent=1)


def refusals(file: Path) -> list[str]:
    """What a module of the app refuses with, as keys; values in it are {*}."""
    found = []
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        called = isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "refuse"
        if called and isinstance(node.args[0], ast.JoinedStr):
            parts = [
                _spaced(part.value) if isinstance(part, ast.Constant) else "{*}"
                for part in node.args[0].values
            ]
            found.append("".join(parts))
        elif called and isinstance(node.args[0], ast.Constant):
            found.append(key(node.args[0].value))
    return found


def _spaced(text: str) -> str:
    return re.sub(r"\d+(?:[.,]\d+)*", "{}", re.sub(r"\s+", " ", text))


@pytest.mark.parametrize("language", catalogue.others())
def test_every_refusal_is_translated(language):
    said = {text for file in sorted(APP.rglob("*.py")) for text in refusals(file)}
    said = {text for text in said if re.search(r"[^\W\d_]{2}", text)}  # not "{*}." alone
    assert len(said) > 10
    missing = said - catalogue.load(language).keys()
    assert not missing, json.dumps(sorted(missing), ensure_ascii=False, indent=1)
