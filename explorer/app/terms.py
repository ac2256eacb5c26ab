"""The glossary as a script of the page: it travels once, for the chapter and for every tab."""

import json

from explorer.words import glossary

PACKAGE = "explorer."


def table() -> dict[str, list]:
    """Places, and a row a term, as `unpackTerms` of assets/web/terms.js reads them: a place is
    its number, and a dotted name lacks the package, since the page carries all of it."""
    terms = glossary.load()
    places = sorted({place for term in terms for place in (*term.see, *term.key)})
    number = {place: i for i, place in enumerate(places)}
    rows = [
        [
            term.id,
            term.term,
            term.also,
            term.sentence,
            term.formula,
            term.code.removeprefix(PACKAGE),
            [number[place] for place in term.see],
            term.paper,
            [number[place] for place in term.key],
        ]
        for term in terms
    ]
    return {"places": places, "rows": rows}


def script() -> str:
    """JavaScript that unpacks the glossary into `explorer.vocabulary`."""
    text = json.dumps(table(), ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    return f"explorer.vocabulary = explorer.unpackTerms({text});"
