"""Latent: what the autoencoder keeps of a picture, and why diffusion happens there."""

from typing import Any

import gradio as gr

from explorer.app import controls, prompts, share, sources
from explorer.app.asking import ask
from explorer.app.latent import answers, shelf
from explorer.app.player import player
from explorer.app.theme import template, widget

TITLE = "Latent"
GROUP = "latent-chapters"
EMPTY = "On its way: the autoencoder is being loaded."
ON_ITS_WAY = "On its way: the first run is being computed."
CHAPTERS = (
    "Encode",
    "Take it apart",
    "Between two pictures",
    "Diffuse in it",
    "What it costs",
)


def formula(*parts: str) -> str:
    """Equations on a line that may break between them."""
    spans = ",&ensp;&#8203;".join(f"<span class='math'>{part}</span>" for part in parts)
    return f"<p class='formula'>{spans}</p>"


# Nudges of four channels in tenths, which are set to 0, the seed, the cells with noise as bits
EDITS = r"-?\d{1,2}(,-?\d{1,2}){3};[01]{4};\d{1,5};[\w-]{0,43}"


LINES = formula(
    "<span class='signal'>x<sub>s</sub></span> = (1 − s) <span class='signal'>x<sub>A</sub></span>"
    " + s <span class='signal'>x<sub>B</sub></span>",
    "z<sub>s</sub> = (1 − s) z<sub>A</sub> + s z<sub>B</sub>",
    "z = E(x)",
)
NOISED = formula(
    "z<sub>t</sub> = α<sub>t</sub> <span class='signal'>z<sub>0</sub></span> + σ<sub>t</sub> "
    "<span class='noise'>ε</span>",
    "<span class='signal'>z<sub>0</sub> = E(x)</span>",
    "D(z<sub>t</sub>)",
)


def build(context) -> None:
    """A shelf of pictures for all chapters, and a chapter for each thing to learn."""
    tab = context.tab
    with gr.Column(elem_classes="latent"):
        shown, picture = _shelf(tab)
        makers = (_encode, _take_apart, _between, _diffuse, _costs)
        chapters, extras = [], dict[str, Any]()
        with gr.Tabs(elem_classes=["chapters", GROUP]):
            for title, make in zip(CHAPTERS, makers, strict=True):
                with gr.Tab(title) as opened:
                    share.place(opened, f"latent.{make.__name__[1:]}")
                    ask(f"{TITLE}/{title}")
                    jobs, extra = make(picture)
                chapters.append(controls.Chapter(opened, jobs))
                extras |= extra
    also = controls.on_chapters(tab, chapters, GROUP, seed=extras["seed"], fresh=extras["fresh"])
    sent = {"show_progress": "hidden", "queue": False, **controls.SENT}
    also(shown.use(answers.use_picture, None, picture, **sent).success)
    second = extras["second"]
    also(extras["other"].use(answers.use_picture, None, second, **sent).success)
    also(extras["example"])
    context.warm_up.append(answers.warm)


def _shelf(tab: gr.Tab) -> tuple[gr.HTML, gr.Textbox]:
    """The pictures to choose from, with a pad and an upload; and the chosen one, as text."""
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    shown = _widget(
        "shelf",
        "latentShelf",
        "{use: (detail) => trigger('use', detail), more: (detail) => trigger('more', detail)}",
    )
    with gr.Row(elem_classes=["drawer", "drawer-yours"]):
        file = gr.UploadButton("Choose a picture", file_types=["image"], size="md")
        controls.note(sources.PRIVACY)
    picture = gr.Textbox("", visible=False)
    share.inputs(shown, "latent.picture", "Picture", "[name=latent-picture]")
    share.leave(picture, "pixels of the picture that is kept by its name")
    tab.select(shelf.filled, None, shown, **quiet)
    file.upload(shelf.uploaded, file, shown, **quiet)
    shown.more(answers.another, None, shown, show_progress="hidden", **controls.SENT)
    return shown, picture


def _encode(picture: gr.Textbox) -> tuple[list[controls.Job], dict]:
    """A picture, its latent, what comes back of it, and the error."""
    show = _widget("encode", "latentEncode")
    share.state(show, "latent.cell", "Cell that is read", r"\d{1,2},\d{1,2}")
    facts = controls.said()
    return [controls.Job(answers.encode, [picture], [show, facts], show, "latent_encode")], {}


def _take_apart(picture: gr.Textbox) -> tuple[list[controls.Job], dict]:
    """Channels to nudge and zero, cells to paint noise into, and the picture that results."""
    show = _widget("apart", "latentApart", "(detail) => trigger('edit', detail)")
    share.state(show, "latent.edits", "Changes of the latent", EDITS)
    show.edit(
        answers.edit,
        picture,
        show,
        show_progress="hidden",
        **controls.SHARED | controls.SENT,
    )
    return [controls.Job(answers.take_apart, [picture], [show], show, "latent_apart")], {}


def _between(picture: gr.Textbox) -> tuple[list[controls.Job], dict]:
    """A second picture, and both ways to it."""
    other = _widget("other", "latentOther", "(detail) => trigger('use', detail)")
    second = gr.Textbox("", visible=False)
    share.inputs(other, "latent.second", "Second picture", "[name=latent-second]")
    share.leave(second, "pixels of the picture that is kept by its name")
    controls.fixed(LINES)
    show = player(None, name="latent-between", empty=EMPTY)
    facts = controls.said()
    job = controls.Job(answers.between, [picture, second], [show, facts], show, "latent_between")
    return [job], {"other": other, "second": second}


def _diffuse(picture: gr.Textbox) -> tuple[list[controls.Job], dict]:
    """The chosen picture into noise, and noise into the picture of a prompt."""
    with gr.Row(equal_height=False, elem_classes="asked"):
        with gr.Column(scale=5, min_width=280):
            schedule = controls.schedule_choice()
        with gr.Column(scale=2, min_width=220), gr.Row(elem_classes="seed"):
            seed = gr.Number(0, label="Seed", precision=0, min_width=90)
            fresh = gr.Button("New noise", variant="primary", min_width=110)
    controls.fixed(f"<h2>The picture above, into noise</h2>{NOISED}")
    into = player(None, name="latent-forward", empty=EMPTY)
    why = controls.said()
    controls.fixed("<h2 class='second'>Out of noise, to the picture of a prompt</h2>")
    prompt = gr.Textbox(prompts.FIRST, label="Prompt", max_lines=2)
    example = gr.Radio(
        list(prompts.EXAMPLES),
        value=prompts.FIRST,
        label="Or one of these",
        elem_classes=["chips", "as-read"],
    )
    out = player(None, name="latent-run", empty=ON_ITS_WAY)
    share.keep(schedule, "latent.schedule")
    share.seed(seed, "latent.seed", fresh)
    share.keep(prompt, "latent.prompt", also=[example], mirrors=[(example, "value", None)])
    facts = controls.said()
    taken = example.input(
        None, example, prompt, js="(said) => said", api_visibility="private", queue=False
    )
    unmark: dict[str, Any] = {"js": "() => null", "api_visibility": "private", "queue": False}
    prompt.input(None, None, example, **unmark)  # what is typed is none of the examples
    jobs = [
        controls.Job(
            answers.forward, [picture, schedule, seed], [into, why], into, "latent_forward"
        ),
        controls.Job(answers.run, [prompt, seed], [out, facts], out, "latent_run"),
    ]
    return jobs, {"seed": seed, "fresh": fresh, "example": taken.then}


def _costs(picture: gr.Textbox) -> tuple[list[controls.Job], dict]:
    """Bars and a table, measured when the chapter is opened."""
    found = controls.said(classes="latent-costs")
    again = gr.Button("Measure again", size="md", elem_classes="again")
    again.click(
        answers.measure_again,
        None,
        found,
        show_progress_on=found,
        api_visibility="private",
        concurrency_limit=1,
    )
    return [controls.Job(answers.costs, [], [found], found, "latent_costs")], {}


def _widget(html: str, script: str, *arguments: str) -> gr.HTML:
    """A widget of ours: its skeleton, a file of assets/web/latent, and the function for it."""
    return gr.HTML(
        None,
        html_template=template(f"latent/{html}.html"),
        js_on_load=widget(script, *arguments),
        apply_default_css=False,
        elem_classes="explorer-widget",
    )
