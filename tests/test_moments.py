"""GroupNorm as exported networks compute it."""

import pytest
import torch
from torch import nn

from explorer.backends.export import Moments


def worst(x: torch.Tensor, groups: int) -> float:
    """Largest difference of Moments from the GroupNorm whose weights it has."""
    norm = nn.GroupNorm(groups, x.shape[1]).to(x.dtype)
    nn.init.normal_(norm.weight)
    nn.init.normal_(norm.bias)
    with torch.no_grad():
        return (Moments(norm)(x) - norm(x)).abs().max().item()


@pytest.mark.parametrize("groups", [1, 4, 8])
def test_moments_are_a_group_norm(groups):
    torch.manual_seed(0)
    x = 3 * torch.randn(2, 16, 7, 5, dtype=torch.float64) + torch.randn(16, 1, 1)
    assert worst(x, groups) < 1e-12
    assert worst(x.float(), groups) < 1e-5


def test_what_is_the_same_everywhere_is_no_trouble():
    """Its variance is zero, and rounding must not make it less."""
    torch.manual_seed(0)
    for value in (0.0, 1.0, -3.7, 50.0):
        assert worst(torch.full((1, 16, 7, 5), value), 4) < 0.05
