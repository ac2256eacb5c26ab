"""The autoencoder: shapes, latents of unit variance, and what the shipped one gives back."""

import math

import pytest
import torch

from explorer.metrics import psnr
from explorer.models import zoo
from explorer.models.vae import VAE, VAEConfig
from explorer.training.objectives import Autoencoding
from explorer.training.recipes import recipe

SMALL = VAEConfig(image_size=16, widths=(8, 16), latent_channels=4)


@pytest.fixture
def net() -> VAE:
    torch.manual_seed(0)
    return VAE(SMALL).eval()


def test_a_latent_is_smaller_and_comes_back_at_full_size(net):
    x = torch.rand(3, 3, 16, 16) * 2 - 1
    z = net.encode(x)
    assert z.shape == (3, 4, 8, 8) == (3, SMALL.latent_channels, *[SMALL.latent_size] * 2)
    assert net.decode(z).shape == x.shape
    big = recipe("scenes-vae").config
    assert (big.latent_size, big.latent_channels) == (16, 4)
    assert sum(p.numel() for p in VAE(big).parameters()) <= 2_000_000


def test_calibration_gives_every_channel_mean_0_and_variance_1_and_changes_no_picture(net):
    x = torch.rand(300, 3, 16, 16) * 2 - 1
    with torch.no_grad():
        before = net.decode(net.encode(x[:4]))
        net.calibrate(x)
        z, after = net.encode(x), net.decode(net.encode(x[:4]))
    assert z.mean((0, 2, 3)).abs().max() < 1e-3
    assert (z.std((0, 2, 3)) - 1).abs().max() < 1e-3
    assert (after - before).abs().max() < 1e-4


def test_the_loss_is_the_error_and_the_kl_of_a_standard_normal(net):
    x, eps = torch.rand(2, 3, 16, 16), torch.zeros(2, 4, 8, 8)
    objective = Autoencoding(net)
    mean, log_variance = net.posterior(x)
    normal = torch.distributions.Normal
    kl = torch.distributions.kl_divergence(
        normal(mean, (log_variance / 2).exp()), normal(torch.zeros_like(mean), 1.0)
    ).mean()
    error = (net.generate(mean) - x).square().mean()
    assert objective(x, eps).item() == pytest.approx((error + 1e-4 * kl).item(), rel=1e-5)


def test_psnr_of_a_known_error():
    x = torch.zeros(2, 3, 4, 4)
    assert psnr(x + 0.02, x) == pytest.approx(40, abs=1e-4)  # 20 log10(2 / 0.02)
    assert math.isinf(psnr(x, x))


def test_what_is_saved_is_scaled_as_it_was(net, tmp_path):
    net.calibrate(torch.rand(50, 3, 16, 16))
    path = zoo.save(tmp_path / "v.safetensors", net, kind="vae", config=SMALL)
    again, x = zoo.load(path), torch.rand(2, 3, 16, 16)
    with torch.no_grad():
        assert (again.encode(x) - net.encode(x)).abs().max() < 0.05  # fp16 weights


@pytest.mark.skipif("scenes-vae" not in zoo.available(), reason="scenes-vae is not trained yet")
def test_the_shipped_autoencoder_holds_what_was_promised():
    table = zoo.load("scenes-vae").card.metrics
    assert table["reconstruction, PSNR in dB"] >= 36
    assert all(abs(v) < 0.1 for v in table["latent mean, by channel"])
    assert all(abs(v - 1) < 0.1 for v in table["latent deviation, by channel"])


def test_psnr_is_the_mean_over_pictures_not_that_of_their_mean_error():
    x = torch.zeros(2, 1, 4, 4)
    off = torch.stack([torch.full((1, 4, 4), 0.02), torch.full((1, 4, 4), 0.2)])  # 40 and 20 dB
    assert abs(psnr(x + off, x) - 30) < 1e-4
