"""The chapter "Loss by noise level": the measured table of every denoiser."""

import hashlib
import math
from pathlib import Path

import gradio as gr

from explorer.app import controls, share
from explorer.app.inside import asked
from explorer.app.once import once
from explorer.app.theme import template, widget
from explorer.app.training_view import losses as table_of
from explorer.app.training_view import weights_of

TITLE = "Loss by noise level"
# The shipped denoisers, and what the page calls them
SHIPPED = {
    "mnist": "mnist",
    "scenes": "scenes",
    "planar-gaussian": "one Gaussian",
    "planar-two": "two",
    "planar-ring": "ring",
    "planar-moons": "moons",
    "planar-classes": "classes",
}
PARTS = ("log_snr", "v", "error", "exact", "excess")


def packed(key: str, label: str, table: dict) -> dict:
    """A table for the page: its columns, and a sentence on what they say."""
    columns = {
        part: [row[part] for row in table["rows"]] for part in PARTS if part in table["rows"][0]
    }
    facts = {"key": key, "label": label, "data": table["data"], "variance": table["variance"]}
    return facts | columns | {"reading": reading(table)}


def reading(table: dict) -> str:
    """What the curve says, in one sentence made of its own numbers."""
    rows, variance = table["rows"], table["variance"]
    first, least, last = rows[0], min(rows, key=lambda row: row["v"]), rows[-1]
    share = 1 / (1 + math.exp(-last["log_snr"]))  # alpha²
    ends = (
        f"The loss of v is least at {_place(least)}, {least['v']:.3f}; among most noise it is "
        f"{first['v']:.2f}, {_percent(first['v'] / variance)} of what it costs to say the mean of "
        f"all data, and among least {last['v']:.2f}, {_percent(last['v'] * share)} of what it "
        "costs to say that there is none"
    )
    if "exact" not in first:
        return f"{ends}."
    worst = max(rows, key=lambda row: row["excess"] / row["v"])
    return (
        f"{ends}; of the loss at most {_percent(worst['excess'] / worst['v'])} is the network’s "
        f"own, at {_place(worst)}, and the rest unavoidable."
    )


def _place(row: dict) -> str:
    return "log-SNR " + f"{row['log_snr']:g}".replace("-", "−")


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def tables(model: str) -> list[dict]:
    """The measured tables: that of the app's model first, then those that ship."""
    names = dict.fromkeys([model, *SHIPPED])
    found = {name: table_of(name) for name in names}
    own = found[model]
    if model not in SHIPPED and own and not _fresh(model, own):
        found[model] = None
    return [
        packed(Path(name).stem, SHIPPED.get(name, Path(name).stem), table)
        for name, table in found.items()
        if table
    ]


def _fresh(model: str, table: dict) -> bool:
    """Whether a table was measured on the weights that are there now."""
    return table.get("sha256") == hashlib.sha256(weights_of(model).read_bytes()).hexdigest()


@once(32)
def _own(one: asked.Asked) -> dict:
    """The loss of this picture with this noise at this level."""
    import torch

    from explorer.app import studio

    alpha, sigma = one.level
    v_hat = studio.engine()(one.xt, torch.tensor([one.angle]), one.context)
    loss = (v_hat - (alpha * one.eps - sigma * one.x0)).square().mean().item()
    log_snr = one.level.log_snr
    place = "SNR 0, off the axis" if alpha == 0 else _place({"log_snr": round(log_snr, 2) + 0.0})
    about = f"{one.about}, at {one.degrees:g}° ({place}): a loss of {loss:.3f} in v, this once."
    from explorer.app.code import unet as code

    return {
        "model": studio.engine().net.card.name,
        "log_snr": None if alpha == 0 else log_snr,
        "v": loss,
        "about": about,
    } | one.made("losses", code.loss(one), NFE=1)


def run(digit, seed, degrees) -> dict:
    """Handler of the controls. Raises gr.Error, naming field and range."""
    controls.ready()
    return _own(asked.check(digit, seed, degrees))


def warm() -> None:
    """Compute what the chapter opens with."""
    _own(asked.Asked())


def build(inputs: list, context) -> list[controls.Job]:
    """The plot; all tables travel with the page."""
    found, model = tables(context.model), Path(context.model).stem
    show = gr.HTML(
        None,
        html_template=template("inside/losses.html"),
        js_on_load=widget("unetLosses"),
        apply_default_css=False,
        elem_classes="explorer-widget",
        tables=found,
        missing=None if any(t["key"] == model for t in found) else context.model,
    )
    share.inputs(show, "unet.table", "Model", "[name=losses-model]")
    share.inputs(show, "unet.loss", "Loss of", "[name=losses-of]")
    return [controls.Job(run, inputs, [show], show, "unet_losses")]
