"""The plane in which trajectories of pictures are drawn: two principal components of all states.

A map of 784 dimensions onto 2 loses most of what there is; `share` says how much is left.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Plane:
    """A mean and two orthonormal directions, those in which the states vary most."""

    mean: Tensor  # (D,)
    axes: Tensor  # (2, D) orthonormal
    share: tuple[float, float]  # of the states' variance along each axis

    def __call__(self, x: Tensor) -> Tensor:
        """Where pictures (N, ...) of D pixels lie in the plane: (N, 2)."""
        return (x.flatten(1).to(self.mean) - self.mean) @ self.axes.T


def principal(states: Sequence[Tensor]) -> Plane:
    """The plane of the first two principal components of pictures, each (N_i, ...).

    Signs are fixed by making the largest weight of each axis positive. Raises ValueError for
    fewer than three states: they have no plane.
    """
    x = torch.cat([part.flatten(1) for part in states]).double()  # (N, D)
    if len(x) < 3:
        raise ValueError(f"states must hold at least 3 pictures to span a plane, got {len(x)}.")
    mean = x.mean(0)
    _, singular, axes = torch.linalg.svd(x - mean, full_matrices=False)
    axes = axes[:2]
    signs = axes.gather(1, axes.abs().argmax(1, keepdim=True)).sign()  # (2, 1)
    variance = singular**2
    share = (variance[:2] / variance.sum().clamp(min=torch.finfo(x.dtype).tiny)).tolist()
    return Plane(mean, axes * signs, tuple(share))
