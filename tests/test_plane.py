"""The plane of the trajectories: principal components, checked on points of known spread."""

import pytest
import torch

from explorer.app.racing.plane import principal

rng = torch.Generator().manual_seed(0)


def test_it_finds_the_two_directions_of_largest_variance():
    turn = torch.linalg.qr(torch.randn(6, 6, generator=rng, dtype=torch.float64)).Q
    spread = torch.tensor([5.0, 3.0, 0.1, 0.1, 0.1, 0.1], dtype=torch.float64)
    x = torch.randn(400, 6, generator=rng, dtype=torch.float64) * spread @ turn
    plane = principal([x[:100], x[100:]])
    assert (plane.axes @ plane.axes.T - torch.eye(2)).abs().max() < 1e-12
    assert ((plane.axes @ turn.T)[:, 2:].abs() < 0.05).all()  # nothing along the small ones
    places = plane(x)
    assert places.mean(0).abs().max() < 1e-12
    share = places.var(0, correction=0) / x.var(0, correction=0).sum()
    assert (share - torch.tensor(plane.share, dtype=torch.float64)).abs().max() < 1e-12
    assert plane.share[0] > plane.share[1] and sum(plane.share) > 0.99


def test_a_plane_keeps_distances_of_what_lies_in_it():
    corners = torch.tensor([[0.0, 0, 0], [3, 0, 0], [0, 4, 0]]).reshape(3, 1, 1, 3)
    places = principal([corners])(corners)
    assert (torch.pdist(places) - torch.tensor([3.0, 4, 5])).abs().max() < 1e-12


def test_two_pictures_have_no_plane():
    with pytest.raises(ValueError, match="at least 3"):
        principal([torch.zeros(2, 1, 2, 2)])
