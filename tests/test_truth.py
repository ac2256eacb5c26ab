"""The tab "Ground truth": what it sends is what explorer computes, and what it refuses."""

import base64
import json
import math

import gradio as gr
import numpy as np
import pytest
import torch

from explorer import names
from explorer.app.tabs import truth as tab
from explorer.app.truth import asked as asking
from explorer.app.truth import chapters, drawing, networks
from explorer.app.truth.asked import Asked
from explorer.convergence import end, level_at
from explorer.denoisers import score_hat, v_hat
from explorer.metrics import sliced_wasserstein
from explorer.samplers import SAMPLERS
from explorer.schedules import SCHEDULES, karras, levels
from explorer.worlds import MOST_POINTS, WORLDS

LIMIT = 300_000  # bytes that a chapter may open with
DRAWN = Asked("drawn", tuple((0.1 * k - 0.5, 0.2) for k in range(11)))


def unpacked(packet: dict) -> torch.Tensor:
    values = np.frombuffer(base64.b64decode(packet["halves"]), "<f2").astype(np.float64)
    return torch.from_numpy(values.reshape(packet["shape"]))


@pytest.mark.parametrize("key", tab.KEYS)
@pytest.mark.parametrize("world", ["classes", "moons"])
def test_a_chapter_opens_light(key, world):
    assert len(json.dumps(tab.answer(key, Asked(world)))) < LIMIT


def test_the_worlds_on_offer_are_those_that_there_are():
    assert set(asking.WORLDS) == {*WORLDS, "drawn"}
    assert asking.MOST_POINTS == MOST_POINTS
    assert asking.Asked().world in asking.WORLDS
    assert len(asking.points(drawing.spiral())) <= MOST_POINTS


@pytest.mark.parametrize("asked", [Asked("ring"), DRAWN], ids=["ring", "drawn"])
def test_the_field_is_the_exact_score_and_flow_at_every_level(asked):
    sent, world = chapters.field(asked), asked.made
    cells = asking.lattice(17)
    assert (unpacked(sent["cells"]) - cells).abs().max() < 1e-3
    assert sent["levels"][0] == [0, 1] and sent["levels"][-1][1] == pytest.approx(0.05, abs=1e-4)
    for k in (0, 10, 32):
        level = level_at(math.atan2(*reversed(sent["levels"][k])))
        x0_hat = world.denoiser()(cells, level)
        for name, exact in (
            ("score", score_hat(cells, x0_hat, level)),
            ("flow", -v_hat(cells, x0_hat, level)),
        ):
            sent_here = unpacked(sent[name])[k]
            assert (sent_here - exact).abs().max() < 2e-3 * exact.abs().max() + 1e-9


def test_the_shade_is_the_density():
    sent = chapters.field(Asked("two"))
    size, k = sent["density"]["size"], 20
    shown = np.frombuffer(base64.b64decode(sent["density"]["bytes"]), "u1").reshape(-1, size**2)
    density = (
        Asked("two")
        .made.log_density(asking.lattice(size), level_at(math.atan2(*reversed(sent["levels"][k]))))
        .exp()
    )
    assert np.abs(shown[k] - 255 * (density / density.max()).numpy()).max() <= 1


def test_particles_are_the_samplers_states_at_their_nfe():
    asked = Asked("moons", seed=3)
    sent = chapters.particles(asked, 12)
    assert [run["key"] for run in sent["runs"]] == list(names.SAMPLERS)
    for run in sent["runs"]:
        assert run["spent"] == run["nfe"][-1] <= 12
        n = len(run["nfe"]) - 1
        walk = levels(karras(), n, "karras")
        x = list(
            SAMPLERS[run["key"]](asked.made.denoiser(), asked.noise(160), walk, rng=asked.rng(1))
        )
        states = unpacked(run["states"])
        assert len(states) == n + 1
        assert (states - torch.stack([step.x for step in x])).abs().max() < 5e-3
    heun = next(run for run in sent["runs"] if run["key"] == "heun")
    assert heun["nfe"][5] == 11  # at NFE 12 Heun has made 6 steps


def test_ddim_and_euler_are_one_line_and_so_are_the_stochastic_two():
    sent = chapters.order(Asked("two"))
    lines = {line["key"]: line["points"] for line in sent["errors"] + sent["distances"][:2]}
    for a, b in (("ddim", "euler"), ("ddpm", "euler_ancestral")):
        assert np.allclose(lines[a], lines[b], rtol=1e-3)


@pytest.mark.parametrize("world", [*WORLDS])
def test_the_fitted_slopes_stand_beside_the_theory(world):
    for line in chapters.order(Asked(world))["errors"]:
        assert line["slope"] == pytest.approx(line["theory"], abs=0.3)


def test_model_error_is_what_no_sampler_removes():
    sent = chapters.solver(Asked("moons"), networks.network(Asked("moons")))
    for sampler in sent["samplers"]:
        assert sampler["exact"][-1][1] < 0.01 and sampler["solver"][-1][1] < 0.01
        assert sampler["total"][-1][1] == pytest.approx(sent["model"], rel=0.3)
    gap = unpacked(sent["answer"]) - unpacked(sent["believed"])
    assert gap.norm(dim=1).median().item() == pytest.approx(sent["model"], rel=0.05)


def test_one_start_leads_the_ode_to_one_place_and_the_sde_to_many():
    sent = chapters.two_ways(Asked("ring"), (1.5, 0.2))
    ode, sde = unpacked(sent["ode"]), unpacked(sent["sde"])
    assert sent["start"] == [1.5, 0.2]
    assert (sde[0] - ode[0]).abs().max() == 0 and len(ode) == len(sde) == len(sent["sigma"]) == 101
    means = WORLDS["ring"]().means
    assert torch.cdist(sde[-1], means).argmin(1).unique().numel() >= 4


def test_guidance_is_exact_at_its_two_ends_and_linear_between():
    sent, asked = chapters.guidance(Asked("classes")), Asked("classes")
    world, x = asked.made, asked.noise(140)
    walk, ends = levels(karras(), 40, "karras"), unpacked(sent["ends"])
    at = sent["scales"].index
    for scale, denoise in ((0, world.denoiser()), (1, world.denoiser(1))):
        assert (ends[at(scale)] - end("ddim", denoise, x, walk)).abs().max() < 2e-3
    cells, k = unpacked(sent["cells"]), 15
    level = level_at(math.atan2(*reversed(sent["levels"][k])))
    for name, denoise in (("conditional", world.denoiser(1)), ("unconditional", world.denoiser())):
        exact = -v_hat(cells, denoise(cells, level), level)
        assert (unpacked(sent[name])[k] - exact).abs().max() < 5e-3
    spread = dict(map(tuple, sent["spread"]))
    distance = dict(map(tuple, sent["distance"]))
    assert spread[8] < 0.8 * spread[1] and distance[8] > 3 * distance[1]
    assert distance[1] < 2.5 * sent["floor"]


def test_guidance_borrows_two_classes_where_the_world_has_one():
    assert chapters.guidance(Asked("ring"))["borrowed"]
    assert not chapters.guidance(Asked("moons"))["borrowed"]


def test_a_network_is_trained_once_for_a_drawing(monkeypatch):
    calls, real = [], networks.planar.fit
    monkeypatch.setattr(networks, "LEARNT_STEPS", 20)
    monkeypatch.setattr(networks.planar, "fit", lambda *a, **k: calls.append(1) or real(*a, **k))
    told = []
    first = networks.network(DRAWN, lambda at, desc: told.append(at))
    assert networks.network(DRAWN) is first and len(calls) == 1


def test_a_chapter_says_what_it_was_asked():
    found = tab.run("ways", "two", "", 0, "linear", "trailing")
    assert found["about"].startswith("two Gaussians; 100 steps")
    assert found["about"].endswith("seed 0; linear schedule, trailing spacing.")


@pytest.mark.parametrize(
    "place, value, said",
    [
        (0, "three", "World must be one of"),
        (2, math.nan, "Seed must be a whole number"),
        (3, ["linear"], "Schedule must be one of"),
        (4, "own", "Spacing must be one of"),
        (5, 65, "Evaluations"),
    ],
)
def test_what_is_not_on_offer_is_refused_by_name(place, value, said):
    asked = ["two", "", 0, "linear", "trailing", 12]
    asked[place] = value
    with pytest.raises(gr.Error, match=said):
        tab.particles(*asked)
    if place < 5:
        with pytest.raises(gr.Error, match=said):
            tab.run("field", *asked[:5])


@pytest.mark.parametrize(
    "text",
    ["", None, "[]", "[[0]]", "[[0, 2]]", "[[true, 0]]", "[[NaN, 0]]", "{", "[" * 3000,
     json.dumps([[0, 0]] * 121), "[[0.1, 0.2]" + " " * 4000 + "]"],
)  # fmt: skip
def test_what_is_no_drawing_is_refused(text):
    with pytest.raises(gr.Error, match="A drawing must be"):
        asking.points(text)


class Event:
    def __init__(self, data) -> None:
        self._data = data


@pytest.mark.parametrize("data", [None, {}, {"start": [1]}, {"start": [9, 0]}, {"start": "ab"}])
def test_what_is_no_start_is_refused(data):
    with pytest.raises(gr.Error):
        tab.another_start(Event(data), "two", "", 0, "karras", "karras")


def test_a_pressed_place_is_where_both_ways_begin():
    found = tab.another_start(Event({"start": [-1, 0.5]}), "two", "", 0, "karras", "karras")
    assert found["start"] == [-1, 0.5]


def test_a_pads_value_is_a_drawing():
    text = "[[0.1,0.2],[0.3,0.4]]"
    assert asking.points({"shown": True, "points": text}) == asking.points(text)
    for value in ({"points": ""}, {"shown": True}, {"points": {"points": text}}):
        with pytest.raises(gr.Error, match="A drawing must be"):
            asking.points(value)


def test_distances_use_other_data_than_the_floor_is_made_of():
    sent, asked = chapters.particles(Asked("two"), 12), Asked("two")
    data = [asked.made.sample(160, asked.rng(stream)) for stream in (2, 3)]
    assert sent["floor"] == pytest.approx(sliced_wasserstein(*data), abs=1e-4)
    assert set(SCHEDULES) == set(asking.NAMES)
