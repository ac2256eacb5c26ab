"""Pictures for the Forward tab that the server must fetch: an upload, or a test digit of MNIST.

Both answer into one hidden widget, the inbox, from which assets/web/forward/inbox.js hands them on.
"""

from functools import cache
from pathlib import Path

import gradio as gr
import numpy as np

from explorer.app import checks, upload
from explorer.app.controls import note
from explorer.app.theme import widget
from explorer.paths import default_root

DIGITS = 10_000  # in MNIST's test set
PRIVACY = (
    "The picture goes to the machine that runs this app, is read once and deleted; it is kept "
    "nowhere else. Its middle square is used: PNG, JPEG, WebP, GIF or BMP, up to 5 MB and 4096 "
    "pixels a side."
)
Answer = tuple[dict, np.ndarray | None]


def uploaded(path: str | None, side, colour, inverted) -> Answer:
    """A new file: (what the inbox gets, the picture to keep). Raises gr.Error with a sentence."""
    if not isinstance(path, str):
        raise checks.refuse("Choose a picture file first.")
    try:
        picture = upload.full(path)
    except (upload.UploadError, OSError) as error:
        raise checks.refuse(str(error)) from None
    finally:
        Path(path).unlink(missing_ok=True)
    return changed(picture, side, colour, inverted), picture


def changed(picture: np.ndarray | None, side, colour, inverted) -> dict | None:
    """The kept picture at another size, in grey or colour; None before there is one."""
    side = int(checks.choice("Size", str(side), [str(s) for s in upload.SIDES]))
    colour = checks.choice("Colour", colour, ("grey", "colour")) == "colour"
    if not isinstance(inverted, bool):
        raise checks.refuse("Inverted must be on or off.")
    if picture is None:
        return None
    return {
        "key": "upload",
        **upload.packed(upload.resized(picture, side, colour, inverted)),
        "full": upload.packed(upload.resized(picture, upload.FULL, True, inverted)),
        "name": "your picture",
        "note": f"Your picture, averaged to {side} × {side} pixels.",
    }


def mnist_folder() -> Path | None:
    """The folder where MNIST's test digits lie; None where they are not on this disk."""
    root = default_root()
    raw = root / "MNIST" / "raw" / "t10k-images-idx3-ubyte"
    known = (root / "mnist.npz", raw, raw.with_name(raw.name + ".gz"))
    return root if any(file.is_file() for file in known) else None


@cache
def _mnist():
    from explorer.data.images import load_images

    return load_images("mnist", train=False)


def digit(number) -> dict:
    """A test digit by its number. Raises gr.Error with a sentence."""
    from explorer.data.rules import DataError

    number = checks.integer("Number of the digit", number, 0, DIGITS - 1)
    try:
        images = _mnist()
        pixels, label = images.pixels[number, 0].numpy(), int(images.labels[number])
    except (DataError, OSError, IndexError) as error:
        raise checks.refuse(str(error)) from None
    return {
        "key": "mnist",
        **upload.packed(pixels),
        "name": f"a {label}",
        "note": f"Test digit {number} of MNIST, a {label}: no network here was trained on it.",
    }


def build() -> None:
    """The two panels that the tiles of the tab unfold, and the inbox."""
    inbox = gr.HTML(
        None,
        html_template="<span></span>",
        js_on_load=widget("inbox"),
        apply_default_css=False,
        elem_classes=["explorer-widget", "inbox"],
        mnist=_offered(),
    )
    quiet = dict(api_visibility="private", show_progress="hidden")
    kept = gr.State(None, time_to_live=3600)
    with gr.Row(elem_classes=["drawer", "drawer-upload"]):
        file = gr.UploadButton("Choose a picture", file_types=["image"], type="filepath", size="md")
        sides = [str(s) for s in upload.SIDES]
        side = gr.Radio(sides, value="64", label="Pixels a side", elem_classes="chips")
        colour = gr.Radio(["grey", "colour"], value="colour", label="In", elem_classes="chips")
        inverted = gr.Checkbox(False, label="Swap black and white (ink on paper)")
        note(PRIVACY)
    made = [side, colour, inverted]
    file.upload(uploaded, [file, *made], [inbox, kept], **quiet)
    gr.on([control.input for control in made], changed, [kept, *made], inbox, **quiet)
    if _offered():
        with gr.Row(elem_classes=["drawer", "drawer-mnist"]):
            number = gr.Number(0, label="Test digit, 0 to 9999", precision=0)
            another = gr.Button("Another digit", size="md")
        following = f"(number) => Math.floor(Math.random() * {DIGITS})"
        another.click(None, number, number, js=following, api_visibility="private").then(
            digit, number, inbox, **quiet
        )
        gr.on([number.submit, number.blur], digit, number, inbox, **quiet)


@cache
def _offered() -> bool:
    return mnist_folder() is not None
