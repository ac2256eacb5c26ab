"""“Code for this” makes what the page shows: the lines of each place are run, for two requests.

The lines stand in what a handler answers; their last value is compared with its pictures, to one
grey of 255, or with its numbers.
"""

import ast
import base64

import numpy as np
import pytest
import torch

from explorer.app import grey_image, resume
from explorer.app.attending import causes, pixels, prompted
from explorer.app.code import page
from explorer.app.guiding import answers as guiding
from explorer.app.guiding.asked import SCENES
from explorer.app.guiding.asked import Asked as Guided
from explorer.app.inside import ablated, dissected, jump, lie, losses, names
from explorer.app.inside.asked import Asked as Inside
from explorer.app.latent import answers as latent
from explorer.app.latent import asked as latent_asked
from explorer.app.latent import shelf
from explorer.app.learning import plane_jobs
from explorer.app.learning.plane_asked import Asked as Plane
from explorer.app.player import grey
from explorer.app.racing import answer
from explorer.app.racing import answers as racing
from explorer.app.racing import entrants as entering
from explorer.app.tabs import samplers, truth
from explorer.app.truth.asked import Asked as World
from explorer.data import gallery
from explorer.noise import normal
from explorer.schedules import SCHEDULES, Level

FIRST = racing.Asked(budget=6)
OTHER = racing.Asked(
    "none", 3, 5, "cosine", 1.0, entering.parse("heun/karras, ddpm/leading, ddim/own"), (900, 400.0)
)


def value(code: str) -> object:
    """What the last line of a program is worth."""
    assert "explorer.app" not in code and len(code.splitlines()) < 32
    tree = ast.parse(code)
    assert isinstance(tree.body[-1], ast.Expr), code
    last = ast.Expression(tree.body.pop().value)
    names: dict = {}
    exec(compile(tree, "<code for this>", "exec"), names)
    return eval(compile(last, "<code for this>", "eval"), names)


def of(shown: dict) -> object:
    """What the lines of an answer are worth."""
    assert shown["made"]["about"], "a file must say what was asked for"
    return value(shown["made"]["code"])


def frames(track: dict) -> np.ndarray:
    """The frame of every position of a track."""
    data = np.frombuffer(base64.b64decode(track["frames"]), np.uint8)
    made = data.reshape([n for n in track["shape"][:3]] + ([3] if track["shape"][3] == 3 else []))
    return made if track["at"] is None else made[track["at"]]


def same(shown, made, scale: float = 1.0, most: int = 1) -> None:
    """Frames are what pictures (N, C, H, W) look like, to one grey."""
    wanted = grey(made.detach(), scale).astype(int)
    assert np.abs(np.asarray(shown).reshape(wanted.shape).astype(int) - wanted).max() <= most


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


def largest(layer: dict) -> np.ndarray:
    """The largest probability of every row, as it travels: (steps, heads, Q)."""
    peaks = np.frombuffer(base64.b64decode(layer["peaks"]), np.float32)
    return peaks.reshape(-1, layer["heads"], layer["side"] ** 2)


def test_attention():
    for digit, seed, steps in ((7, 0, 4), (None, 2, 3)):
        shown = pixels.payload(digit, seed, steps)
        wanted = largest(shown["layers"][shown["start"]["choice"]["layer"]])
        made = of(shown)  # every step; at most six of them travel
        assert np.allclose(made.amax(-1).numpy()[: len(wanted)], wanted, atol=2e-3)
    for prompt, seed in (("a red 3 on white", 0), ("", 1)):
        shown = prompted.payload(prompt, seed)
        wanted = largest(shown["layers"][shown["usual"]])
        made = of(shown).amax(-1).numpy()  # (steps, heads, Q)
        assert np.allclose(made[0], wanted[0], atol=2e-3)
        assert made.shape[1:] == wanted.shape[1:]


@pytest.mark.parametrize(
    "mode, detail",
    [("word", ()), ("layer", ()), ("head", ("up 16×16",)), ("swap", ("red", "green"))],
)
def test_cause(mode, detail):
    shown = causes.payload("a red 3 on white", 1, mode, detail)
    at = shown["start"] if mode != "swap" else len(shown["runs"]) - 1
    pictures = [
        np.frombuffer(base64.b64decode(shown["runs"][k]["frames"]), np.uint8) for k in (0, at)
    ]
    last = np.stack([p.reshape(-1, 64, 64, 3)[-1] for p in pictures])
    same(last, of(shown))


def test_latent():
    second = shelf.tiles()[2]["pixels"]
    for prompt, seed in (("a red 3 on white", 0), ("", 5)):
        film, _ = latent.run(prompt, seed)
        same(frames(film["tracks"][3]), of(film))
    for text in ("", second):
        found, _ = latent.encode(text)
        back = np.frombuffer(base64.b64decode(found["back"]), np.uint8)
        same(back.reshape(1, 64, 64, 3), of(found))
        film, _ = latent.forward(text, "cosine", 3)
        same(frames(film["tracks"][1]), of(film).clamp(-1, 1))
        film, _ = latent.between(text, second)
        same(frames(film["tracks"][1]), of(film))
    edit = latent_asked.Edit((0, -1.0, 0, 0), (True, False, False, False), (3, 40, 41), 2)
    for change in (latent_asked.FIRST, edit):
        shown = latent._changed("", change)
        altered = np.frombuffer(base64.b64decode(shown["altered"]), np.uint8)
        same(altered.reshape(1, 64, 64, 3), of(shown))


def unpacked(packed: dict) -> np.ndarray:
    data = np.frombuffer(base64.b64decode(packed["halves"]), np.float16)
    return data.reshape(packed["shape"]).astype(float)


DRAWING = ((0.0, 0.5), (-0.25, -0.5))


@pytest.mark.parametrize("asked", [World(), World("drawn", DRAWING, 2, "cosine", "trailing")])
def test_ground_truth(asked):
    shown = truth.answer("field", asked)
    assert np.allclose(unpacked(shown["score"]), of(shown).numpy(), rtol=2e-3, atol=2e-3)
    shown = truth.answer("particles", asked, 9)
    ends = of(shown)
    for run in shown["runs"]:
        assert np.allclose(unpacked(run["states"])[-1], ends[run["key"]].numpy(), atol=2e-3)
    shown = truth.answer("ways", asked, start=None if asked.world != "drawn" else (0.5, -1.0))
    made = of(shown).numpy()
    assert np.allclose(unpacked(shown["ode"]), made[:, 0], atol=3e-3)
    assert np.allclose(unpacked(shown["sde"]), made[:, 1:], atol=3e-3)
    shown = truth.answer("guidance", asked)
    assert np.allclose(unpacked(shown["ends"]), of(shown).numpy(), atol=5e-3)
    shown = truth.answer("order", asked)
    found = of(shown)
    for line in shown["errors"]:
        assert np.allclose(line["points"], found[line["key"]], rtol=1e-3)
    shown = truth.answer("solver", asked) if asked.world != "drawn" else None
    made = of(shown) if shown else {}
    for line in shown["samplers"] if shown else ():
        assert np.allclose(line["total"], made[line["key"]], rtol=1e-2)


@pytest.mark.parametrize("asked", [Inside(), Inside(3, 5, 62)])
def test_inside_the_network(asked):
    film = jump._jumped(asked)["film"]
    same(frames(film["tracks"][1]), of(jump._jumped(asked)))
    film = lie._lied(asked)["film"]
    same(frames(film["tracks"][0]), of(lie._lied(asked)))
    shown = names._names(asked)
    for key, part in of(shown).items():
        sent = np.frombuffer(base64.b64decode(shown["parts"][key]), np.float32)
        assert np.allclose(sent, part.numpy().ravel(), atol=1e-4)
    shown = losses._own(asked)
    assert of(shown) == pytest.approx(shown["v"], abs=1e-4)
    for block, step in (("down.0.residual", -1), ("middle.residual", 3)):
        shown = dissected.features("app", asked, block, step)
        made = of(shown)
        assert list(made.shape) == shown["shape"]
        assert np.allclose(made.amax((1, 2)), shown["high"], rtol=1e-3, atol=1e-3)
    shown = ablated.payload("app", asked)
    last = [
        np.frombuffer(base64.b64decode(run["frames"]), np.uint8).reshape(-1, 28, 28)[-1]
        for run in shown["runs"][:2]
    ]
    same(np.stack(last), of(shown))


@pytest.mark.parametrize(
    "asked", [Plane(steps=40), Plane(World("ring"), "eps", "straight", "v", 8)]
)
def test_training_in_the_plane(asked):
    job = plane_jobs.Job(asked)
    job.chunk()
    shown = job.look("paused")
    assert np.allclose([loss for _, loss in shown["loss"]], of(shown), rtol=1e-4)


@pytest.mark.parametrize(
    "digit, t, seed, schedule", [(4, 250, 0, "linear"), (13, 40, 2, "zero_snr")]
)
def test_what_the_page_computes_by_itself(digit, t, seed, schedule):
    x0, eps = gallery.pictures()[digit].double(), normal(seed, 784).reshape(1, 28, 28)
    alpha, sigma = map(float, SCHEDULES[schedule]()(t))
    told = {"digit": digit, "t": t, "seed": seed, "schedule": schedule}
    made = np.asarray(value(page.filled("closed form", **told)))
    x0, eps = x0.numpy(), np.asarray(eps)
    assert np.allclose(made, alpha * x0 + sigma * eps, atol=1e-6)
    four = value(page.filled("four", **told, names=["linear", schedule], times=[t, t]))
    assert np.allclose(np.asarray(four[1]), made, atol=1e-6)
    walked = np.asarray(value(page.filled("chain", **told)))
    assert walked.shape == made.shape and (walked - alpha * x0).std() == pytest.approx(
        sigma, rel=0.1
    )
    stops = value(page.filled("steps", schedule=schedule, spacing="trailing", steps=5))
    assert stops == pytest.approx([1000, 800, 600, 400, 200])
    lines = value(
        page.filled("schedules", makers="[linear(1000, beta_start=0.0001, beta_end=0.02)]")
    )
    level = Level(*SCHEDULES["linear"]()(500))
    assert lines[0][50].item() == pytest.approx(level.log_snr)
    seen = value(page.filled("training"))
    assert set(seen) == set(SCHEDULES) and all(0.9 < x.sum() <= 1 for x in seen.values())
