"""The judge of quality: a classifier, and what it says of real pictures.

`Judge` needs the data set; `Reference` is what a live measurement needs of it, in a small file.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from explorer import metrics
from explorer.data.images import Images
from explorer.models.classifier import Classifier

HEADLINE = 2000  # pictures of the largest set that a real figure is given for
DRAWS = 4  # sets of real pictures that a real figure is the mean of: one set alone is a lottery
FEW = (50, 100, 200, 500)  # numbers of pictures for which a Reference knows the real figure


@torch.no_grad()
def features(judge: Classifier, x: Tensor) -> Tensor:
    """The judge's features of pictures (N, C, H, W), in float64: (N, F)."""
    return torch.cat([judge.features(part) for part in x.split(500)]).double()


def in_turn(labels: Tensor, count: int) -> Tensor:
    """Indices of up to `count` pictures, chosen at random, classes in turn as `draw` has them."""
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(0))
    classes = [order[labels[order] == c] for c in labels.unique()]
    rows = min(len(of_class) for of_class in classes)
    return torch.stack([of_class[:rows] for of_class in classes], 1).flatten()[:count]


class Judge:
    """The classifier, and what it says of real pictures: the measure of everything generated."""

    def __init__(self, net: Classifier, train: Images, test: Images) -> None:
        self.net = net
        self.name = net.card.name if hasattr(net, "card") else "a classifier without a file"
        self.test = features(net, test.floats())
        self.accuracy = metrics.accuracy(self.logits(test.floats()), test.labelled)
        kept = in_turn(train.labelled, DRAWS * HEADLINE)
        self.train, self.train_labels = features(net, train.floats(kept)), train.labelled[kept]

    @torch.no_grad()
    def logits(self, x: Tensor) -> Tensor:
        return torch.cat([self.net(part) for part in x.split(500)])

    def real(self, n: int) -> float:
        """Fréchet distance of n training pictures to the test set: what perfection scores."""
        return self._over_draws(n, lambda found, _: metrics.frechet_distance(found, self.test))

    def real_diversity(self, n: int) -> float:
        """Diversity of n training pictures."""
        return self._over_draws(n, metrics.diversity)

    def _over_draws(self, n: int, measure: Callable[[Tensor, Tensor], float]) -> float:
        """The mean of a measure over up to DRAWS disjoint sets of n training pictures."""
        if n > len(self.train):
            raise ValueError(f"samples is {n}, but only {len(self.train)} real pictures are there")
        parts = zip(self.train.split(n)[:DRAWS], self.train_labels.split(n), strict=False)
        values = [measure(found, labels) for found, labels in parts if len(found) == n]
        return sum(values) / len(values)

    def reference(self) -> "Reference":
        """What is needed of the real pictures to judge without them."""
        real = {n: self.real(n) for n in FEW if n <= len(self.train)}
        return Reference(*metrics.moments(self.test), real)


@dataclass(frozen=True)
class Reference:
    """Moments of the test pictures' features, and what real pictures of one number score."""

    mean: Tensor  # (F,) float64
    covariance: Tensor  # (F, F) float64
    real: dict[int, float]  # n -> Fréchet distance of n training pictures

    def frechet(self, found: Tensor) -> float:
        """Fréchet distance of features (N, F) to the test pictures'."""
        return metrics.gaussian_frechet(*metrics.moments(found), self.mean, self.covariance)

    def save(self, file: Path) -> None:
        """Write as JSON: seven digits, of the covariance its upper half."""
        upper = torch.triu_indices(*self.covariance.shape)
        entries = self.covariance[upper[0], upper[1]]
        table = {
            "mean": _rounded(self.mean),
            "covariance": _rounded(entries),
            "real": {n: round(value, 4) for n, value in self.real.items()},
        }
        file.write_text(json.dumps(table) + "\n", "utf-8")

    @classmethod
    def load(cls, file: Path) -> "Reference":
        """Read what `save` wrote. Raises OSError or ValueError where the file is none."""
        table = json.loads(file.read_text("utf-8"))
        mean = torch.tensor(table["mean"], dtype=torch.float64)
        covariance = torch.zeros(len(mean), len(mean), dtype=torch.float64)
        upper = torch.triu_indices(*covariance.shape)
        covariance[upper[0], upper[1]] = torch.tensor(table["covariance"], dtype=torch.float64)
        covariance = covariance + covariance.triu(1).T
        return cls(mean, covariance, {int(n): value for n, value in table["real"].items()})


def _rounded(values: Tensor) -> list[float]:
    return [float(f"{value:.7g}") for value in values.tolist()]
