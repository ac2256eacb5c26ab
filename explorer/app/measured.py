"""The measured quality of the app's model, as the tabs show it: what `explorer evaluate` wrote."""

import json
from collections import Counter
from pathlib import Path

from explorer.figures import quality
from explorer.paths import ASSETS

NONE = (
    "<p class='quiet'>The quality of this model has not been measured: "
    "<code>explorer evaluate</code> does it, and this place then shows it.</p>"
)


def rows(model: str) -> list[dict]:
    """The rows of the table beside a model's weights, by name or path; none where there is none.

    Only those with the commonest number of samples: Fréchet distances compare at equal numbers.
    """
    path = Path(model)
    weights = path if path.suffix else ASSETS / "models" / f"{model}.safetensors"
    try:
        found = json.loads(weights.with_suffix(".quality.json").read_text("utf-8"))["rows"]
    except (OSError, ValueError, KeyError):
        return []
    usual = Counter(row["n"] for row in found).most_common(1)[0][0]
    return [row for row in found if row["n"] == usual]


def against_nfe(model: str) -> str:
    """Fréchet distance against NFE for all samplers, as HTML."""
    plain = [row for row in rows(model) if row["scale"] == 1]
    if not plain:
        return NONE
    n, schedule = plain[0]["n"], plain[0]["schedule"]
    return (
        "<h4>How good a picture is, for how much work</h4>"
        f"<figure>{quality.by_nfe(plain)}{quality.key(plain)}<figcaption class='quiet'>"
        f"Fréchet distance to the test digits, less is better, in the features of the project’s "
        f"classifier, of {n} samples a point, classes in turn; scale 1, {schedule} schedule, the "
        "spacing beside each name. The horizontal line is what as many real training digits "
        "score. DDIM and Euler lie on one line, and so do DDPM and Euler ancestral. Point at a dot "
        "for its numbers. Measured by <code>explorer evaluate</code>."
        "</figcaption></figure>"
    )


def against_scale(model: str) -> str:
    """Accuracy, Fréchet distance and diversity for each measured scale, as HTML."""
    found = rows(model)
    scaled = [r for r in found if (r["sampler"], r["steps"]) == _commonest_run(found)]
    if len(scaled) < 2:
        return NONE
    first = scaled[0]
    return (
        "<h4>What a scale gains and what it costs, measured</h4>"
        f"{quality.by_scale(scaled)}<p class='quiet'>{first['n']} samples a scale, classes in "
        f"turn; DDIM, {first['nfe']} NFE, {first['schedule']} schedule, {first['spacing']} "
        "spacing. The project’s classifier names them; Fréchet distance (less is better) and "
        "diversity (mean distance of two digits of one class) are in its features. Measured by "
        "<code>explorer evaluate</code>.</p>"
    )


def _commonest_run(found: list[dict]) -> tuple:
    """(sampler, steps) of the run that was measured at the most scales."""
    runs = Counter((row["sampler"], row["steps"]) for row in found)
    return runs.most_common(1)[0][0] if runs else ()
