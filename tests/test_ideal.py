"""Exact denoisers against integrals, derivatives and limits."""

import math

import pytest
import torch

from explorer import ideal
from explorer.schedules import Level

LEVELS = [Level(math.cos(angle), math.sin(angle)) for angle in (0.05, 0.8, 1.5)]
NOISE, CLEAN = Level(0.0, 1.0), Level(1.0, 0.0)


def normal(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def maximum(x):
    return x.abs().max().item()


means, stds, weights = normal(3, 2, 2, seed=1), [0.2, 0.5, 1.0], [0.5, 0.2, 0.3]
mixture = ideal.mixture(means, stds, weights)
dataset = normal(50, 1, 3, 3, seed=2)
every_level = pytest.mark.parametrize("level", LEVELS)


@every_level
def test_the_mixture_is_the_posterior_mean_by_quadrature(level):
    centres, spreads, shares = [-1.0, 0.5, 2.0], [0.2, 0.5, 0.3], [0.5, 0.2, 0.3]
    x0 = torch.linspace(-8, 8, 20_001, dtype=torch.float64)
    prior = sum(
        w / s * torch.exp(-(((x0 - m) / s) ** 2) / 2)
        for m, s, w in zip(centres, spreads, shares, strict=True)
    )
    x = torch.linspace(-2, 2, 9, dtype=torch.float64)[:, None]
    joint = prior * torch.exp(-(((x - level.alpha * x0) / level.sigma) ** 2) / 2)  # (9, 20001)
    expected = (joint * x0).sum(1) / joint.sum(1)
    denoise = ideal.mixture(torch.tensor(centres, dtype=torch.float64)[:, None], spreads, shares)
    assert maximum(denoise(x, level)[:, 0] - expected) < 1e-10


@every_level
def test_tweedie_the_score_gives_the_posterior_mean(level):
    alpha, sigma = level
    x = normal(5, 2, 2).requires_grad_()
    variance = alpha**2 * torch.tensor(stds, dtype=torch.float64) ** 2 + sigma**2  # (K,)
    squares = ((x[:, None] - alpha * means) ** 2).sum((2, 3))  # (B, K)
    log_share = torch.tensor(weights, dtype=torch.float64).log()
    log_p = torch.logsumexp(log_share - squares / variance / 2 - 2 * variance.log(), 1)
    (score,) = torch.autograd.grad(log_p.sum(), x)
    tweedie = (x + sigma**2 * score) / alpha
    assert maximum(tweedie - mixture(x, level)) < 1e-12


@every_level
def test_one_gaussian_is_a_mixture_of_one(level):
    x, mean = normal(5, 2, 2), normal(2, 2, seed=1)
    one = ideal.mixture(mean[None], [0.3], [1.0])
    assert maximum(ideal.gaussian(mean, 0.3)(x, level) - one(x, level)) < 1e-14


@every_level
def test_pixels_of_a_gaussian_are_independent(level):
    x, mean, std = normal(5, 2), torch.tensor([1.0, -2.0]), torch.tensor([0.1, 3.0])
    both = ideal.gaussian(mean, std)(x, level)
    for i in range(2):
        alone = ideal.gaussian(mean[i].item(), std[i].item())(x[:, i], level)
        assert maximum(both[:, i] - alone) < 1e-7  # mean and std were given in float32


@every_level
def test_the_empirical_denoiser_is_bayes_rule_over_its_images(level):
    x = level.alpha * dataset[:4] + level.sigma * normal(4, 1, 3, 3)
    for row in range(4):
        squares = ((x[row] - level.alpha * dataset) ** 2).flatten(1).sum(1)
        likelihood = torch.exp(-(squares - squares.min()) / (2 * level.sigma**2))
        expected = (likelihood.view(-1, 1, 1, 1) * dataset).sum(0) / likelihood.sum()
        assert maximum(ideal.empirical(dataset)(x, level)[row] - expected) < 1e-12


@every_level
def test_the_empirical_denoiser_is_the_limit_of_narrow_gaussians(level):
    x = normal(4, 1, 3, 3)
    narrow = ideal.mixture(dataset, [1e-8] * 50, [1.0] * 50)
    assert maximum(ideal.empirical(dataset)(x, level) - narrow(x, level)) < 1e-9


def test_near_clean_data_the_empirical_denoiser_returns_the_nearest_image():
    x = dataset[:4] + 1e-4 * normal(4, 1, 3, 3)
    returned = ideal.empirical(dataset)(x, Level(1.0, 1e-6))
    assert torch.equal(returned, dataset[:4])


@pytest.mark.parametrize(
    "denoise, mean, x",
    [
        (ideal.gaussian(0.7, 0.4), 0.7 * torch.ones(1), normal(6)),
        (mixture, (torch.tensor(weights).double().view(3, 1, 1) * means).sum(0), normal(6, 2, 2)),
        (ideal.empirical(dataset), dataset.mean(0), normal(6, 1, 3, 3)),
    ],
)
def test_pure_noise_says_nothing_and_clean_data_says_all(denoise, mean, x):
    assert maximum(denoise(x, NOISE) - mean) < 1e-7
    assert maximum(denoise(x, CLEAN) - x) < 1e-14
    assert denoise(x.float(), LEVELS[1]).dtype == torch.float32


@pytest.mark.parametrize(
    "denoise, x",
    [
        (ideal.gaussian(0.7, 0.4), normal(5, 2)),
        (mixture, normal(5, 2, 2)),
        (ideal.empirical(dataset), normal(5, 1, 3, 3)),
    ],
)
def test_each_row_may_have_its_own_level(denoise, x):
    rows = [NOISE, *LEVELS, CLEAN]
    level = Level(*torch.tensor([tuple(row) for row in rows], dtype=torch.float64).T)
    together = denoise(x, level)
    assert together.shape == x.shape
    for i, row in enumerate(rows):
        assert maximum(together[i] - denoise(x[i : i + 1], row)[0]) < 1e-12


def test_widths_and_weights_must_be_positive():
    with pytest.raises(ValueError, match="std must be positive"):
        ideal.gaussian(0.0, 0.0)
    with pytest.raises(ValueError, match="stds must be positive"):
        ideal.mixture(means, [0.1, -0.1, 0.1], weights)
    with pytest.raises(ValueError, match="weights must be positive"):
        ideal.mixture(means, stds, [0.5, math.nan, 0.5])
