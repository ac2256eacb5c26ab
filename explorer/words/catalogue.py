"""Translations: `assets/words/LANGUAGE/*.json`, each a table from English to the other language.

The English that stands in the page is the key (see assets/web/language.js for its marks), so a text
is written once, where it is used, and a text without a translation stays English. To add a
language, copy the folder of another one, translate its values, and name it in LANGUAGES.
"""

import json
import re
from collections import Counter
from functools import cache

from explorer.paths import ASSETS

LANGUAGES = {"en": "English", "de": "Deutsch"}  # the first is the one that the page is written in
MARKS = re.compile(r"\{(?:[*+]?|[a-z]|\d+)\}|</?(?:a|b|em|i|strong)>")


def others() -> tuple[str, ...]:
    """The languages that the page is translated into."""
    return tuple(LANGUAGES)[1:]


@cache
def load(language: str) -> dict[str, str]:
    """English to `language`, all tables of its folder together.

    Raises ValueError, a sentence that names file and key, where a text is translated in two ways,
    is empty, has digits where {} should stand, or has other marks than its key.
    """
    whole: dict[str, str] = {}
    for file in sorted((ASSETS / "words" / language).glob("*.json")):
        for key, translation in json.loads(file.read_text("utf-8")).items():
            wrong = mistake(key, translation)
            if not wrong and whole.get(key, translation) != translation:
                wrong = f"is translated in two ways, the other one is “{whole[key]}”"
            if wrong:
                raise ValueError(f"{language}/{file.name}: “{key}” {wrong}.")
            whole[key] = translation
    return whole


def mistake(key: str, translation: str) -> str | None:
    """What is wrong with a translation, as the end of a sentence; None where nothing is."""
    if not translation.strip():
        return "has no translation"
    if "{*}" in key and not re.search(r"[^\W\d_]{2}", MARKS.sub("", key)):
        return "has no word of its own: it stands for any text"
    if re.search(r"\d", re.sub(r"\{\d+\}", "", key)):
        return "has digits: write {} for each number"
    wanted, found = _marks(key), _marks(translation)
    if wanted != found:
        return (
            f"has the marks {sorted(wanted.elements())}, its translation {sorted(found.elements())}"
        )
    return None


def _marks(text: str) -> Counter:
    """The marks of a text; slots by number count as slots, so that they may change places."""
    slot = re.compile(r"\{(?:[*+]?|\d+)\}")
    return Counter("{}" if slot.fullmatch(mark) else mark for mark in MARKS.findall(text))
