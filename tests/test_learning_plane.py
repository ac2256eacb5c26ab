"""The chapter "In the plane": what it sends is what was trained; who waits, pauses and leaves."""

import base64
import json
import math
from itertools import combinations
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
import torch

from explorer.app.learning import plane, plane_jobs, plane_shown
from explorer.app.learning import plane_asked as asking
from explorer.app.line import Line
from explorer.app.tables import NAMES
from explorer.app.truth.asked import Asked as World
from explorer.app.truth.asked import lattice
from explorer.denoisers import Target, v_hat
from explorer.metrics import sliced_wasserstein
from explorer.samplers import euler
from explorer.training.plane_recipe import DRAWS, MOST, WEIGHTS
from explorer.training.plane_run import Run

SMALL = asking.Asked(World("two"), width=8, steps=48)
SENT = ["two", "", "v", "angle", "own", "8", 48, 0]


def asker(session: str) -> SimpleNamespace:
    """The only part of a request that handlers read."""
    return SimpleNamespace(session_hash=session)


def unpacked(packet: dict) -> torch.Tensor:
    values = np.frombuffer(base64.b64decode(packet["halves"]), "<f2").astype(np.float64)
    return torch.from_numpy(values.reshape(packet["shape"]))


def parameters(run: Run) -> list[torch.Tensor]:
    return [p.detach().clone() for p in run.net.parameters()]


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """A line and a shelf of runs of each test's own; a look after every chunk."""
    monkeypatch.setattr(plane_jobs, "LINE", Line(places=1))
    monkeypatch.setattr(plane_jobs, "EVERY", -1.0)
    monkeypatch.setattr(plane_jobs, "PATIENCE", 0.0)
    shelf = plane_jobs.Jobs(3)
    monkeypatch.setattr(plane, "jobs", lambda: shelf)
    return shelf


def test_what_is_on_offer_is_what_there_is():
    assert set(asking.PREDICTS) == set(Target.__args__) == set(asking.LEVERAGE)
    assert set(asking.LEVELS) == set(DRAWS) and set(asking.WEIGHTS) == set(WEIGHTS)
    assert set(NAMES) < set(asking.LEVELS) and asking.Asked().levels in asking.LEVELS
    assert str(asking.Asked().width) in asking.WIDTHS
    for predicts in asking.PREDICTS:
        for weights in asking.WEIGHTS:
            assert "loss = mean of " in asking.Asked(predicts=predicts, weights=weights).loss


def test_a_run_ends_done_and_what_it_sends_is_the_network():
    job = plane_jobs.Job(SMALL)
    *seen, last = plane_jobs.go(job)
    assert [s["step"] for s in seen] == [16, 32] and last["step"] == 48
    assert {s["state"] for s in seen} == {"training"} and last["state"] == "done"
    assert [at for at, _ in last["loss"]] == list(range(1, 49))
    assert last["error"][0][0] == 0 and last["error"][-1] == [
        48,
        pytest.approx(job.run.error(), 1e-3),
    ]
    *_, end = euler(job.run.native(), plane_shown.noise(SMALL), job.run.recipe.walk(16))
    assert (unpacked(last["samples"]) - end.x).abs().max() < 5e-3
    for k, level in enumerate(plane_shown.stops("v")):
        for packet, denoise in (
            (last["flow"], job.run.denoiser()),
            (last["exact"]["flow"], SMALL.world.made.denoiser()),
        ):
            cells = lattice(plane_shown.CELLS)
            with torch.no_grad():
                flow = -v_hat(cells, denoise(cells, level), level)
            assert (unpacked(packet)[k] - flow).abs().max() < 5e-3
    assert seen[0]["use"] is None and len(last["use"]["paths"]) == len(plane_shown.BUDGETS)
    assert len(json.dumps(seen[0])) < 60_000 and len(json.dumps(last)) < 160_000


def test_samples_by_number_of_steps_are_the_samplers_on_one_scale():
    asked = asking.Asked(World("two"), "velocity", "straight", width=8, steps=16)
    job = plane_jobs.Job(asked)
    *_, last = plane_jobs.go(job)
    for n, packet, (nfe, _) in zip(
        plane_shown.BUDGETS, last["use"]["paths"], last["use"]["learnt"], strict=True
    ):
        x = plane_shown.noise(asked, plane_shown.MEASURED)
        steps = list(euler(job.run.native(), x, job.run.recipe.walk(n)))
        states = torch.stack([s.x for s in steps])[:, : plane_shown.POINTS]  # alpha + sigma = 1
        assert nfe == n and unpacked(packet).shape == (n + 1, plane_shown.POINTS, 2)
        assert (unpacked(packet) - states).abs().max() < 5e-3


def test_noise_prediction_is_shown_and_sampled_from_just_below_pure_noise():
    job = plane_jobs.Job(asking.Asked(World("two"), "eps", "zero_snr", "x0", 8, 16))
    *_, last = plane_jobs.go(job)
    assert last["exact"]["levels"][0][1] / last["exact"]["levels"][0][0] < MOST * 1.01
    assert unpacked(last["flow"]).isfinite().all() and unpacked(last["samples"]).isfinite().all()


def test_paused_and_resumed_is_uninterrupted(fresh):
    *_, whole = plane_jobs.go(uninterrupted := plane_jobs.Job(SMALL))
    steps = plane.train(*SENT, asker("a"))
    assert next(steps)["step"] == 16
    plane.pause(asker("a"))
    rest = list(steps)
    assert [s["state"] for s in rest] == ["paused"] and rest[0]["step"] == 16 and rest[0]["use"]
    assert plane_jobs.LINE.ticket().__enter__().position == 0  # the place is free again
    plane_jobs.LINE._tickets.clear()
    assert plane.step(*SENT, asker("a"))["step"] == 17
    *_, last = plane.resume(asker("a"))
    assert last["state"] == "done" and last["loss"] == whole["loss"]
    mine = parameters(fresh.find("a").run)
    assert all(torch.equal(a, b) for a, b in zip(mine, parameters(uninterrupted.run), strict=True))
    assert last["samples"] == whole["samples"]


def test_stop_ends_a_run_that_goes_on_and_one_that_rests():
    steps = plane.train(*SENT, asker("a"))
    next(steps)
    stopped = plane.stop(asker("a"))
    assert "__type__" in stopped and [s["state"] for s in steps] == ["stopped"]
    first = plane.step(*SENT, asker("b"))
    assert (first["state"], first["step"]) == ("paused", 1)
    assert plane.stop(asker("b"))["state"] == "stopped"
    assert plane.step(*SENT, asker("b"))["step"] == 1  # a new run
    assert "__type__" in plane.stop(asker("nobody"))


def test_who_comes_late_waits_and_a_closed_page_frees_the_place():
    first, second = plane.train(*SENT, asker("a")), plane.train(*SENT, asker("b"))
    assert next(first)["state"] == "training"
    assert [next(second)["before"] for _ in range(2)] == [1, 1]
    third = plane.train(*SENT, asker("c"))
    assert next(third)["before"] == 2
    plane.stop(asker("c"))
    assert [s for s in third][-1]["state"] == "stopped"  # it left the line before it began
    first.close()
    assert next(second)["state"] == "training"
    second.close()


def test_a_new_run_replaces_the_sessions_last_one_silently():
    first = plane.train(*SENT, asker("a"))
    before = next(first)
    second = plane.train(*SENT, asker("a"))
    assert next(second)["state"] == "waiting"  # until the first one has heard of it
    assert list(first) == []
    after = next(second)
    assert after["state"] == "training" and after["run"] > before["run"]
    assert "__type__" in plane.step(*SENT, asker("a"))  # while it goes on there is no single step
    assert list(plane.resume(asker("a"))) == []
    second.close()


def test_time_is_lent_and_the_run_can_be_gone_on_with(fresh):
    ticks = iter([0.0, 1.0, 2.0, 500.0])
    job = fresh.put("a", SMALL)
    *_, last = plane_jobs.go(job, lambda: next(ticks))
    assert last["state"] == "over" and 0 < last["step"] < 48
    assert list(plane.resume(asker("a")))[-1]["state"] == "done"


def test_the_oldest_run_that_rests_makes_room_and_who_comes_back_is_told(fresh):
    going = fresh.put("going", SMALL)
    going.going = True
    for session in "abcd":
        plane.step(*SENT, asker(session))
    assert fresh.find("going") and fresh.find("d") and not fresh.find("a")
    with pytest.raises(gr.Error, match="no longer kept"):
        next(plane.resume(asker("a")))


def test_curves_stay_short_and_keep_their_mean_and_their_end():
    losses = [1 / (k + 1) for k in range(5000)]
    bins = plane_shown.binned(losses)
    assert len(bins) <= plane_shown.MOST_PLACES and bins[-1][0] == 5000
    assert bins[0][1] == pytest.approx(np.mean(losses[:32]), 1e-4)
    thin = plane_shown.thinned([(k, 1.0) for k in range(777)])
    assert len(thin) <= plane_shown.MOST_PLACES and thin[-1][0] == 776
    assert plane_shown.binned([]) == [] and plane_shown.thinned([]) == []


@pytest.mark.parametrize(
    "place, value, said",
    [
        (0, "three", "Data must be one of"),
        (2, "noise", "Prediction must be one of"),
        (3, ["angle"], "Levels must be one of"),
        (4, None, "Loss must be one of"),
        (5, math.nan, "Width must be one of"),
        (5, "4096", "Width must be one of"),
        (6, 20_001, "Steps must be a whole number from 1 to 20000"),
        (6, math.nan, "Steps must be a whole number"),
        (7, 2.5, "Seed must be a whole number"),
    ],
)
def test_what_is_not_on_offer_is_refused_by_name_and_keeps_the_run(place, value, said, fresh):
    before = plane.step(*SENT, asker("a"))
    sent = [*SENT]
    sent[place] = value
    with pytest.raises(gr.Error, match=said):
        next(plane.train(*sent, asker("a")))
    assert fresh.find("a").run.step == before["step"] == 1


@pytest.mark.parametrize("drawing", ["", "[]", None, "[[NaN, 0]]"])
def test_a_drawing_without_points_is_refused_with_a_sentence(drawing):
    with pytest.raises(gr.Error, match="A drawing must be 1 to 120 points"):
        next(plane.train("drawn", drawing, *SENT[2:], asker("a")))
    with pytest.raises(gr.Error, match="A drawing must be 1 to 120 points"):
        plane.step("drawn", drawing, *SENT[2:], asker("a"))


def test_a_drawing_is_learnt():
    *_, last = plane.train("drawn", "[[0.5, 0.5], [-0.5, 0]]", *SENT[2:], asker("a"))
    assert last["state"] == "done" and last["about"].startswith("what you draw; predicts v;")


def test_the_floor_is_the_mean_distance_of_two_sets_of_data():
    asked = asking.Asked(World("two"), width=8, steps=1)
    *_, last = plane_jobs.go(plane_jobs.Job(asked))
    world, n = asked.world.made, plane_shown.MEASURED
    data = [world.sample(n, asked.world.rng(2 + k)) for k in range(plane_shown.SETS)]
    pairs = [sliced_wasserstein(a, b) for a, b in combinations(data, 2)]
    assert last["use"]["floor"] == pytest.approx(np.mean(pairs), abs=1e-4)
    assert last["use"]["exact"][-1][1] < 2 * last["use"]["floor"]  # 32 steps, no mistake
