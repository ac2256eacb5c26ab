"""Pictures for the Forward tab that the server must fetch: an upload, or a test digit of MNIST.

Both answer into one hidden widget, the inbox, from which assets/web/forward/inbox.js hands them on.
"""

from functools import cache
from pathlib import Path
from typing import Any

import gradio as gr

from explorer.app import checks, share, upload
from explorer.app.controls import note
from explorer.app.theme import template, widget
from explorer.paths import default_root

DIGITS = 10_000  # in MNIST's test set
RAW = [f"{split}-{what}" for split in ("train", "t10k") for what in ("images-idx3", "labels-idx1")]
PRIVACY = (
    "The picture goes to the machine that runs this app, where its file is read once and deleted. "
    "Pixels that something is computed of stay in its memory until others displace them, never on "
    "a disk. Its middle square is used: PNG, JPEG, WebP, GIF or BMP, up to 5 MB and 4096 pixels a "
    "side."
)


def uploaded(path: object) -> dict:
    """A new file, for the inbox; the page makes all sizes from it. Raises gr.Error, a sentence."""
    picture = upload.taken(path)
    return {"key": "upload", **upload.packed(picture), "name": "your picture", "note": ""}


def mnist_folder() -> Path | None:
    """The folder where MNIST lies; None where it is not on this disk as a whole.

    With a file less torchvision would download the set, and the app downloads nothing.
    """
    root = default_root()
    files = [root / "MNIST" / "raw" / f"{name}-ubyte" for name in RAW]
    whole = (root / "mnist.npz").is_file() or all(file.is_file() for file in files)
    return root if whole else None


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
    quiet: dict[str, Any] = dict(api_visibility="private", show_progress="hidden")
    with gr.Row(elem_classes=["drawer", "drawer-upload"]):
        file = gr.UploadButton("Choose a picture", file_types=["image"], size="md")
        inbox = gr.HTML(
            None,
            html_template=template("forward/inbox.html"),
            js_on_load=widget("inbox"),
            apply_default_css=False,
            elem_classes=["explorer-widget"],
            mnist=_offered(),
        )
        note(PRIVACY)
    file.upload(uploaded, file, inbox, **quiet)
    if _offered():
        with gr.Row(elem_classes=["drawer", "drawer-mnist"]):
            number = gr.Number(0, label="Test digit, 0 to 9999", precision=0)
            share.leave(number, "only where MNIST itself is at hand: the link holds no picture")
            another = gr.Button("Another digit", size="md")
        following = f"(number) => Math.floor(Math.random() * {DIGITS})"
        another.click(None, number, number, js=following, api_visibility="private").then(
            digit, number, inbox, **quiet
        )
        gr.on([number.submit, number.blur], digit, number, inbox, **quiet)


@cache
def _offered() -> bool:
    return mnist_folder() is not None
