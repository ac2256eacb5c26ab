"""Forward: one picture dissolving into noise, computed in the browser while the scrubber moves.

A laboratory of chapters that share one picture, one noise, one schedule and one t (see
assets/web/forward/lab.js); each chapter is a widget of its own, made when it is opened.
"""

import gradio as gr

from explorer.app import gallery, pictures, resume, sources
from explorer.app.tables import FOUR, NAMES
from explorer.app.theme import predict, template, widget

TITLE = "Forward"
SEEDS = 4  # noises to choose from
START = 250  # half dissolved under the linear schedule: something to look at
DIGITS = 10  # of the gallery, one a class
COLOUR = 64  # px a side of the colour pictures

QUESTION = "The last step is t = 1000. At which t can you no longer tell which digit it is?"
ANSWER = (
    "Under the linear schedule 5 % signal is left at t = 550, and the second half of the steps "
    "looks all alike. Under the cosine schedule 42 % is left at the same t: a schedule only says "
    "when. Try the others, and a digit of your own."
)


def equation(context) -> None:
    """The closed form as three pictures, a histogram and its numbers."""
    predict(QUESTION, ANSWER)
    page("forward/equation.html", "equation")


def chain(context) -> None:
    """A thousand small steps beside one jump."""
    predict(
        "Is anything lost by jumping straight to t instead of taking t small steps?",
        "Nothing. The noise of all small steps adds up to one Gaussian of known variance, so the "
        "closed form is exact: with the chain's own summed noise it lands on the chain's picture, "
        "and 1,000 chains have the mean and the variance that it says.",
    )
    page("forward/chain.html", "chain")


def four(context) -> None:
    """Four schedules at the same t, and at the same SNR."""
    predict(
        "Four schedules, the same noise, the same SNR: how much do their four pictures differ?",
        "Not at all. x_t depends on the pair (α, σ) alone, and at one SNR "
        "all four have the same pair. A schedule only says at which t that pair comes.",
    )
    page("forward/four.html", "fourSchedules", names={name: NAMES[name] for name in FOUR})


def resolution(context) -> None:
    """One picture at four sizes: what the same SNR leaves of it."""
    predict(
        "The same picture at 32 and at 256 pixels, the same SNR: in which do you still see more?",
        "In the larger one. Neighbouring pixels show the same thing under independent noise, and "
        "the eye averages them: 8 × 8 pixels for one leave the noise an eighth of its deviation.",
    )
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
