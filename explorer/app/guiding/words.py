"""What the Guidance tab asks before, and says after. Every text of a person is escaped."""

from collections.abc import Sequence
from html import escape

from explorer.app import classes, controls, labels, prompts
from explorer.app.guiding.asked import DIGITS, Asked
from explorer.app.once import where
from explorer.app.racing.entrants import LABELS
from explorer.app.tables import NAMES
from explorer.names import SPACINGS

CHAPTERS = SCALE, PARTS, CROWD, CHANGED, MEASURED = (
    "Scale",
    "Taken apart",
    "Scale × seed",
    "Negative, interval, rescale",
    "Measured",
)
GUIDE = "reference + scale * (conditional - reference)"
COLUMNS = {
    "plain": "plain",
    "negative": "negative",
    "interval": "interval",
    "rescale": "rescaled",
    "together": "all together",
}


def quoted(asked: Asked) -> str:
    """What the model was told, fit for HTML."""
    if asked.model == DIGITS:
        return classes.told(int(asked.told))
    return f"Prompt “{escape(asked.told)}”" if asked.told else "Empty prompt"


def empty(asked: Asked) -> str:
    """What to know of an empty prompt, before anything else; of others nothing."""
    return f"<p>{prompts.EMPTY}</p>" if not asked.told else ""


def source(asked: Asked, name: str) -> str:
    """Model, sampler, schedule and spacing of a run."""
    return (
        f"model {escape(name)}; {LABELS[asked.sampler]}, {NAMES[asked.schedule]} schedule, "
        f"{SPACINGS[asked.spacing]} spacing"
    )


def _scale_of_greys(asked: Asked) -> str:
    if asked.model == DIGITS:
        return (
            "Grey scale: black −1, white 1, fixed; a guess may lie outside, and is cut only for "
            "display: “cut” counts the values more than 0.02 outside."
        )
    return (
        "The run is in the latent; every guess is decoded to be seen. Its values may lie outside "
        "−1 to 1, and are cut only for display: “cut” counts those more than 0.02 outside."
    )


def strip(asked: Asked, name: str, scales: int, seconds: float) -> str:
    """The facts below the row of scales."""
    measured = controls.measures(
        [
            (str(asked.steps), "denoiser evaluations (NFE) a scale, one a step"),
            (str(2 * asked.steps), "network evaluations a scale: told and not told"),
            (f"{seconds:.2f} s", f"measured {where()}, {scales} scales in one batch"),
        ]
    )
    return (
        f"{empty(asked)}{measured}<p class='quiet'>{quoted(asked)}, seed {asked.seed}; "
        f"{source(asked, name)}. {_scale_of_greys(asked)}</p>"
        "<pre class='explorer-code'>denoise = from_halves(halves(net, context, null), scale)  "
        "<i># both halves in one batch</i>\n"
        f"return {GUIDE}  <i># guide() in explorer/denoisers.py</i></pre>"
    )


def parts(asked: Asked, name: str, scale: float) -> str:
    """The facts below one scale, taken apart."""
    latent = (
        ""
        if asked.model == DIGITS
        else "The formula holds in the latent; decoded, it holds nearly. "
    )
    return (
        f"{empty(asked)}<p class='quiet'>{quoted(asked)}, seed {asked.seed}, scale {scale:g}; "
        f"{asked.steps} NFE; "
        f"{source(asked, name)}. {latent}Both predictions are made at the noisy state that the "
        "run with this scale has reached.</p>"
    )


def crowd(asked: Asked, name: str, seeds: Sequence[int]) -> str:
    """The facts below the grid of scales and seeds."""
    return (
        f"{empty(asked)}<p class='quiet'>{quoted(asked)}, seeds {seeds[0]} to {seeds[-1]} below "
        "each other; "
        f"{asked.steps} NFE; {source(asked, name)}; always this sampler and so few steps, as there "
        "are so many pictures. “Apart” is the root mean square difference of "
        f"a value between two of the {len(seeds)} results, of the range −1 to 1.</p>"
    )


def column(name: str, asked: Asked, change) -> str:
    """What was changed, in a few words."""
    if name == "negative":
        named = asked.model == DIGITS and change.negative
        shown = labels.now().name(int(change.negative)) if named else change.negative
        shown = shown if len(shown) < 30 else shown[:28] + "…"
        return f"away from {shown}"
    if name == "interval":
        return f"σ/α {number(change.low)} to {number(change.high)}"
    return {"plain": "guided everywhere", "rescale": f"φ = {change.phi:g}"}.get(name, "")


def number(ratio: float) -> str:
    """An end of an interval."""
    return "∞" if ratio == float("inf") else f"{ratio:.3g}"


def changed(asked: Asked, name: str, scale: float, rows: Sequence[dict]) -> str:
    """What the changes come to: a table, and how it was made."""
    where = "" if asked.model == DIGITS else " of the latent"
    head = (
        "network evaluations",
        "values cut",
        f"standard deviation{where}",
        "moved from plain",
    )
    lines = "".join(
        f"<tr><th scope='row'>{row['title']}</th><td>{row['network']}</td>"
        f"<td>{100 * row['saturation']:.1f} %</td><td>{row['spread']:.2f}</td>"
        f"<td>{row['moved']:.2f}</td></tr>"
        for row in rows
    )
    columns = "".join(f"<th scope='col'>{text}</th>" for text in head)
    neutral = "Nothing is changed: set one of the three. " if len(rows) == 1 else ""
    return (
        f"{empty(asked)}<div class='scrolls' tabindex='0' role='region' aria-label='Table'>"
        f"<table class='quality'><thead><tr><td></td>{columns}</tr></thead>"
        f"<tbody>{lines}</tbody></table></div><p class='quiet'>{neutral}{quoted(asked)}, seed "
        f"{asked.seed}, scale {scale:g}; {asked.steps} NFE each; {source(asked, name)}. "
        "Of the result; “moved” is the root mean square difference of a value of the picture. "
        "Interval: Kynkäänniemi et al. 2024, eqs. 5 "
        "and 6. Rescaling: Lin et al. 2023, §3.4, eqs. 15 and 16, on v as there.</p>"
        "<pre class='explorer-code'>mixed = rescaled(halves(net, context, negative), scale, phi)\n"
        "denoise = within(mixed, from_network(net, context=context), low, high)  "
        "<i># explorer/guidance.py</i></pre>"
    )
