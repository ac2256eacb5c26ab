"""The chapter "One jump": x̂₀ from every level, beside the exact mean of what it could be."""

from explorer.app import controls
from explorer.app.inside import along, asked
from explorer.app.once import once
from explorer.app.player import Film, Track

TITLE = "One jump"
NOTE = (
    "<b>The exact means</b> are of the digits that ship with this app, 20 of them, 2 of a class, "
    "and x<sub>0</sub> is one of these. Given x<sub>t</sub>, each counts as much as it is "
    "likely to be what x<sub>t</sub> was made of (ideal.empirical). So few are told apart in "
    "strong noise, where the network, which has seen 60,000, still has many to choose from: the "
    "exact mean snaps to x<sub>0</sub> and stays there, which is to memorise. It is no measure of "
    "the network; it shows what a mean of everything that it could be does."
)
NO_GALLERY = (
    "No exact mean stands beside it: the digits that ship with this app are not pictures of the "
    "kind that this model draws."
)
# degrees: closer together where the exact mean makes up its mind
ANGLES = (2, 8, 14, 20, 26, 32, 38, 44, 50, 55, 60, 65, 70, 73, 76, 78, 80, 82, 84, 86, 87, 88, 89,
          90)  # fmt: skip
GUESS = "What the network makes of it at once."
MEAN = "A mean of the gallery’s digits, each weighted by how likely it is."
WHOLE = "The mean of all of the gallery’s digits."
SURE = 0.99  # of the exact mean's weight on one digit


def _gallery():
    """The gallery's digits (N, 1, H, W) in [-1, 1] and their labels."""
    import torch

    from explorer.app import gallery

    greys = torch.from_numpy(gallery.digits().copy())[:, None]
    return greys.float() / 127.5 - 1, [int(label) for label in gallery.about()["labels"]]


def _levels(angles: list[float]):
    """One Level (N,) of all angles."""
    import torch

    from explorer.schedules import Level

    pairs = [tuple(asked.Asked(degrees=a).level) for a in angles]
    return Level(*torch.tensor(pairs, dtype=torch.float64).unbind(1))


def exact(xt, level, digit: int) -> dict:
    """The mean of the gallery given x_t (B, 1, H, W): of all, and of the digit's class.

    Returns name -> (x0_hat (B, ...), the weight (B,) on the digit that x_t was made of).
    """
    from explorer import ideal

    digits, labels = _gallery()
    of_class = [k for k, label in enumerate(labels) if label == digit]
    found = {}
    for name, chosen in (("all", list(range(len(labels)))), ("class", of_class)):
        data, own = digits[chosen], chosen.index(labels.index(digit))
        weights = ideal.posterior(data)(xt, level)[:, own]
        found[name] = (ideal.empirical(data)(xt, level), weights)
    return found


@once(12)
def _jumped(one: asked.Asked) -> dict:
    """All that the chapter shows: computed once, sent once."""
    import torch

    from explorer.app import studio
    from explorer.denoisers import from_network
    from explorer.forward import noised
    from explorer.schedules import Level

    angles = asked.including(ANGLES, one.degrees)
    level, n = _levels(angles), len(angles)
    xt = noised(one.x0, level, one.eps)  # (n, ...)
    said = {"untold": one.null} if one.label is None else {"told": one.context, "untold": one.null}
    context = torch.cat([x.expand(n, *x.shape[1:]) for x in said.values()])
    each = Level(*(torch.cat([value] * len(said)) for value in level))
    together = from_network(studio.engine(), context=context)(torch.cat([xt] * len(said)), each)
    guesses = dict(zip(said, together.chunk(len(said)), strict=True))
    means = exact(xt, level, one.digit) if asked.in_gallery() else {}
    guesses |= {name: x0_hat for name, (x0_hat, _) in means.items()}
    measured = _measured(one, guesses)
    weights = {name: share.tolist() for name, (_, share) in means.items()}
    film = _film(one, angles, xt, guesses, measured, weights)
    axis = ("angle of xₜ, in degrees", "from")
    plots = _plots(one, angles, measured)
    about = _about(one, angles, guesses, weights)
    from explorer.app.code import unet as code

    found = along.value(film, angles, plots, x=axis, topic=one.degrees, about=about)
    return found | one.made("one-jump", code.jump(one, angles), NFE=1)


def _measured(one: asked.Asked, guesses: dict) -> dict[str, dict[str, list[float]]]:
    """For each guess its contrast and its error, at every level."""
    from explorer.told import rms

    spread = one.x0.std()
    return {
        name: {
            "contrast": (x.flatten(1).std(1) / spread).tolist(),
            "error": rms(x - one.x0).tolist(),
        }
        for name, x in guesses.items()
    }


def _names(one: asked.Asked) -> dict[str, tuple[str, str, str]]:
    """What each guess is called, its ink and its dashes."""
    return {
        "told": (f"network, told {one.told}", "prediction", ""),
        "untold": ("network, told nothing", "prediction", "6 4"),
        "all": ("exact, over the gallery", "signal", "2 3"),
        "class": (f"exact, over class {one.digit}", "signal", "8 3 2 3"),
    }


def _plots(one: asked.Asked, angles: list[float], measured: dict) -> list[dict]:
    names = _names(one)

    def lines(part: str) -> list[dict]:
        return [
            along.line(names[key][0], names[key][1], angles, found[part], dash=names[key][2])
            for key, found in measured.items()
        ]

    return [
        along.plot("How wrong x̂₀ is", "rms of x̂₀ − x₀", lines("error")),
        along.plot("How much contrast it has", "deviation of x̂₀ / of x₀", lines("contrast")),
    ]


def _film(one, angles, xt, guesses, measured, weights) -> Film:
    """x_t and what comes of it in one jump, a position a level."""
    from explorer.app.player import grey

    count, row = len(angles), "The network, in one jump"

    def errors(name: str) -> list[str]:
        return [f"error {e:.3f}" for e in measured[name]["error"]]

    said = {"told": f"told {one.told}", "untold": "told nothing"}
    tracks = [Track("x_t", grey(xt, 2), row=row, role="noise", alt="What the network sees.")]
    tracks += [
        Track("x̂_0", grey(guesses[name]), None, row, what, "prediction", errors(name), alt=GUESS)
        for name, what in said.items()
        if name in guesses
    ]
    if weights:
        digits, labels = _gallery()
        row, everyone = "Exact means of the gallery", f"all {len(labels)}"
        of = {"all": everyone, "class": f"the {labels.count(one.digit)} of class {one.digit}"}
        for name, share in weights.items():
            notes = [f"{100 * w:.0f} % on x₀" for w in share]
            frames = grey(guesses[name])
            tracks.append(Track(of[name], frames, None, row, "given xₜ", "signal", notes, alt=MEAN))
        whole = grey(digits.mean(0, keepdim=True))
        tracks.append(Track(everyone, whole, [0] * count, row, "whatever xₜ", "signal", alt=WHOLE))
    start = angles.index(one.degrees)
    return Film([f"from {a:g}°" for a in angles], tracks, start=start, seconds=6)


def _about(one: asked.Asked, angles: list[float], guesses: dict, weights: dict) -> str:
    """What was run and what came out of it, in numbers."""
    from explorer.told import rms

    calls = len(angles) * len({"told", "untold"} & guesses.keys())
    text = (
        f"{one.about}. The same x₀ and ε at {len(angles)} levels, {calls} network "
        "evaluations in one batch, each the only one that its picture takes."
    )
    if not weights:
        return text
    digits, labels = _gallery()
    sure = [a for a, share in zip(angles, weights["all"], strict=True) if share > SURE]
    away = rms(guesses["untold"][-1:] - digits.mean(0)).item()
    return (
        f"{text} Up to {max(sure, default=0):g}° the exact mean over the gallery puts more than "
        f"{100 * SURE:.0f} % of its weight on x₀. At 90° it is the mean of all {len(labels)}, and "
        f"the network’s x̂₀ without a label is {away:.3f} (rms) away from it."
    )


def run(digit, seed, degrees) -> tuple[dict, str]:
    """Handler of the controls: film and note. Raises gr.Error, naming field and range."""
    controls.ready()
    note = NOTE if asked.in_gallery() else NO_GALLERY
    return _jumped(asked.check(digit, seed, degrees)), f"<p class='quiet'>{note}</p>"


def warm() -> None:
    """Compute what the chapter opens with."""
    _jumped(asked.Asked())


def build(inputs: list, context) -> list[controls.Job]:
    """The film with its two plots, and what the exact means are of."""
    show = along.widget("jump")
    return [controls.Job(run, inputs, [show, controls.said()], show, "unet_jump")]
