"""The quiz: every answer that is a number or a comparison is computed."""

import json
import re

import numpy as np
import pytest
import torch
from PIL import Image

from explorer import forward, ideal, illposed, metrics, samplers, schedules
from explorer.denoisers import guided
from explorer.models import zoo
from explorer.paths import ASSETS
from explorer.schedules import Level
from explorer.words import quiz

from .places import places

ITEMS = {item.id: item for item in quiz.load()}
JUDGED = {"silenced-head"}  # an argument about what follows; it has no number


def first_number(text: str) -> float:
    return float(re.search(r"−?\d+(?:\.\d+)?", text)[0].replace("−", "-"))


def same_noise(item):
    rng = torch.Generator().manual_seed(0)
    a, b, eps = torch.rand(3, 1, 1, 8, 8, generator=rng, dtype=torch.float64)
    level = schedules.linear()(600)
    left = forward.noised(a, level, eps) - forward.noised(b, level, eps)
    assert (left - level.alpha * (a - b)).abs().max() < 1e-15 and level.alpha < 1
    assert item.right == "The difference a − b, only fainter"


def other_schedule(item):
    linear, cosine = schedules.linear(), schedules.cosine()
    for t in range(1, 990, 37):  # but for the very end, which the linear schedule does not reach
        there = linear(schedules.time_of(linear, cosine(t)))
        assert abs(there.angle - cosine(t).angle) < 1e-3, "the same amount at another t"
    assert item.right.startswith("Nothing")


def count_evaluations(item):
    asked = {"Heun": samplers.evaluations("heun", 10), "DDIM": samplers.evaluations("ddim", 19)}
    assert asked["Heun"] == asked["DDIM"] == first_number(item.right)


def between_two(item):
    means = torch.tensor([[-1.0], [1.0]], dtype=torch.float64)
    exact = ideal.mixture(means, torch.full((2,), 1e-3).double(), torch.full((2,), 0.5).double())
    x0_hat = exact(torch.zeros(1, 1, dtype=torch.float64), schedules.linear()(700))
    assert abs(x0_hat.item() - first_number(item.right)) < 1e-12


def one_corner(item):
    told, untold = torch.full((2, 1, 1, 4, 4), 0.2).unbind()
    told[..., :2, :2] = 0.5
    x, level = torch.zeros_like(told), Level(0.6, 0.8)
    small, large = (guided(lambda *_: told, lambda *_: untold, s)(x, level) for s in (2.0, 8.0))
    further = large - small
    assert (further[told != untold] > 0).all() and (further[told == untold] == 0).all()
    assert item.right.startswith("Only that corner")


def blurred_texture(item):
    vae, file = zoo.load("scenes-vae"), ASSETS / "models" / "scenes-vae.quality.json"
    owl = Image.open(ASSETS / "pictures" / "owl.png").convert("RGB").resize((64, 64))
    x = torch.from_numpy(np.asarray(owl).copy()).permute(2, 0, 1)[None] / 127.5 - 1
    with torch.no_grad():
        back = vae.decode(vae.encode(x))
    known = json.loads(file.read_text("utf-8"))["reconstruction, PSNR in dB"]
    assert metrics.psnr(x, back) < known - 10, "no sampler took part, and the texture is lost"
    assert item.right == "Another autoencoder"


def two_losses(item):
    level = Level(0.5, 0.75**0.5)
    rows = [[0.3, 0.7], [0.1, -0.4], [0.06**0.5, 0.0]]
    x, v_hat, wrong = torch.tensor(rows, dtype=torch.float64)
    change = illposed.renamed(v_hat + wrong, x, level, "v", "eps")
    change = change - illposed.renamed(v_hat, x, level, "v", "eps")
    loss = change.square().sum().item()  # what B's loss of 0.06 in v is in ε
    assert abs(loss - 0.015) < 1e-12 and loss < 0.02
    assert item.right.startswith("B’s")


COMPUTED = {
    "same-noise": same_noise,
    "other-schedule": other_schedule,
    "count-evaluations": count_evaluations,
    "between-two": between_two,
    "one-corner": one_corner,
    "blurred-texture": blurred_texture,
    "two-losses": two_losses,
}


@pytest.mark.parametrize("name", COMPUTED)
def test_the_answer_is_what_is_computed(name):
    COMPUTED[name](ITEMS[name])


def test_there_are_eight_each_computed_and_each_at_a_place():
    assert len(ITEMS) == 8 and COMPUTED.keys() | JUDGED == ITEMS.keys()
    assert {item.place for item in ITEMS.values()} <= places()
    assert len({item.place for item in ITEMS.values()}) == 8, "a place each"


def test_the_right_answer_is_not_known_by_its_place_or_length():
    counts = [sum(item.index == k for item in ITEMS.values()) for k in range(quiz.OPTIONS)]
    assert max(counts) <= 2
    longest = [item for item in ITEMS.values() if max(item.options, key=len) == item.right]
    assert len(longest) <= 4


def test_a_wrong_file_is_refused_in_a_sentence():
    row = {"id": "a", "place": "x", "ask": "?", "why": "", "source": ""}
    with pytest.raises(ValueError, match="4 different options"):
        quiz.Item(**row, options=("a", "b", "c", "c"), right="a")
    with pytest.raises(ValueError, match="word for word"):
        quiz.Item(**row, options=("a", "b", "c", "d"), right="e")
