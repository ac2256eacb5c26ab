"""“Code for this” makes what the page shows: samplers, guidance and the schedules' experiments.

The lines stand in what a handler answers; their last value is compared with its pictures, to one
grey of 255, or with its numbers.
"""

import base64

import numpy as np
import pytest
import torch

from explorer.app import grey_image, resume
from explorer.app.guiding import answers as guiding
from explorer.app.guiding.asked import SCENES
from explorer.app.guiding.asked import Asked as Guided
from explorer.app.racing import answer
from explorer.app.racing import answers as racing
from explorer.app.racing import entrants as entering
from explorer.app.tabs import samplers
from explorer.data import gallery
from tests.coded import frames, of, same

FIRST = racing.Asked(budget=6)
OTHER = racing.Asked(
    "none", 3, 5, "cosine", 1.0, entering.parse("heun/karras, ddpm/leading, ddim/own"), (900, 400.0)
)


@pytest.mark.parametrize("asked", [FIRST, OTHER])
def test_a_race(asked):
    film, *_ = racing.film(asked)
    runs = of(film)
    assert list(runs) == [track["row"] for track in film["tracks"][1::2]]
    for track in film["tracks"][1::2]:  # x̂₀; positions are NFE, so the last is the result
        same(frames(track)[-1:], runs[track["row"]][-1:])
        first = [0] if track["at"] is None else track["at"]
        same(frames(track)[:1], runs[track["row"]][first[0] : first[0] + 1])


PAIR = entering.parse("ddim/trailing, ddpm/trailing")


@pytest.mark.parametrize("asked", [("7", 0, 4), ("none", 3, 5, "karras")])
def test_what_else_is_asked_of_a_race(asked, monkeypatch):
    asked = racing.Asked(*asked, chosen=PAIR)
    monkeypatch.setattr(answer, "enough", lambda _budget: 5)
    _, still = racing.three_ways(asked)
    same(np.concatenate([frames(track) for track in still["tracks"]]), of(still))
    crowd, doses, _ = racing.reruns(asked)
    shown = np.concatenate([frames(track) for track in crowd["tracks"]])
    same(shown, torch.cat(list(of(crowd).values())))
    shown = np.stack([frames(track) for track in doses["tracks"]], 1)
    same(shown.reshape(-1, 28, 28), of(doses).flatten(0, 1))
    answer._converged.kept.clear()
    far = racing.gaps(asked)
    answer._converged.kept.clear()  # of other steps than the app's
    made = of(far)
    for entrant in far["entrants"]:
        assert dict(made[entrant["label"]]) == pytest.approx(dict(entrant["points"]), abs=2e-3)
    paths = racing.paths(asked)
    points = np.concatenate([entrant["points"] for entrant in paths["entrants"]])
    assert np.allclose(points, of(paths).numpy(), atol=5e-3)


@pytest.mark.parametrize("schedule, own", [("linear", ()), ("cosine", (900, 400.0))])
def test_measured_quality(schedule, own):
    entrants = entering.text(OTHER.chosen if own else PAIR)
    asked = ("7", 2, 4, schedule, 3.0, entrants, ", ".join(map(str, own)), "50")
    *_, last = samplers.measure(*asked)
    found = of(last)
    assert found == {row["label"]: pytest.approx(row["frechet"], rel=1e-4) for row in last["rows"]}
    assert last["made"]["about"]["samples"] == 50 and len(found) == len(last["rows"]) > 1


@pytest.mark.parametrize(
    "asked", [Guided(steps=4), Guided(SCENES, "a red 3 and a blue 5", 2, 2, sampler="ddim")]
)
def test_guidance(asked, monkeypatch):
    monkeypatch.setattr(guiding, "CROWD", 2)
    monkeypatch.setattr(guiding, "CROWD_STEPS", 2)
    guiding.crowd.kept.clear()
    scales = (0.0, 1.0, 4.0)
    film, *_ = guiding.strip(asked, scales)
    same(np.stack([frames(t) for t in film["tracks"]], 1), of(film).flatten(0, 1))
    film, _ = guiding.parts(asked, 3.0)
    chosen = [t for t in film["tracks"] if t["role"] == "prediction"]
    same(np.stack([frames(t) for t in chosen], 1), of(film).flatten(0, 1))
    negative = "9" if asked.model != SCENES else "a thin one"
    film, *_ = guiding.changed(asked, 6.0, negative, 0.3, 8.0, 0.7)
    same(np.stack([frames(t) for t in film["tracks"]], 1), of(film).flatten(0, 1))
    film, _ = guiding.crowd(asked, scales)
    made = of(film)  # (scales, seeds, C, H, W); on the page the seeds stand below each other
    side = made.shape[-1]
    for track, members in zip(film["tracks"], made, strict=True):
        last = frames(track)[-1]
        same(np.stack([last[k * (side + 2) :][:side] for k in range(len(members))]), members)


def test_resume():
    for digit, starts, label in ((4, (500,), None), (7, (300,), 7)):
        picture = tuple(int(v) for v in gallery.digits()[digit].ravel())
        film, _ = resume._resumed(picture, starts, "linear", 1, label)
        same(np.concatenate([frames(t) for t in film["tracks"][1::4]]), of(film).flatten(0, 1))
    blank = resume._resumed((255, *[0] * 783), (300,), "linear", 0, None)[0]
    assert blank["made"]["code"] == ""  # of a drawing there is no line that makes it


def test_the_grey_image(monkeypatch):
    monkeypatch.setattr(grey_image, "SAMPLES", 20)
    grey_image.experiment.kept.clear()
    for end, seed in (("0.030", 0), (grey_image.FIRST, 4)):
        shown = grey_image.experiment(end, seed)
        for side, made in zip(shown["sides"][1:], of(shown), strict=True):
            sheet = np.frombuffer(base64.b64decode(side["sheet"]), np.uint8)
            same(sheet.reshape(-1, 32, 32) if side["size"] == 32 else sheet, made[:18])
    grey_image.experiment.kept.clear()
