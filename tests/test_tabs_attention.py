"""The Attention tab sends what the network did, small enough, and refuses what is no run."""

import base64
import inspect
import json
import math
from dataclasses import replace

import gradio as gr
import numpy as np
import pytest
import torch

from explorer.app import maps, studio
from explorer.app.attending import pixels, texts
from explorer.app.engine import Engine
from explorer.app.tabs import attention as tab
from explorer.denoisers import from_network
from explorer.figures import heat
from explorer.models import zoo
from explorer.models.attention import Attention, record_attention
from explorer.models.unet import UNet, UNetConfig
from explorer.samplers import ddim
from explorer.schedules import levels, linear
from explorer.training.recipes import MNIST_UNET

SMALL = UNetConfig(
    image_size=8, channels=(8, 16), attention=(True, True), head_dim=8, emb_dim=16, context_dim=8
)


@pytest.fixture
def use(monkeypatch):
    """Put a network with random weights behind the tabs; gives it back."""

    def install(cfg: UNetConfig = SMALL) -> UNet:
        torch.manual_seed(0)
        net = UNet(cfg).eval().requires_grad_(False)
        for parameter in net.parameters():
            torch.nn.init.normal_(parameter, std=0.1)
        net.card = zoo.Card("random", "unet", {}, {}, {})
        monkeypatch.setattr(studio, "_engine", Engine(net))
        pixels.payload.kept.clear()
        return net

    yield install
    pixels.payload.kept.clear()


def rows(layer: dict, steps: int) -> np.ndarray:
    """The maps (S, heads, Q, K) that a browser makes of one packed layer."""
    places = layer["side"] ** 2
    shape = (steps, layer["heads"], places)
    peaks = np.frombuffer(base64.b64decode(layer["peaks"]), np.float32).reshape(shape)
    sent = np.frombuffer(base64.b64decode(layer["rows"]), np.uint8).reshape(*shape, places)
    return (sent / 255.0) ** 2 * peaks[..., None]


def test_recorded_maps_are_those_of_the_state_and_level_of_their_step(use):
    net = use()
    run = maps.record(3, seed=1, steps=10)
    for i, step in enumerate(run.steps):
        with record_attention(net) as looks:
            angle = torch.tensor([step.level.angle])
            net(step.x, angle.float(), net.embed(torch.tensor([3])))
        for name, p in run.maps.items():
            assert (p[i] - looks[name][0][0]).abs().max() < 1e-6


def test_recording_does_not_change_the_run(use):
    net = use()
    context = net.embed(torch.tensor([3]))
    plain = list(ddim(from_network(net, context=context), studio.noise([1]), levels(linear(), 10)))
    run = maps.record(3, seed=1, steps=10)
    assert all(torch.equal(step.x, plain[step.index].x) for step in run.steps)
    assert torch.equal(run.steps[-1].x0_hat, plain[-1].x)  # the last jump lands on x0_hat


@pytest.mark.parametrize("steps", [1, 4, 6, 7, 20, 50])
def test_kept_steps_hold_the_first_and_the_last_and_stay_few(steps):
    kept = maps.spread(levels(linear(), steps))
    assert kept[0] == 0 and kept[-1] == steps - 1
    assert kept == sorted(set(kept)) and len(kept) <= maps.MOST_KEPT
    if steps <= maps.MOST_KEPT:
        assert len(kept) == steps


def test_what_is_sent_is_within_half_a_step_of_the_square_root(use):
    use()
    run = maps.record(0, seed=0, steps=8)
    for layer in maps.pack(run.maps):
        p = run.maps[layer["name"]].numpy().astype(np.float64)
        bound = np.sqrt(p.max(-1, keepdims=True)) / 510 * (1 + 1e-4)
        assert (np.abs(np.sqrt(rows(layer, len(run.steps))) - np.sqrt(p)) <= bound).all()


def test_rows_still_sum_to_one_after_the_journey_however_peaked():
    rng = torch.Generator().manual_seed(0)
    for sharpness in (0.1, 1.0, 3.0):
        scores = sharpness * torch.randn(1, 2, 196, 196, generator=rng)
        (layer,) = maps.pack({"up.1.attention.self_attention": scores.softmax(-1)})
        assert np.abs(rows(layer, 1).sum(-1) - 1).max() < 0.01


def test_effective_number_of_places_is_all_for_uniform_and_one_for_certain():
    assert maps.effective(torch.full((196,), 1 / 196)).item() == pytest.approx(196, rel=1e-5)
    assert maps.effective(torch.eye(5)[2]).item() == 1
    assert maps.effective(torch.tensor([0.5, 0.5, 0.0])).item() == pytest.approx(2)


def test_layers_have_readable_names_in_the_order_of_the_network(use):
    use(MNIST_UNET)
    run = maps.record(0, seed=0, steps=1)
    said = ["down 14×14", "down 7×7", "middle 7×7", "up 7×7", "up 14×14"]
    assert list(maps.labels(run.maps).values()) == said
    use(replace(SMALL, blocks=2))
    run = maps.record(0, seed=0, steps=1)
    assert list(maps.labels(run.maps).values())[:2] == ["down 8×8, no. 1", "down 8×8, no. 2"]


@pytest.mark.parametrize("steps", [4, 20])
def test_a_run_of_the_mnist_network_travels_in_at_most_1_5_megabytes(use, steps):
    use(MNIST_UNET)
    assert len(json.dumps(pixels.payload(3, 0, steps))) <= 1_500_000


def test_payload_says_model_seed_steps_schedule_spacing_and_what_is_sent(use):
    use()
    about = pixels.payload(7, 42, 12)["about"]
    for fact in (
        "random",
        "digit 7",
        "seed 42",
        "12 steps",
        "linear",
        "trailing",
        "6 of the steps",
    ):
        assert fact in about


def test_cross_attention_to_one_label_is_said_to_be_one_because_it_is(use):
    use()
    run = maps.record(0, seed=0, steps=4)
    assert bool((run.cross == 1).all())
    assert "exactly 1 everywhere" in pixels._cross(run)
    assert "exactly" not in pixels._cross(replace(run, cross=torch.tensor([0.25, 0.75])))


def test_the_source_lines_on_show_are_the_ones_that_run():
    source = inspect.getsource(Attention.forward)
    assert all(line in source for line in texts.SOURCE)


def test_ink_is_the_share_of_each_place_above_half_brightness():
    x0_hat = torch.full((1, 4, 4), -1.0)
    x0_hat[0, 0, :3] = 1
    assert torch.equal(maps.ink(x0_hat, 2), torch.tensor([[0.5, 0.25], [0.0, 0.0]]))


def test_the_tab_opens_on_a_pixel_of_the_digit(use):
    use()
    run = maps.record(0, seed=0, steps=8)
    start = maps.opening(run)
    x, y = start["pixel"]
    side = maps._side(list(run.maps.values())[start["choice"]["layer"]])
    ink = maps.ink(run.steps[start["step"]].x0_hat[0], side)
    assert ink[y * side // 8, x * side // 8] > 0.5 or ink.max() <= 0.5


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ((math.nan, 0, 20), "Digit must be a whole number from 0 to 9"),
        (([3], 0, 20), "Digit must be a whole number from 0 to 9"),
        (("three", 0, 20), "Digit must be a whole number from 0 to 9"),
        ((10, 0, 20), "Digit must be a whole number from 0 to 9"),
        ((None, 0, 20), "Digit must be a whole number from 0 to 9"),
        ((True, 0, 20), "Digit must be a whole number from 0 to 9"),
        ((3, 1e300, 20), "Seed must be a whole number from 0 to 9999"),
        ((3, -1, 20), "Seed must be a whole number from 0 to 9999"),
        ((3, 0.5, 20), "Seed must be a whole number from 0 to 9999"),
        ((3, {"a": 1}, 20), "Seed must be a whole number from 0 to 9999"),
        ((3, 0, 0), "Steps must be a whole number from 4 to 50"),
        ((3, 0, 51), "Steps must be a whole number from 4 to 50"),
        ((3, 0, math.inf), "Steps must be a whole number from 4 to 50"),
    ],
)
def test_a_bad_value_gets_a_sentence_and_the_next_request_works(use, values, sentence):
    use()
    with pytest.raises(gr.Error, match=sentence):
        tab.pixels(*values)
    assert tab.pixels(3, 0, 4)["size"] == 8


def test_a_model_without_that_label_or_without_attention_gets_a_sentence(use):
    use(replace(SMALL, classes=4))
    with pytest.raises(gr.Error, match="This model has labels from 0 to 3"):
        tab.pixels(7, 0, 4)
    use(replace(SMALL, attention=(False, False)))
    with pytest.raises(gr.Error, match="This model has no attention layers"):
        tab.pixels(3, 0, 4)


def test_colours_of_probability_rise_evenly_in_lightness():
    ramp = heat.ramp().astype(float) / 255
    assert ramp.shape == (256, 3)
    linear_rgb = np.where(ramp <= 0.04045, ramp / 12.92, ((ramp + 0.055) / 1.055) ** 2.4)
    cones = np.linalg.inv(heat._FROM_LAB) @ np.cbrt(np.linalg.inv(heat._TO_RGB) @ linear_rgb.T)
    steps = np.diff(cones[0])  # lightness in OKLab
    assert np.abs(steps - 0.78 / 255).max() < 0.004  # 8-bit colours round
    assert np.abs(np.diff(cones[0][::16]) / 16 - 0.78 / 255).max() < 3e-4


@pytest.mark.skipif("mnist" not in zoo.available(), reason="the mnist weights are not here")
def test_the_answer_of_the_question_holds_for_the_shipped_network(monkeypatch):
    """A stroke looks at strokes: at least twice as much as even attention would."""
    monkeypatch.setattr(studio, "_engine", Engine(zoo.load("mnist")))
    gains, background = [], []
    for digit in range(0, 10, 3):
        run = maps.record(digit, seed=digit, steps=10)
        name = list(run.maps)[maps.opening(run)["choice"]["layer"]]
        assert maps.labels(run.maps)[name] == "up 14×14"
        for step, looks in zip(run.steps, run.maps[name], strict=True):
            ink = maps.ink(step.x0_hat[0], 14).flatten()
            gain = looks.mean(0) @ ink / ink.mean()  # 1 would be even
            gains.append(gain[ink > 0.5].mean())
            background.append(gain[ink == 0].mean())
    assert np.mean(gains) > 2
    assert np.mean(background) < np.mean(gains) / 1.5
