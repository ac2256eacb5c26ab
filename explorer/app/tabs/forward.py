"""Forward: one picture dissolving into noise, computed in the browser while the scrubber moves.

A laboratory of chapters that share one picture, one noise, one schedule and one t (see
assets/web/forward/lab.js); each chapter is a widget of its own, made when it is opened.
"""

import gradio as gr

from explorer.app import gallery, pictures, resume, share, sources
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
    made = page("forward/chain.html", "chain")
    share.state(made, "forward.pixel", "Pixel to follow", r"\d{1,2},\d{1,2}")


def four(context) -> None:
    """Four schedules at the same t, and at the same SNR; beside them a fifth that is chosen."""
    made = page("forward/four.html", "fourSchedules", names=NAMES, four=FOUR)
    share.inputs(made, "forward.compare", "Compare at", "[name=four-same]")


def resolution(context) -> None:
    """One picture at four sizes: what the same SNR leaves of it."""
    made = page("forward/resolution.html", "resolution")
    share.inputs(made, "forward.sizes", "Noise of each size", "[name=resolution-mode]")


CHAPTERS = (
    ("equation", "The closed form", equation),
    ("chain", "One jump or a thousand steps", chain),
    ("four", "Four schedules, one noise", four),
    ("resolution", "Resolution", resolution),
    ("resume", "Resume from here", resume.build),
)


def build(context) -> None:
    """Sources above, the chapters, and below them the clock that they all obey."""
    with gr.Column(elem_classes="forward"):
        made = page(
            "forward/sources.html",
            "sources",
            gallery=gallery.payload(),
            pictures=pictures.payload(),
            digits=DIGITS,
            colour=COLOUR,
            start="4",
        )
        share.inputs(made, "forward.picture", "Picture x₀", "[name=forward-source]")
        share.state(made, "forward.drawing", "Your own drawing", r"[\w-]{1,2100}")
        sources.build()
        with gr.Tabs(elem_classes="chapters"):
            for key, title, chapter in CHAPTERS:
                with gr.Tab(title) as context.tab:
                    share.place(context.tab, f"forward.{key}")
                    ask(f"{TITLE}/{title}")
                    chapter(context)
        made = page(
            "forward/clock.html",
            "clock",
            classes="sticky",
            names=NAMES,
            seeds=SEEDS,
            start=START,
        )
        share.inputs(made, "forward.t", "Time t")
        share.inputs(made, "forward.schedule", "Schedule", "[name=forward-schedule]")
        share.inputs(made, "forward.noise", "Noise, seed", ".clock select.seed")
        share.inputs(made, "forward.span", "Black to white", ".clock select.span")


def page(html: str, script: str, *, classes: str = "", **props) -> gr.HTML:
    """A widget of ours: its skeleton, a file of assets/web, and the function that fills it."""
    return gr.HTML(
        html_template=template(html),
        js_on_load=widget(script),
        apply_default_css=False,
        elem_classes=["explorer-widget", *classes.split()],
        **props,
    )
