"""Training in the plane: what is predicted, what is weighted, what is drawn, what is repeated."""

import math
from itertools import pairwise

import pytest
import torch

from explorer import worlds
from explorer.convergence import level_at
from explorer.denoisers import eps_hat, from_network, on_line, target, to_x0, v_hat
from explorer.level import Level, straight
from explorer.samplers import SAMPLERS, euler
from explorer.training.objectives import generator
from explorer.training.plane_recipe import DRAWS, GAMMA, LEAST, MOST, WEIGHTS, Recipe, leverage
from explorer.training.plane_run import APART, BATCH, FLOOR, Run, states

PREDICTS = ("eps", "x0", "v", "velocity")
WORLD = worlds.gaussian()


def normal(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def weights_of(run: Run) -> list[torch.Tensor]:
    return [p.detach().clone() for p in run.net.parameters()]


def equal(a: list[torch.Tensor], b: list[torch.Tensor]) -> bool:
    return all(torch.equal(x, y) for x, y in zip(a, b, strict=True))


# --- predictions -------------------------------------------------------------------------------


@pytest.mark.parametrize("predicts", PREDICTS)
def test_the_target_of_x0_and_eps_gives_x0_back(predicts):
    x0, eps = normal(50, 2), normal(50, 2, seed=1)
    for level in (level_at(0.01), level_at(0.7), level_at(1.55), straight(level_at(1.2))):
        if predicts == "v" and abs(level.alpha + level.sigma - 1) < 1e-9:
            continue  # v is for variance preserving Levels
        x = level.alpha * x0 + level.sigma * eps
        said = target(x0, eps, level, predicts)
        assert (to_x0(said, x, level, predicts) - x0).abs().max() < 1e-12


@pytest.mark.parametrize(
    "norm", [lambda level: level, straight, lambda s: Level(3 * s.alpha, 3 * s.sigma)]
)
def test_the_exact_velocity_of_a_gaussian_gives_its_exact_x0(norm):
    """E[eps - x_0 | x_t] in closed form, at Levels of any norm, pure noise among them."""
    mean, std = WORLD.means[0], WORLD.stds[0]
    for angle in (0.05, 0.8, 1.5, None):
        level = norm(Level(0.0, 1.0) if angle is None else level_at(angle))
        alpha, sigma = level
        x = normal(40, 2)
        residual = (x - alpha * mean) / (alpha**2 * std**2 + sigma**2)
        velocity = sigma * residual - (mean + alpha * std**2 * residual)  # E[eps|x] - E[x_0|x]
        x0_hat = WORLD.denoiser()(x, level)
        assert (to_x0(velocity, x, level, "velocity") - x0_hat).abs().max() < 1e-12


def test_velocity_is_that_of_the_straight_line_and_eulers_step_follows_it():
    """On x_t = (1 - t) x_0 + t eps Euler's sampler is x + (s - t) u, and all the others run."""
    walk = [Level(1 - t, t) for t in (1.0, 0.75, 0.5, 0.25, 0.0)]
    denoise, x = WORLD.denoiser(), normal(30, 2)
    for step, (t, s) in zip(euler(denoise, x, walk), pairwise(walk), strict=False):
        u = eps_hat(x, step.x0_hat, t) - step.x0_hat
        x = x + (s.sigma - t.sigma) * u
        assert (step.x0_hat - denoise(step.x, t)).abs().max() == 0
    assert (list(euler(denoise, normal(30, 2), walk))[-1].x - x).abs().max() < 1e-12
    for name, sample in SAMPLERS.items():
        *_, last = sample(denoise, normal(30, 2), walk, rng=torch.Generator().manual_seed(0))
        assert last.x.isfinite().all(), name


def test_ddim_on_the_line_is_ddim_on_the_circle_at_the_same_angles():
    circle = [level_at(a) for a in (1.5, 1.0, 0.5)] + [Level(1.0, 0.0)]
    line = [straight(level) for level in circle]
    x, denoise = normal(30, 2), WORLD.denoiser()
    scale = line[0].sigma / circle[0].sigma
    ends = [
        list(euler(denoise, start, walk))[-1].x for start, walk in ((x, circle), (x * scale, line))
    ]
    assert (ends[0] - ends[1]).abs().max() < 1e-12


def test_a_denoiser_of_the_line_can_be_asked_anywhere():
    def net(x, angle, context):
        return torch.tanh(x) * angle[:, None]

    native = from_network(net, "velocity")
    x, level = normal(9, 2), level_at(0.9)
    norm = level.alpha + level.sigma
    assert torch.equal(on_line(native)(x, level), native(x / norm, straight(level)))
    rows = Level(*(torch.full((9,), v, dtype=torch.float64) for v in level))
    assert (on_line(native)(x, rows) - on_line(native)(x, level)).abs().max() < 1e-12


# --- weights -----------------------------------------------------------------------------------


@pytest.mark.parametrize("predicts", PREDICTS)
def test_leverage_turns_an_error_of_the_prediction_into_that_of_x0(predicts):
    recipe = Recipe(predicts=predicts)
    xt, level, x0, eps = states(WORLD, recipe, 200, torch.Generator().manual_seed(0))
    wrong = target(x0, eps, level, predicts) + 0.1 * normal(200, 2, seed=3)
    found = (to_x0(wrong, xt, level, predicts) - x0).square()
    expected = (
        leverage(level, predicts)[:, None] * (wrong - target(x0, eps, level, predicts)).square()
    )
    assert ((found - expected).abs() / (1 + expected)).max() < 1e-9


@pytest.mark.parametrize("weights", ["eps", "x0", "v", "min_snr"])
def test_one_mistake_costs_the_same_however_it_is_named(weights):
    """The weighted loss of eps, x_0, v and velocity of the same x0_hat is one number."""
    losses = {}
    for predicts in PREDICTS:
        recipe = Recipe(predicts=predicts, weights=weights)
        sigma = torch.linspace(0.1, 0.99, 50, dtype=torch.float64)
        level = Level((1 - sigma**2).sqrt(), sigma)
        level = straight(level) if recipe.on_line else level
        alpha, sigma = level.expand_to(normal(50, 2))
        x0, eps, x0_hat = normal(50, 2), normal(50, 2, seed=1), normal(50, 2, seed=2)
        eps_wrong = (alpha * x0 + sigma * eps - alpha * x0_hat) / sigma
        error = target(x0, eps, level, predicts) - target(x0_hat, eps_wrong, level, predicts)
        losses[predicts] = (recipe.weight(level)[:, None] * error.square()).mean().item()
    assert max(losses.values()) - min(losses.values()) < 1e-6 * max(losses.values())


def test_plain_is_the_weighting_named_after_the_prediction():
    sigma = torch.tensor([0.1, 0.6, 0.9], dtype=torch.float64)
    level = Level((1 - sigma**2).sqrt(), sigma)
    for predicts in ("eps", "x0", "v"):
        named = Recipe(predicts=predicts, weights=predicts).weight(level)
        assert (named - Recipe(predicts=predicts).weight(level)).abs().max() < 1e-12


def test_min_snr_is_the_papers():
    """Hang et al. 2023: min(SNR, 5) on x_0, over SNR on eps, over SNR + 1 on v."""
    sigma = torch.tensor([0.05, 0.4, 0.5, 0.95], dtype=torch.float64)
    level = Level((1 - sigma**2).sqrt(), sigma)
    least = torch.minimum(level.snr, torch.tensor(5.0))
    assert GAMMA == 5 and (least == 5).any() and (least < 5).any()
    for predicts, divisor in (("x0", 1), ("eps", level.snr), ("v", level.snr + 1)):
        found = Recipe(predicts=predicts, weights="min_snr").weight(level)
        assert (found - least / divisor).abs().max() < 1e-12


# --- levels ------------------------------------------------------------------------------------


@pytest.mark.parametrize("predicts", PREDICTS)
@pytest.mark.parametrize("levels", DRAWS)
def test_levels_are_drawn_where_training_is_well_posed(levels, predicts):
    recipe = Recipe(predicts=predicts, levels=levels)
    level = recipe.draw(4000, torch.Generator().manual_seed(0))
    most = MOST if predicts == "eps" else math.inf
    assert (level.ratio >= LEAST * (1 - 1e-3)).all() and (level.ratio <= most * (1 + 1e-3)).all()
    norm = level.alpha + level.sigma if recipe.on_line else level.alpha**2 + level.sigma**2
    assert (norm - 1).abs().max() < 1e-12
    assert recipe.weight(level).isfinite().all()
    walk = recipe.walk(7)
    assert len(walk) == 8 and walk[-1] == Level(1.0, 0.0) and walk[0].ratio <= most
    assert all(t.ratio > s.ratio for t, s in pairwise(walk))


def test_each_draw_is_uniform_in_what_it_is_named_after():
    rng = torch.Generator().manual_seed(0)
    angle = Recipe(levels="angle").draw(4000, rng).angle
    assert (angle.sort().values - torch.linspace(0, math.pi / 2, 4000)).abs().max() < 0.02
    t = Recipe(predicts="velocity", levels="straight").draw(4000, rng).sigma
    assert (t.sort().values - torch.linspace(0, 1, 4000)).abs().max() < 0.02
    assert Recipe().walk(4)[0] == Level(0.0, 1.0)
    assert Recipe(predicts="velocity", levels="straight").walk(4)[1] == Level(0.25, 0.75)


@pytest.mark.parametrize(
    "field, value",
    [("predicts", "noise"), ("levels", "sine"), ("weights", "snr"), ("width", 0), ("steps", 0)],
)
def test_a_recipe_refuses_by_name(field, value):
    with pytest.raises(ValueError, match=field):
        Recipe(**{field: value})


# --- runs --------------------------------------------------------------------------------------


def test_a_run_in_two_parts_is_one_without_a_break_and_the_global_state_is_left_alone():
    before = torch.get_rng_state()
    recipe = Recipe(predicts="velocity", weights="min_snr", steps=40, width=16)
    whole, parts = Run(worlds.two(), recipe), Run(worlds.two(), recipe)
    losses = whole.advance(40)
    assert parts.advance(13) == losses[:13]
    parts.error(), parts.floor, list(euler(parts.native(), normal(4, 2), recipe.walk(3)))
    assert parts.advance(1000) == losses[13:] and parts.left == 0 and parts.step == 40
    assert equal(weights_of(whole), weights_of(parts))
    other = Run(worlds.two(), Recipe(steps=40, width=16, seed=1))
    assert not equal(weights_of(Run(worlds.two(), Recipe(width=16))), weights_of(other))
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("predicts", PREDICTS)
def test_a_short_run_lowers_the_loss_and_comes_nearer_to_the_exact_denoiser(predicts):
    run = Run(worlds.two(), Recipe(predicts=predicts, steps=150, width=32))
    start, losses = run.error(), run.advance(150)
    assert sum(losses[-20:]) < 0.9 * sum(losses[:20])
    assert run.error() < 0.5 * start
    assert sum(losses[-20:]) / 20 > 0.9 * run.floor  # the exact denoiser's, less by chance only


@pytest.mark.parametrize("predicts", PREDICTS)
@pytest.mark.parametrize("weights", WEIGHTS)
def test_the_floor_is_the_loss_of_the_exact_prediction(predicts, weights):
    """The exact denoiser, asked as a network would be, has the loss that floor tells."""
    run = Run(WORLD, Recipe(predicts=predicts, weights=weights, steps=1, width=8))
    xt, level, x0, eps = states(WORLD, run.recipe, FLOOR, generator(0, 0, stream=APART))
    x0_hat = WORLD.denoiser()(xt, level)
    said = {"x0": x0_hat, "eps": eps_hat(xt, x0_hat, level)}
    said["velocity"] = said["eps"] - x0_hat
    if predicts == "v":
        said["v"] = v_hat(xt, x0_hat, level)
    error = said[predicts] - target(x0, eps, level, predicts)
    loss = (run.recipe.weight(level)[:, None] * error.square()).mean().item()
    assert loss == pytest.approx(run.floor, rel=1e-6)


def test_a_gaussians_floor_is_known():
    """x_0 of a Gaussian: the variance that is left is s² σ² / (α² s² + σ²)."""
    run = Run(WORLD, Recipe(predicts="x0", steps=1, width=8))
    level = run.recipe.draw(BATCH * 40, torch.Generator().manual_seed(5))
    s = WORLD.stds[0]
    left = s**2 * level.sigma**2 / (level.alpha**2 * s**2 + level.sigma**2)
    assert run.floor == pytest.approx(left.mean().item(), rel=0.05)


def test_a_networks_denoiser_takes_levels_of_the_circle_whatever_it_learnt():
    cells, level = normal(20, 2), level_at(0.8)
    for predicts in PREDICTS:
        run = Run(worlds.two(), Recipe(predicts=predicts, levels="straight", steps=200, width=32))
        run.advance(200)
        away = run.denoiser()(cells, level) - worlds.two().denoiser()(cells, level)
        assert away.norm(dim=1).median() < 0.2
        assert not run.denoiser()(cells, level).requires_grad
