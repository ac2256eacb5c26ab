"""Pictures of the measured quality: rows of `explorer evaluate` -> SVG and HTML for the page.

Colours are the page's CSS variables, so a figure follows light and dark.
"""

from collections.abc import Mapping, Sequence
from html import escape
from math import log10

from explorer.figures.palette import DASHES, SAMPLERS

W, H, LEFT, RIGHT, TOP, BOTTOM = 560, 380, 46, 12, 12, 40
LABELS = {  # explorer.samplers', without importing torch
    "ddpm": "DDPM",
    "ddim": "DDIM",
    "euler": "Euler",
    "euler_ancestral": "Euler ancestral",
    "heun": "Heun",
    "dpmpp_2m": "DPM++ 2M",
}

Rows = Sequence[Mapping]


def by_nfe(rows: Rows) -> str:
    """Fréchet distance against NFE, both logarithmic, a line a sampler, as SVG.

    rows: of one number of samples and scale 1. Each point's title gives its numbers.
    """
    spent = [row["nfe"] for row in rows]
    distance = [row["frechet"] for row in rows] + [row["frechet_real"] for row in rows]
    x = _axis(min(spent), max(spent), LEFT, W - RIGHT)
    y = _axis(min(distance) * 0.8, max(distance) * 1.2, H - BOTTOM, TOP)
    low, high = min(distance) * 0.8, max(distance) * 1.2
    parts = [_frame(x, y, sorted({5, 10, 20, 50} | {max(spent)}), _ticks(low, high))]
    real = rows[0]["frechet_real"]
    parts.append(
        f'<line class="real" x1="{LEFT}" x2="{W - RIGHT}" y1="{y(real):.1f}" y2="{y(real):.1f}"/>'
        f'<text x="{LEFT + 6}" y="{y(real) - 5:.1f}">real digits</text>'
    )
    for name in SAMPLERS:
        mine = sorted((r for r in rows if r["sampler"] == name), key=lambda r: r["nfe"])
        if mine:
            parts.append(_series(name, mine, x, y))
    about = "Fréchet distance against denoiser evaluations, one line for each sampler"
    return (
        f'<svg class="quality" viewBox="0 0 {W} {H}" role="img" aria-label="{about}">'
        f"{''.join(parts)}</svg>"
    )


def by_scale(rows: Rows) -> str:
    """Accuracy, Fréchet distance and diversity against the guidance scale, as an HTML table."""
    lines = "".join(
        f"<tr><th scope='row'>{row['scale']:g}</th><td>{100 * row['accuracy']:.1f} %</td>"
        f"<td>{row['frechet']:.1f}</td><td>{row['diversity']:.1f}</td></tr>"
        for row in sorted(rows, key=lambda row: row["scale"])
    )
    real = rows[0]
    return (
        "<table class='quality'><thead><tr><th>scale</th><th>digits named as asked</th>"
        "<th>Fréchet distance</th><th>diversity in a class</th></tr></thead>"
        f"<tbody>{lines}<tr class='real'><th scope='row'>real</th><td>–</td>"
        f"<td>{real['frechet_real']:.1f}</td><td>{real['diversity_real']:.1f}</td></tr></tbody></table>"
    )


def key(rows: Rows) -> str:
    """The samplers' names with their line styles, as HTML."""
    spans = (
        f'<span><svg viewBox="0 0 28 4" aria-hidden="true"><line x1="0" x2="28" y1="2" y2="2" '
        f"{_ink(name)}/></svg>{escape(LABELS[name])} <small>{spacing}</small></span>"
        for name, spacing in dict.fromkeys((r["sampler"], r["spacing"]) for r in rows)
    )
    return f"<div class='quality-key'>{''.join(spans)}</div>"


def _series(name: str, rows: Rows, x, y) -> str:
    points = [(x(row["nfe"]), y(row["frechet"]), row) for row in rows]
    if not points:  # not measured: a path without a point is an error in the page's console
        return ""
    path = "M" + "L".join(f"{px:.1f} {py:.1f}" for px, py, _ in points)
    dots = "".join(
        f'<circle cx="{px:.1f}" cy="{py:.1f}" r="4" style="fill:var(--sampler-{name})">'
        f"<title>{LABELS[name]}, {row['nfe']} NFE: Fréchet distance {row['frechet']:.2f}, "
        f"{100 * row['accuracy']:.1f} % named as asked</title></circle>"
        for px, py, row in points
    )
    return f'<path d="{path}" fill="none" {_ink(name)}/>{dots}'


def _ink(name: str) -> str:
    dash = DASHES[SAMPLERS[name].dash] or "none"
    return f'style="stroke:var(--sampler-{name});stroke-width:2;stroke-dasharray:{dash}"'


def _axis(low: float, high: float, start: float, end: float):
    """A logarithmic scale: value in [low, high] -> coordinate from start to end."""
    span = log10(high) - log10(low) or 1.0
    return lambda value: start + (end - start) * (log10(value) - log10(low)) / span


def _ticks(low: float, high: float) -> list[float]:
    marks = [m * 10**p for p in range(-3, 5) for m in (1, 2, 5)]
    return [m for m in marks if low <= m <= high]


def _frame(x, y, across: Sequence[float], up: Sequence[float]) -> str:
    grid = "".join(
        f'<line class="grid" x1="{LEFT}" x2="{W - RIGHT}" y1="{y(v):.1f}" y2="{y(v):.1f}"/>'
        f'<text x="{LEFT - 7}" y="{y(v) + 4:.1f}" text-anchor="end">{v:g}</text>'
        for v in up
    )
    marks = "".join(
        f'<text x="{x(v):.1f}" y="{H - BOTTOM + 18}" text-anchor="middle">{v:g}</text>'
        for v in across
    )
    name = f'<text x="{(LEFT + W) / 2}" y="{H - 4}" text-anchor="middle">denoiser evaluations (NFE)'
    return f"{grid}{marks}{name}</text>"
