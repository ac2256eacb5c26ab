"""A grid of one's own: read, refused with a sentence, walked by every sampler."""

from types import SimpleNamespace

import gradio as gr
import pytest

from explorer.app import steps
from explorer.app.racing import race
from explorer.app.tabs import samplers
from explorer.samplers import SAMPLERS, evaluations
from explorer.schedules import SCHEDULES, Level, levels, time_of, timesteps


@pytest.mark.parametrize(
    "text, times",
    [
        ("1000, 500, 1", (1000, 500, 1)),
        (" 999.5;300 20\n0.5 ", (999.5, 300, 20, 0.5)),
        ("7", (7,)),
    ],
)
def test_a_grid_is_read(text, times):
    assert steps.parse(text) == times


@pytest.mark.parametrize(
    "text, said",
    [
        ("", "holds 0"),
        ("1000, 1000", "1000 does not fit"),
        ("100, 200", "200 does not fit"),
        ("1001", "1001 does not fit"),
        ("5, 0", "0 does not fit"),
        ("nan", "nan does not fit"),
        ("inf", "inf does not fit"),
        ("500, <b>x</b>", "is no number"),
        (", ".join(str(t) for t in range(1000, 899, -1)), "holds 101"),
        ("1" * 10**5, "at most 2000 characters"),
        (None, "at most 2000 characters"),
        ([1000, 500], "at most 2000 characters"),
        ({"a": 1}, "at most 2000 characters"),
    ],
)
def test_what_is_no_grid_is_refused_in_a_sentence(text, said):
    with pytest.raises(gr.Error) as caught:
        steps.parse(text)
    sentence = caught.value.message
    assert said in sentence and sentence.endswith(".") and len(sentence) <= 300
    assert "1 to 100 numbers above 0 and up to 1000, falling" in sentence


def test_every_sampler_walks_it_at_the_cost_of_its_dots():
    times = (1000, 800, 500, 200.5, 30)
    for key in SAMPLERS:
        walk = race.own_grid(key, "cosine", times)
        wanted = times[::2] if key == "heun" else times
        assert walk == (*map(SCHEDULES["cosine"](), wanted), Level(1.0, 0.0))
        assert abs(evaluations(key, len(walk) - 1) - len(times)) <= 1


def test_the_stops_of_trailing_typed_by_hand_are_trailing():
    times = tuple(float(t) for t in timesteps(1000, 20, "trailing"))
    for schedule in SCHEDULES:
        assert race.own_grid("ddim", schedule, times) == race.grid("ddim", schedule, "trailing", 20)
    text = ", ".join(f"{t:g}" for t in times)
    for key in ("ddim", "ddpm"):  # each alone: whose calls share a batch changes the last bit
        own, trailing = (
            samplers.race("7", 0, 20, "linear", 2.0, f"{key}/{spacing}", text)
            for spacing in ("own", "trailing")
        )
        frames = [[track["frames"] for track in answer[0]["tracks"]] for answer in (own, trailing)]
        assert frames[0] == frames[1]
        assert "decides the NFE" in own[1] and "decides the NFE" not in trailing[1]


def test_twice_as_many_steps_stop_in_the_middle_of_each():
    assert race.halved((1000, 400)) == (1000, 700, 400, 200)
    assert race.halved(()) == ()


def test_the_page_gets_the_times_of_every_level():
    times = steps.spread(10)["times"]
    for name, make in SCHEDULES.items():
        for spacing, found in times[name].items():
            walk = levels(make(), 10, spacing)[:-1]
            assert len(found) == 10
            for t, level in zip(found, walk, strict=True):
                assert abs(t - time_of(make(), level)) < 1e-4


@pytest.mark.parametrize("n", [0, 51, None, float("nan"), "10", [10], True])
def test_a_number_of_steps_is_refused_by_name(n):
    assert steps.spread(n)["error"].startswith("Steps must be a whole number from 1 to 50")


def test_what_samplers_gets_is_checked():
    sent = {"schedule": "cosine", "grid": "900, 450.5"}
    assert steps.use(SimpleNamespace(_data=sent)) == ("cosine", "own", "900, 450.5")
    for bad in (None, [], {"schedule": "<i>", "grid": "9"}, {"schedule": "cosine", "grid": [9]}):
        with pytest.raises(gr.Error):
            steps.use(SimpleNamespace(_data=bad))


def test_what_is_asked_past_the_queue_is_computed_once():
    assert steps.spread(3)["times"] is steps.spread(3.0)["times"]
