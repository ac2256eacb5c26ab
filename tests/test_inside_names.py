"""Three names of one prediction: the identities, and by how much an error grows between them."""

import base64
import json
import math

import gradio as gr
import numpy as np
import pytest
import torch

from explorer import illposed, told
from explorer.app import studio
from explorer.app.inside import asked, names

from .inside import BAD, other_model

LEVELS = [1, 20, 45, 70, 89, 90]
PAIRS = [("v", "x0"), ("v", "eps"), ("eps", "x0"), ("x0", "eps")]


def called(one: asked.Asked) -> dict:
    v_hat = studio.engine()(one.xt, torch.tensor([one.angle]), one.context)
    return illposed.named(one.xt, v_hat, one.level)


@pytest.mark.parametrize("degrees", LEVELS)
def test_the_identities_hold_on_the_shipped_network(degrees):
    one = asked.Asked(7, 0, degrees)
    (alpha, sigma), xt, found = one.level, one.xt.double(), called(one)
    v, eps, x0 = (found[name] for name in illposed.NAMES)
    sides = [
        (x0, alpha * xt - sigma * v),
        (eps, sigma * xt + alpha * v),
        (v, alpha * eps - sigma * x0),
        (xt, alpha * x0 + sigma * eps),
    ]
    for left, right in sides:
        assert (left - right).abs().max() < 1e-6


@pytest.mark.parametrize("degrees", LEVELS)
def test_they_hold_for_the_numbers_that_the_page_gets(degrees):
    sent = names.run("7", 0, degrees)
    a, s = sent["alpha"], sent["sigma"]
    xt, eps, x0, v = (
        np.frombuffer(base64.b64decode(sent["parts"][key]), np.float32).astype(float)
        for key in ("xt", "eps", "x0", "v")
    )
    assert xt.size == math.prod(sent["shape"]) == 784
    for left, right in ((x0, a * xt - s * v), (eps, s * xt + a * v), (v, a * eps - s * x0)):
        assert np.abs(left - right).max() < 1e-6
    assert np.abs(xt - (a * x0 + s * eps)).max() < 1e-6


@pytest.mark.parametrize("name, wanted", PAIRS)
@pytest.mark.parametrize("degrees", [1, 30, 80, 89.5])
def test_an_error_grows_by_its_factor(name, wanted, degrees):
    one = asked.Asked(2, 1, degrees)
    found, noise = called(one), torch.randn(one.xt.shape)
    wrong = illposed.hundredth(found[name], noise.double())
    before = told.rms(wrong - found[name])
    after = told.rms(illposed.renamed(wrong, one.xt, one.level, name, wanted) - found[wanted])
    assert abs(after / before / illposed.factor(one.level, name, wanted) - 1).item() < 1e-6
    relative = before / found[name].square().mean().sqrt()
    assert abs(relative.item() - 0.01) < 1e-9


def test_at_pure_noise_eps_says_nothing_of_the_picture():
    one = asked.Asked(7, 0, 90)
    assert illposed.factor(one.level, "eps", "x0") is None
    grown = illposed.grown(called(one), one.xt, one.level, "x0", "hundredth", one.eps)
    assert grown["eps"] is None and grown["v"] is not None
    with pytest.raises(ValueError, match="alpha must not be 0"):
        illposed.renamed(one.eps, one.xt, one.level, "eps", "x0")


def test_from_v_no_error_ever_grows():
    for degrees in names.ANGLES:
        level = asked.Asked(degrees=degrees).level
        assert max(illposed.factor(level, "v", wanted) for wanted in ("x0", "eps")) <= 1


def test_the_plots_say_undefined_at_pure_noise_and_never_a_number():
    for kind in names.KINDS:
        value = names.grow("7", 0, 45, kind)
        assert len(json.dumps(value)) < 300_000
        lines = {line["key"]: line["points"] for line in value["plots"][0]["series"]}
        assert lines["from ε̂"][-1] == [90, None]
        assert all(y > 0 for _, y in [*lines["from v̂"], *lines["from ε̂"][:-1]])
    track = value["film"]["tracks"][1]
    assert track["caption"] == "from ε̂" and track["notes"][-1] == names.UNDEFINED


@pytest.mark.parametrize("values, field", BAD)
def test_what_is_no_request_is_refused_by_name(values, field):
    for handler in (names.run, lambda *v: names.grow(*v, "half")):
        with pytest.raises(gr.Error, match=f"{field} must"):
            handler(*values)


@pytest.mark.parametrize("kind", [None, 1, math.nan, ["half"], "quarter"])
def test_an_unknown_error_is_refused(kind):
    with pytest.raises(gr.Error, match="Error must"):
        names.grow("7", 0, 45, kind)


def test_colour_pictures_have_names_too(tmp_path):
    with other_model(tmp_path, (names._names, names._growth)):
        sent = names.run("1", 0, 60)
        value = names.grow("1", 0, 60, "half")
    assert sent["shape"] == [3, 32, 32]
    assert value["film"]["tracks"][0]["shape"] == [len(names.ANGLES), 32, 32, 3]
