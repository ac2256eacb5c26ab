"""The chapter "Lie about the noise": x_t stays, and the angle that the network is told moves."""

from explorer.app import controls
from explorer.app.inside import along, asked
from explorer.app.once import once
from explorer.app.player import Film, Track

TITLE = "Lie about the noise"
FORMULA = (
    "<span class='math'><span class='prediction'>x̂<sub>0</sub></span> = cos φ · x<sub>t</sub> − "
    "sin φ · v̂(x<sub>t</sub>, φ)</span>,&ensp;&#8203;<span class='math'><span class='noise'>ε̂"
    "</span> = sin φ · x<sub>t</sub> + cos φ · v̂(x<sub>t</sub>, φ)</span>"
)
NOTE = (
    "φ is the angle that is told, θ the true one of "
    "<span class='math'>x<sub>t</sub> = cos θ · x<sub>0</sub> + sin θ · ε</span>. "
    "Whoever believes φ also forms x̂₀ with it, as a sampler does, so both coefficients are "
    "those of the told level. Only at φ = θ is it the network’s plain answer."
)
PARTS = (
    "<b>Of the picture</b> and <b>of the noise</b>: x̂₀ written as a · x₀ + b · ε + a constant + "
    "a rest, a and b by least squares over its pixels. Told 0°, x̂₀ is x<sub>t</sub> itself, so "
    "a = α and b = σ; a perfect answer has a = 1 and b = 0. A b below 0: more noise was taken out "
    "than there was. The rings mark the truth."
)
COUNT = 46  # angles told, from 0 to 90 degrees: two degrees apart
FEW = 13  # of them for the mean of several pictures


def told(degrees: float, count: int = COUNT) -> list[float]:
    """`count` angles evenly from 0 to 90 degrees, the true one among them."""
    return asked.including([90.0 * k / (count - 1) for k in range(count)], degrees)


@once(12)
def _crowd(degrees: float) -> tuple[list[float], list[float]]:
    """Told angles, and at each the error's root mean square over ten digits with noise of each."""
    from explorer import told as lies
    from explorer.app import studio

    angles, squares = told(degrees, FEW), []
    for digit in range(len(controls.DIGITS)):
        one = asked.Asked(digit, 1000 + digit, degrees)
        v_hat = lies.answers(studio.engine(), one.xt, angles, one.context)
        squares.append(lies.rms(lies.believed(one.xt, v_hat, angles)[0] - one.x0).square())
    return angles, (sum(squares[1:], squares[0]) / len(squares)).sqrt().tolist()


@once(12)
def _lied(one: asked.Asked) -> dict:
    """All that the chapter shows: computed once, sent once."""
    from explorer import told as lies
    from explorer.app import studio

    angles = told(one.degrees)
    v_hat = lies.answers(studio.engine(), one.xt, angles, one.context)
    x0_hat, eps_hat = lies.believed(one.xt, v_hat, angles)
    error = lies.rms(x0_hat - one.x0).tolist()
    a, b = (x.tolist() for x in lies.shares(x0_hat, one.x0, one.eps))
    true = angles.index(one.degrees)
    notes = [f"error {e:.3f}" for e in error]
    film = _film(one, angles, (x0_hat, eps_hat, v_hat), notes)
    wrong = [along.line("this picture", "prediction", angles, error)]
    if asked.in_gallery():
        crowd = along.line("ten digits", "signal", *_crowd(one.degrees), dash="6 4", dots=True)
        wrong.append(crowd | {"label": ""})  # at fewer angles than a reading has
    wrong.append(along.ring("prediction", one.degrees, error[true]))
    made_of = [
        along.line("a, of the picture", "signal", angles, a),
        along.line("b, of the noise", "noise", angles, b),
        along.ring("signal", one.degrees, a[true]),
        along.ring("noise", one.degrees, b[true]),
    ]
    plots = [
        along.plot("How wrong x̂₀ is", "rms of x̂₀ − x₀", wrong),
        along.plot("What x̂₀ is made of", "share of x₀, of ε", made_of),
    ]
    about = _about(one, angles, error)
    axis = ("angle told, in degrees", "told")
    from explorer.app.code import unet as code

    found = along.value(film, angles, plots, x=axis, topic=None, about=about)
    return found | one.made("lie", code.lie(one, angles), NFE=1)


def _film(one: asked.Asked, angles: list[float], pictures: tuple, notes: list[str]) -> Film:
    """The three answers at every told angle, beside what does not change."""
    from explorer.app.player import grey

    x0_hat, eps_hat, v_hat = pictures
    true, still = angles.index(one.degrees), [0] * len(angles)
    truth, lie = "Whatever is told", "At the angle told"
    return Film(
        positions=[f"told {a:g}°, it is {one.degrees:g}°" for a in angles],
        tracks=[
            Track("x̂_0", grey(x0_hat), row=lie, role="prediction", notes=notes, alt="The guess."),
            Track("ε̂", grey(eps_hat, 3), row=lie, role="noise", alt="The noise it sees."),
            Track("v̂", grey(v_hat, 3), row=lie, alt="What the network returned."),
            Track("x_t", grey(one.xt, 2), still, truth, role="noise", alt="What it looks at."),
            Track(
                "x̂_0",
                grey(x0_hat[true : true + 1]),
                still,
                truth,
                "told the truth",
                "prediction",
                alt="The guess where the told angle is the true one.",
            ),
            Track("x_0", grey(one.x0), still, truth, role="signal", alt="The clean picture."),
        ],
        start=true,
        seconds=6,
    )


def _about(one: asked.Asked, angles: list[float], error: list[float]) -> str:
    """What was run and what came out of it, in numbers."""
    true = angles.index(one.degrees)
    best = min(range(len(angles)), key=error.__getitem__)
    named = "the truth itself" if best == true else f"at {angles[best]:g}°, with {error[best]:.3f}"
    text = (
        f"{one.about}: xₜ at {one.degrees:g}°, {len(angles)} told angles, one evaluation each. "
        f"Told the truth, x̂₀ is {error[true]:.3f} away from x₀; the least error is {named}."
    )
    if asked.in_gallery():
        crowd, mean = _crowd(one.degrees)
        least = crowd[min(range(len(mean)), key=mean.__getitem__)]
        text += f" Over ten digits, each with noise of its own, it is least at {least:g}°."
    return text


def run(digit, seed, degrees) -> dict:
    """Handler of the controls. Raises gr.Error, naming field and range."""
    controls.ready()
    return _lied(asked.check(digit, seed, degrees))


def warm() -> None:
    """Compute what the chapter opens with."""
    _lied(asked.Asked())


def build(inputs: list, context) -> list[controls.Job]:
    """The formula, the film with its two plots, and what they say."""
    controls.fixed(f"<p class='formula'>{FORMULA}</p>")
    controls.note(NOTE)
    show = along.widget("lie")
    controls.note(PARTS)
    return [controls.Job(run, inputs, [show], show, "unet_lie")]
