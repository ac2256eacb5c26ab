"""A lie about the noise: the truth is the plain call, and 0 degrees give x_t back."""

import base64
import json

import gradio as gr
import numpy as np
import pytest
import torch

from explorer import told
from explorer.app import studio
from explorer.app.inside import asked, lie
from explorer.denoisers import from_network

from .inside import BAD, other_model


def lied(one: asked.Asked, degrees: list[float]):
    v_hat = told.answers(studio.engine(), one.xt, degrees, one.context)
    return told.believed(one.xt, v_hat, degrees)


@pytest.mark.parametrize("degrees", [1, 45, 63.5, 90])
def test_the_truth_is_the_plain_call(degrees):
    one = asked.Asked(4, 3, degrees)
    plain = from_network(studio.engine(), context=one.context)(one.xt, one.level)
    x0_hat, eps_hat = lied(one, [20, degrees, 80])
    assert (x0_hat[1:2] - plain).abs().max() < 2e-6
    alpha, sigma = one.level
    assert (alpha * x0_hat[1:2] + sigma * eps_hat[1:2] - one.xt).abs().max() < 1e-6


def test_told_that_there_is_no_noise_the_guess_is_what_it_sees():
    one = asked.Asked()
    x0_hat, _ = lied(one, [0])
    assert (x0_hat - one.xt).abs().max() < 1e-6
    a, b = told.shares(x0_hat, one.x0, one.eps)
    assert abs(a.item() - one.level.alpha) < 1e-5 and abs(b.item() - one.level.sigma) < 1e-5


def test_shares_are_what_a_picture_was_mixed_of():
    rng = torch.Generator().manual_seed(0)
    x0, eps = torch.randn(2, 1, 3, 8, 8, generator=rng).unbind()
    mixed = torch.stack([0.3 * x0 - 0.2 * eps + 5, x0, 0 * x0])
    a, b = told.shares(mixed, x0, eps)
    assert (a - torch.tensor([0.3, 1, 0])).abs().max() < 1e-6
    assert (b - torch.tensor([-0.2, 0, 0])).abs().max() < 1e-6


def test_less_leaves_noise_in_and_more_wipes_out_the_picture():
    """What the chapter says of the shipped model, on ten digits at 45 degrees."""
    found = []
    for digit in range(10):
        one = asked.Asked(digit, digit, 45)
        x0_hat, _ = lied(one, [20, 45, 80])
        a, b = told.shares(x0_hat, one.x0, one.eps)
        found.append(torch.stack([a, b, told.rms(x0_hat - one.x0) ** 2]))
    a, b, error = torch.stack(found).unbind(1)  # (10, 3) each
    assert (b[:, 0] > 0.25).all() and b[:, 1:].mean(0).max() < 0.05
    assert (a[:, 2] < a[:, 1] - 0.05).all()
    assert error.mean(0).argmin() == 1


@pytest.mark.parametrize("degrees", [1, 1.5, 44, 45, 89.5, 90])
def test_the_truth_is_among_what_is_told_and_so_are_the_ends(degrees):
    angles = lie.told(degrees)
    assert degrees in angles and angles == sorted(set(angles))
    assert (angles[0], angles[-1], len(angles)) == (0, 90, lie.COUNT)


def test_the_film_and_the_plots_say_the_same():
    value = lie.run("7", 0, 45)
    assert len(json.dumps(value)) < 300_000
    at = value["at"]
    error, crowd, ring = value["plots"][0]["series"]
    notes = value["film"]["tracks"][0]["notes"]
    assert [f"error {y:.3f}" for _, y in error["points"]] == notes
    assert [x for x, _ in error["points"]] == at and ring["points"][0][0] == 45
    assert len(crowd["points"]) == lie.FEW
    frames = np.frombuffer(base64.b64decode(value["film"]["tracks"][0]["frames"]), np.uint8)
    shown = frames.reshape(len(at), 28, 28) / 127.5 - 1
    one = asked.Asked(7, 0, 45)
    clipped = lied(one, at)[0][:, 0].clamp(-1, 1).numpy()
    assert np.abs(shown - clipped).max() < 1 / 127
    assert value["film"]["start"] == at.index(45)


@pytest.mark.parametrize("values, field", BAD)
def test_what_is_no_request_is_refused_by_name(values, field):
    with pytest.raises(gr.Error, match=f"{field} must"):
        lie.run(*values)


def test_a_model_of_other_pictures_and_labels_is_lied_to_as_well(tmp_path):
    with other_model(tmp_path, (lie._lied, lie._crowd)):
        value = lie.run("1", 0, 60)
    assert value["film"]["tracks"][0]["shape"] == [lie.COUNT, 32, 32, 3]
    assert "told class 1" in value["about"] and len(value["plots"][0]["series"]) == 2
