"""Self-attention of the digit model: choose a pixel and see where it looks."""

import base64

import torch

from explorer.app import checks, controls, labels, maps, studio
from explorer.app.about import made
from explorer.app.attending import STEPS
from explorer.app.code import attention as code
from explorer.app.once import once
from explorer.app.player import Film, Track, grey
from explorer.figures import heat


@once(16, stored=False)  # a megabyte, computed in half a second
def payload(digit: int | None, seed: int, steps: int) -> dict:
    """Everything that the tab shows of one run, as JSON: film, maps, colours and numbers."""
    run = maps.record(digit, seed, steps)
    start = maps.opening(run)
    layer = list(run.maps)[start["choice"]["layer"]]
    ran = {"sampler": "ddim", "spacing": maps.SPACING, "schedule": "linear", "scale": 1}
    told = {"told": _told(digit), "seed": seed, **ran, "NFE": steps}
    lines = code.pixels(digit, seed, steps, layer)
    return made(f"attention-{_slug(digit)}-seed{seed}-{steps}nfe", lines, **told) | {
        "film": _film(run, digit, start["step"]).payload(),
        "layers": maps.pack(run.maps),
        "size": run.steps[0].x.shape[-1],
        "grey": base64.b64encode(_greys(run).tobytes()).decode("ascii"),
        "ramp": base64.b64encode(heat.ramp().tobytes()).decode("ascii"),
        "start": start,
        "subject": "the digit" if labels.now().digits else "the bright part",
        "error": maps.largest_error(run),
        "cross": _cross(run),
        "about": _about(run, digit, seed),
    }


def _slug(digit: int | None) -> str:
    return "none" if digit is None else str(digit)


def _greys(run):
    """x̂₀ of the kept steps as greys, by whose brightness the page tells subject and ground."""
    return grey(torch.cat([step.x0_hat for step in run.steps]).mean(1, keepdim=True))


def _film(run, digit: int | None, start: int) -> Film:
    x, x0_hat = (torch.cat([getattr(step, key) for step in run.steps]) for key in ("x", "x0_hat"))
    notes = [f"α {step.level.alpha:.2f}, σ {step.level.sigma:.2f}" for step in run.steps]
    return Film(
        positions=[f"step {step.index + 1} of {run.count}" for step in run.steps],
        tracks=[
            Track("x_t", grey(x, 2.0), role="noise", notes=notes, alt="What the network sees."),
            Track(
                "x̂₀",
                grey(x0_hat),
                role="prediction",
                notes=[f"stop {i + 1} of {len(run.steps)}" for i in range(len(run.steps))],
                alt=f"What it makes of it, told {_told(digit)}.",
            ),
        ],
        start=start,
        seconds=4.0,
    )


def _cross(run) -> str:
    low, high = float(run.cross.min()), float(run.cross.max())
    words = "exactly 1 everywhere" if low == high == 1 else f"between {low:g} and {high:g}"
    return (
        "Cross-attention looks at the label, which is one token, and a softmax over one number is "
        f"1: all {run.cross.numel():,} probabilities of these steps are {words}. There is nothing "
        "to see in it until the condition is a text of several words, as in the chapter Words."
    )


def _told(digit: int | None) -> str:
    """What the model was told; the page sets it as text."""
    known = labels.now()
    return "no label" if digit is None else f"{known.word.lower()} {known.name(digit)}"


def _about(run, digit: int | None, seed: int) -> str:
    return (
        f"Model {studio.engine().net.card.name}, {_told(digit)}, seed {seed}: DDIM in {run.count} "
        f"steps ({run.count} NFE), linear schedule, {maps.SPACING} spacing, no guidance (scale 1). "
        f"The self-attention of {len(run.steps)} of the steps, spread evenly in the angle of the "
        "noise level, is sent once: every layer, head and pixel, 8 bits a probability "
        "(its square root in 255ths of the largest of its row)."
    )


def show(digit: object, seed: object, steps: object) -> dict:
    """Handler of the controls. Raises gr.Error, a sentence, for a value outside its range."""
    known = labels.now().values
    digit = int(digit) if isinstance(digit, str) and digit in known else digit
    last = len(known) - 1
    digit = checks.integer(labels.now().word, digit, 0, last) if known else None
    seed = checks.integer("Seed", seed, 0, controls.LAST_SEED)
    steps = checks.integer("Steps", steps, *STEPS)
    try:
        return payload(digit, seed, steps)
    except ValueError as error:  # no such model, or one that has no such digit or no attention
        raise checks.refuse(f"{str(error)[:1].upper()}{str(error)[1:]}") from error
