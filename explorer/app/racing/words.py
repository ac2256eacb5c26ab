"""What the tab "Samplers" says: the questions, what was measured, and the lessons of a race."""

from collections.abc import Sequence

from explorer.app import classes, controls
from explorer.app.once import where
from explorer.app.racing import entrants as entering
from explorer.app.tables import NAMES
from explorer.app.theme import template

NO_JUDGE = (
    "The judge of quality reads handwritten digits of 28 × 28 greys, and this model draws "
    "something else: there is nothing to measure it with here."
)
OWN_GRID = (
    " The number of your own stops decides the NFE of “own grid”; Heun, which evaluates twice a "
    "step, takes every second of them. All start from pure noise, whatever your first t is."
)
HEUN_ON_COSINE = (
    " Heun steps in σ/α, which the cosine schedule starts at about 20,000: its first, huge step "
    "overshoots, and few steps cannot mend that. The other schedules start at 160 or less, or, at "
    "zero SNR, at infinity, where the first step is Euler’s."
)


def facts(asked, runs: Sequence, seconds: float) -> str:
    """What was measured and what was asked, and the lines of source that ran, as HTML."""
    each, spent = asked.start.network_evaluations, sum(run.nfe for run in runs)
    why = "guidance asks the network twice" if each == 2 else "no guidance to pay for"
    measured = controls.measures(
        [
            (str(asked.budget), "denoiser evaluations (NFE) each may spend"),
            (str(asked.budget * each), f"network evaluations each at most: {why}"),
            (str(spent * each), f"network evaluations by all {len(runs)}"),
            (f"{seconds:.2f} s", f"measured {where()}, all {len(runs)} in shared batches"),
        ]
    )
    label = asked.start.label
    scale = "" if label is None else f", guidance scale {asked.scale:g}"
    drawn = f"{classes.told(label)}{scale}"
    heun = next((run for run in runs if run.entrant.key == "heun"), None)
    twice = (
        f" A step of Heun costs two evaluations: it makes {heun.entrant.steps} steps in "
        f"{heun.nfe} NFE."
        if heun
        else ""
    )
    spacings = {run.entrant.spacing for run in runs}
    overshoots = heun and asked.schedule == "cosine" and heun.entrant.spacing != "leading"
    return (
        f"{measured}<p class='quiet'>{drawn}; seed {asked.seed}; model {controls.model_name()}; "
        f"{NAMES[asked.schedule]} schedule.{twice} σ is the noise level that a step starts from. "
        "Grey scale: black −1, white 1, fixed."
        f"{OWN_GRID if entering.OWN in spacings else ''}{HEUN_ON_COSINE if overshoots else ''}</p>"
        f"{_source(asked, runs[0].entrant)}"
    )


def _source(asked, entrant) -> str:
    """The two lines of Python that an entrant is."""
    made = controls.SOURCE[asked.schedule]
    levels = f'grid = levels({made}, {entrant.steps}, "{entrant.spacing}")'
    if entrant.spacing == entering.OWN:
        levels = f"grid = [*map({made}, times), Level(1.0, 0.0)]"
    walk = f"for step in {entrant.key}(denoise, noise, grid): ..."
    width = max(len(levels), len(walk))
    return (
        f"<pre class='explorer-code'>{levels:<{width}}  <i># schedule and spacing: where to "
        f"stop</i>\n{walk:<{width}}  <i># sampler: how to get from one level to the next</i></pre>"
    )


def lessons(runs: Sequence) -> str:
    """What this race shows of the two pairs that are one update, as HTML."""
    return template("lessons.html").format(
        same=_pair(runs, "ddim", "euler"),
        chance=_pair(runs, "ddpm", "euler_ancestral"),
        all=", ".join(run.entrant.title for run in runs),
    )


def _pair(runs: Sequence, one: str, other: str) -> str:
    """How far two samplers' results are apart: on one spacing, or else on two."""
    from explorer.app.racing.race import difference

    pairs = [(a, b) for a in runs for b in runs if (a.entrant.key, b.entrant.key) == (one, other)]
    pairs.sort(key=lambda pair: pair[0].entrant.spacing != pair[1].entrant.spacing)
    if not pairs:
        both = f"{entering.LABELS[one]} and {entering.LABELS[other]}"
        return f"Let {both} race, on one spacing, to see it."
    a, b = pairs[0]
    far = f"<b>{controls.tiny(difference(a.picture, b.picture))}</b>"
    names = f"{a.entrant.title} and {b.entrant.title}"
    if a.entrant.spacing == b.entrant.spacing:
        return f"Largest difference between {names}: {far}"
    return f"On two spacings they part. Largest difference between {names}: {far}"


def doses(same: float) -> str:
    """What η does, and that η = 1 is DDPM, as measured."""
    return (
        "<p>η doses the fresh noise: 0 draws none, 1 draws as much as DDPM, and the variance "
        "that it adds is taken from what is kept of the old. Measured: the four of η = 1 and "
        f"four of DDPM with the same noise differ by at most <b>{controls.tiny(same)}</b>.</p>"
        "<pre class='explorer-code'>fresh = eta * s.sigma * math.sqrt(1 - _shrink(t, s) ** 2)  "
        "<i># DDIM eq. 16: explorer/samplers.py</i></pre>"
    )
