"""What a link to the page holds: every control by a short, stable key.

One line beside where a control is made keeps it:

    share.keep(budget, "samplers.budget")                     a component of Gradio's
    share.inputs(clock, "forward.noise", "Noise", ".seed")    native inputs in a widget of ours
    share.state(pad, "forward.drawing", "Drawing", PATTERN)   what a widget registers
    share.place(tab, "samplers")                              a tab or a chapter
    share.leave(carrier, "follows the typed prompt")          not in a link, and why

Keys are read by links that were made long ago: never rename one, never reuse one. The page does the
rest by itself, without a request: see assets/web/share/state.js. `listed` is the whole registry.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from weakref import WeakKeyDictionary

import gradio as gr
from gradio.blocks import Block, BlockContext

from explorer.app.limits import LAST_SEED
from explorer.app.theme import template, widget

# A component's value goes to another's property too: (component, path in its properties, equals).
# With `equals`, what goes there is whether the value is that.
Mirror = tuple[Block, str, str | None]


@dataclass
class Control:
    """A control of the page; what `listed` gives of it is plain data for the page.

    key: in the address. title: what it is called on the screen. id: of its component. kind: "value"
    (a component's), "open" (an accordion), "inputs" (native ones) or "state" (registered by a
    widget). at: the place that it is in, "" for the whole page. select: CSS of native inputs.
    pattern: what its text must match. low, high: allowed ends of a number. field: of a value that
    is an object. inside: id of the accordion around it.
    """

    key: str
    title: str
    id: int
    kind: str
    at: str = ""
    select: str = ""
    pattern: str = ""
    low: float | None = None
    high: float | None = None
    field: str = ""
    inside: int | None = None
    also: Sequence[int] = ()
    mirrors: Sequence[tuple[int, str, str | None]] = ()


_controls: WeakKeyDictionary[Block, list[Control]] = WeakKeyDictionary()
_places: WeakKeyDictionary[Block, str] = WeakKeyDictionary()
_left: WeakKeyDictionary[Block, str] = WeakKeyDictionary()
_questions: WeakKeyDictionary[Block, bool] = WeakKeyDictionary()


def keep(
    component: Block,
    key: str,
    title: str = "",
    *,
    also: Sequence[Block] = (),
    mirrors: Sequence[Mirror] = (),
    within: tuple[float, float] | None = None,
    pattern: str = "",
    field: str = "",
) -> None:
    """Keep a component's value under `key`, or whether an accordion is open.

    title: its name where it has no label. also: what is locked and hidden with it. mirrors: where
    its value goes, too, when it comes from a link. within: of a number that is not a slider.
    pattern: a regular expression that a text must match as a whole. field: of an object's value.
    """
    low, high = within or (None, None)
    kind = "open" if isinstance(component, gr.Accordion) else "value"
    if kind == "open":
        component.elem_id = "more-" + key.replace(".", "-")
    control = Control(key, title or _label(component), component._id, kind)
    control.pattern, control.low, control.high, control.field = pattern, low, high, field
    control.also = [other._id for other in also]
    control.mirrors = [(other._id, path, equals) for other, path, equals in mirrors]
    _controls.setdefault(component, []).append(control)


def seed(number: gr.Number, key: str, button: gr.Button) -> None:
    """Keep a seed; the button for the next one is locked and hidden with it."""
    keep(number, key, also=[button], within=(0, LAST_SEED))


def inputs(
    html: gr.HTML,
    key: str,
    title: str,
    select: str = "",
    *,
    pattern: str = "",
    within: tuple[float, float] | None = None,
) -> None:
    """Keep native inputs of a widget: a radio group, a range, a checkbox, a select, a text.

    select: CSS that finds them in the whole page; the transport of that key where it is "".
    """
    control = Control(key, title, html._id, "inputs", select=select or f'[data-share="{key}"]')
    control.pattern = pattern
    control.low, control.high = within or (None, None)
    _controls.setdefault(html, []).append(control)


def state(html: gr.HTML, key: str, title: str, pattern: str) -> None:
    """Keep what a widget registers: explorer.state.register(key, {get, set})."""
    _controls.setdefault(html, []).append(Control(key, title, html._id, "state", pattern=pattern))


def place(tab: gr.Tab, key: str) -> None:
    """A tab, "samplers", or a chapter, "samplers.path"."""
    _places[tab] = key


def leave(component: Block, why: str) -> None:
    """An input that no link holds; `why` is for the reader of the code and of the test."""
    _left[component] = why


def question(html: gr.HTML) -> None:
    """One of the questions that a link can hide together."""
    _questions[html] = True


def listed(demo: gr.Blocks) -> dict[str, list]:
    """The registry of a page: its controls, its places and the ids of its questions.

    Raises ValueError where a key is used twice.
    """
    found: dict[str, list] = {"controls": [], "places": [], "questions": []}
    seen: set[str] = set()
    for block, at, inside in _walk(demo, "", None):
        if block in _places:
            _once(_places[block], seen)
            found["places"].append(
                {"key": _places[block], "title": _label(block), "tab": block._id}
                | {"tabs": block.parent._id if block.parent else None}
            )
        for control in _controls.get(block, ()):
            _once(control.key, seen)
            control.at, control.inside = at, inside
            found["controls"].append({k: v for k, v in asdict(control).items() if v})
            # low may be 0
            if control.low is not None:
                found["controls"][-1] |= {"low": control.low, "high": control.high}
        if block in _questions:
            found["questions"].append(block._id)
    return found


def _label(block: Block) -> str:
    """What a component or a tab is called on the screen."""
    return str(vars(block).get("label") or "")


def _once(key: str, seen: set[str]) -> None:
    if key in seen:
        raise ValueError(f"Two controls or places are kept as {key}.")
    seen.add(key)


def _walk(block: Block, at: str, inside: int | None) -> Iterator[tuple[Block, str, int | None]]:
    """All blocks below one, with the place and the accordion that each is in."""
    if not isinstance(block, BlockContext):
        return
    for child in block.children:
        yield child, at, inside
        within = child._id if isinstance(child, gr.Accordion) else inside
        yield from _walk(child, _places.get(child, at), within)


def missing(demo: gr.Blocks) -> list[str]:
    """Inputs of Gradio's that are neither kept nor left; for the test that there are none."""
    kinds = (gr.Radio, gr.Dropdown, gr.Slider, gr.Number, gr.Textbox, gr.Checkbox, gr.Accordion)
    mirrored = {m[0] for marks in _controls.values() for one in marks for m in one.mirrors}
    return [
        f"{at}: {type(block).__name__} “{_label(block)}”"
        for block, at, _ in _walk(demo, "", None)
        if isinstance(block, kinds)
        and not (block in _controls or block in _left or block._id in mirrored)
    ]


def build(demo: gr.Blocks) -> None:
    """The dialog behind the button Share, and what tells the page of changed values.

    Called last inside the page: it lists all that was built before.
    """
    found = listed(demo)
    watched: list[Any] = [  # components that all have the event `change`
        block
        for block, _, _ in _walk(demo, "", None)
        if any(control.kind == "value" for control in _controls.get(block, ()))
    ]
    gr.HTML(
        None,
        html_template=template("share/dialog.html"),
        js_on_load=widget("share"),
        apply_default_css=False,
        elem_id="share",
        elem_classes="explorer-widget",
        controls=found["controls"],
        places=found["places"],
        questions=found["questions"],
        watched=[block._id for block in watched],
    )
    gr.on(
        [block.change for block in watched],
        None,
        watched,
        None,
        js="(...values) => explorer.state.values(values)",
        queue=False,
        show_progress="hidden",
        trigger_mode="multiple",
        api_visibility="private",
    )
