"""Guidance: what its chapters show is what the theory says, of both models."""

import base64
import json
import math

import numpy as np
import pytest
import torch

from explorer.app import prompts
from explorer.app.engine import MAX_ROWS
from explorer.app.guiding import answers, films, runs, subject
from explorer.app.guiding.asked import Asked
from explorer.app.racing import race
from explorer.denoisers import guide
from explorer.figures import palette
from explorer.figures.maps import diverging

from .untrained import PROMPT, tiny  # noqa: F401

DIGIT = Asked("mnist", "7", 0, 4, "cosine", "ddim", "trailing")
SCENE = Asked("scenes", PROMPT, 0, 4, "linear", "dpmpp_2m", "karras")
BOTH = pytest.mark.parametrize("asked", [DIGIT, SCENE], ids=["mnist", "scenes"])


def decoded(track: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(track["frames"]), np.uint8).reshape(track["shape"])


# --- runs --------------------------------------------------------------------------------------


@BOTH
def test_what_is_shown_of_a_step_adds_up_to_the_guided_prediction(asked):
    scales = (-1.0, 0.0, 1.0, 5.0)
    result = runs.strip(subject.of(asked.model), asked, [0] * 4, scales)
    for reference, conditional, step in zip(
        result.unconditional, result.conditional, result.steps[:-1], strict=True
    ):
        mixed = guide(reference, conditional, torch.tensor(scales))
        assert (mixed - step.x0_hat).abs().max() < 1e-4
        assert torch.allclose(reference[1], step.x0_hat[1], atol=1e-5)  # scale 0
        assert torch.allclose(conditional[2], step.x0_hat[2], atol=1e-5)  # scale 1
    assert (result.guesses[-1, 0] - result.guesses[-1, 3]).abs().max() > 1e-3


def test_a_row_of_the_strip_is_the_run_with_that_scale_alone():
    row = runs.strip(subject.of("mnist"), DIGIT, [5] * 3, (0.0, 1.0, 3.0))
    entrant = race.Entrant("ddim", "trailing", runs.grid(DIGIT))
    alone = race.run([entrant], race.Start(7, 5, 3.0))[0]
    assert (row.steps[-1].x[2:] - alone.picture).abs().max() < 1e-4


@BOTH
def test_a_strip_asks_for_all_scales_at_once(asked):
    """Ten rows a step, with and without the label: as few network calls as hold them."""
    engine = subject.of(asked.model).engine
    rows, calls = engine.rows, engine.calls
    runs.strip(subject.of(asked.model), asked, [0] * 5, (0.0, 1.0, 2.0, 3.0, 4.0))
    assert engine.rows - rows == 10 * asked.steps
    assert engine.calls - calls == math.ceil(10 / MAX_ROWS) * asked.steps


@BOTH
def test_changes_stand_beside_plain_guidance_and_share_its_batches(asked):
    model = subject.of(asked.model)
    other = "1" if asked.model == "mnist" else "a green four"
    change = runs.Change(other, 0.3, 8.0, 0.7)
    assert list(change.alone()) == ["negative", "interval", "rescale", "together"]
    before = model.engine.calls
    plain, same, *rest = runs.side_by_side(
        model, asked, 4.0, [runs.Change(), runs.Change(), *change.alone().values()]
    )
    assert model.engine.calls - before < 6 * asked.steps
    strip = runs.strip(model, asked, [asked.seed], (4.0,))
    assert (plain[-1].x - strip.steps[-1].x).abs().max() < 1e-4
    assert (plain[-1].x - same[-1].x).abs().max() < 1e-5
    for steps in rest:
        assert (plain[-1].x - steps[-1].x).abs().max() > 1e-4


def test_a_change_that_does_nothing_is_no_column():
    assert runs.Change().alone() == {}
    assert list(runs.Change(phi=0.5).alone()) == ["rescale"]
    assert list(runs.Change(low=0.1).alone()) == ["interval"]


@BOTH
def test_an_interval_that_no_step_lies_in_is_the_conditional_run(asked):
    model = subject.of(asked.model)
    (never,) = runs.side_by_side(model, asked, 9.0, [runs.Change(low=1e6)])
    strip = runs.strip(model, asked, [asked.seed], (1.0,))
    assert (never[-1].x - strip.steps[-1].x).abs().max() < 1e-4
    assert runs.guided_steps(runs.grid(asked), runs.Change(low=1e6)) == 0
    assert runs.guided_steps(runs.grid(asked), runs.Change()) == asked.steps


def test_saturation_counts_what_the_screen_cuts_by_more_than_it_can_show():
    pictures = torch.tensor([[-1.0, 1.0, 1.01, -1.03], [2.0, 0.0, 0.0, 0.0]]).reshape(2, 1, 2, 2)
    assert runs.saturation(pictures).tolist() == [0.25, 0.25]
    assert runs.saturation(torch.zeros(3, 2, 1, 2, 2)).shape == (3, 2)
    assert runs.spread(3 * torch.randn(2, 4, 64, 64)).tolist() == pytest.approx([3, 3], rel=0.05)


# --- films -------------------------------------------------------------------------------------


def test_apart_is_0_for_copies_and_counts_pairs():
    one = torch.zeros(1, 1, 2, 2)
    assert films.apart(one.expand(4, 1, 2, 2)) == 0
    assert films.apart(torch.cat([one, one + 1])) == pytest.approx(1)


def test_difference_is_drawn_on_a_fixed_scale_that_is_neutral_at_0():
    colours = diverging(np.array([[[-2.0, -1.0, 0.0, 1.0]]]), span=1)[0, 0]
    low, middle, high = (tuple(bytes.fromhex(c[1:])) for c in palette.DIVERGING)
    assert [tuple(c) for c in colours] == [low, low, middle, high]
    apart = torch.tensor([-2.0, 0.0, 2.0, 9.0]).reshape(1, 1, 2, 2)
    coloured = films.difference(apart.repeat(1, 3, 1, 1))
    assert coloured[0].tolist() == [[[0] * 3, [128] * 3], [[255] * 3, [255] * 3]]


def test_the_strip_sends_a_frame_a_step_and_the_meter_the_same_steps():
    film, meter, facts = answers.strip(SCENE, (0.0, 1.0, 4.0))
    assert [t["name"] for t in film["tracks"]] == ["scale 0", "scale 1", "scale 4"]
    assert all(t["shape"] == [4, 64, 64, 3] for t in film["tracks"])
    assert meter["latent"] and meter["scales"] == [0, 1, 4]
    for key in ("saturation", "spread"):
        assert [len(values) for values in meter[key]] == [4, 4, 4]
    share = meter["saturation"][2][-1]
    assert film["tracks"][2]["notes"][-1] == f"{films.percent(share)} % cut"
    assert "4</dd>" in facts and "8</dd>" in facts and PROMPT in facts
    json.dumps([film, meter])
    assert not answers.strip(DIGIT, (0.0, 1.0, 4.0))[1]["latent"]


def test_scenes_are_taken_apart_in_pictures_and_in_the_latent():
    film, facts = answers.parts(SCENE, 1.0)
    names = [track["name"] for track in film["tracks"]]
    assert names == ["x̂_uncond", "x̂_cond", "difference", "in the latent", "x̂"]
    assert [track["shape"][1] for track in film["tracks"]] == [64, 64, 64, 16, 64]
    assert np.array_equal(decoded(film["tracks"][1]), decoded(film["tracks"][4]))  # scale 1
    assert "scale 1" in facts
    assert len(answers.parts(DIGIT, 3.0)[0]["tracks"]) == 4


def test_the_grid_has_a_column_a_scale_and_a_picture_a_seed():
    film, said = answers.crowd(SCENE, (0.0, 1.0, 4.0))
    height = answers.CROWD * (64 + films.GAP) - films.GAP
    assert [t["shape"][1:] for t in film["tracks"]] == [[height, 64, 3]] * 3
    assert len(film["positions"]) == films.MOST_POSITIONS
    assert film["positions"][-1] == f"NFE {answers.CROWD_STEPS}, result"
    assert "seeds 0 to 3" in said
    film, _ = answers.crowd(DIGIT, (0.0, 1.0, 4.0))
    assert len(film["positions"]) == answers.CROWD_STEPS


def test_an_empty_prompt_is_the_unconditional_model_and_says_so():
    empty = Asked("scenes", "", 0, 4, "linear", "dpmpp_2m", "karras")
    film, _, facts = answers.strip(empty, (0.0, 1.0, 8.0))
    assert prompts.EMPTY in facts
    first, *others = (decoded(track).astype(int) for track in film["tracks"])
    assert all(abs(first - other).max() <= 1 for other in others)


@BOTH
def test_pushing_away_from_what_is_asked_leaves_the_conditional_run(asked):
    model = subject.of(asked.model)
    plain, pushed = runs.side_by_side(model, asked, 6.0, [runs.Change(), runs.Change(asked.told)])
    conditional = runs.strip(model, asked, [asked.seed], (1.0,)).steps[-1].x
    assert (pushed[-1].x - conditional).abs().max() < 1e-4
    assert (plain[-1].x - conditional).abs().max() > 1e-3


def test_changes_travel_with_their_captions_and_their_numbers():
    film, interval, facts = answers.changed(SCENE, 6.0, "a green four", 0.0, 8.0, 0.0)
    captions = [(track["name"], track["caption"]) for track in film["tracks"]]
    assert captions == [
        ("plain", "guided everywhere"),
        ("negative", "away from a green four"),
        ("interval", "σ/α 0 to 8"),
        ("all together", ""),
    ]
    guided = sum(ratio <= 8 for ratio in interval["ratios"])
    assert 0 < guided < 4 and f"<td>{4 + guided}</td>" in facts and "<td>8</td>" in facts
    json.dumps([film, interval], allow_nan=False)


def test_zero_snr_has_an_infinite_level_that_travels_as_null():
    asked = Asked("mnist", "7", 0, 4, "zero_snr", "ddim", "trailing")
    _, interval, facts = answers.changed(asked, 4.0, "", 0.0, math.inf, 0.0)
    assert interval["ratios"][0] is None and interval["ratios"][1] > interval["ratios"][2]
    assert "Nothing is changed" in facts
