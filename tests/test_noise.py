"""The page's own noise is standard normal, and a function of seed and place alone."""

import numpy as np
from scipy import stats

from explorer.noise import normal


def test_it_is_standard_normal():
    x = normal(0, 200_000)
    assert stats.kstest(x, "norm").pvalue > 0.01
    assert abs(x.mean()) < 4 / len(x) ** 0.5 and abs(x.var() - 1) < 4 * (2 / len(x)) ** 0.5


def test_neighbours_seeds_and_streams_are_uncorrelated():
    x = normal(3, 100_000)
    others = [np.roll(x, lag) for lag in (1, 2, 28, 64)] + [
        normal(4, 100_000),
        normal(3, 100_000, 1),
    ]
    assert max(abs(np.corrcoef(x, other)[0, 1]) for other in others) < 4 / len(x) ** 0.5
    assert max(abs(np.corrcoef(x**2, other**2)[0, 1]) for other in others) < 4 / len(x) ** 0.5


def test_a_number_depends_on_its_place_alone():
    assert (normal(5, 1000)[:501] == normal(5, 501)).all()
