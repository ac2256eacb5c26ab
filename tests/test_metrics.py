"""Metrics where their value is known in closed form."""

import math

import numpy as np
import pytest
import torch

from explorer.metrics import (
    accuracy,
    accuracy_error,
    convergence_order,
    diversity,
    frechet_distance,
    jackknife,
    sliced_wasserstein,
)


def normal(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def white(n, d, seed=0):
    """Features whose mean is 0 and whose covariance is the identity, exactly."""
    x = normal(n, d, seed=seed)
    x = x - x.mean(0)
    return x @ torch.linalg.inv(torch.linalg.cholesky(x.T.cov())).T


def test_frechet_distance_of_features_to_themselves_is_zero():
    features = normal(200, 8) @ normal(8, 8, seed=1)
    assert abs(frechet_distance(features, features)) < 1e-10


def test_frechet_distance_of_a_shift_is_its_squared_length():
    features, shift = normal(200, 8), normal(8, seed=1)
    expected = shift.square().sum().item()
    assert frechet_distance(features, features + shift) == pytest.approx(expected, rel=1e-10)


def test_frechet_distance_of_a_stretch_is_known_where_covariances_commute():
    features, stretch = white(200, 5), torch.tensor([0.0, 0.5, 1.0, 2.0, 3.0]).double()
    expected = (1 - stretch).square().sum().item()
    assert frechet_distance(features, features * stretch) == pytest.approx(expected, rel=1e-10)


def test_frechet_distance_is_symmetric_and_blind_to_rotation():
    a, b = normal(200, 6) @ normal(6, 6, seed=1), normal(150, 6, seed=2)
    rotation, _ = torch.linalg.qr(normal(6, 6, seed=3))
    distance = frechet_distance(a, b)
    assert frechet_distance(b, a) == pytest.approx(distance, rel=1e-10)
    assert frechet_distance(a @ rotation, b @ rotation) == pytest.approx(distance, rel=1e-10)


def test_frechet_distance_is_equation_6_with_a_matrix_square_root():
    linalg = pytest.importorskip("scipy.linalg")
    a, b = normal(200, 6) @ normal(6, 6, seed=1), normal(150, 6, seed=2) + 1
    A, B = np.cov(a.numpy().T), np.cov(b.numpy().T)
    cross = np.trace(linalg.sqrtm(A @ B).real)
    means = ((a.mean(0) - b.mean(0)) ** 2).sum().item()
    expected = means + np.trace(A) + np.trace(B) - 2 * cross
    assert frechet_distance(a.float(), b.float()) == pytest.approx(expected, rel=1e-5)
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-10)


def test_frechet_distance_survives_fewer_rows_than_features():
    features = normal(5, 20)
    assert abs(frechet_distance(features, features)) < 1e-6
    assert frechet_distance(features, features + 1) == pytest.approx(20, rel=1e-6)
    with pytest.raises(ValueError, match="at least 2 rows"):
        frechet_distance(features, features[:1])


def test_accuracy_is_the_share_of_labels_on_top():
    logits = torch.tensor([[2.0, 1.0, 0.0], [0.0, 1.0, 2.0], [0.0, 3.0, 2.0], [5.0, 3.0, 2.0]])
    assert accuracy(logits, torch.tensor([0, 2, 1, 1])) == 0.75


def test_diversity_is_the_mean_distance_within_a_class():
    features = torch.tensor([[0.0, 0.0], [3.0, 4.0], [10.0, 0.0], [10.0, 1.0], [99.0, 99.0]])
    labels = torch.tensor([0, 0, 1, 1, 2])
    assert diversity(features, labels) == pytest.approx((5 + 1) / 2)
    assert diversity(features * 3, labels) == pytest.approx(3 * (5 + 1) / 2)
    assert diversity(features[[0, 0, 2, 2]], torch.tensor([0, 0, 1, 1])) == 0
    with pytest.raises(ValueError, match="at least 2 images of some class"):
        diversity(features[:2], torch.tensor([0, 1]))


@pytest.mark.parametrize("order", [0.5, 1.0, 2.0])
def test_convergence_order_is_the_exponent_of_a_power_law(order):
    ns = [10, 20, 40, 80]
    errors = [7 * n**-order for n in ns]
    assert convergence_order(ns, errors) == pytest.approx(order, abs=1e-12)


def test_sliced_wasserstein_of_a_shift_is_its_length_over_root_two():
    rng = torch.Generator().manual_seed(0)
    a = torch.randn(500, 2, generator=rng, dtype=torch.float64)
    shift = torch.tensor([0.3, 0.4], dtype=torch.float64)  # the mean over directions of cos² is 1/2
    assert sliced_wasserstein(a, a + shift) == pytest.approx(0.5 / math.sqrt(2), abs=1e-12)
    assert sliced_wasserstein(a, a[torch.randperm(500, generator=rng)]) == 0
    with pytest.raises(ValueError, match=r"must both be \(N, 2\)"):
        sliced_wasserstein(a, a[:10])


def test_jackknife_of_a_mean_is_its_standard_error():
    x = torch.randn(1000, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    measured = jackknife(lambda rows: rows.mean().item(), x, groups=1000)
    assert measured == pytest.approx((x.std() / math.sqrt(1000)).item(), rel=1e-9)
    with pytest.raises(ValueError, match="groups must be"):
        jackknife(lambda rows: 0.0, x[:3], groups=4)


def test_the_error_of_a_share_is_never_nothing():
    assert 0 < accuracy_error(1.0, 500) < 0.003
    assert accuracy_error(0.5, 10_000) == pytest.approx(0.005, rel=1e-3)
