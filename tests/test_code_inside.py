"""“Code for this” makes what the page shows: inside networks, in the latent and in the plane.

The lines stand in what a handler answers; their last value is compared with its pictures, to one
grey of 255, or with its numbers.
"""

import base64

import numpy as np
import pytest

from explorer.app.attending import causes, pixels, prompted
from explorer.app.code import page
from explorer.app.inside import ablated, dissected, drawn, jump, lie, losses, names, subjects
from explorer.app.inside.asked import Asked as Inside
from explorer.app.latent import answers as latent
from explorer.app.latent import asked as latent_asked
from explorer.app.latent import shelf
from explorer.app.learning import plane_jobs
from explorer.app.learning.plane_asked import Asked as Plane
from explorer.app.tabs import truth
from explorer.app.truth.asked import Asked as World
from explorer.data import gallery
from explorer.noise import normal
from explorer.schedules import SCHEDULES, Level
from tests.coded import frames, of, same, value


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


@pytest.mark.parametrize("which", subjects.NETWORKS)
def test_the_drawing_of_a_network(which):
    shown = drawn.drawing(which)
    made = [list(block) for block in of(shown)]
    keys = ("name", "given", "parameters", "flops")
    assert made == [[block[key] for key in keys] for block in shown["blocks"]]
    assert shown["made"]["about"]["model"] == shown["name"]


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
