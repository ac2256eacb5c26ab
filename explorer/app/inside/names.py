"""The chapter "Three names of one prediction": ε̂, x̂₀ and v̂ of one call, pixel by pixel."""

import base64
from typing import Any

import gradio as gr

from explorer.app import controls, share
from explorer.app.inside import along, asked
from explorer.app.once import once
from explorer.app.player import Film, Track
from explorer.app.theme import template, widget

TITLE = "Three names of one prediction"
GROWTH = (
    "<h2>How an error grows on the way from name to name</h2>"
    "<p class='quiet'>At every angle the network is called once, with the digit and the noise from "
    "above, and its v̂ is written under all three names. Then each name is given an error, and x̂₀ "
    "and ε̂ are computed from it: what a network that says this name would give with such an "
    "error. With an error of 1 % it is noise of a hundredth of the prediction’s root mean square; "
    "rounding to float16 is what half precision does to a network’s output.</p>"
)
# degrees: closer together where it matters
ANGLES = (1, 2, 3, 5, *range(10, 81, 5), 82, 84, 86, 87, 88, 89, 89.5, 90)
SAID = {"v": "v̂", "eps": "ε̂", "x0": "x̂₀"}
INKS = {"v": "", "eps": "noise", "x0": "prediction"}
WANTED = {"x0": "x̂₀", "eps": "ε̂"}
KINDS = {"hundredth": "1 %", "half": "rounding to float16"}
UNDEFINED = "undefined: α is 0"
STREAM = 7  # of the seed, for the direction of an error of 1 %


@once(16)
def _names(one: asked.Asked) -> dict:
    """Everything that the page needs to write the identities at any pixel."""
    import torch

    from explorer import illposed
    from explorer.app import studio
    from explorer.app.code import unet as code

    v_hat = studio.engine()(one.xt, torch.tensor([one.angle]), one.context)
    found: dict[str, Any] = {"xt": one.xt, **illposed.named(one.xt, v_hat, one.level)}
    alpha, sigma = one.level
    return {
        "alpha": alpha,
        "sigma": sigma,
        "shape": list(one.xt.shape[1:]),
        "parts": {key: _packed(part) for key, part in found.items()},
        "about": f"{one.about}: one evaluation at {one.degrees:g}°.",
    } | one.made("three-names", code.names(one), NFE=1)


def _packed(x) -> str:
    """float32 as base64: the identities multiply by at most 1, so they hold to its rounding."""
    return base64.b64encode(x.float().contiguous().numpy().tobytes()).decode("ascii")


@once(8)
def _growth(digit: int, seed: int) -> dict:
    """The film and the two plots of how an error grows, for either kind of error."""
    import torch

    from explorer import illposed, told
    from explorer.app import studio

    ones = [asked.Asked(digit, seed, degrees) for degrees in ANGLES]
    xt = torch.cat([one.xt for one in ones])  # (angles, ...)
    context = ones[0].context.expand(len(ones), -1, -1)
    v_hats = studio.engine()(xt, torch.tensor([one.angle for one in ones]), context)
    noise = torch.randn(xt[:1].shape, generator=studio.generator(seed, STREAM))
    series: dict[tuple, dict[str, list]] = {
        (kind, w): {name: [] for name in SAID} for kind in KINDS for w in WANTED
    }
    pictures: dict[tuple, list] = {(w, name): [] for w in WANTED for name in SAID}
    for one, v_hat in zip(ones, v_hats.split(1), strict=True):
        names = illposed.named(one.xt, v_hat, one.level)
        for (kind, wanted), lines in series.items():
            grown = illposed.grown(names, one.xt, one.level, wanted, kind, noise)
            for name, got in grown.items():
                error = None if got is None else told.rms(got - names[wanted]).item()
                lines[name].append(error)
                if kind == "hundredth":
                    pictures[wanted, name].append(torch.zeros_like(noise) if got is None else got)
    film = _film({key: torch.cat(part) for key, part in pictures.items()}, series)
    return {kind: _value(film, kind, series, digit, seed) for kind in KINDS}


def _film(pictures: dict, series: dict) -> Film:
    """x̂₀ and ε̂ as they come out of each name with an error of 1 %."""
    from explorer.app.player import grey

    tracks = []
    for wanted, symbol in WANTED.items():
        for name, said in SAID.items():
            errors = series["hundredth", wanted][name]
            tracks.append(
                Track(
                    "x̂_0" if wanted == "x0" else symbol,
                    grey(pictures[wanted, name], 1 if wanted == "x0" else 3),
                    row=f"{symbol}, if what the network says is 1 % wrong",
                    caption=f"from {said}",
                    role="prediction" if wanted == "x0" else "noise",
                    notes=[UNDEFINED if e is None else f"error {e:.2g}" for e in errors],
                    alt=f"{symbol} computed from a {said} with an error of 1 %.",
                )
            )
    return Film([f"{a:g}°" for a in ANGLES], tracks, start=ANGLES.index(45), seconds=6)


def _value(film: Film, kind: str, series: dict, digit: int, seed: int) -> dict:
    """What the widget shows for one kind of error."""
    plots = [
        along.plot(
            f"Error of {symbol}: {KINDS[kind]} on each name",
            f"rms error of {symbol}",
            [
                along.line(f"from {SAID[name]}", INKS[name], ANGLES, errors, wide=name == "v")
                for name, errors in series[kind, wanted].items()
            ],
            log=True,
        )
        for wanted, symbol in WANTED.items()
    ]
    about = (
        f"{len(ANGLES)} angles, one evaluation each; {asked.Asked(digit, seed).told}, "
        f"seed {seed}. The error grows "
        "σ/α times from ε̂ to x̂₀ and α/σ times from x̂₀ to ε̂; from v̂ it is σ and α times as large."
    )
    found = along.value(film, ANGLES, plots, x=("angle in degrees", "at"), topic=0, about=about)
    said = asked.Asked(digit, seed).made("names-growth", "", degrees=None, error=KINDS[kind])
    return found | said


def run(digit, seed, degrees) -> dict:
    """Handler of the controls: the call. Raises gr.Error, naming field and range."""
    controls.ready()
    return _names(asked.check(digit, seed, degrees))


def grow(digit, seed, degrees, kind) -> dict:
    """Handler of the controls: how an error grows. Raises gr.Error, naming field and range."""
    from explorer.app import checks

    kind = checks.choice("Error", kind, KINDS)
    controls.ready()
    one = asked.check(digit, seed, degrees)
    return _growth(one.digit, one.seed)[kind]


def warm() -> None:
    """Compute what the chapter opens with."""
    one = asked.Asked()
    _names(one)
    _growth(one.digit, one.seed)


def build(inputs: list, context) -> list[controls.Job]:
    """The three pictures with the identities at a pixel; below, how an error grows."""
    show = gr.HTML(
        None,
        html_template=template("inside/names.html"),
        js_on_load=widget("threeNames"),
        apply_default_css=False,
        elem_classes="explorer-widget",
    )
    controls.fixed(GROWTH)
    kind = gr.Radio(
        [(said, key) for key, said in KINDS.items()],
        value="hundredth",
        label="The error that each name is given",
        elem_classes="chips",
    )
    growth = along.widget("names", picture=150)
    share.keep(kind, "unet.error")
    share.state(show, "unet.pixel", "Pixel", r"\d{1,2},\d{1,2}")
    return [
        controls.Job(run, inputs, [show], show, "unet_names"),
        controls.Job(grow, [*inputs, kind], [growth], growth, "unet_names_growth"),
    ]
