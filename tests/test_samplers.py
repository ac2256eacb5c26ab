"""What the stream of every sampler promises. Its mathematics: test_samplers_exact.py."""

import math

import pytest
import torch

from explorer import ideal, names
from explorer.figures import palette
from explorer.samplers import SAMPLERS, ddim, evaluations
from explorer.schedules import SCHEDULES, SPACINGS, Level, levels

STOCHASTIC = names.STOCHASTIC
DETERMINISTIC = [name for name in SAMPLERS if name not in STOCHASTIC]

every_sampler = pytest.mark.parametrize("name", SAMPLERS)
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


class Counted:
    """A denoiser that counts its evaluations, and checks that it runs without gradients."""

    def __init__(self, denoise):
        self.denoise, self.nfe = denoise, 0

    def __call__(self, x, level):
        assert not torch.is_grad_enabled()
        self.nfe += 1
        return self.denoise(x, level)


# --- the stream --------------------------------------------------------------------------------


@every_sampler
@both_starts
@pytest.mark.parametrize("n", [1, 2, 7])
def test_n_steps_give_n_plus_1_records_of_what_happened(name, schedule, n):
    denoise = Counted(mixture)
    walk = grid(schedule, n)
    steps, spent = [], []
    for step in SAMPLERS[name](denoise, noise, walk, rng=seeded(0)):
        steps.append(step)
        spent.append(denoise.nfe)
    assert [step.index for step in steps] == list(range(n + 1))
    assert [step.level for step in steps] == walk
    assert [step.nfe for step in steps] == spent
    assert steps[0].x is noise
    for step in steps[:-1]:
        assert torch.equal(step.x0_hat, mixture(step.x, step.level))
    assert steps[-1].x is steps[-1].x0_hat
    assert maximum(steps[-1].x - steps[-2].x0_hat) < 1e-14  # the last step returns its belief
    from_zero_snr = walk[0].alpha == 0
    assert denoise.nfe == evaluations(name, n, from_zero_snr=from_zero_snr)


def test_heun_spends_two_evaluations_a_step_but_for_the_last_and_one_from_pure_noise():
    assert [evaluations("heun", n) for n in (1, 2, 10)] == [1, 3, 19]
    assert [evaluations("heun", n, from_zero_snr=True) for n in (1, 2, 10)] == [1, 2, 18]


def test_every_sampler_and_every_schedule_has_a_name_and_an_ink():
    assert set(names.SAMPLERS) == set(palette.SAMPLERS) == set(SAMPLERS)
    assert list(names.SCHEDULES) == list(palette.SCHEDULES) == list(SCHEDULES)
    assert tuple(names.SPACINGS) == SPACINGS


@every_sampler
@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("spacing", SPACINGS)
def test_every_sampler_is_finite_on_every_grid(name, schedule, spacing):
    for n in (1, 2, 30):
        for step in SAMPLERS[name](mixture, noise, grid(schedule, n, spacing), rng=seeded(0)):
            assert step.x.isfinite().all() and step.x0_hat.isfinite().all()


@every_sampler
def test_a_run_leaves_its_input_its_dtype_and_the_global_generator_alone(name):
    x, before = noise.float(), torch.get_rng_state()
    steps = list(SAMPLERS[name](mixture, x, grid("zero_snr", 5), rng=seeded(0)))
    assert {step.x.dtype for step in steps} == {torch.float32}
    assert torch.equal(x, noise.float())
    assert torch.equal(torch.get_rng_state(), before)


@every_sampler
def test_gradients_are_off_in_the_sampler_and_on_between_its_steps(name):
    x = noise.clone().requires_grad_()
    with torch.enable_grad():
        for step in SAMPLERS[name](Counted(mixture), x, grid("linear", 3), rng=seeded(0)):
            assert torch.is_grad_enabled()
            assert step.index == 0 or not step.x.requires_grad
        abandoned = SAMPLERS[name](mixture, x, grid("linear", 3), rng=seeded(0))
        next(abandoned)
        abandoned.close()
        assert torch.is_grad_enabled()


# --- randomness --------------------------------------------------------------------------------


@every_sampler
def test_the_same_seed_gives_the_same_stream(name):
    def run(seed):
        steps = SAMPLERS[name](mixture, noise, grid("cosine", 6), rng=seeded(seed))
        return torch.stack([step.x for step in steps])

    assert torch.equal(run(1), run(1))
    assert torch.equal(run(1), run(2)) == (name in DETERMINISTIC)


@every_sampler
def test_rows_with_their_own_seeds_are_the_runs_of_those_seeds(name):
    walk, seeds = grid("linear", 6), [3, 1, 4, 1]
    together = last(SAMPLERS[name](mixture, noise, walk, rng=[seeded(seed) for seed in seeds]))
    for row, seed in enumerate(seeds):
        alone = last(SAMPLERS[name](mixture, noise[row : row + 1], walk, rng=seeded(seed)))
        assert maximum(together[row] - alone[0]) < 1e-12


@pytest.mark.parametrize("name", STOCHASTIC)
def test_a_stochastic_sampler_without_a_generator_says_so(name):
    with pytest.raises(ValueError, match="rng must be"):
        next(SAMPLERS[name](mixture, noise, grid("linear", 1)))


def test_ddim_needs_a_generator_only_if_eta_is_above_zero():
    list(ddim(mixture, noise, grid("linear", 3)))
    with pytest.raises(ValueError, match="ddim with eta > 0"):
        next(ddim(mixture, noise, grid("linear", 3), eta=0.1))


# --- bad input ---------------------------------------------------------------------------------


@pytest.mark.parametrize("eta", [-0.1, 1.1, math.nan])
def test_eta_outside_0_to_1_is_refused(eta):
    with pytest.raises(ValueError, match="eta must be"):
        next(ddim(mixture, noise, grid("linear", 3), eta=eta, rng=seeded(0)))


@every_sampler
@pytest.mark.parametrize(
    "walk",
    [
        [],
        [Level(0.6, 0.8)],
        [Level(1.0, 0.0), Level(0.6, 0.8)],
        [Level(0.6, 0.8), Level(0.6, 0.8), Level(1.0, 0.0)],
        [Level(0.6, 0.8), Level(1.0, 0.0), Level(1.0, 0.0)],
        [Level(0.6, math.nan), Level(1.0, 0.0)],
    ],
)
def test_levels_that_do_not_lose_noise_are_refused_before_any_step(name, walk):
    with pytest.raises(ValueError, match="levels must"):
        next(SAMPLERS[name](mixture, noise, walk, rng=seeded(0)))
