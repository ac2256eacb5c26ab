"""What guidance buys and pays: accuracy against diversity over scale, as an SVG for the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from explorer.figures.palette import DASHES

WIDTH, HEIGHT = 560, 330
LEFT, RIGHT, TOP, BOTTOM = 46, 20, 44, 44


@dataclass(frozen=True)
class Point:
    """One scale, measured: accuracy and its standard error are shares in [0, 1]."""

    scale: float
    diversity: float
    accuracy: float
    error: float = 0.0


@dataclass(frozen=True)
class Curve:
    """Points that belong together; `dash` is one of palette.DASHES."""

    label: str
    points: Sequence[Point]
    dash: str = "solid"
    faint: bool = False


def figure(curves: Sequence[Curve], asked: str, diversity: str, real: float | None = None) -> str:
    """The SVG, and under it a key of the curves where there are several.

    Args:
        curves: the first one's points are labelled with their scale.
        asked: what accuracy counts, `diversity`: what diversity is and in which unit; axis labels.
        real: diversity of real pictures, a vertical line; None where it is unknown.
    """
    widest = max([p.diversity for c in curves for p in c.points] + [real or 0]) or 1.0
    frame = _Frame(widest * 1.06)
    parts = [*_axes(frame, asked, diversity), *([_real(frame, real)] if real else [])]
    for number, curve in enumerate(curves):
        parts += _curve(frame, curve, named=number == 0)
    key = "".join(
        f"<span>{_swatch(curve)}{escape(curve.label)}</span>" for curve in curves if curve.label
    )
    return (
        f"<figure><svg class='quality tradeoff' viewBox='0 0 {WIDTH} {HEIGHT}' role='img' "
        f"aria-label='{escape(told(curves, asked, diversity), quote=True)}'>{''.join(parts)}</svg>"
        + (f"<p class='quality-key'>{key}</p>" if len(curves) > 1 else "")
        + "</figure>"
    )


def told(curves: Sequence[Curve], asked: str, diversity: str) -> str:
    """The figure in words: every point."""
    lines = (
        (f"{curve.label}: " if curve.label else "")
        + ", ".join(
            f"scale {p.scale:g}: {100 * p.accuracy:.0f} % at diversity {p.diversity:.2f}"
            for p in curve.points
        )
        for curve in curves
    )
    return f"{asked}, against {diversity}. {'. '.join(lines)}."


@dataclass(frozen=True)
class _Frame:
    widest: float

    def x(self, diversity: float) -> float:
        return round(LEFT + diversity / self.widest * (WIDTH - LEFT - RIGHT), 1)

    def y(self, share: float) -> float:
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def _axes(frame: _Frame, asked: str, diversity: str) -> list[str]:
    lines = []
    for percent in range(0, 101, 20):
        y = frame.y(percent / 100)
        lines.append(f"<line class='grid' x1='{LEFT}' x2='{WIDTH - RIGHT}' y1='{y}' y2='{y}'/>")
        lines.append(f"<text x='{LEFT - 6}' y='{y + 4}' text-anchor='end'>{percent}</text>")
    step = _step(frame.widest)
    for k in range(int(frame.widest / step) + 1):
        x = frame.x(k * step)
        lines.append(
            f"<text x='{x}' y='{HEIGHT - BOTTOM + 17}' text-anchor='middle'>{k * step:g}</text>"
        )
    middle = (LEFT + WIDTH - RIGHT) / 2
    lines.append(f"<text x='{LEFT - 34}' y='12'>{escape(asked)}, %</text>")
    lines.append(
        f"<text x='{middle}' y='{HEIGHT - 6}' text-anchor='middle'>{escape(diversity)}</text>"
    )
    return lines


def _step(widest: float) -> float:
    """A round distance of ticks, of which about six fit."""
    power = 10.0 ** (len(str(int(widest))) - 1) if widest >= 1 else 0.1
    return next(power * m / 10 for m in (1, 2, 5, 10, 20) if power * m / 10 * 7 >= widest)


def _real(frame: _Frame, real: float) -> str:
    x = frame.x(real)
    side, anchor = (-5, "end") if x > WIDTH - 110 else (5, "start")  # where the words have room
    return (
        f"<line class='real' x1='{x}' x2='{x}' y1='{TOP}' y2='{HEIGHT - BOTTOM}'/>"
        f"<text x='{x + side}' y='{HEIGHT - BOTTOM - 8}' text-anchor='{anchor}'>real pictures"
        "</text>"
    )


def _curve(frame: _Frame, curve: Curve, named: bool) -> list[str]:
    ink = "var(--prediction)"
    places = [(frame.x(p.diversity), frame.y(p.accuracy)) for p in curve.points]
    path = "M" + "L".join(f"{x} {y}" for x, y in places)
    parts = [
        f"<path d='{path}' fill='none' stroke='{ink}' stroke-width='2' "
        f"stroke-dasharray='{DASHES[curve.dash] or 'none'}'/>"
    ]
    labels = _labels(places, [f"{p.scale:g}" for p in curve.points]) if named else []
    for (x, y), p in zip(places, curve.points, strict=True):
        high, low = (frame.y(min(1.0, max(0.0, p.accuracy + e))) for e in (p.error, -p.error))
        title = (
            f"{curve.label + ', ' if curve.label else ''}scale {p.scale:g}: "
            f"{100 * p.accuracy:.1f} ± {100 * p.error:.1f} %, diversity {p.diversity:.2f}"
        )
        parts.append(
            f"<line x1='{x}' x2='{x}' y1='{low}' y2='{high}' stroke='{ink}' stroke-width='1.5'/>"
            f"<circle cx='{x}' cy='{y}' r='4.5' fill='{ink}'><title>{escape(title)}</title>"
            "</circle>"
        )
    parts += labels
    opacity = " opacity='0.45'" if curve.faint else ""
    return [f"<g{opacity}>{''.join(parts)}</g>"]


def _labels(places: list[tuple[float, float]], words: list[str]) -> list[str]:
    """A word above each place; beside or below it where it would lie on a word or another place."""
    taken = [(x - 5, y - 5, x + 5, y + 5) for x, y in places]
    parts = []
    for (x, y), word in zip(places, words, strict=True):
        wide = 11 * len(word)
        above, left, right, below = (
            (x - wide / 2, y - 20, "middle", x),
            (x - 9 - wide, y - 6, "end", x - 9),
            (x + 9, y - 6, "start", x + 9),
            (x - wide / 2, y + 7, "middle", x),
        )
        boxes = [
            ((x0, y0, x0 + wide, y0 + 12), anchor, at)
            for x0, y0, anchor, at in (above, left, right, below)
        ]
        free = [b for b in boxes if not any(_meet(b[0], other) for other in taken)]
        box, anchor, at = (free or boxes)[0]
        taken.append(box)
        parts.append(
            f"<text class='scale' x='{at:g}' y='{box[1] + 10:g}' text-anchor='{anchor}'>"
            f"{word}</text>"
        )
    return parts


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Whether two boxes (x0, y0, x1, y1) share a point."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _swatch(curve: Curve) -> str:
    faint = " opacity='0.45'" if curve.faint else ""
    return (
        f"<svg viewBox='0 0 28 4' aria-hidden='true'{faint}><line x1='0' x2='28' y1='2' y2='2' "
        f"stroke='var(--prediction)' stroke-width='2.5' "
        f"stroke-dasharray='{DASHES[curve.dash] or 'none'}'/></svg>"
    )
