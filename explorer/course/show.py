"""Animations in a notebook."""

import io
from collections.abc import Iterable
from typing import Any

from torch import Tensor

from explorer.export import picture, tile


def animation(
    frames: Iterable[Tensor], alt: str, *, zoom: int = 4, seconds: float = 3.0, shades: int = 256
) -> Any:
    """An animated GIF for a notebook, as the last expression of a cell.

    Args:
        frames: pictures (C, H, W) or rows of pictures (B, C, H, W), B beside each other, in
            [-1, 1], C 1 or 3.
        alt: what there is to see, in a sentence, for who cannot see it.
        zoom: screen pixels a pixel.
        seconds: how long it runs; its end then stands still for two.
        shades: values that a colour can take, 2 to 256. Fewer make a smaller file: where pictures
            are of many colours, 16 take a quarter of the space, and show steps in soft edges.

    Returns an IPython.display.Image, which is imported only here.
    """
    from IPython.display import Image  # only notebooks have it

    pictures = [
        picture(_coarse(tile(frame, len(frame)) if frame.ndim == 4 else frame, shades), zoom)
        for frame in frames
    ]
    each = max(20, round(1000 * seconds / len(pictures)))  # ms; browsers slow down what is faster
    file = io.BytesIO()
    pictures[0].save(
        file,
        "GIF",
        save_all=True,
        append_images=pictures[1:],
        duration=[each] * (len(pictures) - 1) + [2000],
        loop=0,
    )
    return Image(data=file.getvalue(), format="gif", alt=alt)


def _coarse(x: Tensor, shades: int) -> Tensor:
    """x in [-1, 1], rounded to one of `shades` values, both ends among them."""
    share = (x.clamp(-1, 1) + 1) / 2
    return (share * (shades - 1)).round() / (shades - 1) * 2 - 1
