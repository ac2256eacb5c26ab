"""Levels and schedules. Closed forms first; then what the papers print."""

import math

import numpy as np
import pytest
import torch

from explorer.schedules import (
    SCHEDULES,
    Level,
    cosine,
    karras,
    levels,
    linear,
    timesteps,
    zero_snr,
)

every_schedule = pytest.mark.parametrize("name", SCHEDULES)


def maximum(x):
    return x.abs().max().item()


# --- Level -------------------------------------------------------------------------------------


def test_derived_quantities_are_finite_or_infinite_but_never_nan_at_both_ends():
    clean, noise = Level(1.0, 0.0), Level(0.0, 1.0)
    assert (clean.angle, clean.snr, clean.log_snr, clean.ratio) == (0.0, math.inf, math.inf, 0.0)
    assert (noise.angle, noise.snr, noise.log_snr, noise.ratio) == (
        math.pi / 2,
        0.0,
        -math.inf,
        math.inf,
    )


def test_derived_quantities_are_their_definitions():
    level = Level(0.8, 0.6)
    assert math.tan(level.angle) == pytest.approx(0.75, rel=1e-15)
    assert level.ratio == pytest.approx(0.75, rel=1e-15)
    assert level.snr == pytest.approx(16 / 9, rel=1e-15)
    assert level.log_snr == pytest.approx(math.log(16 / 9), rel=1e-15)


def test_derived_quantities_of_floats_and_of_tensors_are_the_same():
    pairs = [(1.0, 0.0), (0.8, 0.6), (0.0, 1.0)]
    many = Level(*torch.tensor(pairs, dtype=torch.float64).T)
    for derived in ("angle", "snr", "log_snr", "ratio"):
        one_by_one = [getattr(Level(*pair), derived) for pair in pairs]
        assert getattr(many, derived).tolist() == pytest.approx(one_by_one, rel=1e-15)


def test_expanded_level_broadcasts_against_images_in_their_dtype():
    x = torch.ones(2, 3, 4, 4)
    level = Level(*torch.tensor([[1.0, 0.6], [0.0, 0.8]], dtype=torch.float64))
    for given in (level, Level(*(v.view(2, 1, 1, 1) for v in level))):
        alpha, sigma = given.expand_to(x)
        assert alpha.shape == sigma.shape == (2, 1, 1, 1)
        assert (alpha * x).dtype == torch.float32
    assert Level(0.6, 0.8).expand_to(x) == Level(0.6, 0.8)


# --- schedules ---------------------------------------------------------------------------------


@every_schedule
def test_schedules_preserve_variance_also_between_the_integers(name):
    level = SCHEDULES[name]()(torch.arange(0, 1000.01, 0.25))
    assert maximum(level.alpha**2 + level.sigma**2 - 1) < 1e-15


@every_schedule
def test_t_zero_is_clean_data_exactly_and_noise_rises_from_there(name):
    schedule = SCHEDULES[name]()
    assert schedule.name == name and schedule.T == 1000
    assert schedule(0) == Level(1.0, 0.0)
    assert (schedule(torch.arange(1001)).angle.diff() > 0).all()


@every_schedule
def test_a_schedule_is_exact_at_integers_and_linear_in_alpha_bar_between(name):
    schedule = SCHEDULES[name]()
    t = torch.arange(1001)
    assert torch.equal(schedule(t).alpha, schedule.alpha)
    assert torch.equal(schedule(t).sigma, schedule.sigma)
    left, middle, right = (schedule(700 + f).alpha ** 2 for f in (0, 0.25, 1))
    assert abs(middle - (0.75 * left + 0.25 * right)) < 1e-15


def test_a_number_gives_floats_and_a_tensor_gives_its_own_shape():
    schedule = linear()
    assert all(isinstance(value, float) for value in schedule(3))
    t = torch.tensor([[3, 500], [0, 1000]])
    assert schedule(t).alpha.shape == (2, 2)
    assert schedule(t).alpha[0, 1] == schedule(500).alpha


@every_schedule
def test_beta_is_the_variance_that_each_step_adds(name):
    schedule = SCHEDULES[name]()
    assert schedule.beta[0] == 0
    assert maximum((1 - schedule.beta).cumprod(0) - schedule.alpha**2) < 1e-12


def test_linear_is_the_running_product_of_one_minus_beta():
    alpha_bar = np.cumprod(1 - np.linspace(1e-4, 0.02, 1000))
    assert np.abs(linear().alpha[1:].numpy() - np.sqrt(alpha_bar)).max() < 1e-14
    assert np.abs(linear().sigma[1:].numpy() - np.sqrt(1 - alpha_bar)).max() < 1e-12
    assert linear()(1000).alpha == pytest.approx(0.0064, abs=5e-5)  # not 0


def test_cosine_is_its_closed_form_up_to_the_last_step_whose_beta_is_clipped():
    t = torch.arange(1001, dtype=torch.float64) / 1000
    f = torch.cos((t + 0.008) / 1.008 * math.pi / 2) ** 2
    schedule = cosine()
    assert maximum(schedule.alpha[:-1] - (f / f[0]).sqrt()[:-1]) < 1e-12
    assert schedule.beta[-1].item() == pytest.approx(0.999, abs=1e-12)
    assert schedule(1000).alpha == pytest.approx(4.93e-5, abs=1e-7)


def test_karras_spaces_its_noise_evenly_in_the_seventh_root():
    roots = karras()(torch.arange(1, 1001)).ratio ** (1 / 7)
    assert maximum(roots.diff().diff()) < 1e-12
    assert karras()(1000).ratio == pytest.approx(80, rel=1e-12)
    assert karras()(1).ratio == pytest.approx(0.002, rel=1e-12)


@pytest.mark.parametrize("schedule", [linear(), cosine(), karras(), zero_snr(linear())])
def test_zero_snr_ends_in_pure_noise_and_leaves_alpha_at_1_alone(schedule):
    rescaled = zero_snr(schedule)
    assert rescaled(1000).alpha == 0.0
    assert rescaled(1000).sigma == 1.0
    assert rescaled(1).alpha == schedule(1).alpha
    assert rescaled(0) == Level(1.0, 0.0)
    assert rescaled.beta[-1] == 1.0


def test_zero_snr_is_algorithm_1_of_lin_et_al():
    root = np.sqrt(np.cumprod(1 - np.linspace(1e-4, 0.02, 1000)))
    root = (root - root[-1]) * root[0] / (root[0] - root[-1])
    assert np.abs(zero_snr(linear()).alpha[1:].numpy() - root).max() < 1e-14


# --- bad input ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call, field",
    [
        (lambda: linear(T=1), "T must"),
        (lambda: linear(T=10.5), "T must"),
        (lambda: linear(T=10**12), "T must"),
        (lambda: linear(T=True), "T must"),
        (lambda: linear(beta_start=-1e-4), "beta_start must"),
        (lambda: linear(beta_start=0.03, beta_end=0.02), "beta_start must not exceed beta_end"),
        (lambda: linear(beta_end=math.nan), "beta_end must"),
        (lambda: linear(beta_end="0.02"), "beta_end must"),
        (lambda: linear(beta_end=[0.02]), "beta_end must"),
        (lambda: linear(T=10_000, beta_end=0.999), "T less than 10000"),
        (lambda: cosine(s=-0.1), "s must"),
        (lambda: cosine(s=math.inf), "s must"),
        (lambda: karras(sigma_min=0), "sigma_min must"),
        (lambda: karras(sigma_max=-80.0), "sigma_max must"),
        (lambda: karras(sigma_min=2.0, sigma_max=2.0), "sigma_min must be below sigma_max"),
        (lambda: karras(rho=0), "rho must"),
        (lambda: linear()(1001), "t must"),
        (lambda: linear()(torch.tensor([1.0, math.nan])), "t must"),
        (lambda: levels(linear(), 0), "n must"),
        (lambda: levels(linear(), 1001, "karras"), "n must"),
        (lambda: levels(linear(), 10.0), "n must"),
        (lambda: levels(linear(), 10, "quadratic"), "spacing must"),
        (lambda: timesteps(1000, 10, "karras"), "spacing must"),
    ],
)
def test_bad_input_is_one_sentence_that_names_the_field(call, field):
    with pytest.raises(ValueError, match=field) as error:
        call()
    assert str(error.value).endswith(".")
