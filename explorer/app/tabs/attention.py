"""Attention: which words a place looks at, which pixels; whether to trust it; what it causes."""

from functools import partial
from typing import Any

import gradio as gr

from explorer.app import checks, classes, controls, prompts, share
from explorer.app.asking import ask
from explorer.app.attending import START, STEPS, texts, trusted
from explorer.app.attending.texts import CAUSE, CHAPTERS, PIXELS, TRUST, WORDS
from explorer.app.theme import template, widget

TITLE = "Attention"
GROUP = "attention-chapters"
KEYS = {WORDS: "words", PIXELS: "pixels", TRUST: "trust", CAUSE: "cause"}  # in a link
HEADS, SWAPPING = "silence each head of a layer", "swap a word"
MODES = {
    "silence each word": "word",
    "silence each layer": "layer",
    HEADS: "head",
    SWAPPING: "swap",
}
PLACE = r"0\.\d{1,4},0\.\d{1,4}"  # of a picture, as shares of its sides
LAYERS = ("down 16×16", "down 8×8", "down 4×4", "middle 4×4", "up 4×4", "up 8×8", "up 16×16")
SWAP = ("red", "green")


def words(prompt: object, seed: object) -> dict:
    """Handler of Words. Raises gr.Error, a sentence, for what is no prompt or no seed."""
    asked = _asked(prompt, seed)
    from explorer.app.attending import prompted

    return _present(partial(prompted.payload, *asked))


def pixels(digit: object, seed: object, steps: object) -> dict:
    """Handler of Pixels. Raises gr.Error, a sentence, for a value outside its range."""
    from explorer.app.attending import pixels as chapter

    return chapter.show(digit, seed, steps)


def cause(prompt, seed, mode, layer, word, other) -> dict:
    """Handler of Cause; as `words`."""
    asked = _asked(prompt, seed)
    mode = MODES[checks.choice("What to change", mode, MODES)]
    detail: tuple[str, ...] = ()
    if mode == "head":
        detail = (checks.choice("The layer", layer, LAYERS),)
    if mode == "swap":
        detail = (_word("The word to swap", word), _word("The word for it", other))
    from explorer.app.attending import causes

    return _present(partial(causes.payload, *asked, mode, detail))


def _asked(prompt: object, seed: object) -> tuple[str, int]:
    checked = prompts.prompt("The prompt", prompt)
    return checked, checks.integer("Seed", seed, 0, controls.LAST_SEED)


def _word(field: str, value: object) -> str:
    """One known word: prompt-to-prompt needs as many words after the swap as before it."""
    word = prompts.prompt(field, value)
    if len(word.split()) != 1:
        raise checks.refuse(
            f"{field} must be one word: both prompts need the same number of words, so that each "
            "map that is kept has a word to belong to."
        )
    return word


def _present(fill) -> dict:
    """What `fill` computes; where the model's file is missing, the sentence that says so."""
    from explorer.app import painter

    try:
        painter.ready()
    except gr.Error as error:
        return {"missing": error.message}
    return fill()


def warm() -> None:
    """Compute what the chapters open with."""
    first = (prompts.FIRST, 0)
    words(*first)
    pixels(classes.opening(str(START[0])), *START[1:])
    cause(*first, next(iter(MODES)), LAYERS[0], *SWAP)


def take(event: gr.EventData) -> tuple[str, str]:
    """An example for the prompt's field and for the runs."""
    sent = getattr(event, "_data", None)
    chosen = sent.get("prompt") if isinstance(sent, dict) else None
    chosen = checks.choice("The example", chosen, ("", *prompts.EXAMPLES))
    return chosen, chosen


def shared() -> tuple:
    """The controls of Words and Cause: (typed, prompt, seed, fresh, examples).

    `typed` is the field; `prompt`, hidden, is what was asked last, so that leaving the field
    unchanged asks nothing.
    """
    with gr.Column(elem_classes="attention-asked"):
        with gr.Row(equal_height=False, elem_classes="asked"):
            with gr.Column(scale=5, min_width=280):
                typed = gr.Textbox(
                    prompts.FIRST,
                    label=prompts.LABEL,
                    max_length=prompts.LONGEST,
                    lines=1,
                    max_lines=1,
                )
            with gr.Column(scale=2, min_width=220), gr.Row(elem_classes="seed"):
                seed = gr.Number(0, label="Seed", precision=0, min_width=90)
                fresh = gr.Button("New picture", variant="primary", min_width=110)
        examples = gr.HTML(
            "",
            html_template='<div class="examples" role="group" aria-label="Examples"></div>',
            js_on_load=widget("promptExamples", "(detail) => trigger('take', detail)"),
            apply_default_css=False,
            elem_classes="explorer-widget",
            examples=list(prompts.EXAMPLES),
        )
    prompt = gr.Textbox(prompts.FIRST, visible=False)
    title = "Prompt"
    share.keep(
        prompt, "attention.prompt", title, also=[typed, examples], mirrors=[(typed, "value", None)]
    )
    share.seed(seed, "attention.seed", fresh)
    return typed, prompt, seed, fresh, examples


def build(context) -> None:
    """The tab: a prompt for two of its chapters, and a chapter for each thing to ask."""
    tab, opened = context.tab, {}
    typed, prompt, seed, fresh, examples = shared()
    with gr.Tabs(elem_classes=["chapters", GROUP]):
        for title in CHAPTERS:
            with gr.Tab(title) as opened[title]:
                share.place(opened[title], f"attention.{KEYS[title]}")
                ask(f"{TITLE}/{title}")
                if title == WORDS:
                    read = _widget("attention/words.html", "words")
                    share.inputs(read, "step.words", "Step of the run")
                    share.inputs(read, "attention.word", "Word", "[name=word-choice]")
                    share.inputs(read, "attention.map", "Layer and head", "[name=word-map]")
                    share.inputs(
                        read, "attention.blend", "Map over the picture", ".words .blend input"
                    )
                    share.state(read, "attention.place", "Place that is asked", PLACE)
                    controls.fixed(f'<div class="attention-text">{texts.CROSS}</div>')
                elif title == PIXELS:
                    look, inputs, again = _pixels()
                elif title == TRUST:
                    controls.fixed(f'<div class="attention-trust">{trusted.page()}</div>')
                    controls.fixed(f'<div class="attention-text">{trusted.MEANING}</div>')
                else:
                    differ, chosen = _cause()
    asked = [prompt, seed]
    jobs = {
        WORDS: [controls.Job(words, asked, [read], read, "attention")],
        PIXELS: [controls.Job(pixels, inputs, [look], look, "attention_pixels")],
        TRUST: [],
        CAUSE: [controls.Job(cause, [*asked, *chosen], [differ], differ, "attention_cause")],
    }
    chapters = [controls.Chapter(opened[title], jobs[title]) for title in CHAPTERS]
    also = controls.on_chapters(tab, chapters, GROUP, seed=seed, fresh=fresh)
    also(again.click)
    _typing(typed, prompt, examples, also)
    context.warm_up.append(warm)


def _typing(typed: gr.Textbox, prompt: gr.Textbox, examples: gr.HTML, also) -> None:
    """Enter asks; so does leaving the field, if it says something else; so does an example."""
    ask: dict[str, Any] = dict(js="(typed) => typed", api_visibility="private", queue=False)
    also(gr.on([typed.submit, typed.blur], None, typed, prompt, **ask).then)
    also(examples.take(take, None, [typed, prompt], queue=False, **controls.SENT).success)


def _widget(file: str, script: str) -> gr.HTML:
    return gr.HTML(
        None,
        html_template=template(file),
        js_on_load=widget(script),
        apply_default_css=False,
        elem_classes="explorer-widget",
        empty=texts.EMPTY,
    )


def _pixels() -> tuple[gr.HTML, list, gr.Button]:
    """Self-attention of the digit model: its widget, its controls, and the button that runs it."""
    digit = classes.choice(str(START[0]))
    look = _widget("attention.html", "attention")
    with gr.Accordion("Another noise, more or fewer steps", open=False) as more:
        seed = gr.Number(START[1], label="Seed", precision=0)
        steps = gr.Slider(*STEPS, START[2], step=1, label="DDIM steps", elem_classes="settles")
        again = gr.Button("Run", size="sm")
    controls.fixed(f'<div class="attention-text">{texts.SELF}</div>')
    share.keep(digit, "attention.digit")
    share.keep(more, "attention.more")
    share.keep(seed, "attention.noise", within=(0, controls.LAST_SEED))
    share.keep(steps, "attention.steps", also=[again])
    share.inputs(look, "step.attention", "Position of the player")
    share.inputs(look, "attention.head", "Layer and head", "[name=attention-map]")
    share.state(look, "attention.pixel", "Pixel that is asked", r"\d{1,2},\d{1,2}")
    return look, [digit, seed, steps], again


def _cause() -> tuple[gr.HTML, list]:
    """What to change, and the widget that shows what became of it."""
    mode = gr.Radio(
        list(MODES), value=next(iter(MODES)), label="From the same noise", elem_classes="chips"
    )
    with gr.Row(visible=False) as of:
        layer = gr.Radio(list(LAYERS), value="up 16×16", label="Layer", elem_classes="chips")
    with gr.Row(visible=False, elem_classes="asked") as swapped:
        word = gr.Textbox(SWAP[0], label="Swap this word of the prompt", max_length=40)
        other = gr.Textbox(SWAP[1], label="for this one", max_length=40)
    show = _widget("attention/causes.html", "causes")
    rows = [(of, "visible", HEADS), (swapped, "visible", SWAPPING)]
    share.keep(mode, "attention.change", mirrors=rows)
    share.keep(layer, "attention.layer")
    share.keep(word, "attention.swap", pattern=r"\w{1,40}")
    share.keep(other, "attention.for", pattern=r"\w{1,40}")
    share.inputs(show, "attention.run", "Changed run", "[name=cause-choice]")
    share.inputs(show, "step.cause", "Position of the player")
    controls.fixed(f'<div class="attention-text">{texts.SILENCED}{texts.SWAPPED}</div>')
    mode.change(
        _unfold, mode, [of, swapped], api_visibility="private", queue=False, preprocess=False
    )
    return show, [mode, layer, word, other]


def _unfold(mode: object) -> tuple[dict, dict]:
    """Whether the choice of a layer and the two words of a swap are shown."""
    chosen = MODES[checks.choice("What to change", mode, MODES)]
    return gr.update(visible=chosen == "head"), gr.update(visible=chosen == "swap")
