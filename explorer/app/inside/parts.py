"""What does each part do? Take one away, and see what the network makes without it.

torch is imported when the chapter is first opened, not with the page.
"""

import gradio as gr

from explorer.app import checks, classes, controls, share
from explorer.app.inside import asked as asking
from explorer.app.inside import network, subjects
from explorer.app.theme import template, widget

TITLE = "What does each part do?"
EMPTY = "On its way: every part is being taken away in turn."
CODE = """with ablated(net, cut_skip(0, rows=[1]), silence("middle.residual", rows=[2])):
    prediction = net(x, angle, context)"""
WHAT = f"""<p>A <b>cut</b> skip connection gives the decoder zeros. A <b>silenced</b> residual block
adds nothing: its shortcut is left. A <b>frozen</b> one gives in every step what it gave in the
first, when its input was all noise. <b>No attention</b>: that kind adds nothing, in any block.
<b>No AdaGN</b>: scale and shift are 0 everywhere, so no block is told the noise level, nor the mean
token of the condition, which comes the same way.</p>
<p class="quiet">The network was trained whole and never met such a loss: what breaks without a
part shows that the rest relies on it, not that no network could do without it.</p>
<pre class="explorer-code">{CODE}  <i># explorer/models/ablate.py: row 0 is intact</i></pre>"""


def run(digit, seed, degrees, which) -> dict:
    """Every part taken away. Raises gr.Error, a sentence, naming the field."""
    asked = asking.check(digit, seed, degrees)
    which = checks.choice("Network", which, subjects.NETWORKS)
    from explorer.app.inside import ablated

    return ablated.payload(which, asked)


def warm() -> None:
    """What the chapter opens with."""
    run(classes.opening(), 0, asking.FIRST, subjects.APP)


def build(asked: list, context) -> list[controls.Job]:
    """The runs, one large beside the intact one."""
    which = network.chooser(context.model, "unet.of")
    show = gr.HTML(
        None,
        html_template=template("unet/parts.html"),
        js_on_load=widget("unetParts"),
        apply_default_css=False,
        elem_classes="explorer-widget",
        empty=EMPTY,
    )
    share.inputs(show, "unet.part", "Part that is away", "[name=unet-part]")
    share.inputs(show, "step.unet-parts", "Position of the player")
    controls.fixed(f'<div class="attention-text">{WHAT}</div>')
    return [controls.Job(run, [*asked, which], [show], show, "unet_parts")]
