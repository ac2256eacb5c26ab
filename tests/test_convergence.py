"""Orders of convergence on worlds whose answer is known, and what stochastic samplers end in."""

import math

import pytest
import torch

from explorer import convergence, worlds
from explorer.convergence import (
    carried,
    converged,
    distances,
    end,
    errors,
    grids,
    level_at,
    median_error,
)
from explorer.metrics import convergence_order, sliced_wasserstein
from explorer.samplers import SAMPLERS, evaluations
from explorer.schedules import SCHEDULES, karras, levels, linear, zero_snr
from explorer.worlds import WORLDS

ORDERS = {"ddim": 1, "euler": 1, "heun": 2, "dpmpp_2m": 2}


def normal(n: int, seed: int = 0) -> torch.Tensor:
    rng = torch.Generator().manual_seed(seed)
    return torch.randn(n, 2, generator=rng, dtype=torch.float64)


def start():
    return levels(karras(), 1, "trailing")[0]


def test_the_reference_is_the_closed_form_of_a_gaussian():
    """The flow of N(m, s²) keeps the standard score: x_0 = m + s (x_t - alpha m) / sqrt(...)."""
    world, x, t = WORLDS["gaussian"](), normal(100), start()
    mean, std = world.means[0], world.stds[0].item()
    exact = mean + std / math.hypot(t.alpha * std, t.sigma) * (x - t.alpha * mean)
    assert (converged(world.denoiser(), x, t) - exact).abs().max() < 1e-7


@pytest.mark.parametrize("name", WORLDS)
def test_the_reference_no_longer_moves_with_its_steps(name):
    denoise, x = WORLDS[name]().denoiser(), normal(100)
    few, many = (converged(denoise, x, start(), n) for n in (200, 800))
    assert median_error(few, many) < 2e-6  # a hundredth of the smallest error measured against it


@pytest.mark.parametrize("name", ORDERS)
@pytest.mark.parametrize("world", WORLDS)
def test_each_solver_has_the_order_of_its_theory_in_every_world(world, name):
    denoise, x, found = WORLDS[world]().denoiser(), normal(128), []
    answer = carried(denoise, x, 1.45, 0.1, 600)
    for n in (128, 256, 512):
        walk = [level_at(a) for a in torch.linspace(1.45, 0.1, n + 1, dtype=torch.float64).tolist()]
        found.append((n, median_error(end(name, denoise, x, walk), answer)))
    assert convergence_order(*zip(*found, strict=True)) == pytest.approx(ORDERS[name], abs=0.1)


def test_a_long_last_step_breaks_the_order():
    """What the chapter says of trailing steps on the linear schedule: the last one rules."""
    denoise, x, schedule = WORLDS["ring"]().denoiser(), normal(128), linear()
    answer = converged(denoise, x, levels(schedule, 1, "trailing")[0], 400)
    found = errors("heun", denoise, x, grids("heun", schedule, "trailing", (32, 64, 128)), answer)
    assert convergence_order(*zip(*found, strict=True)) < 1.5


@pytest.mark.parametrize("name", SAMPLERS)
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_grid_costs_what_it_says_and_no_more_than_its_budget(name, schedule):
    for budget, (nfe, walk) in zip(
        (4, 9, 20), grids(name, SCHEDULES[schedule](), "trailing", (4, 9, 20)), strict=True
    ):
        steps = len(walk) - 1
        assert nfe == evaluations(name, steps, from_zero_snr=walk[0].alpha == 0) <= budget
        asked = [0]

        def counting(x, level, asked=asked):
            asked[0] += 1
            return x * 0

        end(name, counting, normal(2), walk, torch.Generator().manual_seed(0))
        assert asked[0] == nfe


def test_budgets_that_pay_for_the_same_run_give_it_once():
    assert [nfe for nfe, _ in grids("heun", karras(), "karras", (7, 8, 9))] == [7, 9]


@pytest.mark.parametrize("name", ["ddpm", "euler_ancestral"])
def test_stochastic_samplers_approach_the_data_down_to_the_floor(name):
    world, x, n = WORLDS["two"](), normal(4000), 4000
    data = [world.sample(n, torch.Generator().manual_seed(k)) for k in (1, 2)]
    floor = sliced_wasserstein(*data)
    walks = grids(name, karras(), "karras", (4, 64))
    (_, few), (_, many) = distances(name, world.denoiser(), x, walks, data[0], seed=3)
    assert many < 0.1 * few or many < 2.5 * floor
    assert few > 4 * floor


def test_the_ode_and_the_sde_fill_the_data_alike():
    world, n = WORLDS["classes"](), 4000
    walk, data = levels(karras(), 200, "karras"), world.sample(n, torch.Generator().manual_seed(1))
    floor = sliced_wasserstein(data, world.sample(n, torch.Generator().manual_seed(2)))
    for name in ("ddim", "ddpm"):
        ends = end(name, world.denoiser(), normal(n, 5), walk, torch.Generator().manual_seed(4))
        assert sliced_wasserstein(ends, data) < 2.5 * floor


def test_few_rows_in_the_wrong_mode_do_not_move_the_median():
    answer = torch.zeros(101, 2)
    moved = answer.clone()
    moved[:, 0] = 0.01
    moved[:20] = 5
    assert median_error(moved, answer) == pytest.approx(0.01)


def test_levels_from_angles_are_variance_preserving_and_converged_starts_at_pure_noise():
    level = level_at(0.4)
    assert level.alpha**2 + level.sigma**2 == pytest.approx(1, abs=1e-15)
    pure = zero_snr(linear())
    world = WORLDS["gaussian"]()
    x = normal(20)
    exact = world.means[0] + world.stds[0] * x
    assert (converged(world.denoiser(), x, pure(1000)) - exact).abs().max() < 1e-7


def test_a_network_learns_the_plane(tmp_path):
    from explorer.models import zoo
    from explorer.training import planar

    world = worlds.gaussian()
    told = []
    net = planar.fit(world, steps=300, tell=told.append)
    assert told == list(range(1, 301))
    assert planar.model_error(net, world, 200) < 0.1
    assert planar.model_error(planar.fit(world, steps=1), world, 200) > 0.2
    path = zoo.save(tmp_path / "p.safetensors", net, kind="planar", config=net.cfg)
    again = zoo.load(path)
    x, angle = torch.randn(5, 2), torch.rand(5)
    assert (again(x, angle) - net(x, angle)).abs().max() < 0.02  # fp16 weights


@pytest.mark.parametrize("name", WORLDS)
def test_the_shipped_networks_know_their_worlds(name):
    from explorer.models import zoo
    from explorer.training import planar

    assert planar.model_error(zoo.load(planar.name_of(name)), WORLDS[name](), 300) < 0.04
    assert convergence.LAST_ANGLE < 1e-3


@pytest.mark.parametrize("schedule", [linear(), zero_snr(linear())], ids=["linear", "zero SNR"])
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_one_step_more_than_the_longest_run_would_cost_more_than_the_budget(sampler, schedule):
    for budget in (1, 2, 3, 4, 5, 6, 8, 9, 20):
        walk = convergence.longest(sampler, schedule, "trailing", budget)
        n, zero = len(walk) - 1, schedule.alpha[-1] == 0
        assert evaluations(sampler, n, from_zero_snr=zero) <= budget
        assert evaluations(sampler, n + 1, from_zero_snr=zero) > budget
