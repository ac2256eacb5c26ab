"""What a guidance scale buys and pays, measured, for both models: HTML of a figure and a table."""

import json
from collections import Counter
from collections.abc import Callable
from functools import partial

from explorer import names
from explorer.app.measured import NONE, rows
from explorer.figures import quality, tradeoff
from explorer.figures.tradeoff import Curve, Point
from explorer.paths import ASSETS

GROUPS = (  # of explorer.evaluate_scenes, without torch: name, line style, held out
    ("one digit", "solid", False),
    ("two digits", "dash", False),
    ("one digit, a pair held out", "solid", True),
    ("two digits, a pair held out", "dash", True),
)
UNMEASURED = (
    "<p class='quiet'>The text-to-image model has not been measured yet: <code>explorer evaluate "
    "scenes</code> does it, and this place then shows how many captions come true at each scale, "
    "against how varied the pictures are. Below, the model of digits.</p>"
)


def digits(model: str) -> str:
    """Of a model of digits, by name or path."""
    found = rows(model)
    scaled = [row for row in found if (row["sampler"], row["steps"]) == _commonest_run(found)]
    if len(scaled) < 2:
        return NONE
    scaled = sorted(scaled, key=lambda row: row["scale"])
    first = scaled[0]
    points = [
        Point(row["scale"], row["diversity"], row["accuracy"], row.get("accuracy_error", 0.0))
        for row in scaled
    ]
    drawn = tradeoff.figure(
        [Curve("", points)],
        "digits named as asked",
        "diversity: mean distance within a class",
        first["diversity_real"],
    )
    return (
        f"<div class='tradeoff-view'><div>{drawn}<p class='quiet'>The number at a point is its "
        f"scale; bars are one standard error.</p></div><div>{quality.by_scale(scaled)}"
        f"<p class='quiet'>{first['n']} samples a scale, classes in turn; DDIM, {first['nfe']} "
        f"NFE, {names.SCHEDULES[first['schedule']]} schedule, "
        f"{names.SPACINGS[first['spacing']]} spacing. The project’s classifier "
        "names them; Fréchet distance (less is better) and diversity are in its features. "
        "Measured by <code>explorer evaluate</code>.</p></div></div>"
    )


def _commonest_run(found: list[dict]) -> tuple:
    """(sampler, steps) of the run that was measured at the most scales."""
    runs = Counter((row["sampler"], row["steps"]) for row in found)
    return runs.most_common(1)[0][0] if runs else ()


def scenes(name: str = "scenes") -> str:
    """Of the text-to-image model; a sentence where no table of it can be read."""
    try:
        table = json.loads((ASSETS / "models" / f"{name}.quality.json").read_text("utf-8"))
        found = [row for row in table["rows"] if isinstance(row["scale"], int | float)]
    except (OSError, ValueError, KeyError, TypeError):
        return UNMEASURED
    if not found:
        return UNMEASURED
    found.sort(key=lambda row: row["scale"])
    return (
        f"<div class='tradeoff-view spoils'><div>{_scene_figure(found)}</div>"
        f"<div>{_scene_table(found, table.get('real scenes', {}))}"
        f"{_scene_note(found, 'real scenes' in table)}</div></div>"
    )


def _scene_figure(found: list[dict]) -> str:
    curves = []
    for name, dash, held_out in GROUPS:
        points = [
            Point(row["scale"], row["diversity"], part["all"], part.get("error") or 0.0)
            for row in found
            if row.get("diversity") is not None
            and isinstance(part := row.get(name), dict)
            and part.get("all") is not None
        ]
        if points:
            curves.append(Curve(name, points, dash, held_out))
    if not curves:
        return ""
    real = next((row["diversity_real"] for row in found if row.get("diversity_real")), None)
    drawn = tradeoff.figure(
        curves, "captions that come true", "diversity of the digits: mean distance in a class", real
    )
    return (
        f"{drawn}<p class='quiet'>The number at a point of the first line is the scale; bars are "
        "one standard error. A caption is true when every digit, colour, place and the ground are "
        "as it says. Held out: pairs of a digit and a colour or place that training never saw.</p>"
    )


def _scene_table(found: list[dict], real: dict) -> str:
    """A row a scale, then real scenes; a column that no row has is left out."""
    columns: list[tuple[str, Callable[[dict], str]]] = [
        (name, partial(_true, name)) for name, _, _ in GROUPS
    ]
    columns += [
        ("diversity", lambda row: _plain(row.get("diversity"))),
        ("Fréchet distance", lambda row: _plain(row.get("frechet"))),
        ("values outside −1 to 1", lambda row: _share(row.get("saturated"))),
    ]
    kept = [(title, of) for title, of in columns if any(of(row) != "–" for row in found)]
    head = "".join(f"<th scope='col'>{title}</th>" for title, _ in kept)
    lines = "".join(_line(f"{row['scale']:g}", kept, row) for row in found)
    ends = {key: row for row in found for key in row if key.endswith("_real")}
    likeness = {key.removesuffix("_real"): row[key] for key, row in ends.items()}
    last = {
        "real": likeness | real.get("as drawn", {}),
        "real, encoded and decoded": real.get("through the autoencoder", {}),
    }
    lines += "".join(_line(name, kept, row, " class='real'") for name, row in last.items() if row)
    return (
        "<div class='scrolls' tabindex='0' role='region' aria-label='Table'>"
        "<table class='quality'><thead><tr><th scope='col'>scale</th>"
        f"{head}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def _true(name: str, row: dict) -> str:
    """The share of a group's captions that come true."""
    return _share((row.get(name) or {}).get("all"))


def _line(title: str, columns: list, row: dict, kind: str = "") -> str:
    cells = "".join(f"<td>{of(row)}</td>" for _, of in columns)
    return f"<tr{kind}><th scope='row'>{title}</th>{cells}</tr>"


def _scene_note(found: list[dict], ceiling: bool) -> str:
    first = found[0]
    n = f"{first['n']} captions a group and scale; " if "n" in first else ""
    nfe = (
        f"DPM++ 2M, {first['nfe']} NFE, Karras spacing, linear schedule. " if "nfe" in first else ""
    )
    most = (
        " The last rows: real scenes of the same captions, drawn with digits of the test set. No "
        "picture decoded from a latent can be expected to be right more often than theirs."
        if ceiling
        else ""
    )
    return (
        f"<p class='quiet'>{n}{nfe}The project’s classifier reads the digits, their places and "
        "colours are read from the pixels. A broken digit is far from all others, so a model can "
        "be more varied than real digits. Measured by <code>explorer evaluate scenes</code>."
        f"{most}</p>"
    )


def _share(value: object) -> str:
    return f"{100 * value:.0f} %" if isinstance(value, int | float) else "–"


def _plain(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, int | float) else "–"
