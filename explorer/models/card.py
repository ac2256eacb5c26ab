"""Model cards: Markdown made from the facts of a training run and the numbers measured after it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from explorer.files import replace_text


def write_card(path: str | Path, facts: Mapping, quality: Mapping) -> Path:
    """Write the card of the model that the file is named after.

    facts: how it was made (data, steps, time, machine, commit, ...), shown in this order.
    quality: numbers of the measurement; its "rows", a list of dicts, become the table.
    """
    path = Path(path)
    replace_text(path, render_card(path.stem, facts, quality))
    return path


def render_card(name: str, facts: Mapping, quality: Mapping) -> str:
    """The card as Markdown."""
    rows = quality.get("rows", [])
    single = {key: value for key, value in quality.items() if key != "rows"}
    parts = [f"# {name}", "## How it was made", _pairs(facts)]
    if single or rows:
        parts.append("## Measured quality")
    if rows:
        parts.append(f"Made by `explorer evaluate {name}`.")
    if single:
        parts.append(_pairs(single))
    if rows:
        parts.append(_rows(rows))
    return "\n\n".join(parts) + "\n"


def _pairs(values: Mapping) -> str:
    """A table of two columns; a dict inside becomes one line an entry."""
    return _table(["", ""], [[key, value] for key, value in _flat(values)])


def _flat(values: Mapping, prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}: ")
        else:
            yield prefix + key, value


def _rows(rows: Sequence[Mapping]) -> str:
    rows = [dict(_flat(row)) for row in rows]
    columns = list(dict.fromkeys(key for row in rows for key in row))
    return _table(columns, [[row.get(column) for column in columns] for row in rows])


def _table(head: Sequence[str], lines: Sequence[Sequence]) -> str:
    cells = [head, ["---"] * len(head), *([_cell(v) for v in line] for line in lines)]
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def _cell(value: object) -> str:
    """A value as a reader likes it: 60,000, 0.9714, a list with commas, a dash for nothing."""
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:.4g}"
        case list() | tuple():
            return ", ".join(_cell(item) for item in value)
        case _:
            return str(value).replace("|", "\\|").replace("\n", " ")
