"""The chapter "One batch": what training is, sample by sample, and gradient steps on one batch.

torch is imported when it is first opened, not with the page.
"""

from pathlib import Path
from typing import Any

import gradio as gr

from explorer.app import checks, controls, share
from explorer.app.theme import template, widget

TITLE = "One batch"
TRAINED, FRESH = NETWORKS = ("trained", "fresh")
RATES = ("0.003", "0.01", "0.03", "0.1", "0.3")
MOST = 50  # steps
SHARED: dict[str, Any] = controls.SHARED | {"api_visibility": "private"}
EMPTY = "The first batch is on its way: the model is being loaded."


def show(data: Path | None, network, seed, rate, steps, more: int = 0) -> tuple[dict, int]:
    """(what the widget shows, steps taken) after `more` steps. Raises gr.Error, a sentence."""
    fresh = checks.choice("Network", network, NETWORKS) == FRESH
    seed = checks.integer("Seed", seed, 0, controls.LAST_SEED)
    rate = float(checks.choice("Learning rate", rate, RATES))
    before = checks.integer("Steps", steps, 0, MOST)
    if before + more > MOST:
        raise checks.refuse(
            f"{MOST} steps on one batch are enough: it is known by heart. Take another batch."
        )
    controls.ready()
    from explorer.app.learning import one_batch

    asked = one_batch.Asked(fresh, seed, rate, data)
    return one_batch.payload(asked, before + more, before), before + more


def build(context) -> None:
    """The chapter: which network, which batch, and steps on it."""
    data = context.data

    def same(network, seed, rate, steps):
        return show(data, network, seed, rate, steps)

    def anew(network, seed, rate, steps):
        return show(data, network, seed, rate, 0)

    def one(network, seed, rate, steps):
        return show(data, network, seed, rate, steps, 1)

    def ten(network, seed, rate, steps):
        return show(data, network, seed, rate, steps, 10)

    network, seed, rate, fresh = _controls(Path(context.model).stem)
    with gr.Row(elem_classes="own-network"):
        buttons = {one: gr.Button("One step", variant="primary"), ten: gr.Button("10 steps")}
        again = gr.Button("Undo all steps")
    steps = gr.Number(0, visible=False)
    share.keep(
        steps, "train.taken", "Steps taken", also=[*buttons.values(), again], within=(0, MOST)
    )
    view = gr.HTML(
        None,
        html_template=template("learning/batch.html"),
        js_on_load=widget("oneBatch"),
        apply_default_css=False,
        elem_classes="explorer-widget",
        empty=EMPTY,
    )
    share.inputs(view, "train.sorted", "sorted by noise level", ".one-batch .sorted input")
    inputs, outputs = [network, seed, rate, steps], [view, steps]
    for press, button in buttons.items():
        button.click(press, inputs, outputs, show_progress_on=view, **SHARED)
    context.tab.select(same, inputs, outputs, show_progress_on=view, **SHARED)
    changed = [again.click, *controls.settled([network, seed, rate])]
    gr.on(changed, anew, inputs, outputs, show_progress_on=view, **SHARED)
    controls.following(seed, fresh)(anew, inputs, outputs, show_progress_on=view, **SHARED)

    def warm():
        show(data, TRAINED, 0, RATES[1], 0)

    context.warm_up.append(warm)


def _controls(model: str) -> tuple:
    with gr.Row(equal_height=False, elem_classes="asked"):
        with gr.Column(scale=4, min_width=280):
            network = gr.Radio(
                [
                    (f"the network of the tabs: {model}, or yours", TRAINED),
                    ("random weights", FRESH),
                ],
                value=TRAINED,
                label="Steps are taken on a copy of",
                elem_classes="chips",
            )
        with gr.Column(scale=2, min_width=220), gr.Row(elem_classes="seed"):
            seed = gr.Number(0, label="Batch", precision=0, min_width=90)
            fresh = gr.Button("Another batch", min_width=110)
    rate = gr.Radio(
        list(RATES),
        value=RATES[1],
        label="Learning rate η; another one begins anew",
        elem_classes="chips",
    )
    share.keep(network, "train.copy")
    share.seed(seed, "train.batch_seed", fresh)
    share.keep(rate, "train.rate")
    return network, seed, rate, fresh
