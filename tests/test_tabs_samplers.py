"""Samplers and Guidance: what their handlers compute is what the theory says, and they refuse."""

import math
import threading
import time

import gradio as gr
import numpy as np
import pytest
import torch

from explorer import ideal
from explorer.app import guiding, race, studio
from explorer.app.once import once
from explorer.app.tabs import guidance, samplers
from explorer.denoisers import guide
from explorer.figures import palette
from explorer.figures.maps import diverging
from explorer.models import zoo
from explorer.models.unet import UNet, UNetConfig
from explorer.samplers import SAMPLERS, evaluations
from explorer.schedules import SCHEDULES, SPACINGS, levels

TINY = UNetConfig(channels=(8, 16), attention=(False, True), head_dim=8, emb_dim=16)
RACE = dict(digit="7", seed=0, budget=6, schedule="linear", spacing="trailing", scale=2)
STRIP = dict(digit="7", seed=0, scales="0, 1, 4", steps=4, schedule="cosine", spacing="trailing")
CROWD = {key: value for key, value in STRIP.items() if key != "steps"}


@pytest.fixture(scope="module", autouse=True)
def tiny(tmp_path_factory):
    """A small random network in the place of the trained one: its runs take no time."""
    torch.manual_seed(0)
    net = UNet(TINY)
    for parameter in net.parameters():  # the zeroed layers too
        torch.nn.init.normal_(parameter, std=0.1)
    path = tmp_path_factory.mktemp("models") / "tiny.safetensors"
    zoo.save(path, net, kind="unet", config=TINY)
    before = studio._engine, studio._name
    studio.use(str(path))
    yield
    studio._engine, studio._name = before
    for handler in (samplers._race, guidance._strip, guidance._crowd):
        handler.kept.clear()


def exact_run(key: str, budget: int, schedule: str = "cosine") -> race.Run:
    """An entrant on exact Gaussian data: no network at all."""
    (entrant,) = race.field(schedule, "trailing", budget, [key])
    x = torch.ones(1, 1, 2, 2, dtype=torch.float64)
    rng = torch.Generator().manual_seed(0)
    steps = SAMPLERS[key](ideal.gaussian(0.0, 0.5), x, entrant.grid, rng=rng)
    return race.Run(entrant, tuple(steps))


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("spacing", SPACINGS)
@pytest.mark.parametrize("key", SAMPLERS)
def test_a_run_is_the_longest_that_its_budget_pays_for(key, spacing, schedule):
    for budget in (4, 5, 20):
        n = len(race.grid(key, schedule, spacing, budget)) - 1
        walk = levels(SCHEDULES[schedule](), n, spacing)
        costs = [evaluations(key, m, from_zero_snr=walk[0].alpha == 0) for m in (n, n + 1)]
        assert costs[0] <= budget < costs[1]


def test_at_nfe_12_heun_is_in_its_6th_step_and_the_others_in_their_12th():
    assert race.note(one := exact_run("heun", 20), race.at_nfe(one, 20)[11])[:13] == "step 6 of 10,"
    assert (
        race.note(one := exact_run("ddim", 20), race.at_nfe(one, 20)[11])[:14] == "step 12 of 20,"
    )


@pytest.mark.parametrize("key", SAMPLERS)
def test_a_film_shows_at_nfe_p_the_last_state_that_p_evaluations_reach(key):
    run = exact_run(key, 9)
    for p, record in enumerate(race.at_nfe(run, 9), start=1):
        assert run.steps[record].nfe <= p
        assert record == len(run.steps) - 1 or run.steps[record + 1].nfe > p
    assert race.at_nfe(run, 9)[0] == 0 and race.at_nfe(run, 9)[-1] == run.entrant.steps


def test_in_a_race_ddim_ends_where_euler_does_and_ddpm_where_euler_ancestral_does():
    runs = race.run(race.field("linear", "trailing", 6, samplers.ORDER), race.Start(7, 0, 2.0))
    end = {one.entrant.key: one for one in runs}
    assert race.largest_difference(end["ddim"], end["euler"]) < 1e-4
    assert race.largest_difference(end["ddpm"], end["euler_ancestral"]) < 1e-4
    assert race.largest_difference(end["ddim"], end["ddpm"]) > 1e-2


def test_all_entrants_start_from_one_noise_and_a_seed_is_one_race():
    start = race.Start(3, 11, 2.0)
    first, again = (
        race.run(race.field("linear", "karras", 4, samplers.ORDER), start) for _ in range(2)
    )
    assert all(torch.equal(run.steps[0].x, studio.noise([11])) for run in first)
    for a, b in zip(first, again, strict=True):  # batches may be cut otherwise: float32 rounding
        assert race.largest_difference(a, b) < 1e-4


def test_guidance_doubles_network_evaluations_and_no_label_or_scale_0_or_1_does_not():
    assert race.Start(7, 0, 2.0).network_evaluations == 2
    assert [race.Start(7, 0, s).network_evaluations for s in (0, 1)] == [1, 1]
    assert race.Start(None, 0, 2.0).network_evaluations == 1


def test_a_race_says_what_it_was():
    film, facts, lessons, halfway, still, _ = samplers.run(**RACE)
    assert film["positions"] == [f"NFE {p}" for p in range(1, 7)]
    assert len(film["tracks"]) == 12 and len(still["tracks"]) == 3
    for said in ("Digit 7", "scale 2", "seed 0", "model tiny", "linear schedule", "trailing"):
        assert said in facts
    assert "<dd>12</dd><dt>network evaluations each" in facts
    assert "Step 6 of 12 is not a 6-step run" in halfway
    assert lessons.count("Largest difference of the two results above: <b>") == 2


def test_what_is_shown_of_a_step_adds_up_to_the_guided_prediction():
    scales = (-1.0, 0.0, 1.0, 5.0)
    result = guiding.strip(7, [0] * 4, scales, race.grid("ddim", "cosine", "trailing", 5), "ddim")
    parts = zip(result.unconditional, result.conditional, result.steps[:-1], strict=True)
    for reference, conditional, step in parts:
        mixed = guide(reference, conditional, torch.tensor(scales))
        assert (mixed - step.x0_hat).abs().max() < 1e-4
        assert torch.allclose(reference[1], step.x0_hat[1], atol=1e-5)  # scale 0
        assert torch.allclose(conditional[2], step.x0_hat[2], atol=1e-5)  # scale 1


def test_a_row_of_the_strip_is_the_run_with_that_scale_alone():
    grid = race.grid("ddim", "linear", "trailing", 4)
    row = guiding.strip(7, [5] * 3, (0.0, 1.0, 3.0), grid, "ddim")
    alone = race.run([race.Entrant("ddim", "DDIM", grid)], race.Start(7, 5, 3.0))[0]
    assert (row.steps[-1].x[2:] - alone.picture).abs().max() < 1e-4


def test_spread_is_0_for_copies_and_counts_pairs():
    one = torch.zeros(1, 1, 2, 2)
    assert guiding.spread(one.expand(4, 1, 2, 2)) == 0
    assert guiding.spread(torch.cat([one, one + 1])) == pytest.approx(1)


def test_difference_is_drawn_on_a_fixed_scale_that_is_white_at_0():
    colours = diverging(np.array([[[-2.0, -1.0, 0.0, 1.0]]]), span=1)[0, 0]
    low, middle, high = (tuple(bytes.fromhex(c[1:])) for c in palette.DIVERGING)
    assert [tuple(c) for c in colours] == [low, low, middle, high]


BAD = {
    "digit": ["11", 7, None, ["7"], "<b>", math.nan],
    "seed": [math.nan, math.inf, -1, 1e300, 2.5, True, None, [1], "0"],
    "budget": [0, 3, 101, math.nan, 1e300, 20.5, [20], None],
    "steps": [0, 3, 41, math.nan, 1e300, [20], None, "20"],
    "schedule": ["quadratic", None, 3, ["linear"]],
    "spacing": ["even", None, 3, ["karras"]],
    "scale": [math.nan, -1, 21, 1e300, math.inf, None, [2], "2"],
    "scales": ["", "1", "0, 1", "1,1,1", "0,1,nan", "0,1,inf", "0,1,1e300", "a,b,c", "0,1,21",
               "-3,0,1", "0,1,2,3,4,5,6,7", None, 3, [0, 1, 2], "1," * 500, "<img>,1,2"],
}  # fmt: skip
NAMES = {"digit": "Digit", "seed": "Seed", "budget": "Evaluations", "steps": "Steps",
         "schedule": "Schedule", "spacing": "Spacing", "scale": "Guidance scale",
         "scales": "Scales"}  # fmt: skip
CASES = [
    pytest.param(handler, good, name, value, id=f"{handler.__module__[-8:]}-{name}-{value!r:.20}")
    for handler, good in ((samplers.run, RACE), (guidance.run, STRIP), (guidance.crowd, CROWD))
    for name in good
    for value in BAD[name]
]


@pytest.mark.parametrize(("handler", "good", "name", "value"), CASES)
def test_a_bad_value_gets_a_sentence_with_its_field_and_range(handler, good, name, value):
    with pytest.raises(gr.Error) as caught:
        handler(**good | {name: value})
    sentence = str(caught.value.message)
    assert sentence.startswith(NAMES[name]) and sentence.endswith(".") and len(sentence) < 300
    assert " to " in sentence or "one of" in sentence


def test_after_a_refusal_the_next_request_works():
    for handler, good in ((samplers.run, RACE), (guidance.run, STRIP), (guidance.crowd, CROWD)):
        with pytest.raises(gr.Error):
            handler(**good | {"seed": math.nan})
        assert handler(**good)[0]["tracks"]


def test_a_missing_model_is_a_sentence(monkeypatch):
    monkeypatch.setattr(studio, "_engine", None)
    monkeypatch.setattr(studio, "_name", "absent")
    with pytest.raises(gr.Error, match="no model 'absent'"):
        samplers.run(**RACE | {"seed": 77})


def test_equal_requests_at_one_time_are_computed_once_and_errors_are_not_kept():
    calls = []

    @once(2)
    def slow(x):
        calls.append(x)
        time.sleep(0.05)
        if x < 0:
            raise ValueError("negative")
        return x * x

    answers = []
    threads = [threading.Thread(target=lambda: answers.append(slow(3))) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [9] * 5 and calls == [3]
    for _ in range(2):
        with pytest.raises(ValueError):
            slow(-1)
    assert calls == [3, -1, -1]
    assert [slow(1), slow(2), slow(3)] == [1, 4, 9] and calls[-1] == 3 and len(slow.kept) == 2


def test_the_paths_start_together_and_one_update_is_one_path():
    runs = race.run(race.field("linear", "trailing", 6, samplers.ORDER), race.Start(3, 5, 1.0))
    found = race.paths(runs)
    by_ink = {entrant["ink"]: entrant for entrant in found["entrants"]}
    assert len({tuple(entrant["points"][0]) for entrant in found["entrants"]}) == 1
    ddim, euler = by_ink["sampler-ddim"]["points"], by_ink["sampler-euler"]["points"]
    assert (torch.tensor(ddim) - torch.tensor(euler)).abs().max() < 0.01
    ddpm = by_ink["sampler-ddpm"]["points"]
    assert max(abs(a - b) for a, b in zip(ddim[3], ddpm[3], strict=True)) > 1
    assert 0 < found["share"] <= 1 and len(found["digits"]["points"]) == 20
    # distances in the plane never exceed those between the states
    a, b = runs[0].steps[0].x, runs[0].steps[-1].x
    shown = sum((p - q) ** 2 for p, q in zip(ddim[0], ddim[-1], strict=True)) ** 0.5
    assert shown <= (a - b).norm().item() + 0.01
