"""Resume from here: the way back starts at the picture on the screen."""

from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
import torch

from explorer import forward
from explorer.app import gallery, resume, resuming
from explorer.noise import normal
from explorer.schedules import SCHEDULES

PICTURE = tuple(int(v) for v in gallery.digits()[4].ravel())
GOOD = {"picture": list(PICTURE), "t": 300, "schedule": "cosine", "seed": 1}


def test_every_start_is_the_closed_form_and_the_first_noise_is_the_screens():
    read, ways = resuming.run(PICTURE, (300, 900), "cosine", 1, None)
    assert read == 4 and [way.t for way in ways] == [300, 900]
    x0 = torch.tensor(PICTURE).reshape(28, 28).double() / 127.5 - 1
    for way in ways:
        for k in range(resuming.NOISES):
            eps = torch.tensor(normal(1, 784, stream=k)).reshape(28, 28)
            wanted = forward.noised(x0, SCHEDULES["cosine"]()(way.t), eps)
            assert (way.steps[0].x[k, 0] - wanted).abs().max() < 1e-6
        assert len(way.steps) == resuming.STEPS + 1 and way.steps[-1].nfe == resuming.STEPS
        ends = way.steps[-1].x
        away = (ends - x0).square().mean().sqrt().item()
        assert abs(way.distance - away) < 1e-6
        assert way.same == sum(read == 4 for read in resuming.reading(ends))


def test_little_noise_keeps_the_digit_and_a_label_wins_over_much_noise():
    _, (kept, _) = resuming.run(PICTURE, (100, 900), "linear", 0, None)
    assert kept.same == resuming.NOISES and kept.distance < 0.2
    _, (_, told) = resuming.run(PICTURE, (100, 900), "linear", 0, 7)
    assert resuming.reading(told.steps[-1].x).count(7) >= resuming.NOISES - 1


def test_the_film_shows_the_state_of_the_first_noise():
    _, ways = resuming.run(PICTURE, (500,), "linear", 0, None)
    film = resuming.film(ways)
    state = film.tracks[0].frames
    wanted = np.clip(np.rint((ways[0].steps[3].x[0, 0].numpy() + 1) * 127.5), 0, 255)
    assert np.abs(state[3].astype(float) - wanted).max() <= 1


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"t": 0}, "t must be a whole number from 1 to 1000"),
        ({"t": float("nan")}, "t must be"),
        ({"t": [3]}, "t must be"),
        ({"schedule": "<b>"}, "Schedule must be one of"),
        ({"seed": -1}, "Noise must be"),
        ({"picture": "x" * 784}, "The picture must be 784 grey values"),
        ({"picture": [0] * 783}, "The picture must be 784"),
        ({"picture": [0] * 784}, "is empty"),
        ({"picture": [300] * 784}, "from 0 to 255"),
        ({"picture": None}, "The picture must be 784"),
    ],
)
def test_what_cannot_be_used_is_named(changes, said):
    with pytest.raises(gr.Error, match=said):
        resume.resume(SimpleNamespace(_data=GOOD | changes), "nothing")


@pytest.mark.parametrize("sent", [None, [], "text", 5])
def test_no_picture_no_run(sent):
    with pytest.raises(gr.Error):
        resume.resume(SimpleNamespace(_data=sent), "nothing")


@pytest.mark.parametrize("label", [None, 7, "eleven", ["7"]])
def test_what_the_model_is_told_is_checked(label):
    with pytest.raises(gr.Error, match="What the model is told must be one of"):
        resume.resume(SimpleNamespace(_data=GOOD), label)
