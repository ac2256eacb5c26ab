"""The answers of the questions of Latent, computed."""

import json
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional as F

from explorer import costs
from explorer.app.latent import coding, edits, films, shelf, weights
from explorer.app.latent.asked import CELLS, Edit
from explorer.metrics import psnr
from explorer.models import zoo
from explorer.paths import ASSETS
from explorer.words import questions

from .answers import holds, text

CORNER = 4  # cells a side
FOREIGN = ("landscape", "owl")  # the mountains and the owl


@cache
def shelved() -> dict[str, Tensor]:
    """The pictures of the shelf (1, 3, 64, 64), scenes first."""
    return {tile["key"]: coding.pictured(tile["pixels"]) for tile in shelf.tiles()}


def greys(a: Tensor, b: Tensor) -> float:
    """Root mean square difference, in greys of 255."""
    return 127.5 * (a - b).square().mean().sqrt().item()


@torch.no_grad()
def back(x: Tensor) -> Tensor:
    """What the autoencoder makes of a picture again."""
    return coding.decoded(coding.vae().encode(x))


def test_what_comes_back_of_a_picture():
    scenes = [x for key, x in shelved().items() if key.startswith("scene")]
    whole = {"mode": "bilinear", "align_corners": False}
    rivals = {  # each of about as many numbers
        "almost the same picture": back,
        "a mosaic of 16 × 16 squares": lambda x: F.interpolate(F.avg_pool2d(x, 4), scale_factor=4),
        "a blurred picture": lambda x: F.interpolate(F.adaptive_avg_pool2d(x, 18), 64, **whole),
    }
    off = {name: max(greys(made(x), x) for x in scenes) for name, made in rivals.items()}
    one, other = sorted(off, key=off.get)[:2]
    assert off[one] < 5 and off[one] < off[other] / 2
    holds("latent-encode", one)


def test_how_far_off_a_scene_is_and_how_far_another_picture():
    table = json.loads((ASSETS / "models/scenes-vae.quality.json").read_text("utf-8"))
    usual = 255 / 10 ** (table["reconstruction, PSNR in dB"] / 20)
    said = text("latent-encode")
    assert f"about {usual:.0f} greys" in said and "about ten times" in said
    others = [greys(back(shelved()[key]), shelved()[key]) / usual for key in FOREIGN]
    assert all(8 < times < 12 for times in others)
    assert abs(psnr(back(shelved()["scene-0"]), shelved()["scene-0"]) - 39) < 1, "an example of it"


@torch.no_grad()
def test_how_much_of_a_change_lies_under_its_corner():
    cells = tuple(row * CELLS + column for row in range(CORNER) for column in range(CORNER))
    question = questions.at("Latent/Take it apart")
    assert f"{CELLS} × {CELLS} cells" in question.ask and f"{CORNER} × {CORNER}" in question.ask
    edit = Edit(cells=cells)
    z = coding.vae().encode(shelved()["scene-0"])
    both = coding.decoded(torch.cat([z, edits.applied(z, edit)]))
    share, _ = edits.locality(both[:1], both[1:], edit)
    holds("latent-apart", 100 * share)


@torch.no_grad()
def test_what_the_mean_of_two_latents_is():
    first, second = (tile["pixels"] for tile in shelf.tiles()[:2])
    ways = films.between(first, second)
    half = films.SHARES // 2
    mixed = ways.through_latent[half : half + 1]
    ends = [ways.through_pixels[k].flatten() for k in (0, -1)]
    design = torch.stack([*ends, torch.ones_like(ends[0])], 1).double()
    found = torch.linalg.lstsq(design, mixed.flatten().double()[:, None]).solution
    a, b = found[:2, 0].tolist()
    through = greys((design @ found).float().view_as(mixed), mixed)
    seen = {
        "one scene shining through the other": min(a, b) > 0.3
        and through < greys(ends[0], ends[1]),
        "an even grey": mixed.std() * 127.5 < 10,
        "a third scene with digits of its own": _lost(mixed, ways.latents[half : half + 1]) < 0.2,
    }
    assert sum(map(bool, seen.values())) == 1
    holds("latent-between", next(name for name, yes in seen.items() if yes))
    assert _lost(ways.through_latent[:1], ways.latents[:1]) < 0.2, "of a scene hardly anything"


def _lost(x: Tensor, z: Tensor) -> float:
    """How far the latent of a decoded latent is from it: little, where it is that of a scene."""
    return (coding.vae().encode(x) - z).square().mean().sqrt().item()


def test_in_which_of_the_two_a_digit_stands_out():
    digit, ground = weights.measured()
    names = {True: "in the latent", False: "in the pixels"}
    alike = abs(digit.latent / digit.pixels - 1) < 0.1
    both = "in both for as long: the noise is the same"
    holds("latent-diffuse", both if alike else names[digit.latent > digit.pixels])
    said = text("latent-diffuse")
    assert f"by {digit.latent:.0f} and the picture only by {digit.pixels:.0f}" in said
    assert f"by {ground.latent:.0f} and the picture by {ground.pixels:.0f}" in said


def test_how_much_less_arithmetic_there_is():
    net, vae = zoo.load("scenes"), coding.vae()
    assert 16 * vae.cfg.latent_size**2 == vae.cfg.image_size**2
    latent, full, frugal = (
        costs.gflop(one, *costs.inputs(one, 1))
        for one in (net, *(costs.in_pixels(net.cfg, vae, everywhere=e) for e in (True, False)))
    )
    holds("latent-costs", full / latent)
    assert f"it is {frugal / latent:.0f} times" in text("latent-costs")
