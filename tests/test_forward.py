"""The forward chain, its closed form, and the posterior: three views of one Gaussian."""

import pytest
import torch

from explorer.forward import bridge, chain, noise_like, noised, posterior, transition
from explorer.schedules import SCHEDULES, Level, karras

every_schedule = pytest.mark.parametrize("name", SCHEDULES)


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def normal(*shape, seed=0):
    return torch.randn(shape, generator=seeded(seed), dtype=torch.float64)


def maximum(x):
    return x.abs().max().item()


# --- q(x_t | x_0) ------------------------------------------------------------------------------


def test_noised_gives_each_row_its_own_level():
    x0, eps = normal(3, 1, 2, 2), normal(3, 1, 2, 2, seed=1)
    rows = [Level(1.0, 0.0), Level(0.6, 0.8), Level(0.0, 1.0)]
    level = Level(*torch.tensor([tuple(row) for row in rows], dtype=torch.float64).T)
    xt = noised(x0, level, eps)
    assert torch.equal(xt[0], x0[0])
    assert torch.equal(xt[1], 0.6 * x0[1] + 0.8 * eps[1])
    assert torch.equal(xt[2], eps[2])


@every_schedule
def test_the_chains_moments_are_the_closed_form(name):
    schedule = SCHEDULES[name]()
    mean, variance, error = 1.0, 0.0, 0.0  # of x_t given x_0 = 1
    for t in range(1, 1001):
        scale, beta = transition(schedule(t - 1), schedule(t))
        mean, variance = scale * mean, scale**2 * variance + beta
        level = schedule(t)
        error = max(error, abs(mean - level.alpha), abs(variance - level.sigma**2))
    assert error < 1e-12


@every_schedule
def test_neighbours_differ_by_ddpms_beta(name):
    schedule = SCHEDULES[name]()
    steps = (transition(schedule(t - 1), schedule(t)) for t in range(1, 1001))
    scale, beta = torch.tensor(list(steps), dtype=torch.float64).T
    assert maximum(beta - schedule.beta[1:]) < 1e-12
    assert maximum(scale - (1 - schedule.beta[1:]).sqrt()) < 1e-12


def test_transitions_compose():
    schedule = SCHEDULES["linear"]()
    first_scale, first_beta = transition(schedule(100), schedule(300))
    then_scale, then_beta = transition(schedule(300), schedule(900))
    scale, beta = transition(schedule(100), schedule(900))
    assert abs(scale - then_scale * first_scale) < 1e-14
    assert abs(beta - (then_scale**2 * first_beta + then_beta)) < 1e-14


@every_schedule
def test_the_chain_forgets_its_start_at_the_rate_alpha(name):
    schedule = SCHEDULES[name]()
    x0, other = normal(2, 3), normal(2, 3, seed=1)
    runs = zip(chain(x0, schedule, seeded(2)), chain(other, schedule, seeded(2)), strict=True)
    gaps = torch.stack([x - y for x, y in runs])  # the same noise in both
    assert gaps.shape == (1000, 2, 3)
    assert maximum(gaps - schedule.alpha[1:, None, None] * (x0 - other)) < 1e-12


def test_the_chains_noise_has_variance_sigma_squared():
    schedule = karras(T=10, sigma_min=0.1, sigma_max=3.0)
    count = 100_000
    for t, x in enumerate(chain(torch.zeros(count, dtype=torch.float64), schedule, seeded(0)), 1):
        variance = schedule(t).sigma ** 2
        standard_error = variance * (2 / count) ** 0.5
        assert abs(x.var().item() - variance) < 4 * standard_error


# --- q(x_s | x_t, x_0) -------------------------------------------------------------------------


@every_schedule
def test_posterior_is_equations_6_and_7_with_their_betas(name):
    schedule = SCHEDULES[name]()
    beta, alpha_bar = schedule.beta, schedule.alpha**2
    x0, xt = normal(2, 4), normal(2, 4, seed=1)
    for t in (1, 2, 500, 999, 1000):
        mean, variance = posterior(x0, xt, schedule, t - 1, t)
        eq_7 = alpha_bar[t - 1].sqrt() * beta[t] / (1 - alpha_bar[t]) * x0
        eq_7 = eq_7 + (1 - beta[t]).sqrt() * (1 - alpha_bar[t - 1]) / (1 - alpha_bar[t]) * xt
        assert maximum(mean - eq_7) < 1e-8  # 1 - alpha_bar cancels to 1e-10 near t = 1
        eq_7 = (1 - alpha_bar[t - 1]) / (1 - alpha_bar[t]) * beta[t]
        assert abs(variance - eq_7.item()) < 1e-12


@every_schedule
@pytest.mark.parametrize("s, t", [(1, 2), (99, 100), (100, 700), (0, 600), (400, 1000)])
def test_posterior_is_the_joint_gaussian_conditioned_on_x_t(name, s, t):
    schedule = SCHEDULES[name]()
    x0, xt = normal(2, 4), normal(2, 4, seed=1)
    S, T = schedule(s), schedule(t)
    covariance = T.alpha / S.alpha * S.sigma**2  # of x_s and x_t
    gain = covariance / T.sigma**2
    mean, variance = posterior(x0, xt, schedule, s, t)
    assert maximum(mean - (S.alpha * x0 + gain * (xt - T.alpha * x0))) < 1e-10
    assert abs(variance - (S.sigma**2 - gain * covariance)) < 1e-12


@every_schedule
def test_posterior_after_forward_is_forward(name):
    schedule = SCHEDULES[name]()
    zero, one = torch.zeros(1, dtype=torch.float64), torch.ones(1, dtype=torch.float64)
    for s, t in [(1, 2), (250, 900), (400, 1000)]:
        S, T = schedule(s), schedule(t)
        on_x0 = posterior(one, zero, schedule, s, t)[0].item()
        on_xt, variance = posterior(zero, one, schedule, s, t)
        on_xt = on_xt.item()
        assert abs(on_x0 + on_xt * T.alpha - S.alpha) < 1e-12
        assert abs(variance + on_xt**2 * T.sigma**2 - S.sigma**2) < 1e-12


def test_posterior_at_clean_data_is_x0_with_certainty():
    x0, xt = normal(2, 4), normal(2, 4, seed=1)
    mean, variance = posterior(x0, xt, SCHEDULES["cosine"](), 0, 350)
    assert torch.equal(mean, x0)
    assert variance == 0


def test_bridge_takes_a_level_a_row():
    schedule = SCHEDULES["linear"]()
    x0, xt = normal(2, 4), normal(2, 4, seed=1)
    s, t = torch.tensor([10, 400]), torch.tensor([30, 1000])
    mean, variance = bridge(x0, xt, schedule(s), schedule(t))
    for row in range(2):
        one = posterior(x0[row], xt[row], schedule, s[row].item(), t[row].item())
        assert maximum(mean[row] - one[0]) < 1e-15
        assert variance[row].item() == pytest.approx(one[1], rel=1e-12)


@pytest.mark.parametrize("s, t", [(5, 5), (6, 5), (-1, 5), (5, 1001), (float("nan"), 5)])
def test_posterior_refuses_times_that_cross(s, t):
    x = torch.zeros(1, 1)
    with pytest.raises(ValueError, match="0 <= s < t <= 1000"):
        posterior(x, x, SCHEDULES["linear"](), s, t)


# --- randomness is an argument -----------------------------------------------------------------


def test_noise_comes_from_the_generator_alone():
    x = torch.zeros(2, 3)
    before = torch.get_rng_state()
    first, again, other = (noise_like(x, seeded(seed)) for seed in (7, 7, 8))
    assert torch.equal(first, again) and not torch.equal(first, other)
    assert torch.equal(torch.get_rng_state(), before)
    with pytest.raises(ValueError, match="rng must be"):
        noise_like(x, None)


def test_each_row_may_have_its_own_generator():
    x = torch.zeros(3, 1, 4, 4, dtype=torch.float64)
    rows = noise_like(x, [seeded(seed) for seed in (5, 6, 5)])
    assert rows.dtype == torch.float64
    assert torch.equal(rows[0], rows[2])
    assert torch.equal(rows[1:2], noise_like(x[1:2], seeded(6)))
    with pytest.raises(ValueError, match="3 rows, got 2"):
        noise_like(x, [seeded(5), seeded(6)])
