"""Three parameterisations of one prediction, and guidance between two."""

import math

import pytest
import torch

from explorer.denoisers import (
    angles,
    eps_hat,
    from_network,
    guide,
    guided,
    paired,
    to_x0,
    v_hat,
)
from explorer.schedules import Level

LEVELS = [Level(math.cos(angle), math.sin(angle)) for angle in (0.6, 1.5, 0.01)]


def normal(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def maximum(x):
    return x.abs().max().item()


x, x0 = normal(2, 1, 3, 3), normal(2, 1, 3, 3, seed=1)

# --- parameterisations -------------------------------------------------------------------------


@pytest.mark.parametrize("level", LEVELS)
def test_all_three_targets_recover_the_x0_they_were_made_from(level):
    eps, v = eps_hat(x, x0, level), v_hat(x, x0, level)
    assert maximum(level.alpha * x0 + level.sigma * eps - x) < 1e-12
    assert maximum(level.alpha * eps - level.sigma * x0 - v) < 1e-12
    for prediction, predicts in ((x0, "x0"), (eps, "eps"), (v, "v")):
        assert maximum(to_x0(prediction, x, level, predicts) - x0) < 1e-12


def test_v_is_well_posed_at_both_ends():
    v = normal(2, 1, 3, 3, seed=2)
    assert torch.equal(to_x0(v, x, Level(0.0, 1.0), "v"), -v)  # from pure noise: all is prediction
    assert torch.equal(to_x0(v, x, Level(1.0, 0.0), "v"), x)  # from clean data: none is
    assert maximum(v_hat(x, x0, Level(0.0, 1.0)) + x0) < 1e-15


def test_eps_at_alpha_zero_raises_by_name_and_never_clamps():
    with pytest.raises(ValueError, match="alpha must not be 0: x0_hat cannot be recovered"):
        to_x0(x, x, Level(0.0, 1.0), "eps")
    one_row = Level(torch.tensor([0.6, 0.0]), torch.tensor([0.8, 1.0]))
    with pytest.raises(ValueError, match="alpha must not be 0"):
        to_x0(x, x, one_row, "eps")
    almost = Level(1e-12, 1.0)
    assert maximum(to_x0(eps_hat(x, x0, almost), x, almost, "eps") - x0) < 1e-3


@pytest.mark.parametrize("convert", [eps_hat, v_hat])
def test_noise_at_sigma_zero_raises_by_name(convert):
    with pytest.raises(ValueError, match="sigma must not be 0"):
        convert(x, x0, Level(1.0, 0.0))


def test_an_unknown_target_is_named():
    with pytest.raises(ValueError, match="predicts must be v, eps, x0 or velocity, got 'noise'"):
        to_x0(x, x, LEVELS[0], "noise")


# --- networks ----------------------------------------------------------------------------------


class Toy:
    """A network of one line that remembers how it was called."""

    def __init__(self):
        self.batches, self.angles = [], []

    def __call__(self, x, angle, context):
        self.batches.append(len(x))
        self.angles.append(angle)
        shift = 0 if context is None else context.mean((1, 2)).view(-1, 1, 1, 1)
        return torch.tanh(x) * angle.view(-1, 1, 1, 1) + shift


def test_a_network_is_told_one_angle_a_row_in_the_dtype_of_x():
    for dtype in (torch.float32, torch.float64):
        net = Toy()
        from_network(net)(x.to(dtype), Level(0.0, 1.0))
        assert net.angles[0].dtype == dtype
        assert net.angles[0].tolist() == pytest.approx([math.pi / 2] * 2, rel=1e-7)
    rows = Level(torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0]))
    assert angles(rows, x).tolist() == pytest.approx([0, math.pi / 2], rel=1e-7)


@pytest.mark.parametrize("predicts", ["v", "eps", "x0"])
def test_from_network_converts_what_the_network_predicts(predicts):
    context = normal(2, 4, 5, seed=3)
    net = Toy()
    for level in LEVELS:
        prediction = net(x, angles(level, x), context)
        expected = to_x0(prediction, x, level, predicts)
        assert torch.equal(from_network(net, predicts, context)(x, level), expected)


def test_rows_at_their_own_levels_are_denoised_as_if_alone():
    denoise = from_network(Toy())
    rows = Level(*torch.tensor([tuple(level) for level in LEVELS[:2]], dtype=torch.float64).T)
    together = denoise(x, rows)
    for row in range(2):
        alone = denoise(x[row : row + 1], LEVELS[row])
        assert maximum(together[row] - alone[0]) < 1e-15


# --- guidance ----------------------------------------------------------------------------------


def test_guidance_is_linear_in_scale_from_unconditional_to_conditional_and_beyond():
    reference, conditional = normal(2, 3), normal(2, 3, seed=1)
    assert torch.equal(guide(reference, conditional, 0.0), reference)
    assert maximum(guide(reference, conditional, 1.0) - conditional) < 1e-15
    at = {scale: guide(reference, conditional, scale) for scale in (-1.0, 0.0, 2.0, 7.5)}
    slope = conditional - reference
    for scale, value in at.items():
        assert maximum(value - reference - scale * slope) < 1e-14


def test_each_row_may_have_its_own_scale():
    reference, conditional = normal(3, 1, 2, 2), normal(3, 1, 2, 2, seed=1)
    rows = guide(reference, conditional, torch.tensor([0.0, 1.0, 4.0]))
    for row, scale in enumerate((0.0, 1.0, 4.0)):
        assert torch.equal(rows[row], guide(reference[row], conditional[row], scale))


@pytest.mark.parametrize("level", LEVELS)
def test_guiding_x0_guides_eps_and_v_alike(level):
    reference, conditional = x0, normal(2, 1, 3, 3, seed=2)
    mixed = guide(reference, conditional, 3.0)
    for convert in (eps_hat, v_hat):
        parts = (convert(x, prediction, level) for prediction in (reference, conditional))
        assert maximum(convert(x, mixed, level) - guide(*parts, 3.0)) < 1e-10


def never(x, level):
    raise AssertionError("the unconditional half must not run")


def test_scale_1_is_the_conditional_denoiser_itself():
    conditional = from_network(Toy())
    assert guided(conditional, never, 1) is conditional
    assert guided(conditional, never, 1.0) is conditional


def test_scale_0_is_the_unconditional_denoiser():
    unconditional = from_network(Toy())
    assert torch.equal(
        guided(lambda x, level: x, unconditional, 0.0)(x, LEVELS[0]), unconditional(x, LEVELS[0])
    )


@pytest.mark.parametrize("scale", [0.0, 3.0, torch.tensor([1.0, 5.0])])
@pytest.mark.parametrize("predicts", ["v", "x0"])
def test_paired_is_guided_in_one_batch_of_two(scale, predicts):
    context, null = normal(2, 4, 5, seed=3), normal(2, 4, 5, seed=4)
    rows = Level(*torch.tensor([tuple(level) for level in LEVELS[:2]], dtype=torch.float64).T)
    for level in (LEVELS[0], rows, Level(0.0, 1.0)):
        net = Toy()
        two_calls = guided(
            from_network(net, predicts, context), from_network(net, predicts, null), scale
        )
        expected = two_calls(x, level)
        assert net.batches == [2, 2]
        net.batches.clear()
        assert maximum(paired(net, context, null, scale, predicts)(x, level) - expected) < 1e-14
        assert net.batches == [4]


def test_paired_at_scale_1_runs_the_conditional_half_alone():
    net, context = Toy(), normal(2, 4, 5, seed=3)
    x0_hat = paired(net, context, torch.zeros_like(context), 1.0)(x, LEVELS[0])
    assert net.batches == [2]
    assert torch.equal(x0_hat, from_network(net, "v", context)(x, LEVELS[0]))


@pytest.mark.parametrize("scale", [math.nan, math.inf])
def test_a_scale_that_is_not_finite_is_refused(scale):
    with pytest.raises(ValueError, match="scale must be a finite number"):
        guided(never, never, scale)
    with pytest.raises(ValueError, match="scale must be a finite number"):
        paired(Toy(), x, x, scale)
