"""Checks of what arrives from a browser or the API: each refusal names the field and the range.

Gradio lets NaN, lists, booleans and unknown keys through its own components, so every handler of
every tab passes each of its inputs through here first.
"""

import re
import reprlib
from collections.abc import Iterable

import gradio as gr

MOST = 600  # characters of a refusal; the longest of ours names all colours and grounds


def refuse(sentence: str) -> gr.Error:
    """The error that shows `sentence` to the reader and no trace to anybody.

    Long words, and what goes on for more than MOST characters, are cut. What a person typed may
    stand in it: the page reads a message as HTML, so it gets no sign that begins a tag.
    """
    sentence = plain(sentence)
    sentence = re.sub(r"(\S{40})\S+", r"\1…", sentence)
    sentence = sentence if len(sentence) <= MOST else sentence[: MOST - 1] + "…"
    return gr.Error(sentence, duration=10, title="Check this value", print_exception=False)


def plain(text: str) -> str:
    """`text` without what a page would interpret, print over other text, or could not be sent."""
    text = text[:2000].translate(_TAGS)
    return "".join(c if c.isprintable() else " " if c.isspace() else "�" for c in text)


_TAGS = str.maketrans("<>&", "‹›＆")


def _shown(value: object) -> str:
    """`value` as it may stand in a sentence: short, on one line."""
    if isinstance(value, str):
        text = f"“{value}”"
    elif isinstance(value, int) and value.bit_length() > 128:
        return "a number of too many digits"  # str() of one refuses, by an error
    else:
        text = " ".join(reprlib.repr(value).split())
    return text if len(text) <= 40 else text[:37] + "…"


def number(field: str, value: object, low: float, high: float) -> float:
    """A finite number in [low, high], or a gr.Error."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refuse(f"{field} must be a number from {low:g} to {high:g}, not {_shown(value)}.")
    if not low <= value <= high:  # false for NaN, and safe for integers beyond any float
        raise refuse(
            f"{field} must be a number from {low:g} to {high:g}, and {_shown(value)} is not."
        )
    return float(value)


def integer(field: str, value: object, low: int, high: int) -> int:
    """A whole number in [low, high], or a gr.Error. 3.0 is whole; 2.5 and True are not."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refuse(f"{field} must be a whole number from {low} to {high}, not {_shown(value)}.")
    if not low <= value <= high or value != int(value):
        raise refuse(
            f"{field} must be a whole number from {low} to {high}, and {_shown(value)} is not."
        )
    return int(value)


def choice(field: str, value: object, options: Iterable[str]) -> str:
    """One of `options`, or a gr.Error that lists them."""
    options = tuple(options)
    if not isinstance(value, str) or value not in options:
        raise refuse(f"{field} must be one of {', '.join(options)}, not {_shown(value)}.")
    return value


def choices(field: str, values: object, options: Iterable[str]) -> list[str]:
    """A list without repetition of one or more of `options`, or a gr.Error."""
    options = tuple(options)
    if not isinstance(values, list | tuple) or not values:
        raise refuse(f"{field} must hold at least one of {', '.join(options)}.")
    return list(dict.fromkeys(choice(field, v, options) for v in values))


def drawing(field: str, values: object, side: int = 28) -> list[int]:
    """A drawing as side*side whole greys in [0, 255], row by row, not all 0; or a gr.Error."""
    if not isinstance(values, list | tuple) or len(values) != side * side:
        raise refuse(f"{field} must be {side * side} grey values, {side} rows of {side}.")
    grey = [integer(f"Each grey value of {field}", v, 0, 255) for v in values]
    if not any(grey):
        raise refuse(f"{field} is empty: draw a digit first.")
    return grey
