"""The loss at each noise level, and the identities between the losses of the three predictions."""

import hashlib
import json
import math

import pytest
import torch

from explorer import losses
from explorer.app import training_view
from explorer.data.images import Images
from explorer.denoisers import eps_hat, to_x0, v_hat
from explorer.models.unet import UNet, UNetConfig
from explorer.paths import ASSETS

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
    mean, error = losses.loss_at(net, IMAGES, 0.0, seed=3)
    level, rng = losses.at(0.0), torch.Generator().manual_seed(3)
    x0 = IMAGES.floats()
    v = level.alpha * torch.randn(x0.shape, generator=rng) - level.sigma * x0
    each = v.square().flatten(1).mean(1)
    assert abs(mean - each.mean().item()) < 1e-6
    assert abs(error - each.std().item() / len(x0) ** 0.5) < 1e-6


def test_the_table_is_written_whole_and_read_by_the_app(net, tmp_path):
    file = tmp_path / "own.losses.json"
    weights = tmp_path / "own.safetensors"
    weights.write_bytes(b"weights")
    table = losses.measure(net, IMAGES, file, weights, log_snrs=(-2.0, 2.0))
    assert json.loads(file.read_text()) == table and len(table["rows"]) == 2
    assert training_view.losses(str(tmp_path / "own.safetensors")) == table
    assert training_view.losses(str(tmp_path / "other.safetensors")) is None


def test_the_shipped_table_is_that_of_a_trained_network():
    table = training_view.losses("mnist")
    weights = (ASSETS / "models" / "mnist.safetensors").read_bytes()
    assert table["sha256"] == hashlib.sha256(weights).hexdigest()  # measured on what ships
    assert [row["log_snr"] for row in table["rows"]] == list(losses.LOG_SNRS)
    for row in table["rows"]:
        level = losses.at(row["log_snr"])
        guessing = table["variance"] / level.sigma**2  # v's loss of always guessing the mean
        assert row["v"] < guessing and row["error"] < 0.05 * row["v"]


def test_a_classifier_has_no_such_loss(tmp_path):
    with pytest.raises(ValueError, match="only a U-Net"):
        losses.measure(torch.nn.Linear(2, 2), IMAGES, tmp_path / "x.json", tmp_path / "x")
