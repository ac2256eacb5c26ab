"""How good, how varied, how exact. Features and logits come from the digit classifier."""

from collections.abc import Sequence

import torch
from torch import Tensor


def frechet_distance(a: Tensor, b: Tensor) -> float:
    """Squared Fréchet distance of Gaussians fitted to features (N, D), (M, D) (Heusel 2017, eq. 6).

    In float64 by symmetric eigenvalues, as tr sqrt(A B) = tr sqrt(sqrt(A) B sqrt(A)). It falls
    as N and M grow: compare only distances at equal N. Raises ValueError for fewer than 2 rows.
    """
    if min(len(a), len(b)) < 2:
        raise ValueError(f"a and b must hold at least 2 rows, got {len(a)} and {len(b)}.")
    a, b = torch.as_tensor(a).double(), torch.as_tensor(b).double()
    A, B = (torch.atleast_2d(features.T.cov()) for features in (a, b))  # (D, D) each
    values, vectors = torch.linalg.eigh(A)
    root = (vectors * _sqrt(values)) @ vectors.T  # (D, D)
    cross = _sqrt(torch.linalg.eigvalsh(root @ B @ root)).sum()
    means = (a.mean(0) - b.mean(0)).square().sum()
    return (means + A.trace() + B.trace() - 2 * cross).item()


def _sqrt(eigenvalues: Tensor) -> Tensor:
    """A covariance has none below 0; rounding gives some, of the size of the last digit."""
    return eigenvalues.clamp(min=0).sqrt()


def accuracy(logits: Tensor, labels: Tensor) -> float:
    """Share in [0, 1] of the rows whose largest of the logits (N, K) is at their label (N,)."""
    return (logits.argmax(1) == labels).double().mean().item()


def diversity(features: Tensor, labels: Tensor) -> float:
    """Mean Euclidean distance of two images of one class, over pairs, then over classes.

    features (N, D), labels (N,). 0 means that every class has collapsed to one image; compare
    with the same number for real images. A class of one image has no pair and is left out;
    raises ValueError if all have.
    """
    classes = [features[labels == label].double() for label in labels.unique()]
    spreads = [torch.pdist(members).mean() for members in classes if len(members) > 1]
    if not spreads:
        raise ValueError("features must hold at least 2 images of some class, got 1 of each.")
    return torch.stack(spreads).mean().item()


def convergence_order(ns: Sequence[int], errors: Sequence[float]) -> float:
    """The p of errors ~ n^-p: minus the least-squares slope of log(error) against log(n)."""
    x = torch.tensor(ns, dtype=torch.float64).log()
    y = torch.tensor(errors, dtype=torch.float64).log()
    x = x - x.mean()
    return -((x * y).sum() / x.square().sum()).item()
