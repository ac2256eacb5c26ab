"""Samplers: what its handlers compute is what the theory says."""

import base64
import json
import time

import numpy as np
import pytest
import torch

from explorer import ideal, names
from explorer.app import judge, studio
from explorer.app.player import grey
from explorer.app.racing import answer, chance, entrants, films, quality, race
from explorer.app.tabs import samplers
from explorer.denoisers import from_network
from explorer.judge import features
from explorer.samplers import SAMPLERS, Step, evaluations
from explorer.schedules import SCHEDULES, SPACINGS, levels

from .racers import RACE, six, tiny  # noqa: F401


def apart(a: race.Run, b: race.Run) -> float:
    return race.difference(a.picture, b.picture)


def exact_run(key: str, budget: int, schedule: str = "cosine") -> race.Run:
    """An entrant on exact Gaussian data: no network at all."""
    (entrant,) = race.field([(key, "trailing")], schedule, budget)
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
    for key, said in (("heun", "step 6 of 10,"), ("ddim", "step 12 of 20,")):
        run = exact_run(key, 20)
        (record,) = films.at_nfe(run, [12])
        assert films.note(run, record).startswith(said)


@pytest.mark.parametrize("key", SAMPLERS)
def test_a_film_shows_at_nfe_p_the_last_state_that_p_evaluations_reach(key):
    run = exact_run(key, 9)
    found = films.at_nfe(run, range(1, 10))
    for p, record in enumerate(found, start=1):
        assert run.steps[record].nfe <= p
        assert record == len(run.steps) - 1 or run.steps[record + 1].nfe > p
    assert found[0] == 0 and found[-1] == run.entrant.steps


@pytest.mark.parametrize("budget", [4, 20, 116, 117, 200])
@pytest.mark.parametrize("count", [1, 6, 8])
def test_a_film_stops_at_as_many_nfe_as_may_be_sent_and_at_both_ends(budget, count):
    stops = films.positions(budget, count)
    assert stops[0] == 1 and stops[-1] == budget and sorted(set(stops)) == stops
    assert len(stops) * count <= films.PICTURES
    assert len(stops) == budget or len(stops) == films.PICTURES // count


def test_the_longest_race_of_eight_is_at_most_1500_kb():
    field = [pair for pair in entrants.DEFAULT] + [("ddim", "karras"), ("dpmpp_2m", "karras")]
    x = torch.zeros(1, 1, 28, 28)
    runs = []
    for entrant in race.field(field, "linear", 200):
        steps, nfe = [], 0
        for k, level in enumerate(entrant.grid):
            nfe = min(nfe + (2 if entrant.key == "heun" and k else 1), 200)
            steps.append(Step(k, level, x, x, nfe))
        runs.append(race.Run(entrant, tuple(steps)))
    assert len(json.dumps(films.film(runs, 200).payload())) <= 1_500_000
    assert len(json.dumps(films.paths(runs[:1] * 8, 200))) <= 300_000


def test_in_a_race_ddim_ends_where_euler_does_and_ddpm_where_euler_ancestral_does():
    runs = race.run(six(6), race.Start(7, 0, 2.0))
    end = {one.entrant.key: one for one in runs}
    assert apart(end["ddim"], end["euler"]) < 1e-4
    assert apart(end["ddpm"], end["euler_ancestral"]) < 1e-4
    assert apart(end["ddim"], end["ddpm"]) > 1e-2


def test_all_entrants_start_from_one_noise_and_a_seed_is_one_race():
    start = race.Start(3, 11, 2.0)
    first, again = (race.run(six(4, spacing="karras"), start) for _ in range(2))
    assert all(torch.equal(run.steps[0].x, studio.noise([11])) for run in first)
    for a, b in zip(first, again, strict=True):  # batches may be cut otherwise: float32 rounding,
        assert apart(a, b) < 1e-5 * a.picture.abs().max()  # also where Heun's two steps reach 545


def test_guidance_doubles_network_evaluations_and_no_label_or_scale_0_or_1_does_not():
    assert race.Start(7, 0, 2.0).network_evaluations == 2
    assert [race.Start(7, 0, s).network_evaluations for s in (0, 1)] == [1, 1]
    assert race.Start(None, 0, 2.0).network_evaluations == 1


def test_a_race_says_what_it_was():
    film, facts, lessons = samplers.race(*RACE.values())
    assert film["positions"] == [f"NFE {p}" for p in range(1, 7)]
    assert len(film["tracks"]) == 2 * len(SAMPLERS)
    for said in ("Digit 7", "scale 2", "seed 0", "model tiny", "linear schedule"):
        assert said in facts
    assert "<dd>12</dd><dt>network evaluations each" in facts
    assert "Largest difference between DDIM trailing and Euler trailing: <b>" in lessons
    assert "Largest difference between DDPM trailing and Euler ancestral trailing: <b>" in lessons


def test_on_two_spacings_ddim_and_euler_part():
    _, _, lessons = samplers.race(*(RACE | {"chosen": "ddim/trailing, euler/karras"}).values())
    assert (
        "On two spacings they part. Largest difference between DDIM trailing and Euler" in lessons
    )
    assert "Let DDPM and Euler ancestral race, on one spacing" in lessons
    runs = race.run(
        race.field([("ddim", "trailing"), ("euler", "karras")], "linear", 6), race.Start(7, 0, 2.0)
    )
    assert apart(*runs) > 0.01


def test_the_middle_of_a_long_run_and_the_end_of_a_short_one():
    told, still = samplers.three(*RACE.values())
    assert "Step 6 of 12 is not a 6-step run" in told and len(still["tracks"]) == 3
    start = race.Start(7, 0, 2.0)
    (long,) = race.run(race.field([("ddim", "trailing")], "linear", 12), start)
    (short,) = race.run(race.field([("ddim", "trailing")], "linear", 6), start)
    wanted = [long.steps[6].x, long.steps[6].x0_hat, short.picture]
    for track, x in zip(still["tracks"], wanted, strict=True):
        sent = np.frombuffer(base64.b64decode(track["frames"]), "u1")
        assert np.abs(sent.astype(int) - grey(x).ravel()).max() <= 1


def test_the_answer_is_where_a_long_run_of_another_solver_ends():
    start = race.Start(3, 1, 1.0)
    found = answer.converged(start, "karras", 500)
    (euler,) = race.run(race.field([("euler", "karras")], "karras", 200), start)
    (short,) = race.run(race.field([("euler", "karras")], "karras", 10), start)
    far = [answer.distance(one.picture, found) for one in (euler, short)]
    assert far[0] < 0.2 * far[1] and far[1] > 0.01  # order 1: a twentieth, and a little
    gaps = answer.gaps([euler, short], found, 500)["entrants"]
    assert gaps[0]["points"][-1] == [200, pytest.approx(far[0], rel=1e-3)]
    assert [nfe for nfe, _ in gaps[1]["points"]] == list(range(1, 11))


def test_distance_is_a_root_mean_square():
    x = torch.tensor([[0.3, -0.4], [0.0, 0.0]])
    assert answer.distance(x, torch.zeros(2, 2)) == pytest.approx(0.25)


def test_a_label_and_a_seed_have_one_answer_computed_once():
    calls, told = studio.engine().calls, []
    start = race.Start(4, 2, 1.0)
    first = answer.converged(start, "linear", 30, told.append)
    assert studio.engine().calls - calls == 30 and told == list(range(31))
    assert answer.converged(start, "linear", 30) is first
    assert studio.engine().calls - calls == 30


def test_four_reruns_are_one_picture_without_noise_and_four_with():
    start, field = race.Start(7, 3, 2.0), six(5)
    for entrant, four in zip(field, chance.crowd(field, start), strict=True):
        assert four.shape[0] == chance.RERUNS
        if entrant.key in names.STOCHASTIC:
            assert chance.apart(four) > 0.05
            assert all(race.difference(four[0], other) > 0.01 for other in four[1:])
        else:
            assert chance.apart(four) < 1e-5


def test_eta_goes_from_ddim_to_ddpm():
    start = race.Start(7, 3, 1.0)
    ddim, ddpm = race.field([("ddim", "trailing"), ("ddpm", "trailing")], "linear", 5)
    doses = chance.doses(ddim, start)
    assert chance.apart(doses[0]) < 1e-5
    assert chance.as_ddpm(doses, chance.rerun(ddpm, start)) < 1e-4
    assert chance.apart(doses[1]) < chance.apart(doses[-1])


def test_chance_shows_all_of_it():
    crowd, dose, told = samplers.chance(*RACE.values())
    assert len(crowd["tracks"]) == 4 * len(SAMPLERS) and len(dose["tracks"]) == 4
    assert dose["positions"] == ["η = 0", "η = 0.25", "η = 0.5", "η = 0.75", "η = 1"]
    assert "differ by at most" in told


def test_a_live_measurement_counts_its_evaluations_and_judges_what_was_drawn():
    field = race.field([("ddim", "trailing"), ("heun", "karras")], "linear", 4)
    states = list(quality.measure(field, 50))
    done = [state["done"] for state in states]
    assert done == sorted(done) and done[-1] == states[-1]["total"] == 50 * (4 + 3)
    rows = states[-1]["rows"]
    assert [row["nfe"] for row in rows] == [4, 3] and rows[0]["n"] == 50
    labels = torch.arange(50) % 10
    context, _ = studio.contexts(labels.tolist())
    rng = torch.Generator().manual_seed(0)
    pictures = []
    for first in (0, 25):
        x = torch.randn(25, 1, 28, 28, generator=rng)
        denoise = from_network(studio.engine(), context=context[first : first + 25])
        *_, last = SAMPLERS["ddim"](denoise, x, field[0].grid)
        pictures.append(last.x.clamp(-1, 1))
    found = features(judge.judge(), torch.cat(pictures))
    assert rows[0]["frechet"] == pytest.approx(quality.reference().frechet(found), rel=1e-3)


def test_a_live_measurement_that_nobody_asks_on_stops():
    running = quality.measure(six(20), 200)
    next(running)
    running.close()
    calls = studio.engine().calls
    time.sleep(0.2)
    assert studio.engine().calls == calls and studio.engine()._runs == 0


def test_the_paths_start_together_and_one_update_is_one_path():
    runs = race.run(six(6), race.Start(3, 5, 1.0))
    found = films.paths(runs, 6)
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


def test_a_short_race_needs_no_finer_answer():
    start = race.Start(3, 1, 2.0)
    coarse, fine = (answer.converged(start, "linear", answer.enough(n)) for n in (20, 200))
    assert answer.enough(20) < answer.enough(200)
    assert answer.distance(coarse, fine) < 0.001
