"""Three colour pictures of 256 x 256, drawn by this code: structure at every scale, from the sun
to a blade of grass, for the tab that noises pictures at several resolutions.

`python -m explorer.app.pictures` draws `assets/pictures/*.png` again.
"""

import base64
import math
from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from explorer.paths import ASSETS

FOLDER = ASSETS / "pictures"
SIDE, FINER = 256, 4  # drawn four times as large, then averaged
COLOURS = 160  # of the palette that each file keeps
ABOUT = {
    "landscape": ("Mountains", "mountains behind a lake at sunset, with fir trees and grass"),
    "owl": ("Owl", "the face of an owl with large orange eyes and fine feathers"),
    "page": ("Shapes", "a letter A, circles, stripes of growing frequency and lines of text"),
}


@cache
def picture(key: str) -> np.ndarray:
    """One of the pictures, uint8 (256, 256, 3)."""
    return np.asarray(Image.open(FOLDER / f"{key}.png").convert("RGB"))


def payload() -> list[dict]:
    """The pictures for a widget: key, label, a description, and the PNG file as base64."""
    return [
        {
            "key": key,
            "label": label,
            "alt": alt,
            "png": base64.b64encode((FOLDER / f"{key}.png").read_bytes()).decode("ascii"),
        }
        for key, (label, alt) in ABOUT.items()
    ]


class Canvas:
    """A large picture to draw on with coordinates in [0, 256]."""

    def __init__(self, ground: str | Image.Image = "white"):
        size = (SIDE * FINER, SIDE * FINER)
        self.image = Image.new("RGB", size, ground) if isinstance(ground, str) else ground
        self.pen = ImageDraw.Draw(self.image)

    def shape(self, points, colour) -> None:
        self.pen.polygon([(x * FINER, y * FINER) for x, y in points], fill=colour)

    def disc(self, x, y, rx, ry, colour) -> None:
        box = [(x - rx) * FINER, (y - ry) * FINER, (x + rx) * FINER, (y + ry) * FINER]
        self.pen.ellipse(box, fill=colour)

    def line(self, points, colour, width=1.0) -> None:
        places = [(x * FINER, y * FINER) for x, y in points]
        self.pen.line(places, fill=colour, width=max(1, round(width * FINER)), joint="curve")

    def done(self) -> Image.Image:
        return self.image.resize((SIDE, SIDE), Image.Resampling.BOX)


def mixed(a, b, share: float) -> tuple[int, int, int]:
    """A colour between two, share 0 is a."""
    return tuple(round(u + share * (v - u)) for u, v in zip(a, b, strict=True))


def gradient(stops) -> Image.Image:
    """A picture whose rows run through (height in [0, 1], colour)."""
    y = np.linspace(0, 1, SIDE * FINER)
    at, colours = zip(*stops, strict=True)
    rows = np.stack([np.interp(y, at, [c[i] for c in colours]) for i in range(3)], 1)  # (H, 3)
    return Image.fromarray(np.tile(np.rint(rows).astype(np.uint8)[:, None], (1, len(y), 1)))


def ridge(rng, base: float, height: float, rough: float) -> list[tuple[float, float]]:
    """A mountain line by sums of random waves, closed below."""
    x = np.linspace(0, SIDE, 513)
    y = np.full_like(x, base)
    for octave in range(7):
        phase, wave = rng.uniform(0, 2 * math.pi), 1.3 * 2**octave * 2 * math.pi / SIDE
        y -= height * rough**octave * np.abs(np.sin(wave * x / 2 + phase))
    return [*zip(x.tolist(), y.tolist(), strict=True), (SIDE, SIDE), (0, SIDE)]


def landscape() -> Image.Image:
    """Sky, sun, four ranges, their mirror in a lake, firs and grass before it."""
    rng = np.random.default_rng(7)
    paper = Canvas(
        gradient(
            [
                (0, (38, 60, 122)),
                (0.3, (196, 120, 142)),
                (0.5, (255, 190, 110)),
                (1, (255, 226, 150)),
            ]
        )
    )
    paper.disc(176, 96, 22, 22, (255, 246, 205))
    far, near = (190, 122, 140), (34, 42, 74)
    for i, (base, height, rough) in enumerate(
        ((140, 40, 0.5), (150, 34, 0.52), (158, 24, 0.55), (164, 13, 0.6))
    ):
        paper.shape(ridge(rng, base, height, rough), mixed(far, near, i / 3))
    shore = 160
    big = np.asarray(paper.image).copy()
    cut = shore * FINER
    mirror = big[cut - 1 : 2 * cut - big.shape[0] - 1 : -1]  # what stands above, upside down
    rows = np.arange(len(mirror))
    shift = np.rint(5 * FINER * np.sin(rows**0.8 / 6) * rows / len(rows)).astype(int)
    ripples = np.stack([np.roll(row, s, 0) for row, s in zip(mirror, shift, strict=True)])
    light = 0.82 + 0.1 * np.sin(rows / (2.2 * FINER))[:, None, None]
    big[cut : cut + len(mirror)] = np.clip(ripples * light + (0, 4, 14), 0, 255)
    paper = Canvas(Image.fromarray(big))
    paper.shape([(0, 214), (70, 226), (150, 238), (256, 232), (256, 256), (0, 256)], (20, 30, 30))
    for x, foot, tall in (
        (26, 222, 104),
        (54, 228, 74),
        (8, 220, 66),
        (226, 236, 88),
        (246, 236, 56),
    ):
        fir(paper, rng, x, foot, tall)
    for _ in range(420):
        at, low = rng.uniform(0, 256), rng.uniform(236, 258)
        lean, high = rng.uniform(-4, 4), rng.uniform(6, 20)
        green = mixed((22, 40, 34), (150, 170, 80), rng.uniform(0, 1) ** 2)
        paper.line(
            [(at, low), (at + lean / 3, low - high / 2), (at + lean, low - high)], green, 0.7
        )
    return paper.done()


def fir(paper: Canvas, rng, x: float, foot: float, tall: float) -> None:
    """A fir of many drooping twigs."""
    paper.line([(x, foot), (x, foot - tall)], (16, 20, 22), 2)
    for i in range(46):
        up = i / 46
        reach = (1 - up) * tall * 0.24 * rng.uniform(0.75, 1.1) + 1
        y = foot - 6 - up * (tall - 6)
        dark = mixed((10, 22, 24), (34, 62, 52), rng.uniform(0, 1))
        for side in (-1, 1):
            paper.line([(x, y - 3), (x + side * reach, y + reach * 0.35)], dark, 1.6)


def owl() -> Image.Image:
    """An owl's face: two great eyes, a beak, and feathers of a few pixels."""
    rng = np.random.default_rng(3)
    paper = Canvas(gradient([(0, (24, 58, 72)), (1, (70, 120, 104))]))
    for _ in range(60):  # leaves behind
        x, y, turn = rng.uniform(0, 256), rng.uniform(0, 256), rng.uniform(0, math.pi)
        dx, dy = 18 * math.cos(turn), 18 * math.sin(turn)
        leaf = [
            (x - dx, y - dy),
            (x + dy / 3, y - dx / 3),
            (x + dx, y + dy),
            (x - dy / 3, y + dx / 3),
        ]
        paper.shape(leaf, mixed((20, 66, 62), (120, 160, 96), rng.uniform(0, 1)))
    body, pale = (124, 82, 48), (232, 205, 160)
    paper.disc(128, 236, 98, 90, mixed(body, (0, 0, 0), 0.25))
    paper.disc(128, 122, 92, 88, body)
    for side in (-1, 1):
        ear = [(128 + side * 86, 18), (128 + side * 26, 58), (128 + side * 84, 100)]
        paper.shape(ear, mixed(body, (0, 0, 0), 0.2))
    for side in (-1, 1):
        paper.disc(128 + side * 40, 116, 46, 50, pale)
    feathers(paper, rng, body, pale)
    for side in (-1, 1):
        x = 128 + side * 38
        paper.disc(x, 112, 27, 27, (60, 34, 18))
        paper.disc(x, 112, 24, 24, (246, 152, 30))
        for k in range(40):
            turn = 2 * math.pi * k / 40
            c, s = math.cos(turn), math.sin(turn)
            tone = mixed((200, 96, 10), (255, 206, 90), rng.uniform(0, 1))
            paper.line([(x + 13 * c, 112 + 13 * s), (x + 23 * c, 112 + 23 * s)], tone, 1)
        paper.disc(x, 112, 13, 13, (14, 12, 12))
        paper.disc(x - 5, 106, 4, 4, (255, 255, 255))
    paper.shape([(118, 134), (138, 134), (128, 168)], (58, 52, 48))
    paper.shape([(121, 135), (129, 135), (127, 158)], (128, 120, 108))
    return paper.done()


def feathers(paper: Canvas, rng, body, pale) -> None:
    """Strokes that point away from the eyes and the beak."""
    for _ in range(5200):
        x, y = rng.uniform(28, 228), rng.uniform(24, 256)
        inside = ((x - 128) / 92) ** 2 + ((y - 122) / 88) ** 2 < 1
        if not (inside or ((x - 128) / 98) ** 2 + ((y - 236) / 90) ** 2 < 1):
            continue
        side = 1 if x > 128 else -1
        ex, ey = 128 + side * 40, 116
        far = math.hypot(x - ex, y - ey)
        turn = math.atan2(y - ey, x - ex) if far < 56 else math.pi / 2
        disc = ((x - ex) / 46) ** 2 + ((y - ey) / 50) ** 2 < 1
        tone = mixed(
            *((pale, (150, 104, 64)) if disc else (body, (226, 190, 140))), rng.uniform(0, 0.8) ** 2
        )
        if not disc and rng.uniform() < 0.35:
            tone = mixed(body, (30, 18, 12), rng.uniform(0.3, 0.9))
        long = 5 if disc else 8
        paper.line([(x, y), (x + long * math.cos(turn), y + long * math.sin(turn))], tone, 0.8)


def page() -> Image.Image:
    """Coarse shapes and fine ones side by side, to see which drown first."""
    rng = np.random.default_rng(1)
    paper = Canvas("#f6f1e4")
    for side in (-1, 1):  # a letter A of two strokes and a bar
        paper.line([(66, 18), (66 + side * 42, 122)], (0, 82, 136), 15)
    paper.line([(40, 88), (92, 88)], (0, 82, 136), 12)
    for i, radius in enumerate(range(48, 3, -5)):
        paper.disc(188, 68, radius, radius, ((200, 70, 20), (250, 205, 120))[i % 2])
    x = 12.0
    for k in range(60):  # stripes: each a little thinner than the one before
        wide = 12 * 0.93**k
        if x + wide > 244:
            break
        paper.shape([(x, 136), (x + wide / 2, 136), (x + wide / 2, 176), (x, 176)], (20, 110, 90))
        x += wide
    for row in range(8):
        y, x = 190 + row * 8, 12.0
        while x < 236:
            word = rng.uniform(5, 22)
            for letter in np.arange(x, min(x + word, 244), 2.6):
                tall = rng.uniform(2.2, 5)
                paper.line(
                    [(letter, y), (letter + rng.uniform(-0.6, 1.4), y - tall)], (52, 48, 60), 0.8
                )
            x += word + 5
    return paper.done()


def main() -> None:
    """Draw all pictures again."""
    FOLDER.mkdir(exist_ok=True)
    for key, draw in {"landscape": landscape, "owl": owl, "page": page}.items():
        soft = draw().filter(ImageFilter.GaussianBlur(0.3))
        few = soft.quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(FOLDER / f"{key}.png", optimize=True)


if __name__ == "__main__":
    main()
