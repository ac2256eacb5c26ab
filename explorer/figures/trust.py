"""The table of trust in attention (explorer/trust_table.py) as HTML for the page."""

from collections.abc import Callable, Mapping, Sequence

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 640, 210, 34, 34, 10  # of the chart by step, in its units


def shown(table: Mapping, labels: Mapping[str, str]) -> str:
    """The figures of the app's own map, then by layer and by step. labels: layer -> its name."""
    kinds = table["kinds"]
    return (
        f"{_headline(kinds)}<h2>By layer, mean of its heads</h2>{_key(kinds)}"
        f"{_by_layer(table, labels)}<h2>By step, noisiest first</h2>{_by_step(kinds)}"
    )


def _times(measured: Mapping) -> str:
    return f"{measured['ratio']:.2f} ± {measured['error']:.2f}"


def _headline(kinds: Mapping) -> str:
    cells = "".join(
        f"<div><dd>{_times(kind['shown'])}</dd><dt>times even attention: a {name} word inside its "
        f"digit’s box, which covers {100 * kind['area']:.0f} % of the picture and holds "
        f"{100 * kind['share']:.0f} % of the word’s map ({kind['words']} words)</dt></div>"
        for name, kind in kinds.items()
    )
    return f'<dl class="measures spoils">{cells}</dl>'


def _key(kinds: Mapping) -> str:
    entries = "".join(f'<span><i class="{name}"></i>{name} word</span>' for name in kinds)
    scale = "<span>times even attention: line at 1, three times as much dashed</span>"
    return f'<p class="trust-key">{entries}{scale}</p>'


def _by_layer(table: Mapping, labels: Mapping[str, str]) -> str:
    kinds = table["kinds"]
    rows = []
    for layer in table["sides"]:
        label = f"{labels[layer]}, shown first" if layer == table["shown"] else labels[layer]
        rows.append((label, {n: kind["by_layer"][layer] for n, kind in kinds.items()}))
    top = max([3.2, *(one["ratio"] + one["error"] for _, row in rows for one in row.values())])
    lines = "".join(
        f'<div class="trust-row" role="row"><span role="rowheader">{label}</span>'
        + "".join(_bar(name, one, top) for name, one in row.items())
        + "</div>"
        for label, row in rows
    )
    return f'<div class="trust-bars" role="table" aria-label="Ratio by layer">{lines}</div>'


def _bar(name: str, one: Mapping, top: float) -> str:
    marks = f"--one:{100 / top:.2f}%;--three:{300 / top:.2f}%"
    return (
        f'<span class="track" aria-hidden="true" style="{marks}"><i class="{name}" '
        f'style="width:{100 * one["ratio"] / top:.2f}%"></i></span>'
        f'<span class="value" role="cell" title="{name} word">{_times(one)}</span>'
    )


def _by_step(kinds: Mapping) -> str:
    rows = {name: kind["by_step"] for name, kind in kinds.items()}
    top = max(3.2, *(one["ratio"] + one["error"] for row in rows.values() for one in row))
    count = len(next(iter(rows.values())))

    def x(step: int) -> float:
        return LEFT + (WIDTH - LEFT - 12) * step / max(1, count - 1)

    def y(ratio: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * ratio / top

    ticks = "".join(
        f'<line class="{"real" if tick in (1, 3) else "grid"}" x1="{LEFT}" x2="{WIDTH - 12}" '
        f'y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
        f'<text x="{LEFT - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick}</text>'
        for tick in range(int(top) + 1)
    )
    steps = "".join(
        f'<text x="{x(s):.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{s + 1}</text>'
        for s in sorted({0, *range(4, count, 5), count - 1})
    )
    lines = "".join(_line(name, row, x, y) for name, row in rows.items())
    said = "; ".join(
        f"{name} word from {row[0]['ratio']:.1f} to {row[-1]['ratio']:.1f}"
        for name, row in rows.items()
    )
    return (
        f'<figure><svg class="quality chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="Ratio by step: {said}.">{ticks}{steps}{lines}'
        f'<text x="{(LEFT + WIDTH) / 2}" y="{HEIGHT - 4}" text-anchor="middle">step of {count}'
        "</text></svg><figcaption class='quiet'>Share inside the box over the box’s share of the "
        "area, of the map that is shown first, at each step; bands are ± one standard error."
        "</figcaption></figure>"
    )


def _line(
    name: str, row: Sequence[Mapping], x: Callable[[int], float], y: Callable[[float], float]
) -> str:
    points = [(x(s), one["ratio"], one["error"]) for s, one in enumerate(row)]
    middle = " ".join(f"{at:.1f},{y(r):.1f}" for at, r, _ in points)
    upper = [f"{at:.1f},{y(r + e):.1f}" for at, r, e in points]
    lower = [f"{at:.1f},{y(r - e):.1f}" for at, r, e in points]
    return (
        f'<polygon class="band {name}" points="{" ".join(upper + lower[::-1])}"/>'
        f'<polyline class="line {name}" points="{middle}"/>'
    )
