"""One jump from every level, and the exact means beside it."""

import json

import gradio as gr
import pytest
import torch

from explorer import ideal, told
from explorer.app import studio
from explorer.app.inside import asked, jump
from explorer.data.images import default_root, load_images
from explorer.denoisers import from_network
from explorer.schedules import Level

from .answers import text
from .inside import BAD, other_model

PURE = Level(torch.tensor([0.0]), torch.tensor([1.0]))


def test_a_mean_of_two_pictures_is_weighted_by_hand():
    """a weighs exp(−|x − alpha a|² / (2 sigma²)), and b likewise."""
    a = torch.tensor([[[0.5, -0.5], [1.0, 0.25]]], dtype=torch.float64)
    b, level = torch.zeros_like(a) - 0.25, Level(0.6, 0.8)
    x = torch.tensor([[[[0.1, 0.4], [-0.2, 0.3]]]], dtype=torch.float64)
    apart = [(x - 0.6 * d).square().sum() / (2 * 0.8**2) for d in (a, b)]
    weight = 1 / (1 + torch.exp(apart[0] - apart[1]))
    data = torch.stack([a, b])
    assert abs(ideal.posterior(data)(x, level)[0, 0] - weight) < 1e-12
    mean = ideal.empirical(data)(x, level)
    assert (mean - (weight * a + (1 - weight) * b)).abs().max() < 1e-12


def test_the_exact_means_are_those_of_ideal_empirical():
    digits, labels = jump._gallery()
    one = asked.Asked(7, 0, 82)
    found = jump.exact(one.xt, one.level, 7)
    of_class = digits[[k for k, label in enumerate(labels) if label == 7]]
    for name, data in (("all", digits), ("class", of_class)):
        x0_hat, weight = found[name]
        assert (x0_hat - ideal.empirical(data)(one.xt, one.level)).abs().max() < 1e-12
        assert 0 < weight.item() < 1


def test_at_pure_noise_the_exact_mean_is_the_gallery_s():
    digits, labels = jump._gallery()
    one = asked.Asked(3, 5, 90)
    found = jump.exact(one.xt.double(), PURE, 3)
    assert (found["all"][0] - digits.double().mean(0)).abs().max() < 1e-12
    of_class = digits[[k for k, label in enumerate(labels) if label == 3]]
    assert (found["class"][0] - of_class.double().mean(0)).abs().max() < 1e-12
    assert abs(found["all"][1].item() - 1 / len(labels)) < 1e-12


def test_the_film_is_one_call_a_level():
    """Batched or alone, told or untold: each frame's error is that of the plain call."""
    value, _ = jump.run("2", 1, 70)
    assert len(json.dumps(value)) < 300_000
    lines = {line["key"]: dict(line["points"]) for line in value["plots"][0]["series"]}
    for degrees in (2, 70, 90):
        one = asked.Asked(2, 1, degrees)
        for name, context in (("told digit 2", one.context), ("told nothing", one.null)):
            x0_hat = from_network(studio.engine(), context=context)(one.xt, one.level)
            error = told.rms(x0_hat - one.x0).item()
            assert abs(lines[f"network, {name}"][degrees] - error) < 1e-4
    assert value["at"][value["film"]["start"]] == 70 and len(value["at"]) == len(jump.ANGLES)


def test_the_exact_mean_memorises_and_the_network_does_not():
    value, _ = jump.run("7", 0, 45)
    lines = {line["key"]: dict(line["points"]) for line in value["plots"][0]["series"]}
    assert lines["exact, over the gallery"][60] < 1e-6 < 0.1 < lines["network, told nothing"][60]


def test_at_pure_noise_the_network_draws_the_mean_of_its_data():
    """The answer's number; the data are on the machine that measures, not in the repository."""
    if not (default_root() / "MNIST" / "raw" / "train-images-idx3-ubyte").is_file():
        pytest.skip("MNIST is not here; EXPLORER_DATA names its folder.")
    mean = load_images("mnist").pixels.float().mean(0) / 127.5 - 1
    one = asked.Asked(degrees=90)
    x0_hat = from_network(studio.engine(), context=one.null)(one.xt, one.level)
    assert round(told.rms(x0_hat - mean).item(), 2) == 0.03
    assert "0.03 (rms)" in text(f"U-Net/{jump.TITLE}")


@pytest.mark.parametrize("values, field", BAD)
def test_what_is_no_request_is_refused_by_name(values, field):
    with pytest.raises(gr.Error, match=f"{field} must"):
        jump.run(*values)


def test_other_pictures_have_no_gallery_and_so_no_exact_means(tmp_path):
    with other_model(tmp_path, (jump._jumped,)):
        value, note = jump.run("1", 0, 45)
        assert len(value["film"]["tracks"]) == 3 and len(value["plots"][0]["series"]) == 2
        assert jump.NO_GALLERY in note and "48 network evaluations" in value["about"]
        value = jump._jumped(asked.Asked(7, 0, 45))  # three classes: nothing to tell it
        assert len(value["film"]["tracks"]) == 2 and "24 network evaluations" in value["about"]
