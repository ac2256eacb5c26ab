"""A film and plots along one axis, such as the angle: one slider for all, and no request.

value = along.value(film, degrees, plots, x="angle in degrees", topic=45, about="…")
show = along.widget("lie")   # inside a gr.Blocks; fill it with such values
"""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from explorer.app import share, theme
from explorer.app.player import Film

DIGITS = 5  # significant ones of a number that is only drawn


def rounded(number: float | None) -> float | None:
    """As many digits as a reader can take in; None stays: undefined."""
    return None if number is None else float(f"{number:.{DIGITS}g}")


def line(
    label: str, ink: str, xs: Sequence[float], ys: Sequence[float | None], **style: Any
) -> dict:
    """A line of a plot. ink: a role or nothing; style: what assets/web/plot.js knows of."""
    points = [[rounded(x), rounded(y)] for x, y in zip(xs, ys, strict=True)]
    return {"key": label, "label": label, "ink": ink, "points": points, **style}


def ring(ink: str, x: float, y: float) -> dict:
    """A point that matters, on a line of this ink."""
    style = {"ink": ink, "rings": True, "line": False}
    return {"key": f"ring {ink}", "label": "", "points": [[rounded(x), rounded(y)]], **style}


def plot(title: str, y: str, series: Sequence[dict], **axis: Any) -> dict:
    """A plot: what its y means, and its lines. axis: log, range, ticks of y."""
    return {"title": title, "y": {"label": y, **axis}, "series": list(series)}


def value(
    film: Film,
    at: Sequence[float],
    plots: Sequence[dict],
    *,
    x: tuple[str, str],
    topic: object,
    about: str,
) -> dict:
    """What the widget shows.

    Args:
        at: for each position of the film its angle in degrees, the axis of the plots.
        x: what the angle is, and how a reading begins with it.
        topic: where it differs from that of the value before, the film goes to its start again.
        about: a sentence below all.
    """
    return {
        "film": film.payload(),
        "at": [rounded(place) for place in at],
        "x": {
            "label": x[0],
            "short": x[1],
            "unit": "°",
            "range": [0, 90],
            "ticks": list(range(0, 91, 15)),
        },
        "plots": list(plots),
        "topic": topic,
        "about": about,
    }


def widget(name: str, *, picture: int = 170) -> gr.HTML:
    """The widget, empty until a handler fills it."""
    made = gr.HTML(
        None,
        html_template=theme.template("inside/along.html"),
        js_on_load=theme.widget("along"),
        apply_default_css=False,
        elem_classes="explorer-widget",
        name=name,
        picture=picture,
        empty="On its way: the network is being asked.",
    )
    share.inputs(made, f"step.{name}", "Position of the player")
    return made
