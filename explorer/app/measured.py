"""The measured quality of the app's model, as the tabs show it: what `explorer evaluate` wrote."""

import json
from collections import Counter
from pathlib import Path

from explorer.app.racing import entrants
from explorer.app.tables import NAMES
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


def table(model: str) -> dict | None:
    """What the plot of quality against NFE shows: a line a sampler; None where unmeasured."""
    plain = [row for row in rows(model) if row["scale"] == 1]
    plain = [row for row in plain if "frechet_error" in row]
    if not plain:
        return None
    runs = {(row["sampler"], row["spacing"]) for row in plain}
    keep = ("nfe", "accuracy", "accuracy_error", "frechet", "frechet_error", "ratio")
    return {
        "n": plain[0]["n"],
        "schedule": NAMES[plain[0]["schedule"]],
        "real": plain[0]["frechet_real"],
        "lines": [
            {
                "label": entrants.title(sampler, spacing),
                "ink": f"sampler-{sampler}",
                "rows": sorted(
                    (
                        {key: row[key] for key in keep}
                        for row in plain
                        if (row["sampler"], row["spacing"]) == (sampler, spacing)
                    ),
                    key=lambda row: row["nfe"],
                ),
            }
            for sampler, spacing in sorted(runs, key=entrants.place)
        ],
    }
