"""The U-Net tab shows what the network did, small enough, and refuses what is no request."""

import base64
import json
import math

import gradio as gr
import numpy as np
import pytest
import torch

from explorer.app import studio
from explorer.app.inside import ablated, dissected, drawn, network, parts, subjects, words
from explorer.app.inside.asked import Asked
from explorer.app.tabs import unet as tab
from explorer.denoisers import paired
from explorer.models import ablate, anatomy, features, zoo
from explorer.models.unet import UNet, UNetConfig
from explorer.samplers import ddim
from explorer.schedules import levels, linear

from .untrained import tiny  # noqa: F401

FIRST = Asked()
MNIST = pytest.mark.skipif("mnist" not in zoo.available(), reason="the mnist weights are missing")
BOTH = pytest.mark.parametrize("which", subjects.NETWORKS)
GOOD = ("7", 0, 45)


def bytes_of(text: str, *shape: int) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), np.uint8).reshape(shape)


# --- Network -----------------------------------------------------------------------------------


@BOTH
def test_the_drawing_is_the_network(which):
    net = subjects.of(which, FIRST).engine.net
    data = drawn.drawing(which)
    assert [b["name"] for b in data["blocks"]] == [b.name for b in anatomy.anatomy(net).blocks]
    assert sum(b["parameters"] for b in data["blocks"]) == data["parameters"]
    assert sum(b["flops"] for b in data["blocks"] if b["within"]) == data["flops"]
    assert sum(b["shares"][2] for b in data["blocks"]) <= 1
    assert len({b["title"] for b in data["blocks"]}) == len(data["blocks"])
    assert all(b["does"] for b in data["blocks"])
    assert len(json.dumps(data, allow_nan=False)) < 30_000


@BOTH
def test_maps_are_those_of_the_call_at_the_asked_level(which):
    asked = Asked(3, 5, 60)
    subject = subjects.of(which, asked)
    net, block = subject.engine.net, "up.0.residual"
    point = (block, features.OUT)
    with features.record_features(net, [point]) as seen, torch.no_grad():
        net(subject.xt, torch.tensor([math.radians(60)]), subject.tell(net))
    truth = seen[point][0].numpy()
    data = dissected.features(which, asked, block, -1)
    end = data["steps"][data["step"]]["span"]
    sent = (bytes_of(data["maps"], *data["shape"]).astype(float) - 127) / 127 * end
    inside = np.abs(truth) <= end
    assert inside.mean() > 0.98
    assert np.abs(sent - truth)[inside].max() <= end / 254 * 1.001
    assert np.abs(np.array(data["high"]) - truth.max((1, 2))).max() < 1e-3 * np.abs(truth).max()


@BOTH
def test_every_block_and_every_step_can_be_opened(which):
    net = subjects.of(which, FIRST).engine.net
    for block in anatomy.anatomy(net).blocks:
        if block.given is None:
            with pytest.raises(gr.Error, match="not called"):
                dissected.features(which, FIRST, block.name, -1)
            continue
        inside = features.steps(net, block.name)
        for step in range(len(inside)):
            data = dissected.features(which, FIRST, block.name, step)
            count, h, w = data["shape"]
            assert len(base64.b64decode(data["maps"])) == count * h * w
            assert 0 <= data["first"] < count == len(data["low"]) == len(data["high"])
            assert (data["told"] is not None) == (inside[step].key == "adagn")
            json.dumps(data, allow_nan=False)
        assert data["shape"][0] == (block.given[0] if len(block.given) == 3 else 1)


def test_maps_have_the_shape_of_pictures_whatever_passed():
    x = torch.arange(24.0)
    assert dissected.as_maps(x.reshape(1, 2, 3, 4), None).shape == (2, 3, 4)
    tokens = dissected.as_maps(x.reshape(1, 6, 4), (2, 3))  # (1, HW, C)
    assert tokens.shape == (4, 2, 3) and tokens[1, 0, 2] == 9
    assert dissected.as_maps(x.reshape(1, 6, 4), None).shape == (1, 6, 4)
    assert dissected.as_maps(torch.zeros(1, 32), None).shape == (1, 2, 16)
    assert dissected.as_maps(torch.tensor([0.7]), None).shape == (1, 1, 1)


def test_the_scale_is_round_and_holds_nearly_all():
    x = torch.randn(10_000, generator=torch.Generator().manual_seed(0))
    assert dissected.span(x) == 3 and dissected.span(100 * x) == pytest.approx(300)
    assert dissected.span(torch.zeros(5)) == 1
    sent = dissected.quantised(torch.tensor([-9.0, -2, 0, 2, 9]), 2.0)
    assert bytes_of(sent, 5).tolist() == [0, 0, 127, 254, 254]


@pytest.mark.parametrize(
    "values, says",
    [
        (("x", 0, 45), "Digit must be"),
        (("7", math.nan, 45), "Seed must be"),
        (("7", [0], 45), "Seed must be"),
        (("7", 0, math.nan), "Noise level must be"),
        (("7", 0, 91), "Noise level must be"),
        (("7", 0, True), "Noise level must be"),
        ((["7"], 0, 45), "Digit must be"),
    ],
)
def test_handlers_refuse_what_is_no_request(values, says):
    for handler in (network.look, network.show):
        with pytest.raises(gr.Error, match=says):
            handler(*values, "app", "app|enter|-1")
    with pytest.raises(gr.Error, match=says):
        parts.run(*values, "app")


def test_handlers_refuse_unknown_networks_blocks_and_places():
    for which in ("other", None, ["app"], 3):
        with pytest.raises(gr.Error, match="Network must be one of"):
            network.look(*GOOD, which, "app|enter|-1")
        with pytest.raises(gr.Error, match="Network must be one of"):
            parts.run(*GOOD, which)
    for place in (None, 3, ["app|enter|0"], "", "enter", "app|enter", "app|<b>|0", "app|enter|1e9"):
        with pytest.raises(gr.Error, match="must be named as the drawing names it"):
            network.look(*GOOD, "app", place)
        event = gr.EventData(None, {"place": place})
        with pytest.raises(gr.Error, match="must be named as the drawing names it"):
            network.take(event)
    for block in ("nowhere", "down", "down.0.residual.norm_in", "up.9.residual"):
        with pytest.raises(gr.Error, match="Block must be one of"):
            network.look(*GOOD, "app", f"app|{block}|-1")
    assert network.take(gr.EventData(None, {"place": "app|enter|0"})) == "app|enter|0"


def test_a_block_of_another_network_gives_way_to_the_first():
    data = network.look(*GOOD, "app", "scenes|down.0.attention|2")
    assert data["block"] == network.FIRST and data["step"] == len(data["steps"]) - 1


# --- What does each part do? -------------------------------------------------------------------


@BOTH
def test_each_row_is_the_run_without_that_part_alone(which):
    subject, other = (subjects.of(which, Asked(7, seed, 45)) for seed in (0, 1))
    found = ablated.runs(subject, other, FIRST, (0, ablated.STEPS))
    taken = ablated.parts(subject.engine.net)
    assert found.labels == ["intact", *(p.label for p in taken), "another noise, seed 1"]
    for row, change in ((0, None), (1, taken[0].change), (len(taken), taken[-1].change)):
        sample, jump = alone(subject, change)
        assert (found.samples[-1, row] - sample).abs().max() < 1e-3
        assert (found.jump[row] - jump).abs().max() < 1e-3
    assert not any(m._forward_hooks for m in subject.engine.net.modules())


def alone(subject, change) -> tuple[torch.Tensor, torch.Tensor]:
    """The sample, and then x0_hat at the asked level, of one run with both halves changed."""
    net = subject.engine.net
    changes = [change([0, 1])] if change else []

    def network(x, angle, context):
        with ablate.ablated(net, *changes):
            return net(x, angle, context)

    denoise = paired(network, subject.tell(net), net.null_context(1), subject.scale)
    *_, last = ddim(denoise, subject.start, levels(linear(), ablated.STEPS, ablated.SPACING))
    return last.x, denoise(subject.xt, FIRST.level)


@BOTH
def test_parts_come_in_the_order_of_their_distance(which):
    data = parts.run(*GOOD, which)
    intact, *runs = data["runs"]
    assert intact["label"] == "intact" and intact["apart"] == intact["apart_jump"] == 0
    far = [run["apart"] for run in runs]
    assert far == sorted(far, reverse=True) and far[0] > 0
    net = subjects.of(which, FIRST).engine.net
    assert {run["label"] for run in runs} == {part.label for part in ablated.parts(net)}
    size = math.prod(data["shape"]) * data["channels"]
    for run in data["runs"]:
        assert len(base64.b64decode(run["frames"])) == size * len(data["positions"])
        assert len(base64.b64decode(run["jump"])) == size
    assert len(json.dumps(data, allow_nan=False)) < 600_000  # as with the shipped networks


def test_a_network_without_attention_has_none_to_switch_off():
    net = subjects.of("app", FIRST).engine.net
    labels = [part.label for part in ablated.parts(net)]
    assert len(set(labels)) == len(labels) and "no self-attention" in labels
    plain = UNet(UNetConfig(channels=(8, 8), attention=(False, False), emb_dim=16, blocks=2))
    assert not any("attention" in part.label for part in ablated.parts(plain))
    assert len(ablated.parts(plain)) == 4 + 1 + 2 * 9


# --- what the tab says -------------------------------------------------------------------------


def test_every_step_and_kind_has_words():
    inside = (*features.RESIDUAL, *features.SELF, *features.CROSS)
    assert {step.key for step in inside} | {"output"} == set(words.STEPS)
    assert set(anatomy.KINDS.values()) == set(words.KINDS)
    assert [module.TITLE for module in tab.CHAPTERS[:2]] == [network.TITLE, parts.TITLE]
    assert all(line in ablate.__doc__ for line in parts.CODE.splitlines())


def test_a_model_without_the_asked_label_is_told_none(monkeypatch):
    few = UNet(UNetConfig(channels=(8,), attention=(False,), emb_dim=16, classes=4))
    few.card = subjects.of("app", FIRST).engine.net.card
    monkeypatch.setattr(studio, "_engine", studio.Engine(few))
    assert "told no label" in parts.run(*GOOD, "app")["about"]


@MNIST
def test_what_the_network_chapter_answers_is_true_of_mnist():
    found = anatomy.anatomy(zoo.load("mnist"))

    def share(side: int, key: str) -> float:
        blocks = [b for b in found.blocks if b.given and len(b.given) == 3 and b.given[1] == side]
        return sum(getattr(b, key) for b in blocks) / getattr(found, key)

    assert share(7, "parameters") == pytest.approx(2 / 3, abs=0.04)
    assert round(100 * share(7, "flops")) == 30 and round(100 * share(28, "flops")) == 28
    assert share(28, "parameters") == pytest.approx(1 / 20, abs=0.005)


@MNIST
def test_what_the_parts_chapter_answers_is_true_of_mnist(monkeypatch):
    """The finest skip connection matters most, the coarsest least: digit by digit."""
    monkeypatch.setattr(studio, "_engine", studio.Engine(zoo.load("mnist")))
    cuts = [part for part in ablated.parts(studio.engine().net) if part.how == "cut"]
    monkeypatch.setattr(ablated, "parts", lambda net: cuts)
    for digit in (7, 3):
        subject, other = (subjects.of("app", Asked(digit, seed, 45)) for seed in (0, 1))
        found = ablated.runs(subject, other, Asked(digit, 0, 45), (ablated.STEPS,))
        far = ablate.distances(found.samples[-1])
        assert far[1] > far[2] > far[3]


@MNIST
def test_what_the_largest_block_sends_is_small(monkeypatch):
    monkeypatch.setattr(studio, "_engine", studio.Engine(zoo.load("mnist")))
    assert len(json.dumps(dissected.features("app", FIRST, "up.2.residual", 0))) < 100_000
