"""How good, how varied, how exact. Features and logits come from the digit classifier."""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor


def frechet_distance(a: Tensor, b: Tensor) -> float:
    """Squared Fréchet distance of Gaussians fitted to features (N, D), (M, D) (Heusel 2017, eq. 6).

    It falls as N and M grow: compare only distances at equal N. Raises ValueError for fewer than
    2 rows.
    """
    if min(len(a), len(b)) < 2:
        raise ValueError(f"a and b must hold at least 2 rows, got {len(a)} and {len(b)}.")
    return gaussian_frechet(*moments(a), *moments(b))


def moments(features: Tensor) -> tuple[Tensor, Tensor]:
    """Mean (D,) and covariance (D, D) of features (N, D), in float64."""
    features = torch.as_tensor(features).double()
    return features.mean(0), torch.atleast_2d(features.T.cov())


def gaussian_frechet(mean_a: Tensor, A: Tensor, mean_b: Tensor, B: Tensor) -> float:
    """Squared Fréchet distance of two Gaussians, means (D,) and covariances (D, D), in float64.

    By symmetric eigenvalues, as tr sqrt(A B) = tr sqrt(sqrt(A) B sqrt(A)).
    """
    values, vectors = torch.linalg.eigh(A)
    root = (vectors * _sqrt(values)) @ vectors.T  # (D, D)
    cross = _sqrt(torch.linalg.eigvalsh(root @ B @ root)).sum()
    means = (mean_a - mean_b).square().sum()
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


def psnr(a: Tensor, b: Tensor) -> float:
    """Peak signal-to-noise ratio in dB of pictures (N, C, H, W) in [-1, 1], the mean over them.

    10 log10(2² / mean squared error) of each; infinite where one pair is equal.
    """
    error = (a.double() - b.double()).square().flatten(1).mean(1)  # (N,)
    return (10 * (4 / error).log10()).mean().item()


def sliced_wasserstein(a: Tensor, b: Tensor, directions: int = 32) -> float:
    """Distance of two clouds of points in the plane, (N, 2) each, in the units of the plane.

    The root mean square, over directions evenly spread over a half circle, of the Wasserstein-2
    distance of the two projections, which sorting solves (Bonneel et al. 2015, section 2). Two
    sets of one distribution are not at 0: measure that floor with two sets of data. Raises
    ValueError for clouds of different size.
    """
    if a.shape != b.shape or a.dim() != 2 or a.shape[1] != 2:
        raise ValueError(f"a and b must both be (N, 2), got {(*a.shape,)} and {(*b.shape,)}.")
    turn = torch.arange(directions, dtype=a.dtype) * (math.pi / directions)
    axes = torch.stack([turn.cos(), turn.sin()])  # (2, directions)
    apart = (a @ axes).sort(0).values - (b @ axes).sort(0).values  # (N, directions)
    return apart.square().mean().sqrt().item()


def convergence_order(ns: Sequence[int], errors: Sequence[float]) -> float:
    """The p of errors ~ n^-p: minus the least-squares slope of log(error) against log(n)."""
    x = torch.tensor(ns, dtype=torch.float64).log()
    y = torch.tensor(errors, dtype=torch.float64).log()
    x = x - x.mean()
    return -((x * y).sum() / x.square().sum()).item()


def jackknife(measure: Callable[[Tensor], float], rows: Tensor, groups: int = 10) -> float:
    """Standard error of measure(rows) by leaving out one of `groups` blocks of rows at a time.

    For any smooth measure of independent rows (N, ...), as the Fréchet distance is (Efron 1982,
    chapter 3). Raises ValueError for fewer than 2 groups, or more groups than rows.
    """
    if not 2 <= groups <= len(rows):
        raise ValueError(f"groups must be from 2 to the {len(rows)} rows, got {groups}.")
    parts = rows.tensor_split(groups)
    kept = (torch.cat([*parts[:k], *parts[k + 1 :]]) for k in range(groups))
    values = torch.tensor([measure(rest) for rest in kept], dtype=torch.float64)
    return ((groups - 1) * values.var(correction=0)).sqrt().item()


def accuracy_error(accuracy: float, n: int) -> float:
    """Standard error of a share of n, counted as if one more of each kind had been seen.

    So that 500 of 500 does not claim to be certain (Agresti and Coull 1998).
    """
    share = (n * accuracy + 1) / (n + 2)
    return math.sqrt(share * (1 - share) / (n + 2))
