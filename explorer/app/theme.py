"""How the app looks: one calm Gradio theme, and the page's head with our own CSS and JavaScript.

The files of `assets/web` are served as one of styles and one of scripts, see explorer.app.bundle;
nothing ever comes from another host. Colours come from `explorer.figures.palette` alone, as CSS
variables: `--signal`, `--noise`, `--prediction`, `--schedule-linear`, `--sampler-ddim`, ...
"""

import json

import gradio as gr

from explorer import __version__
from explorer.app import bundle, tables, terms
from explorer.app.code import page
from explorer.figures import palette
from explorer.paths import ASSETS
from explorer.words import catalogue

WEB = ASSETS / "web"
# In the order in which they run: base first, each later file uses only earlier ones.
SCRIPTS = (
    "base.js",
    "share/link.js",
    "share/state.js",
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
    "terms.js",
    "course/lessons.js",
    "course/glossary.js",
    "memory.js",
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

# Widgets with nothing of their own to save: controls, questions, texts.
UNSAVED = frozenset(
    (
        "ask",
        "clock",
        "conditions",
        "entrants",
        "errors",
        "foot",
        "glossary",
        "guidanceExamples",
        "guidanceInterval",
        "history",
        "inbox",
        "languages",
        "looks",
        "latentOther",
        "latentShelf",
        "lessons",
        "offer",
        "promptExamples",
        "quiz",
        "relay",
        "resume",
        "share",
        "sources",
        "truthPad",
    )
)

SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")


def theme() -> gr.themes.Base:
    """White space, hairlines and one accent, the colour of the signal."""
    accent = palette.ROLES["signal"]
    base = gr.themes.Base(
        primary_hue="blue", neutral_hue="gray", radius_size="sm", font=SANS, font_mono=MONO
    )
    return base.set(
        body_background_fill="#ffffff",
        body_background_fill_dark="#111418",
        background_fill_primary="#ffffff",
        background_fill_primary_dark="#111418",
        background_fill_secondary="#f6f7f8",
        background_fill_secondary_dark="#191d22",
        body_text_color="#1b2026",
        body_text_color_dark="#e8eaed",
        body_text_color_subdued="#59626d",
        body_text_color_subdued_dark="#a3abb5",
        border_color_primary="#dfe3e8",
        border_color_primary_dark="#2e343b",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_shadow="none",
        block_label_background_fill="transparent",
        block_label_background_fill_dark="transparent",
        block_title_text_weight="500",
        block_padding="0px",
        input_background_fill="#ffffff",
        input_background_fill_dark="#191d22",
        input_border_color="#aab2bc",
        input_border_color_dark="#565e68",
        input_border_width="1px",
        color_accent=accent.light,
        color_accent_soft="#eef4f9",
        color_accent_soft_dark="#1c2a35",
        slider_color=accent.light,
        slider_color_dark=accent.dark,
        link_text_color=accent.light,
        link_text_color_dark=accent.dark,
        button_primary_background_fill=accent.light,
        button_primary_background_fill_hover="#005A8E",
        button_primary_background_fill_dark=accent.light,
        button_primary_text_color="#ffffff",
    )


def variables() -> str:
    """The palette as CSS variables, for light ground, a projector's, and dark."""
    families = (
        ("", palette.ROLES),
        ("schedule-", palette.SCHEDULES),
        ("sampler-", palette.SAMPLERS),
    )
    inks = {prefix + key: ink for prefix, family in families for key, ink in family.items()}
    diverging = zip(("low", "middle", "high"), palette.DIVERGING, strict=True)
    inks |= {f"diverging-{end}": palette.Ink(colour, colour) for end, colour in diverging}
    light = "".join(f"--{name}:{ink.light};" for name, ink in inks.items())
    dark = "".join(f"--{name}:{ink.dark};" for name, ink in inks.items())
    strong = "".join(
        f"--{name}:{palette.STRONG.get(ink.light, ink.light)};" for name, ink in inks.items()
    )
    return f":root{{{light}}}\n:root.present{{{strong}}}\n.dark{{{dark}}}"


def dashes() -> dict[str, str]:
    """SVG dash array of each schedule and each sampler."""
    both = palette.SCHEDULES | palette.SAMPLERS
    return {name: palette.DASHES[ink.dash] for name, ink in both.items()}


def widget(name: str, *arguments: str) -> str:
    """`js_on_load` that hands a gr.HTML to `explorer.<name>(element, props, watch, ...)`.

    The head's scripts may run after the components appear, so the call waits for them. What it
    shows can be saved, but that of UNSAVED.
    """
    call = f"explorer.{name}({', '.join(('element', 'props', 'watch', *arguments))});"
    if name not in UNSAVED:
        call += f" explorer.saves(element, props, watch, '{name}');"
    return (
        f"{{ const begin = () => {{ {call} }};"
        "if (window.explorer && explorer.ready) begin();"
        " else document.addEventListener('explorer:ready', begin, {once: true}); }"
    )


def template(name: str) -> str:
    """The constant HTML skeleton of a widget, a file of `assets/web`."""
    return (WEB / name).read_text("utf-8")


def styles() -> str:
    """All of our style sheets, one after another."""
    return "\n".join((WEB / name).read_text("utf-8") for name in STYLES)


def scripts() -> str:
    """All of our scripts, one after another, and the tables that they read."""
    words = {
        language: bundle.address(json.dumps(catalogue.load(language), ensure_ascii=False), "json")
        for language in catalogue.others()
    }
    first = f"window.explorer = {{catalogues: {json.dumps(words)}}};"
    last = (
        f"explorer.dashes = {json.dumps(dashes())}; explorer.version = {json.dumps(__version__)}; "
        f"{page.script()} {tables.script()} {terms.script()} "
        "explorer.ready = true;"
        "document.dispatchEvent(new Event('explorer:ready'));"
    )
    return "\n".join([first, *((WEB / name).read_text("utf-8") for name in SCRIPTS), last])


def head() -> str:
    """What goes into the page's <head>: the palette, and where our styles and scripts are."""
    return (
        f"<style>{variables()}</style>\n"
        f'<link rel="stylesheet" href="{bundle.address(styles(), "css")}">\n'
        f'<script src="{bundle.address(scripts(), "js")}"></script>'
    )
