"""The page's head: our own CSS and JavaScript, the files of `assets/web`.

They are served as one file of styles and one of scripts, see explorer.app.bundle; nothing ever
comes from another host.
"""

import json

from explorer import __version__
from explorer.app import bundle, tables, terms
from explorer.app.code import page
from explorer.app.theme import WEB, template, variables
from explorer.figures import palette
from explorer.words import catalogue

READER = "share/link.js"  # runs before all others, see `head`
# In the order in which they run: base first, each later file uses only earlier ones.
SCRIPTS = (
    "base.js",
    "memory.js",
    "share/state.js",
    "share/back.js",
    "share/lock.js",
    "dictionary.js",
    "language.js",
    "normal.js",
    "tables.js",
    "transport.js",
    "ask.js",
    "pick.js",
    "player.js",
    "pad.js",
    "plot.js",
    "ask-sketch.js",
    "histogram.js",
    "forward/lab.js",
    "forward/sources.js",
    "forward/inbox.js",
    "forward/equation.js",
    "forward/chain-plots.js",
    "forward/chain.js",
    "forward/four.js",
    "forward/resolution.js",
    "forward/resume.js",
    "forward/clock.js",
    "chart.js",
    "makers.js",
    "schedules.js",
    "steps.js",
    "grey.js",
    "training.js",
    "runs.js",
    "path.js",
    "entrants.js",
    "gap.js",
    "quality.js",
    "guidance/examples.js",
    "guidance/meter.js",
    "guidance/interval.js",
    "maps.js",
    "attention/chooser.js",
    "attention.js",
    "attention/examples.js",
    "attention/words.js",
    "attention/causes.js",
    "truth/plane.js",
    "truth/draw.js",
    "truth/field.js",
    "truth/particles.js",
    "truth/order.js",
    "truth/solver.js",
    "truth/ways.js",
    "truth/guidance.js",
    "latent/grid.js",
    "latent/drawing.js",
    "latent/shelf.js",
    "latent/encode.js",
    "latent/apart.js",
    "inside/along.js",
    "inside/names.js",
    "inside/losses.js",
    "learning/plane.js",
    "unet/layout.js",
    "unet/drawing.js",
    "unet/sheet.js",
    "unet/features.js",
    "unet/parts.js",
    "learning/digits.js",
    "learning/batch.js",
    "share/dialog.js",
    "save/code.js",
    "save/files.js",
    "save/gif.js",
    "save/film.js",
    "save/shot.js",
    "save/numbers.js",
    "save/moving.js",
    "save/menu.js",
    "visit.js",
    "foot.js",
    "refused.js",
    "terms.js",
    "course/lessons.js",
    "course/glossary.js",
    "look.js",
    "course/errors.js",
    "course/history.js",
    "course/conditions.js",
    "course/quiz.js",
)
STYLES = (
    "app.css",
    "share.css",
    "ask.css",
    "player.css",
    "forward.css",
    "forward-chain.css",
    "forward-four.css",
    "forward-resolution.css",
    "forward-resume.css",
    "schedules.css",
    "steps.css",
    "grey.css",
    "training.css",
    "plot.css",
    "runs.css",
    "path.css",
    "race.css",
    "measured.css",
    "guidance.css",
    "attention.css",
    "attention/words.css",
    "attention/causes.css",
    "truth.css",
    "latent.css",
    "inside/asks.css",
    "learning/plane.css",
    "unet.css",
    "learning/digits.css",
    "learning/batch.css",
    "course.css",
    "terms.css",
    "save.css",
    "course/glossary.css",
    "course/errors.css",
    "course/history.css",
    "course/conditions.css",
    "course/quiz.css",
    "present.css",
)


def dashes() -> dict[str, str]:
    """SVG dash array of each schedule and each sampler."""
    both = palette.SCHEDULES | palette.SAMPLERS
    return {name: palette.DASHES[ink.dash] for name, ink in both.items()}


def styles() -> str:
    """All of our style sheets, one after another."""
    return "\n".join((WEB / name).read_text("utf-8") for name in STYLES)


def scripts() -> str:
    """All of our scripts, one after another, and the tables that they read."""
    words = {
        language: bundle.address(json.dumps(catalogue.load(language), ensure_ascii=False), "json")
        for language in catalogue.others()
    }
    first = f"explorer.catalogues = {json.dumps(words)};"
    last = (
        f"explorer.dashes = {json.dumps(dashes())}; explorer.version = {json.dumps(__version__)}; "
        f"{page.script()} {tables.script()} {terms.script()} "
        "explorer.ready = true;"
        "document.dispatchEvent(new Event('explorer:ready'));"
    )
    return "\n".join([first, *((WEB / name).read_text("utf-8") for name in SCRIPTS), last])


def head() -> str:
    """What goes into the page's <head>: the palette, and where our styles and scripts are.

    The script that reads a link stands in the page itself: a file would come after Gradio has
    made its components, and the link would change nothing.
    """
    return (
        f"<style>{variables()}</style>\n"
        f"<script>window.explorer = {{}};\n{template(READER)}</script>\n"
        f'<link rel="stylesheet" href="{bundle.address(styles(), "css")}">\n'
        f'<script src="{bundle.address(scripts(), "js")}"></script>'
    )
