"""How far attention is to be trusted: the table of `explorer evaluate scenes --trust`, shown."""

import json
import math

from explorer import names
from explorer.figures import trust
from explorer.paths import ASSETS

FILE = ASSETS / "models" / "scenes.trust.json"
NONE = (
    "<p class='quiet'>This has not been measured for the model that is here: <code>explorer "
    "evaluate scenes --trust</code> does it, and this place then shows it.</p>"
)
MEANING = """<p>What it means: where the ratio is well above 1, places inside a digit look at its
word more than places elsewhere do. What it does not mean: that the word made the digit.
Attention is not explanation: a map shows where information may flow in one layer, and a word can
reach a place by other ways, through the words that have read it and through the mean of all words,
which every block is told. Whether the picture would be another without the look is a
question of cause: the next chapter.</p>"""


def page() -> str:
    """The chapter's figures as HTML; without a readable table a sentence in their place."""
    try:
        table = json.loads(FILE.read_text("utf-8"))
        return f"{trust.shown(table, named(table['sides']))}{_method(table)}"
    except (OSError, ValueError, KeyError, TypeError):
        return NONE


def named(sides: dict[str, int]) -> dict[str, str]:
    """Layers as a reader says them: "down.0.attention.cross_attention" -> "down 16×16"."""
    return {name: f"{name.split('.')[0]} {side}×{side}" for name, side in sides.items()}


def _method(table: dict) -> str:
    run, skipped = table["run"], table["skipped"]
    lost = sum(skipped.values())
    count = math.floor(table["prompts"])
    return (
        f"<p class='quiet'>{count} captions of training’s grammar, one digit and two in turn, "
        f"without a held-out pair; DPM++ 2M, {run['steps']} NFE, linear schedule, "
        f"{names.SPACINGS[run['spacing']]} spacing, scale {run['scale']:g}; the conditional "
        "half’s maps, all steps together unless the step is named. The box is the smallest "
        "rectangle around the ink that the model itself painted for that digit, two digits parted "
        "where the least ink lies. "
        f"{lost} pictures are left out: {skipped['no ink']} with no ink, {skipped['elsewhere']} "
        "with the digits along the other axis than the caption’s. ± is one standard error over "
        "prompts. Measured by <code>explorer evaluate scenes --trust</code>.</p>"
    )
