"""Training by the clock, and what the page shows of it."""

import math
from dataclasses import replace

import pytest
import torch

from explorer.app.learning import live, material
from explorer.data.images import DataError, Images, at_hand
from explorer.models import zoo
from explorer.models.unet import UNetConfig
from explorer.training import timed
from explorer.training.loop import start

TINY = UNetConfig(channels=(8, 8), attention=(False, True), head_dim=8, emb_dim=16, context_dim=8)


def digits(count: int = 40, size: int = 28) -> Images:
    """Pictures of a bright row each, labelled by it."""
    pixels = torch.zeros(count, 1, size, size, dtype=torch.uint8)
    labels = torch.arange(count) % 10
    pixels[torch.arange(count), 0, labels * 2] = 255
    return Images(pixels, labels, tuple("0123456789"), "mnist")


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(timed, "SMALL", TINY)
    monkeypatch.setattr(live, "STEPS", 2)


def run_of(images: Images, **changes):
    return start(replace(timed.recipe(images, "t"), batch=8, **changes), "fp32", "cpu")


def ticking(every: float = 1.0):
    """A clock that moves on each time it is read."""
    now = iter(range(10**6))
    return lambda: next(now) * every


def test_learning_rate_falls_along_a_cosine_of_the_time_to_zero_as_it_ends():
    recipe = timed.recipe(digits(), "t")
    late = 10**6  # long after the warm-up
    for share in (0, 0.25, 0.5, 1):
        wanted = recipe.lr * (1 + math.cos(math.pi * share)) / 2
        assert timed.rate(recipe, late, share) == pytest.approx(wanted, abs=1e-15)
    assert timed.rate(recipe, late, 7) == 0
    assert timed.rate(recipe, 0, 0) == pytest.approx(recipe.lr / recipe.warmup)


def test_a_run_ends_with_its_time_and_its_last_step_is_nearly_of_rate_zero():
    moments = list(timed.train_for(run_of(digits(), warmup=1), digits(), 40, ticking()))
    # the clock is read twice a step: as it begins and as it ends
    assert len(moments) == 20 and moments[-1].share == 1
    assert moments[-1].progress.lr == pytest.approx(
        timed.rate(replace(timed.recipe(digits(), "t"), warmup=1), 19, 39 / 40)
    )
    rates = [moment.progress.lr for moment in moments]
    assert rates == sorted(rates, reverse=True)


def test_a_run_whose_time_is_over_at_once_has_taken_a_step():
    assert len(list(timed.train_for(run_of(digits()), digits(), 1e-9))) == 1


def test_pictures_of_an_odd_side_are_learned_from_too():
    images = digits(size=31)
    assert len(list(timed.train_for(run_of(images), images, 1e-9))) == 1


def test_stop_ends_after_a_step_and_keeps_the_averaged_weights_of_that_moment():
    run = live.Live(digits(), 300)
    states = list(run.states(lambda: run.run.step >= 3))
    assert states[-1]["phase"] == "stopped" and states[-1]["step"] == run.run.step == 3
    weights = dict(run.network().named_parameters())
    assert all(torch.equal(weights[name], value) for name, value in run.run.ema.items())
    last = dict(run.run.net.named_parameters())
    assert max((weights[k] - last[k]).abs().max() for k in last) > 0  # averaged, not the last


def test_samples_come_from_the_averaged_weights_and_always_from_one_noise():
    run = live.Live(digits(), 1)
    *_, last = run.states(lambda: False)
    assert last["phase"] == "done"
    assert run.samples()["frames"] == last["samples"]["frames"]
    wanted = live.packed(live.draw(run.network(), live.asked(digits())))
    assert wanted["frames"] == last["samples"]["frames"] and wanted["shape"] == [20, 28, 28, 1]


def test_the_curve_is_the_mean_loss_of_each_part_of_the_time():
    curve = live.Curve(live.POINTS)  # a second a part
    for seconds, loss in ((0.25, 2.0), (0.75, 4.0), (5.5, 1.0), (1e9, 3.0)):
        curve.add(seconds, loss)
    assert curve.points() == [[0.5, 3.0], [5.5, 1.0], [1e9, 3.0]]
    assert {type(value) for point in curve.points() for value in point} == {float}


def test_what_is_downloaded_is_the_network_as_the_zoo_opens_it(tmp_path):
    run = live.Live(digits(), 300)
    list(run.states(lambda: True))
    file = tmp_path / "mine.safetensors"
    file.write_bytes(live.saved(run.network()))
    again, ours = zoo.load(file), run.network()
    assert again.card.kind == "unet" and again.card.facts["steps"] == 1
    for name, value in ours.state_dict().items():
        assert torch.equal(again.state_dict()[name], value.half().float())


def test_a_loss_that_is_no_number_ends_the_run_with_a_sentence():
    run = live.Live(digits(), 300)
    with torch.no_grad():
        next(run.run.net.parameters()).fill_(math.nan)
    with pytest.raises(ValueError, match="the loss is nan at step 1"):
        list(run.states(lambda: False))


def test_pictures_without_classes_have_samples_without_labels():
    plain = Images(digits().pixels, None, (), "mine")
    run = live.Live(plain, 300)
    *_, last = run.states(lambda: True)
    assert last["samples"]["shape"][0] == 20 and last["samples"]["right"] is None
    assert live.lesson(plain)["about"]["columns"] == []


def test_a_data_set_that_would_have_to_be_downloaded_is_not_at_hand(tmp_path, monkeypatch):
    monkeypatch.setenv("EXPLORER_DATA", str(tmp_path))
    material.pictures.cache_clear()
    assert not at_hand("mnist") and not at_hand("mnist", tmp_path)
    with pytest.raises(DataError, match="explorer app --data FOLDER"):
        material.pictures(tmp_path)
    (tmp_path / "mnist.npz").touch()
    assert at_hand("mnist") and at_hand("mnist", tmp_path / "mnist.npz")
