"""The loss at each noise level, and the identities between the losses of the three predictions."""

import hashlib
import json
import math

import pytest
import torch

from explorer import losses, measuring, worlds
from explorer.app import training_view
from explorer.data.images import Images
from explorer.data.scenes import pictures
from explorer.denoisers import eps_hat, to_x0, v_hat
from explorer.models import zoo
from explorer.models.planar import Planar, PlanarConfig
from explorer.models.unet import UNet, UNetConfig
from explorer.paths import ASSETS

PLANAR = [f"planar-{world}" for world in worlds.WORLDS]
RNG = torch.Generator().manual_seed(0)
IMAGES = Images(
    torch.randint(0, 256, (12, 1, 28, 28), generator=RNG, dtype=torch.uint8),
    torch.arange(12) % 10,
    tuple("0123456789"),
    "random",
)


@pytest.fixture(scope="module")
def net():
    torch.manual_seed(0)
    return UNet(
        UNetConfig(channels=(8, 16), attention=(False, True), emb_dim=16, context_dim=8, head_dim=8)
    ).eval()


@pytest.mark.parametrize("log_snr", [-12.0, -1.5, 0.0, 3.0, 12.0])
def test_a_level_has_its_log_snr_and_the_three_losses_are_one(log_snr):
    level = losses.at(log_snr)
    assert abs(level.log_snr - log_snr) < 1e-9 and abs(math.hypot(*level) - 1) < 1e-12
    x0, eps, v = torch.randn(3, 5, 1, 4, 4, generator=RNG, dtype=torch.float64)
    xt = level.alpha * x0 + level.sigma * eps
    guess = to_x0(v, xt, level, "v")
    truth = v_hat(xt, x0, level)
    of_v = (v - truth).square().mean()
    of_x0 = (guess - x0).square().mean()
    of_eps = (eps_hat(xt, guess, level) - eps).square().mean()
    assert abs(of_x0 / (level.sigma**2 * of_v) - 1) < 1e-9
    assert abs(of_eps / (level.alpha**2 * of_v) - 1) < 1e-7


def test_an_ignorant_network_has_the_loss_of_its_ignorance(net):
    """A fresh network predicts v = 0; then the loss is the mean of v²."""
    row = losses.loss_at(net, losses.Task(IMAGES.floats(), IMAGES.labels, "noise"), 0.0, seed=3)
    level, rng = losses.at(0.0), torch.Generator().manual_seed(3)
    x0 = IMAGES.floats()
    v = level.alpha * torch.randn(x0.shape, generator=rng) - level.sigma * x0
    each = v.square().flatten(1).mean(1)
    assert abs(row["v"] - each.mean().item()) < 1e-6
    assert abs(row["error"] - each.std().item() / len(x0) ** 0.5) < 1e-6


def test_the_table_is_written_whole_and_read_by_the_app(net, tmp_path):
    file = tmp_path / "own.losses.json"
    weights = tmp_path / "own.safetensors"
    weights.write_bytes(b"weights")
    task = losses.Task.of_images(net, IMAGES)
    table = losses.measure(net, task, file, weights, log_snrs=(-2.0, 2.0))
    assert json.loads(file.read_text()) == table and len(table["rows"]) == 2
    assert training_view.losses(str(tmp_path / "own.safetensors")) == table
    assert training_view.losses(str(tmp_path / "other.safetensors")) is None


@pytest.mark.parametrize("model", ["mnist", "scenes", *PLANAR])
def test_the_shipped_tables_are_those_of_trained_networks(model):
    table = training_view.losses(model)
    weights = (ASSETS / "models" / f"{model}.safetensors").read_bytes()
    assert table["sha256"] == hashlib.sha256(weights).hexdigest()  # measured on what ships
    assert [row["log_snr"] for row in table["rows"]] == list(losses.LOG_SNRS)
    for row in table["rows"]:
        level = losses.at(row["log_snr"])
        guessing = table["variance"] / level.sigma**2  # v's loss of always guessing the mean
        slack = 1.05 if model in PLANAR else 1  # nothing but noise: they guess the mean, and badly
        assert row["v"] < slack * guessing and row["error"] < 0.05 * row["v"]


@pytest.mark.parametrize("model", PLANAR)
def test_no_network_of_the_plane_is_better_than_what_can_be_known(model):
    """E|v - v_hat|² is the variance of v given x_t plus the squared distance to its mean."""
    for row in training_view.losses(model)["rows"]:
        assert row["v"] >= row["exact"] - 3 * row["above_error"]
        apart = row["v"] - row["exact"] - row["excess"]
        assert abs(apart) < 4 * row["above_error"] and row["excess"] >= 0


def test_the_exact_denoiser_of_a_gaussian_leaves_the_variance_of_a_gaussian():
    """Var(v | x_t) = s² / (alpha² s² + sigma²): v is normal given x_t, of known variance."""
    world, log_snr = worlds.gaussian(), 1.0
    level, s = losses.at(log_snr), world.stds.item()
    task = losses.Task.of_world(world, count=20_000)
    row = losses.loss_at(lambda x, angle, context: 0 * x, task, log_snr, seed=0)
    known = s**2 / (level.alpha**2 * s**2 + level.sigma**2)
    assert abs(row["exact"] - known) < 4 * row["exact_error"]


@pytest.mark.parametrize("name", ["digit-classifier", "scenes-vae", "scenes-words"])
def test_what_removes_no_noise_has_no_such_loss(name, tmp_path):
    with pytest.raises(ValueError, match="only what removes noise"):
        measuring.losses(name, tmp_path, tmp_path / "x.json")


def test_a_planar_network_of_no_known_world_is_refused(tmp_path):
    file = tmp_path / "mine.safetensors"
    zoo.save(file, Planar(PlanarConfig()), kind="planar", config=PlanarConfig())
    with pytest.raises(ValueError, match="none of the worlds"):
        measuring.losses(str(file), None, None)


def test_a_planar_table_can_be_measured_again():
    net, shipped = zoo.load("planar-two"), training_view.losses("planar-two")
    task = measuring._task(net, None)
    assert task.name == shipped["data"]
    for row in shipped["rows"][::16]:
        again = losses.loss_at(net, task, row["log_snr"], seed=0)
        assert all(abs(again[key] - row[key]) <= 2e-5 for key in again)  # other rounding


def test_a_text_to_image_model_is_measured_on_scenes_of_test_digits(monkeypatch):
    asked = []

    def load(name, root, train):
        asked.append((name, train))
        return Images(IMAGES.pixels.repeat(2, 1, 1, 1), torch.arange(24) % 10, (), name)

    monkeypatch.setattr(pictures, "load_images", load)
    monkeypatch.setattr(losses, "COUNT", 5)
    task = measuring._task(zoo.load("scenes"), None)
    assert asked == [("mnist", False)]
    assert task.x0.shape == (5, 4, 16, 16) and task.exact is None
    assert task.told.shape[0] == 5 and "5 scenes of test digits" in task.name
    row = losses.loss_at(zoo.load("scenes"), task, 0.0, seed=0)
    assert 0 < row["v"] < 1 and set(row) == {"v", "error"}


def test_every_batch_of_the_data_has_noise_of_its_own(net, monkeypatch):
    """Two batches of the same pictures: with the same noise their errors would be the same."""
    pixels, labels = IMAGES.pixels[:5].repeat(2, 1, 1, 1), IMAGES.labels[:5].repeat(2)
    twice = Images(pixels, labels, IMAGES.classes, "twice")
    monkeypatch.setattr(losses, "BATCH", 5)
    each, kept = [], losses._each
    monkeypatch.setattr(losses, "_each", lambda a, b: each.append(kept(a, b)) or each[-1])
    losses.loss_at(net, losses.Task(twice.floats(), twice.labels, "twice"), 0.0, seed=1)
    first, second = each
    assert not torch.allclose(first, second)
