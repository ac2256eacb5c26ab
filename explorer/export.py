"""Pictures of a run as files: a PNG of its end, an animated GIF of its way."""

import math
from collections.abc import Iterable, Mapping
from pathlib import Path

import torch
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from torch import Tensor

from explorer.files import whole

GAP = 2  # pixels between pictures, before they are enlarged
GROUND = 0.5  # the grey between them, in [-1, 1]


def picture(x: Tensor, zoom: int = 1) -> Image.Image:
    """x (C, H, W) in [-1, 1], C 1 or 3; each pixel becomes zoom × zoom crisp ones."""
    pixels = ((x + 1) * 127.5).clamp(0, 255).round().byte()  # (C, H, W)
    array = pixels.permute(1, 2, 0).contiguous().cpu().numpy()  # (H, W, C)
    image = Image.fromarray(array[..., 0] if len(x) == 1 else array)
    return image.resize((image.width * zoom, image.height * zoom), Image.Resampling.NEAREST)


def tile(x: Tensor, columns: int | None = None) -> Tensor:
    """Pictures (B, C, H, W) side by side as one (C, H', W'), nearly square unless columns say."""
    count, channels, height, width = x.shape
    columns = columns or math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    size = rows * (height + GAP) - GAP, columns * (width + GAP) - GAP
    sheet = torch.full((channels, *size), GROUND)
    for i in range(count):
        top, left = i // columns * (height + GAP), i % columns * (width + GAP)
        sheet[:, top : top + height, left : left + width] = x[i]
    return sheet


def save_png(path: Path, x: Tensor, about: Mapping[str, object], zoom: int = 10) -> None:
    """The pictures x (B, C, H, W) as one PNG; `about` goes into its text entries."""
    text = PngInfo()
    for key, value in about.items():
        text.add_text(key, str(value))
    with whole(path) as part:
        picture(tile(x), zoom).save(part, "PNG", pnginfo=text)


def save_gif(path: Path, steps: Iterable, about: Mapping[str, object], zoom: int = 10) -> None:
    """A run as an animation: x_t on the left, x̂₀ on the right, both on the fixed scale [-1, 1].

    A run lasts about three seconds whatever its number of steps; its end stands still for two.
    """
    pairs = [tile(torch.stack([tile(step.x), tile(step.x0_hat)]), 2) for step in steps]
    frames = [picture(pair, zoom) for pair in pairs]
    each = max(20, 3000 // len(frames))  # ms; browsers slow down what is faster than 20
    with whole(path) as part:
        frames[0].save(
            part,
            "GIF",
            save_all=True,
            append_images=frames[1:],
            duration=[each] * (len(frames) - 1) + [2000],
            loop=0,
            comment="; ".join(f"{key} {value}" for key, value in about.items()).encode(),
        )
