"""What bench prints is what it counted: work by hand, turns taken, the whole report on paper."""

import json
import time
from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from explorer import backends as installed
from explorer import bench
from explorer.bench import backends, network, training
from explorer.data.images import Images
from explorer.models import zoo
from explorer.models.unet import UNet, UNetConfig
from explorer.training.loop import start, train
from explorer.training.objectives import batches, generator
from explorer.training.recipes import RECIPES

SMALL = UNetConfig(channels=(8, 8), attention=(False, True), head_dim=8, emb_dim=16, context_dim=8)

CALL = {"title": "latent U-Net", "gflop": 0.5, "ms": 10.0, "megabytes": 1.0}
IN_LATENT = {"calls": [CALL, CALL | {"title": "pixel U-Net", "gflop": 8.0}], "picture_ms": 300.0}


class Theirs(nn.Module):
    """What stands for a network of diffusers: nothing is predicted."""

    def forward(self, x, _t):
        return SimpleNamespace(sample=torch.zeros_like(x))


@pytest.fixture
def net():
    with torch.random.fork_rng(devices=[]):
        return UNet(SMALL).eval()


def test_work_of_a_convolution_is_two_operations_a_weight_and_pixel():
    conv = nn.Conv2d(3, 5, 3, padding=1, bias=False)
    assert network.gflop(conv, torch.zeros(2, 3, 8, 8)) == 2 * 2 * 64 * 3 * 5 * 9 / 1e9


def test_work_grows_as_the_batch(net):
    one, four = (network.gflop(net, *network.inputs(net, batch)) for batch in (1, 4))
    assert four == pytest.approx(4 * one, rel=1e-12)


def test_functions_take_turns_and_the_median_is_theirs():
    calls = []

    def sleeper(name: str, seconds: float):
        def sleep() -> None:
            calls.append(name)
            time.sleep(seconds)

        return sleep

    a, b = network.medians([sleeper("a", 0.001), sleeper("b", 0.02)], 3)
    assert calls == ["a", "b"] * (network.WARM_UP + 3)
    assert a >= 1 and b >= 20


def test_report_measures_every_batch_and_writes_what_it_found(tmp_path, net, capsys, monkeypatch):
    monkeypatch.setattr(network, "BATCHES", (1, 2))
    monkeypatch.setattr(network, "against_diffusers", lambda *_: None)
    monkeypatch.setattr(bench.latent, "measure", lambda repeats: IN_LATENT)
    monkeypatch.setattr(bench.backends, "measure", lambda *_: None)
    monkeypatch.setattr(network, "matrix_product", partial(network.matrix_product, size=64))
    weights = zoo.save(tmp_path / "net.safetensors", net, kind="unet", config=SMALL)
    found = bench.report(str(weights), tmp_path / "bench.json", with_app=False, repeats=1)
    shown = capsys.readouterr().out
    assert "one digit, 20 DDIM steps" in shown and "diffusers" in shown
    assert "one scene of a prompt" in shown and "≤ 400 ms" in shown and "16.0 ×" in shown
    assert found["peak_gflops"]["fp32"] > 0 and found["digit_ms"] > 0
    for call in found["calls"].values():
        assert call["gflops"] == pytest.approx(call["gflop"] / call["ms"] * 1000)
    assert json.loads((tmp_path / "bench.json").read_text())["digit_ms"] == found["digit_ms"]


def test_backends_are_measured_beside_the_others_in_the_same_turns(monkeypatch, tmp_path, net):
    pytest.importorskip("diffusers", reason="diffusers comes with the extra `bench`")
    weights = zoo.save(tmp_path / "net.safetensors", net, kind="unet", config=SMALL)
    monkeypatch.setattr(network, "equal", lambda *_: (Theirs(), (8, 8)))
    monkeypatch.setattr(network, "matrix_product", partial(network.matrix_product, size=64))
    monkeypatch.setattr(backends.engines, "claim", lambda: None)  # it is for a whole process
    monkeypatch.setattr(backends, "BATCH", 2)
    monkeypatch.setattr(installed, "installed", lambda: ["pytorch"])
    (found,) = backends._measure(str(weights), 1)
    work = network.gflop(net, *network.inputs(net, 2))
    assert found["gflops"] == pytest.approx(1000 * work / found["batch_ms"])
    name, _, theirs, ratio = backends.digits([found])[0]
    assert name.startswith("PyTorch") and theirs == f"{found['their_digit_ms']:.0f} ms"
    assert ratio == f"{found['their_digit_ms'] / found['digit_ms']:.2f} ×"
    assert backends.batches([found | {"peak_gflops": 4 * found["gflops"]}])[0][-1] == "25%"


@pytest.mark.parametrize("layers", [1, 2])
def test_the_other_network_does_equal_work(layers):
    pytest.importorskip("diffusers", reason="diffusers comes with the extra `bench`")
    found = network.against_diffusers(RECIPES["mnist"].objective().net.eval(), 1, layers)
    assert abs(found["gflop"] / found["our_gflop"] - 1) < 0.1
    assert found["ratio"] == found["ms"] / found["our_ms"]


@pytest.mark.parametrize("layers", [1, 2])
def test_training_is_compared_at_equal_work_batch_and_precision(layers):
    pytest.importorskip("diffusers", reason="diffusers comes with the extra `bench`")
    plan = replace(RECIPES["mnist"], config=replace(RECIPES["mnist"].config, channels=(16, 16, 32),
                   head_dim=16))  # fmt: skip
    found = training.against_diffusers(plan, 2, 1, layers, bf16=False)
    assert abs(found["gflop"] / found["our_gflop"] - 1) < 0.1
    assert found["ratio"] == pytest.approx(found["images_per_s"] / found["their_images_per_s"])
    assert found["batch"] == 2 and found["precision"] == "fp32"


def test_a_step_of_the_comparison_is_a_step_of_training():
    """The same gradients, clipping, AdamW and average: the same weights after it."""
    plan = replace(RECIPES["mnist"], config=SMALL, batch=4, steps=1, warmup=1)
    pixels = torch.arange(4 * 784).remainder(256).byte().reshape(4, 1, 28, 28)
    images = Images(pixels, torch.arange(4), tuple("0123456789"), "ramp")
    run = start(plan, "fp32", "cpu")
    list(train(run, images))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(plan.seed)
        objective = plan.objective()
    order, _ = next(batches(4, 4, plan.seed))
    rows = objective.prepare(pixels[order], images.labels[order], generator(plan.seed, 0))
    training.Step(objective, objective, plan, bf16=False)(rows)
    assert all(
        torch.equal(a, b)
        for a, b in zip(run.net.parameters(), objective.net.parameters(), strict=True)
    )


def test_bench_train_without_diffusers_or_for_another_recipe_says_so(monkeypatch):
    monkeypatch.setattr(network, "equal", lambda *_: None)
    with pytest.raises(ValueError, match="needs diffusers"):
        training.report("mnist", None, 1)
    with pytest.raises(ValueError, match="digit-classifier trains no U-Net"):
        training.report("digit-classifier", None, 1)


def test_bench_train_prints_and_writes_what_it_found(tmp_path, capsys, monkeypatch):
    one = {"precision": "fp32", "batch": 128, "layers": 2, "gflop": 1.0, "our_gflop": 1.0,
           "images_per_s": 90.0, "their_images_per_s": 45.0, "ratio": 2.0}  # fmt: skip
    monkeypatch.setattr(training, "against_diffusers", lambda *_: one)
    monkeypatch.setattr(training, "bf16_pays", lambda cpu: False)
    found = training.report("mnist", tmp_path / "b.json", 1)
    assert found == [one, one] and json.loads((tmp_path / "b.json").read_text()) == found
    assert "2.00 ×" in capsys.readouterr().out


def test_an_app_that_cannot_start_is_said(monkeypatch):
    from explorer.bench import startup

    monkeypatch.setattr(startup.sys, "executable", "/bin/false")
    with pytest.raises(ValueError, match="ended at once"):
        startup._start(None, startup.app)


def test_what_the_latent_costs_is_left_out_where_there_is_no_such_model(monkeypatch):
    monkeypatch.setattr(zoo, "available", lambda: ["mnist"])
    assert bench.latent.measure(1) is None
