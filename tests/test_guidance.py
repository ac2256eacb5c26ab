"""What can be done to guidance, on denoisers that are known exactly."""

import math

import pytest
import torch

from explorer import ideal
from explorer.denoisers import (
    from_halves,
    from_network,
    guide,
    guided,
    halves,
    paired,
    to_x0,
    v_hat,
)
from explorer.guidance import rescale, rescaled, within
from explorer.samplers import ddim
from explorer.schedules import Level, levels, linear

LEVELS = [Level(math.cos(a), math.sin(a)) for a in (0.05, 0.4, 1.0, 1.5)]
SHAPE = (3, 2, 4, 4)


def normal(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


# a class, and everything
ONE, ALL = ideal.gaussian(normal(2, 4, 4, seed=9), 0.3), ideal.gaussian(-0.2, 0.9)


def both(x, level):
    return ALL(x, level), ONE(x, level)


def maximum(x: torch.Tensor) -> float:
    return x.abs().max().item()


class Toy:
    """A network that looks at its context, and counts the rows of each call."""

    def __init__(self) -> None:
        self.rows: list[int] = []

    def __call__(self, x, angle, context):
        self.rows.append(len(x))
        return x * context.mean((1, 2)).reshape(-1, 1, 1, 1) + angle.reshape(-1, 1, 1, 1).sin()


x = normal(*SHAPE)
PLAIN = guided(ONE, ALL, 4.0)


@pytest.mark.parametrize("level", [*LEVELS, Level(0.0, 1.0), Level(1.0, 0.0)])
def test_an_interval_of_all_levels_guides_everywhere_and_an_empty_one_nowhere(level):
    everywhere = within(PLAIN, ONE, 0.0, math.inf)(x, level)
    assert torch.equal(everywhere, (PLAIN if level.sigma else ONE)(x, level))
    assert torch.equal(within(PLAIN, ONE, 1.0, 1.0)(x, level), ONE(x, level))


def test_an_interval_is_open_below_closed_above_and_asks_one_side_only():
    def never(x, level):
        raise AssertionError("the other side must not be asked")

    low, _, high, _ = (level.ratio for level in LEVELS)
    one_of = within(PLAIN, never, low, high)
    for level in LEVELS[1:3]:
        assert torch.equal(one_of(x, level), PLAIN(x, level))
    for level in (LEVELS[0], LEVELS[3]):
        assert torch.equal(within(never, ONE, low, high)(x, level), ONE(x, level))


def test_each_row_is_guided_by_its_own_level():
    rows = Level(*torch.tensor([tuple(level) for level in LEVELS[:3]], dtype=torch.float64).T)
    mixed = within(PLAIN, ONE, LEVELS[0].ratio, LEVELS[1].ratio)(x, rows)
    for row, denoise in enumerate((ONE, PLAIN, ONE)):
        assert maximum(mixed[row] - denoise(x[row : row + 1], LEVELS[row])[0]) < 1e-14


def test_outside_its_interval_guidance_costs_no_second_half():
    net, context, null = Toy(), normal(3, 2, 5, seed=1), normal(3, 2, 5, seed=2)
    conditional = from_network(net, context=context)
    denoise = within(paired(net, context, null, 4.0), conditional, 0.3, 3.0)
    walk = levels(linear(), 8, "karras")
    list(ddim(denoise, x, walk))
    assert net.rows == [6 if 0.3 < level.ratio <= 3 else 3 for level in walk[:-1]]
    assert set(net.rows) == {3, 6}


@pytest.mark.parametrize("interval", [(2, 1), (-1, 1), (math.nan, 1), (0, math.nan)])
def test_an_interval_that_is_none_is_refused(interval):
    with pytest.raises(ValueError, match="low and high must satisfy 0 <= low <= high"):
        within(PLAIN, ONE, *interval)


@pytest.mark.parametrize("level", [*LEVELS, Level(0.0, 1.0)])
def test_phi_0_is_plain_guidance_and_phi_1_has_the_conditionals_spread_in_v(level):
    assert torch.equal(rescaled(both, 4.0, 0)(x, level), PLAIN(x, level))
    x0_hat = rescaled(both, 4.0, 1)(x, level)
    v, wanted = v_hat(x, x0_hat, level), v_hat(x, ONE(x, level), level)
    dims = (1, 2, 3)
    assert maximum(v.std(dims) - wanted.std(dims)) < 1e-12
    assert maximum(v.std(dims) - v_hat(x, PLAIN(x, level), level).std(dims)) > 0.01


@pytest.mark.parametrize("level", LEVELS)
def test_phi_mixes_linearly(level):
    none, half, full = (rescaled(both, 4.0, phi)(x, level) for phi in (0, 0.5, 1))
    assert maximum(half - (none + full) / 2) < 1e-12


def test_rescaling_keeps_what_has_no_spread_and_the_shape_of_what_has():
    flat = torch.full(SHAPE, 0.5, dtype=torch.float64)
    assert torch.equal(rescale(flat, x, 1), flat)
    assert maximum(rescale(3 * x, x, 1) - x) < 1e-14
    assert maximum(rescale(3 * x, x, 0.25) - 2.5 * x) < 1e-14


def test_rescaling_a_scale_of_1_changes_nothing():
    for level in LEVELS:
        assert maximum(rescaled(both, 1.0, 1)(x, level) - ONE(x, level)) < 1e-12


def test_rescaled_is_lin_et_al_written_out():
    level = LEVELS[2]
    v_pos, v_neg = v_hat(x, ONE(x, level), level), v_hat(x, ALL(x, level), level)
    v_cfg = v_neg + 4.0 * (v_pos - v_neg)
    rows = [row * pos.std() / row.std() for row, pos in zip(v_cfg, v_pos, strict=True)]
    wanted = to_x0(0.7 * torch.stack(rows) + 0.3 * v_cfg, x, level, "v")
    assert maximum(rescaled(both, 4.0, 0.7)(x, level) - wanted) < 1e-12


@pytest.mark.parametrize("phi", [-0.1, 1.1, math.nan, math.inf])
def test_phi_outside_0_to_1_is_refused(phi):
    with pytest.raises(ValueError, match="phi must be a number from 0 to 1"):
        rescaled(both, 2.0, phi)


def test_a_negative_prompt_equal_to_the_null_is_plain_guidance_and_else_pushes_away():
    net, context = Toy(), normal(3, 2, 5, seed=1)
    null, negative = normal(3, 2, 5, seed=2), normal(3, 2, 5, seed=3)
    level = LEVELS[1]
    plain = paired(net, context, null, 3.0)(x, level)
    assert torch.equal(from_halves(halves(net, context, null.clone()), 3.0)(x, level), plain)
    pushed = from_halves(halves(net, context, negative), 3.0)(x, level)
    away, towards = (from_network(net, context=c)(x, level) for c in (negative, context))
    assert maximum(pushed - (away + 3.0 * (towards - away))) < 1e-13
    assert maximum(pushed - plain) > 0.01
    assert maximum(from_halves(halves(net, context, context), 3.0)(x, level) - towards) < 1e-13


def test_everything_together_is_linear_in_scale_where_nothing_is_rescaled():
    level = LEVELS[1]
    at = {s: within(from_halves(both, s), ONE, 0, 9)(x, level) for s in (0.0, 1.0, 2.0, 6.0)}
    for scale, value in at.items():
        assert maximum(value - guide(at[0.0], at[1.0], scale)) < 1e-13
