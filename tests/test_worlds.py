"""Worlds in the plane: density, score and denoiser belong together, at every noise level."""

import math

import pytest
import torch

from explorer import worlds
from explorer.convergence import level_at
from explorer.denoisers import score_hat
from explorer.schedules import Level
from explorer.worlds import WORLDS

ALL = [*WORLDS, "drawn"]


def made(name: str) -> worlds.World:
    if name == "drawn":
        return worlds.drawn([[0.1 * k - 0.5, 0.3] for k in range(11)])
    return WORLDS[name]()


def normal(n: int, seed: int = 0) -> torch.Tensor:
    rng = torch.Generator().manual_seed(seed)
    return torch.randn(n, 2, generator=rng, dtype=torch.float64)


@pytest.mark.parametrize("angle", [0.05, 0.5, 1.2, math.pi / 2])
@pytest.mark.parametrize("name", ALL)
def test_the_score_is_the_gradient_of_the_log_density(name, angle):
    world, level, x = made(name), level_at(angle), normal(50).requires_grad_()
    (gradient,) = torch.autograd.grad(world.log_density(x, level).sum(), x)
    with torch.no_grad():
        score = score_hat(x, world.denoiser()(x, level), level)
    assert (gradient - score).abs().max() < 1e-9 * max(1, gradient.abs().max().item())


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("angle", [0.3, 1.2])
def test_a_density_holds_one_unit_of_mass(name, angle):
    edge = torch.linspace(-6, 6, 1201, dtype=torch.float64)
    cells = torch.cartesian_prod(edge, edge)
    mass = made(name).log_density(cells, level_at(angle)).exp().sum() * 0.01**2
    assert abs(mass.item() - 1) < 1e-6


@pytest.mark.parametrize("name", ALL)
def test_samples_have_the_mean_and_variance_of_the_mixture(name):
    world, n = made(name), 40_000
    x = world.sample(n, torch.Generator().manual_seed(0))
    mean = (world.weights[:, None] * world.means).sum(0)
    second = (world.weights[:, None] * (world.means**2 + world.stds[:, None] ** 2)).sum(0)
    spread = (second - mean**2).sqrt()
    assert ((x.mean(0) - mean).abs() < 5 * spread / math.sqrt(n)).all()
    assert (x.std(0) / spread - 1).abs().max() < 0.03


def test_the_classes_weigh_into_the_whole():
    world, level, x = made("classes"), level_at(0.7), normal(40)
    shares = [world.weights[world.classes == c].sum() for c in world.labels]
    parts = [
        s * world.only(c).log_density(x, level).exp() for s, c in zip(shares, (0, 1), strict=True)
    ]
    assert (sum(parts) - world.log_density(x, level).exp()).abs().max() < 1e-12
    assert world.labels == [0, 1] == made("moons").labels


def test_two_classes_denoise_apart_and_together():
    """E[x0 | x] is the mean of E[x0 | x, class], weighted by p(class | x)."""
    world, level, x = made("moons"), level_at(0.9), normal(40)
    logs = torch.stack([world.only(c).log_density(x, level) for c in (0, 1)])
    share = torch.softmax(logs, 0)[..., None]  # the moons weigh the same
    each = torch.stack([world.denoiser(c)(x, level) for c in (0, 1)])
    assert ((share * each).sum(0) - world.denoiser()(x, level)).abs().max() < 1e-12


@pytest.mark.parametrize("points", [[], [[0, 0]] * 121, [[0, 1.5]], [[0, 0, 0]], [[0, math.nan]]])
def test_what_is_no_drawing_is_refused_with_a_sentence(points):
    with pytest.raises(ValueError, match="drawing must"):
        worlds.drawn(points)


def test_a_world_without_width_is_refused():
    with pytest.raises(ValueError, match="above 0"):
        worlds.World(torch.zeros(1, 2), torch.zeros(1), torch.ones(1), torch.zeros(1))


def test_all_worlds_fill_about_the_window_of_pictures():
    for name in WORLDS:
        x = made(name).sample(2000, torch.Generator().manual_seed(1))
        assert 0.9 < x.abs().max() < 2.2 and x.std() > 0.3


def test_clean_and_pure_noise_are_the_ends():
    world, x = made("ring"), normal(30)
    assert (world.denoiser()(x, Level(1.0, 0.0)) - x).abs().max() < 1e-12
    mean = (world.weights[:, None] * world.means).sum(0)
    assert (world.denoiser()(x, Level(0.0, 1.0)) - mean).abs().max() < 1e-12
