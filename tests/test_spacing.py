"""Where a sampler steps: timesteps, grids of levels, walks from any t, and the way back to t."""

import math
from itertools import pairwise

import numpy as np
import pytest

from explorer.schedules import (
    SCHEDULES,
    SPACINGS,
    Level,
    cosine,
    karras,
    levels,
    levels_from,
    linear,
    time_of,
    timesteps,
    zero_snr,
)

every_schedule = pytest.mark.parametrize("name", SCHEDULES)


@pytest.mark.parametrize(
    "spacing, printed",
    [
        ("leading", [1, 101, 201, 301, 401, 501, 601, 701, 801, 901]),
        ("linspace", [1, 112, 223, 334, 445, 556, 667, 778, 889, 1000]),
        ("trailing", [100, 200, 300, 400, 500, 600, 700, 800, 900, 1000]),
    ],
)
def test_timesteps_are_those_of_table_2(spacing, printed):
    assert timesteps(1000, 10, spacing) == printed[::-1]


@pytest.mark.parametrize("spacing", ["linspace", "leading", "trailing"])
@pytest.mark.parametrize("T", [2, 3, 50, 1000])
def test_rounding_never_visits_a_timestep_twice(T, spacing):
    for n in range(1, T + 1):
        visited = timesteps(T, n, spacing)
        assert len(visited) == len(set(visited)) == n
        assert visited == sorted(visited, reverse=True)
        assert visited[-1] >= 1
        assert visited[0] <= T if spacing == "leading" else visited[0] == T


@every_schedule
@pytest.mark.parametrize("spacing", SPACINGS)
@pytest.mark.parametrize("n", [1, 2, 3, 40, 997, 1000])
def test_a_grid_is_n_plus_1_levels_each_less_noisy_and_ends_clean(name, spacing, n):
    grid = levels(SCHEDULES[name](), n, spacing)
    assert len(grid) == n + 1
    assert grid[-1] == Level(1.0, 0.0)
    ratios = [level.ratio for level in grid]
    assert all(after < before for before, after in pairwise(ratios))
    assert max(abs(level.alpha**2 + level.sigma**2 - 1) for level in grid) < 1e-15


@pytest.mark.parametrize("schedule", [linear(), cosine(), karras()])
def test_karras_spacing_walks_between_the_schedules_own_ends(schedule):
    i, high, low = np.arange(20), schedule(1000).ratio, schedule(1).ratio
    eq_5 = (high ** (1 / 7) + i / 19 * (low ** (1 / 7) - high ** (1 / 7))) ** 7
    ratios = np.array([level.ratio for level in levels(schedule, 20, "karras")])
    assert np.abs(ratios[:-1] / eq_5 - 1).max() < 1e-12
    assert levels(schedule, 1, "karras")[0].ratio == pytest.approx(high, rel=1e-12)


def test_karras_spacing_starts_at_pure_noise_if_the_schedule_does_and_goes_on_at_80():
    schedule = zero_snr(linear())
    grid = levels(schedule, 20, "karras")
    assert grid[0] == Level(0.0, 1.0)
    assert grid[1].ratio == pytest.approx(80, rel=1e-12)
    assert grid[-2].ratio == pytest.approx(schedule(1).ratio, rel=1e-12)
    assert levels(schedule, 1, "karras") == [Level(0.0, 1.0), Level(1.0, 0.0)]
    quiet = zero_snr(karras(T=10, sigma_max=1.0))  # at t = 9 it has less than 80
    assert levels(quiet, 5, "karras")[1].ratio == pytest.approx(quiet(9).ratio, rel=1e-12)


@every_schedule
def test_a_walk_can_begin_at_any_t(name):
    schedule = SCHEDULES[name]()
    walk = levels_from(schedule, 500, 5)
    assert walk[0] == schedule(500) and walk[-1] == Level(1.0, 0.0)
    assert all(s.log_snr > t.log_snr for t, s in pairwise(walk))
    assert levels_from(schedule, 1000, 10) == levels(schedule, 10, "trailing")


@pytest.mark.parametrize("t", [0, -1, 1001, math.nan, None, "9"])
def test_a_walk_needs_a_t_with_noise(t):
    with pytest.raises(ValueError, match="t must be"):
        levels_from(linear(), t, 5)


@every_schedule
def test_the_time_of_a_level_is_the_inverse_of_the_schedule(name):
    schedule = SCHEDULES[name]()
    for t in (0, 0.3, 1, 2.5, 250, 499.99, 998.25, 999, 1000):
        assert abs(time_of(schedule, schedule(t)) - t) < 1e-6
    for level in levels(schedule, 12, "karras")[:-1]:
        if level.alpha:
            assert abs(schedule(time_of(schedule, level)).alpha - level.alpha) < 1e-12


def test_a_level_beyond_the_end_has_no_time():
    with pytest.raises(ValueError, match="alpha must be at least"):
        time_of(linear(), Level(0.0, 1.0))
