"""How the app looks: one calm Gradio theme, our palette, and what a widget of our own is made of.

Colours come from `explorer.figures.palette` alone, as CSS
variables: `--signal`, `--noise`, `--prediction`, `--schedule-linear`, `--sampler-ddim`, ...
"""

import gradio as gr

from explorer.figures import palette
from explorer.paths import ASSETS

WEB = ASSETS / "web"
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
