"""U-Net: what is inside the network, and what each part of it does. A chapter each question."""

import gradio as gr

from explorer.app import controls, share
from explorer.app.asking import ask
from explorer.app.inside import asked as asking
from explorer.app.inside import jump, lie, losses, names, network, parts

TITLE = "U-Net"
GROUP = "unet-chapters"
CHAPTERS = (network, parts, lie, names, jump, losses)  # modules of explorer.app.inside


def shared() -> tuple[list, gr.Button]:
    """The controls of all chapters: [digit, seed, degrees], and the button for the next noise."""
    digit, seed, fresh = controls.digit_and_seed(controls.DIGITS)
    degrees = gr.Slider(
        asking.LEAST,
        asking.MOST,
        asking.FIRST,
        step=1,
        label="Noise level: the angle atan2(σ, α) in degrees; 90 is only noise",
        elem_classes="settles",
    )
    share.keep(digit, "unet.digit")
    share.seed(seed, "unet.seed", fresh)
    share.keep(degrees, "unet.degrees")
    return [digit, seed, degrees], fresh


def build(context) -> None:
    """The tab: a noisy picture for all chapters, and a chapter for each thing to ask."""
    tab = context.tab
    inputs, fresh = shared()
    chapters = []
    with gr.Tabs(elem_classes=["chapters", GROUP]):
        for module in CHAPTERS:
            with gr.Tab(module.TITLE) as opened:
                share.place(opened, f"unet.{module.__name__.rpartition('.')[2]}")
                ask(f"{TITLE}/{module.TITLE}")
                chapters.append(controls.Chapter(opened, module.build(inputs, context)))
    controls.on_chapters(tab, chapters, GROUP, seed=inputs[1], fresh=fresh)
    context.warm_up += [module.warm for module in CHAPTERS]
