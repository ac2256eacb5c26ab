"""Forward: one picture dissolving into noise, computed in the browser while the scrubber moves.

A laboratory of chapters that share one picture, one noise, one schedule and one t (see
assets/web/forward/lab.js); each chapter is a widget of its own, made when it is opened.
"""

import gradio as gr

from explorer.app import gallery, pictures, resume, sources
from explorer.app.asking import ask
from explorer.app.tables import FOUR, NAMES
from explorer.app.theme import template, widget

TITLE = "Forward"
SEEDS = 4  # noises to choose from
START = 250  # half dissolved under the linear schedule: something to look at
DIGITS = 10  # of the gallery, one a class
COLOUR = 64  # px a side of the colour pictures


def equation(context) -> None:
    """The closed form as three pictures, a histogram and its numbers."""
    page("forward/equation.html", "equation")


def chain(context) -> None:
    """A thousand small steps beside one jump."""
    page("forward/chain.html", "chain")


def four(context) -> None:
    """Four schedules at the same t, and at the same SNR."""
    page("forward/four.html", "fourSchedules", names={name: NAMES[name] for name in FOUR})


def resolution(context) -> None:
    """One picture at four sizes: what the same SNR leaves of it."""
    page("forward/resolution.html", "resolution")


CHAPTERS = (
    ("The closed form", equation),
    ("One jump or a thousand steps", chain),
    ("Four schedules, one noise", four),
    ("Resolution", resolution),
    ("Resume from here", resume.build),
)


def build(context) -> None:
    """Sources above, the chapters, and below them the clock that they all obey."""
    with gr.Column(elem_classes="forward"):
        page(
            "forward/sources.html",
            "sources",
            gallery=gallery.payload(),
            pictures=pictures.payload(),
            digits=DIGITS,
            colour=COLOUR,
            start="4",
        )
        sources.build()
        with gr.Tabs(elem_classes="chapters"):
            for title, chapter in CHAPTERS:
                with gr.Tab(title) as context.tab:
                    ask(f"{TITLE}/{title}")
                    chapter(context)
        page(
            "forward/clock.html",
            "clock",
            classes="sticky",
            names=NAMES,
            seeds=SEEDS,
            start=START,
        )


def page(html: str, script: str, *, classes: str = "", **props) -> gr.HTML:
    """A widget of ours: its skeleton, a file of assets/web, and the function that fills it."""
    return gr.HTML(
        html_template=template(html),
        js_on_load=widget(script),
        apply_default_css=False,
        elem_classes=["explorer-widget", *classes.split()],
        **props,
    )
