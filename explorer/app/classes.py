"""The choice of a class of the running model: its control, its check, its name in a sentence."""

from collections.abc import Sequence
from html import escape

import gradio as gr

from explorer.app import checks, labels

MOST_CHIPS = 20  # choices that are shown side by side; more fold into a list


def opening(preferred: str = "7") -> str:
    """The class that a control opens with: the preferred one, else the first, else "none"."""
    values = labels.now().values
    return preferred if preferred in values else next(iter(values), "none")


def choice(
    value: str = "7", *, also: Sequence[str] = (), label: str = "", classes: str = ""
) -> gr.Radio | gr.Dropdown:
    """A choice of the running model's classes, by name; what it sends is a number as text.

    also: further values, such as "none". A model without classes offers "none" alone.
    """
    known = labels.now()
    offered = [(known.name(int(v)), v) for v in known.values]
    offered += [(v, v) for v in also if offered]
    offered = offered or [("any: it was trained without classes", "none")]
    kind = gr.Radio if len(offered) <= MOST_CHIPS else gr.Dropdown
    begin = value if value in (*known.values, *also) and known.names else offered[0][1]
    label = label or known.word
    return kind(offered, value=begin, label=label, elem_classes=f"chips {classes}".strip())


def checked(field: str, value: object, *, also: Sequence[str] = ()) -> str:
    """A value of `choice`, or a gr.Error."""
    values = labels.now().values
    return checks.choice(field, value, (*values, *also) if values else ("none",))


def told(label: int | None) -> str:
    """What a run was told, fit for HTML: "Digit 7", "Class circles" or "No label"."""
    if label is None:
        return "No label"
    return f"{labels.now().word} {escape(labels.now().name(label))}"


def asked(digit: str) -> int | None:
    """The label of a choice of DIGITS or "none"."""
    return None if digit == "none" else int(digit)
