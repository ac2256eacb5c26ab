"""Lesson 8: conditioning, cross-attention and guidance."""

import math

import torch

from explorer import guidance, ideal
from explorer.course.checks import Wrong, exercise
from explorer.course.exercises.answers import EXACT, called, close, filled, normal, number, pair
from explorer.denoisers import guided
from explorer.schedules import Level, levels, linear

CLASS, ALL = ideal.gaussian(0.7, 0.4), ideal.gaussian(0.0, 1.0)


@exercise("08.a")
def in_interval(answer) -> None:
    """A Denoiser that is guided at some noise levels only."""
    x, low, high, scale = normal(6, 2), 0.5, 2.0, 4.0
    asked = []

    def reference(x, level):
        asked.append(level)
        return ALL(x, level)

    denoise = filled(answer, CLASS, reference, scale, low, high)
    for ratio in (0.2, 0.5, 1.0, 2.0, 9.0):
        level = Level(1 / math.hypot(1, ratio), ratio / math.hypot(1, ratio))
        inside = low < level.ratio <= high
        found = called(denoise, x, level, shape=x.shape)
        told, wanted = CLASS(x, level), guided(CLASS, ALL, scale)(x, level)
        if inside and not close(found, wanted, EXACT):
            if close(found, told + scale * (told - ALL(x, level)), EXACT):
                raise Wrong(
                    "inside the interval you start from the conditional prediction. Guidance "
                    "starts from the reference and goes scale times the difference."
                )
            if close(found, told, EXACT):
                raise Wrong("inside the interval it is still the conditional prediction.")
            raise Wrong(f"inside the interval, at a ratio of {ratio}, it is not guidance.")
        if not inside and not close(found, told, EXACT):
            raise Wrong(
                f"at a ratio of {ratio}, outside the interval from {low} to {high}, the plain "
                "conditional prediction should come back: a scale of 1 there, not 0."
            )
        if not inside and asked and asked[-1] == level:
            raise Wrong("outside the interval the reference is asked in vain, which costs.")


@exercise("08.b")
def rescale(answer) -> None:
    """Lin et al. 2023, eqs. 15 and 16."""
    channels = torch.tensor([[1.0, 0.4], [2.0, 1.0], [0.5, 3.0]]).view(3, 2, 1, 1)
    conditional = normal(3, 2, 5, 5) * channels + 0.4
    mixed = 3 * normal(3, 2, 5, 5, seed=9) - 0.2
    found = {
        phi: called(answer, mixed, conditional, phi, shape=mixed.shape) for phi in (0.0, 0.3, 1.0)
    }
    if not close(found[0.0], mixed, EXACT):
        if close(found[1.0], mixed, EXACT):
            raise Wrong("phi is the share of the rescaled prediction, and you have it reversed.")
        raise Wrong("at phi = 0 nothing should change.")
    wanted = guidance.rescale(mixed, conditional, 1.0)
    if close(found[1.0], mixed * conditional.std() / mixed.std(), EXACT):
        raise Wrong("your deviations are over the whole batch; each picture needs its own.")
    by_channel = conditional.std((2, 3), keepdim=True) / mixed.std((2, 3), keepdim=True)
    if close(found[1.0], mixed * by_channel, EXACT):
        raise Wrong("each channel has a factor of its own; it is one for all values of a picture.")
    if close(found[1.0], mixed * (mixed / wanted), EXACT):
        raise Wrong("the ratio of the deviations is upside down.")
    spread, aim = found[1.0].std((1, 2, 3)), conditional.std((1, 2, 3))
    if not close(spread, aim, EXACT):
        raise Wrong(
            f"at phi = 1 the first picture has a deviation of {spread[0]:.2f}, and its conditional "
            f"prediction one of {aim[0]:.2f}: they should agree."
        )
    if not close(found[1.0], wanted, EXACT):
        raise Wrong("the deviation is right, but something else than a factor was changed.")
    if not close(found[0.3], guidance.rescale(mixed, conditional, 0.3), EXACT):
        raise Wrong("phi should mix the two predictions in proportion.")


@exercise("08.1")
def scale_of_w(answer) -> None:
    """w = 0.5 as a scale."""
    found = number(answer)
    if found == 0.5:
        raise Wrong("that is w itself. Put it in: which factor do the two predictions get?")
    if found == -0.5:
        raise Wrong("the sign of w is turned round: its formula adds to the conditional one.")
    if found != 1.5:
        raise Wrong(
            f"with scale {found:g} the conditional prediction gets the factor {found:g}, and in "
            "the paper's formula it is 1 + w."
        )


@exercise("08.2")
def evaluations(answer) -> None:
    """Network evaluations of guidance in an interval."""
    found = number(answer)
    asked = levels(linear(), 20, "karras")[:-1]
    inside = sum(0.5 < level.ratio <= 4 for level in asked)
    if found == 2 * len(asked):
        raise Wrong("that is guidance at every step: outside the interval one half is not asked.")
    if found == len(asked):
        raise Wrong("that is the NFE. A guided step asks the network twice.")
    if found in (inside, 2 * inside):
        raise Wrong("outside the interval the conditional half is still asked.")
    if found == len(asked) + 1 + inside:
        raise Wrong("20 steps have 21 Levels, but at the last one nothing is asked.")
    if found != len(asked) + inside:
        raise Wrong("count one evaluation a step, and one more where its Level is inside.")


@exercise("08.3")
def attention(answer) -> None:
    """softmax(q kᵀ / sqrt d) with padding."""
    q, k = 2 * normal(5, 16), normal(4, 16, seed=3)
    absent = torch.tensor([False, False, True, False])
    found = called(answer, q, k, absent, shape=(5, 4))
    scores = (q @ k.T / 4).masked_fill(absent, -torch.inf)
    if close(found, scores.softmax(-1), EXACT):
        return
    if close(found, (q @ k.T).masked_fill(absent, -torch.inf).softmax(-1), EXACT):
        raise Wrong("the products are not divided by the square root of d.")
    if close(found, (4 * scores / 16).softmax(-1), EXACT):
        raise Wrong("you divide by d, and it is its square root.")
    if found[:, 2].abs().max() > 0:
        raise Wrong("padding is looked at: its share should be exactly 0.")
    if not close(found.sum(-1), torch.ones(5, dtype=torch.float64), EXACT):
        worst = found.sum(-1).min().item()
        raise Wrong(
            f"the shares of a place should sum to one, and one row sums to {worst:.2f}: padding "
            "must be out before the softmax, over the keys."
        )
    raise Wrong("these are shares, but not the softmax of q kᵀ / √d over the keys.")


@exercise("08.4")
def tilted_normal(answer) -> None:
    """The product of powers of two normal densities."""
    for mean, std, scale in ((0.8, 0.5, 1.0), (0.8, 0.5, 4.0), (-0.3, 0.9, 2.0), (1.0, 1.0, 3.0)):
        precision = scale / std**2 + (1 - scale)
        right = scale * mean / std**2 / precision, precision**-0.5
        found = pair(answer, mean, std, scale, names="the mean and the standard deviation")
        fits = [math.isclose(a, b, rel_tol=1e-6) for a, b in zip(found, right, strict=True)]
        if all(fits):
            continue
        if scale == 1:
            raise Wrong("at scale 1 the tilted density is p(x|c) itself, and yours is not.")
        if math.isclose(found[1], 1 / precision, rel_tol=1e-6):
            raise Wrong("the second number is 1 / precision, the variance: take its root.")
        if math.isclose(found[0], scale * mean, rel_tol=1e-6) and std < 1:
            raise Wrong("the mean is not scale times the mean: weigh it with the precisions.")
        which = "mean" if not fits[0] else "standard deviation"
        raise Wrong(
            f"the {which} is off for mean {mean}, std {std} and scale {scale:g}. In the exponent, "
            "p(x|c) counts scale times and p(x) counts 1 − scale times."
        )
