"""The chapter "Resume from here": any x_t of the Forward tab, handed to the model."""

from html import escape

import gradio as gr

from explorer.app import checks, controls, gallery, share
from explorer.app.about import made
from explorer.app.code import page as code
from explorer.app.once import once
from explorer.app.player import player
from explorer.app.tables import NAMES
from explorer.app.theme import template, widget

LABELS = ("nothing", *controls.DIGITS)
FIXED = (200, 500, 900)  # starts that are always shown
FIRST = (4, 250, "linear", 0)  # gallery digit, t, schedule and seed that the tab opens with

EMPTY = "The first return is on its way: the model is being loaded."


@once(24)
def _resumed(picture: tuple, starts: tuple, schedule: str, seed: int, label: int | None) -> tuple:
    controls.ready()
    from explorer.app import resuming

    digit, ways = resuming.run(picture, starts, schedule, seed, label)
    from explorer.app import studio

    lines = code.resumed(picture, starts, schedule, seed, label)
    told = {"told": "nothing" if label is None else label, "starts": str(list(starts))}
    ran = {"noise": seed, "schedule": schedule, "sampler": "ddim", "NFE": resuming.STEPS}
    name = f"resume-t{'-'.join(map(str, starts))}-noise{seed}"
    said = made(name, lines, model=studio.digits().net.card.name, **told, **ran)
    return resuming.film(ways).payload() | said, _table(digit, ways, label)


def _table(digit: int, ways, label: int | None) -> str:
    """What was measured, as HTML of checked numbers."""
    from explorer.app import studio
    from explorer.app.resuming import NOISES, STEPS

    rows = "".join(
        f"<tr><th>t = {way.t}</th><td>{way.level.alpha**2:.3f}</td>"
        f"<td>{way.same} of {NOISES}</td><td>{127.5 * way.distance:.0f}</td></tr>"
        for way in ways
    )
    told = "Nothing was told to the model" if label is None else f"The model was told “{label}”"
    model = escape(studio.digits().net.card.name)
    if studio.digits() is not studio.engine():
        model += f", as {controls.model_name()} does not draw digits"
    return (
        "<table class='resumed spoils'><thead><tr><th>start</th><th>ᾱ left there</th>"
        f"<th>still read as {digit}</th><th>distance in greys</th></tr></thead>"
        f"<tbody>{rows}</tbody></table><p class='quiet'>{told}; DDIM, {STEPS} steps evenly in t; "
        f"model {model}. The digit-classifier reads a {digit} in the picture and "
        f"then reads {NOISES} results, each from a noise of its own; the first is the noise on the "
        "screen. Distance: root mean square over pixels, of 255 greys.</p>"
        "<pre class='explorer-code'>xt = noised(x0, walk[0], eps)         <i># forward.py</i>\n"
        "ddim(denoise, xt, walk)               <i># samplers.py: it starts wherever the walk does"
        "</i></pre>"
    )


def resume(event: gr.EventData, label) -> tuple:
    """Handler of the button. Raises gr.Error, a sentence, for what cannot be used."""
    sent = getattr(event, "_data", None) or {}
    if not isinstance(sent, dict):
        raise checks.refuse("The picture did not arrive: press the button again.")
    picture = checks.drawing("The picture", sent.get("picture"))
    t = checks.integer("t", sent.get("t"), 1, 1000)
    schedule = checks.choice("Schedule", sent.get("schedule"), NAMES)
    seed = checks.integer("Noise", sent.get("seed"), 0, controls.LAST_SEED)
    label = checks.choice("What the model is told", label, LABELS)
    starts = tuple(sorted({*FIXED, t}))
    return _resumed(
        tuple(picture), starts, schedule, seed, None if label == "nothing" else int(label)
    )


def warm() -> None:
    """Compute what the chapter opens with."""
    digit, t, schedule, seed = FIRST
    picture = tuple(int(v) for v in gallery.digits()[digit].ravel())
    _resumed(picture, tuple(sorted({*FIXED, t})), schedule, seed, None)


def build(context) -> None:
    """The chapter: a button, what the model is told, the film and the table."""
    with gr.Row(elem_classes="resume-row"):
        button = gr.HTML(
            None,
            html_template=template("forward/resume.html"),
            js_on_load=widget("resume", "(detail) => trigger('resume', detail)"),
            apply_default_css=False,
            elem_classes="explorer-widget",
        )
        label = gr.Radio(
            list(LABELS), value="nothing", label="Tell the model", elem_classes="chips"
        )
        share.keep(label, "forward.told")
    with gr.Row():
        with gr.Column(scale=3, min_width=320):
            show = player(None, name="resume", picture=52, empty=EMPTY)
        with gr.Column(scale=2, min_width=280):
            table = controls.said()
    button.resume(
        resume,
        label,
        [show, table],
        show_progress_on=show,
        **controls.SHARED | controls.SENT,
    )
    context.warm_up.append(warm)
