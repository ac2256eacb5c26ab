"""The mathematics of the samplers: their algebra, their papers' algorithms, their order.

The references are written apart from the library, in the papers' own coordinates (y = x / alpha
with Karras' sigma, or alpha_bar and beta), for finite noise and with no care for either end.
"""

import math
from itertools import pairwise

import pytest
import torch

from explorer import ideal
from explorer.forward import noise_like, posterior
from explorer.metrics import convergence_order
from explorer.names import STOCHASTIC
from explorer.samplers import SAMPLERS, ddim, ddpm, dpmpp_2m, euler, euler_ancestral, heun
from explorer.schedules import SCHEDULES, SPACINGS, Level, levels

DETERMINISTIC = [name for name in SAMPLERS if name not in STOCHASTIC]

both_starts = pytest.mark.parametrize("schedule", ["linear", "zero_snr"])


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def normal(*shape, seed=0):
    return torch.randn(shape, generator=seeded(seed), dtype=torch.float64)


def maximum(x):
    return x.abs().max().item()


def grid(schedule, n, spacing="trailing"):
    return levels(SCHEDULES[schedule](), n, spacing)


def last(steps):
    *_, step = steps
    return step.x


# Three Gaussians far enough apart to make the denoiser thoroughly nonlinear.
mixture = ideal.mixture(normal(3, 1, 2, 2, seed=1) * 2, [0.2, 0.5, 0.3], [0.5, 0.2, 0.3])
noise = normal(4, 1, 2, 2)

# --- algebra -----------------------------------------------------------------------------------


@both_starts
@pytest.mark.parametrize("spacing", SPACINGS)
def test_euler_and_ddim_are_the_same_update(schedule, spacing):
    for n in (1, 10, 50):
        walk = grid(schedule, n, spacing)
        for a, b in zip(euler(mixture, noise, walk), ddim(mixture, noise, walk), strict=True):
            assert maximum(a.x - b.x) < 1e-12


@both_starts
@pytest.mark.parametrize("n", [10, 1000])  # skipped and adjacent steps
def test_ddim_at_eta_1_is_ddpm(schedule, n):
    walk = grid(schedule, n)
    one = ddim(mixture, noise, walk, eta=1.0, rng=seeded(0))
    for a, b in zip(one, ddpm(mixture, noise, walk, rng=seeded(0)), strict=True):
        assert maximum(a.x - b.x) < 1e-10


@both_starts
@pytest.mark.parametrize("n", [10, 1000])
def test_euler_ancestral_is_ddpm_on_variance_preserving_levels(schedule, n):
    walk = grid(schedule, n)
    ancestral = euler_ancestral(mixture, noise, walk, rng=seeded(0))
    for a, b in zip(ancestral, ddpm(mixture, noise, walk, rng=seeded(0)), strict=True):
        assert maximum(a.x - b.x) < 1e-10


@pytest.mark.parametrize("run", [ddpm, lambda *a, rng: ddim(*a, eta=1.0, rng=rng)])
@pytest.mark.parametrize("s, t", [(499, 500), (300, 700), (999, 1000), (400, 1000)])
@both_starts
def test_at_eta_1_a_step_draws_from_the_ddpm_posterior(run, s, t, schedule):
    schedule = SCHEDULES[schedule]()
    walk = [schedule(t), schedule(s), Level(1.0, 0.0)]
    first, second, _ = run(mixture, noise, walk, rng=seeded(0))
    mean, beta_tilde = posterior(first.x0_hat, noise, schedule, s, t)
    drawn = mean + math.sqrt(beta_tilde) * noise_like(noise, seeded(0))
    assert maximum(second.x - drawn) < 1e-10


@pytest.mark.parametrize("name", ["ddpm", "ddim", "euler", "euler_ancestral"])
def test_a_step_from_alpha_zero_is_the_limit_of_steps_from_near_it(name):
    walk = grid("zero_snr", 8)
    ends = [
        last(SAMPLERS[name](mixture, noise, [start, *walk[1:]], rng=seeded(0)))
        for start in (walk[0], Level(1e-12, 1.0))
    ]
    assert maximum(ends[0] - ends[1]) < 1e-10


@pytest.mark.parametrize("name", ["heun", "dpmpp_2m"])
def test_second_order_samplers_take_one_ddim_step_from_alpha_zero_and_begin_anew(name):
    walk = grid("zero_snr", 8)
    _, after, *_, end = SAMPLERS[name](mixture, noise, walk)
    _, after_ddim, *_ = ddim(mixture, noise, walk)
    assert maximum(after.x - after_ddim.x) < 1e-14
    assert maximum(end.x - last(SAMPLERS[name](mixture, after.x, walk[1:]))) < 1e-14


# --- independent references --------------------------------------------------------------------


def model(y, sigma):
    """The mixture in k-diffusion's contract: y = x / alpha, clean data plus sigma times noise."""
    alpha = 1 / math.sqrt(1 + sigma**2)
    return mixture(y * alpha, Level(alpha, sigma * alpha))


def reference_euler(y, sigmas, draw):
    for now, after in pairwise(sigmas):
        y = y + (after - now) * (y - model(y, now)) / now
    return y


def reference_heun(y, sigmas, draw):
    for now, after in pairwise(sigmas):
        d = (y - model(y, now)) / now
        y_after = y + (after - now) * d
        if after:
            d = d / 2 + (y_after - model(y_after, after)) / after / 2
        y = y + (after - now) * d
    return y


def reference_ancestral(y, sigmas, draw):
    for now, after in pairwise(sigmas):
        up = math.sqrt(after**2 * (now**2 - after**2) / now**2)
        down = math.sqrt(after**2 - up**2)
        y = y + (down - now) * (y - model(y, now)) / now
        y = y + up * draw() if after else y
    return y


def reference_dpmpp_2m(y, sigmas, draw):
    old = None
    for i, (now, after) in enumerate(pairwise(sigmas)):
        D = model(y, now)
        if after == 0:
            return D
        h = math.log(now) - math.log(after)
        d = D
        if old is not None:
            r = (math.log(sigmas[i - 1]) - math.log(now)) / h
            d = (1 + 1 / (2 * r)) * D - 1 / (2 * r) * old
        y, old = after / now * y - math.expm1(-h) * d, D


@pytest.mark.parametrize("schedule", ["linear", "cosine", "karras"])
@pytest.mark.parametrize("spacing", ["linspace", "karras"])
@pytest.mark.parametrize(
    "sampler, reference",
    [
        (euler, reference_euler),
        (heun, reference_heun),
        (euler_ancestral, reference_ancestral),
        (dpmpp_2m, reference_dpmpp_2m),
    ],
)
def test_a_sampler_is_its_papers_algorithm_in_karras_coordinates(
    sampler, reference, schedule, spacing
):
    walk = grid(schedule, 25, spacing)
    rng = seeded(0)
    expected = reference(
        noise / walk[0].alpha,
        [level.sigma / level.alpha for level in walk],
        draw=lambda: noise_like(noise, rng),
    )
    assert maximum(last(sampler(mixture, noise, walk, rng=seeded(0))) - expected) < 1e-10


@pytest.mark.parametrize("eta", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("schedule", ["linear", "cosine", "karras"])
@pytest.mark.parametrize("n", [25, 1000])
def test_ddim_is_its_paper_in_alpha_bar(eta, schedule, n):
    walk, rng, x = grid(schedule, n), seeded(0), noise
    for t, s in pairwise(walk):
        a_t, a_s = t.alpha**2, s.alpha**2
        eps = (x - math.sqrt(a_t) * mixture(x, t)) / math.sqrt(1 - a_t)
        deviation = eta * math.sqrt((1 - a_s) / (1 - a_t)) * math.sqrt(1 - a_t / a_s)
        direction = math.sqrt(max(1 - a_s - deviation**2, 0)) * eps
        x = math.sqrt(a_s) * (x - math.sqrt(1 - a_t) * eps) / math.sqrt(a_t) + direction
        x = x + deviation * noise_like(x, rng) if a_s < 1 else x
    assert maximum(last(ddim(mixture, noise, walk, eta=eta, rng=seeded(0))) - x) < 1e-8


@pytest.mark.parametrize("schedule", ["linear", "cosine", "karras", "zero_snr"])
def test_ddpm_is_its_paper_in_beta(schedule):
    schedule = SCHEDULES[schedule]()
    beta, alpha_bar = schedule.beta, schedule.alpha**2
    rng, x = seeded(0), noise
    for t in range(1000, 0, -1):
        x0_hat = mixture(x, schedule(t))
        on_x0 = alpha_bar[t - 1].sqrt() * beta[t] / (1 - alpha_bar[t])
        on_x = (1 - beta[t]).sqrt() * (1 - alpha_bar[t - 1]) / (1 - alpha_bar[t])
        variance = (1 - alpha_bar[t - 1]) / (1 - alpha_bar[t]) * beta[t]
        x = on_x0 * x0_hat + on_x * x
        x = x + variance.sqrt() * noise_like(x, rng) if t > 1 else x
    mine = last(ddpm(mixture, noise, levels(schedule, 1000), rng=seeded(0)))
    assert maximum(mine - x) < 1e-8


# --- exactness on Gaussian data ----------------------------------------------------------------

MEAN, STD = 0.7, 0.4
gaussian = ideal.gaussian(MEAN, STD)


def flow(x, t, s):
    """The probability flow of N(MEAN, STD²) from t to s: x keeps its standard score."""
    spread = [math.hypot(level.alpha * STD, level.sigma) for level in (t, s)]
    return s.alpha * MEAN + spread[1] / spread[0] * (x - t.alpha * MEAN)


@pytest.mark.parametrize("name, order", [("ddim", 1), ("euler", 1), ("heun", 2), ("dpmpp_2m", 2)])
def test_order_of_convergence_is_the_slope_of_the_error(name, order):
    ns, errors = [40, 80, 160, 320], []
    for n in ns:
        angles = torch.linspace(1.45, 0.1, n + 1, dtype=torch.float64).tolist()
        walk = [Level(math.cos(angle), math.sin(angle)) for angle in angles]
        end = last(SAMPLERS[name](gaussian, noise, walk))
        errors.append(maximum(end - flow(noise, walk[0], walk[-1])))
    assert convergence_order(ns, errors) == pytest.approx(order, abs=0.1)


@pytest.mark.parametrize("name", DETERMINISTIC)
@both_starts
def test_many_steps_carry_noise_along_the_flow_to_clean_data(name, schedule):
    walk = grid(schedule, 1000, "karras")
    end = last(SAMPLERS[name](gaussian, noise, walk))
    assert maximum(end - flow(noise, walk[0], walk[-1])) < 0.01


@pytest.mark.parametrize("name", STOCHASTIC)
def test_many_steps_turn_noise_into_the_distribution_of_the_data(name):
    n, x = 300, normal(20_000)
    end = last(SAMPLERS[name](gaussian, x, grid("zero_snr", n, "karras"), rng=seeded(1)))
    standard_error = 1 / math.sqrt(len(x))
    assert abs(end.mean().item() - MEAN) / STD < 4 * standard_error
    assert abs(end.std().item() / STD - 1) < 4 * standard_error / math.sqrt(2) + 6 / n  # order 1
