"""Lesson 9: latent diffusion."""

import math

import torch
from torch.distributions import Normal, kl_divergence

from explorer import ideal
from explorer.course.checks import Wrong, exercise
from explorer.course.exercises.answers import EXACT, called, close, filled, normal, number, pair
from explorer.schedules import Level

DECIBELS = 40.59  # of the autoencoder's card


@exercise("09.a")
def weights(answer) -> None:
    """Weights that mix two independent noises into one of unit variance."""
    found = {s: pair(answer, s, names="a and b") for s in (0.0, 0.25, 0.5, 0.75, 1.0)}
    for s, (a, b) in found.items():
        variance = a * a + b * b
        if math.isclose(variance, 1, abs_tol=1e-6):
            continue
        if math.isclose(a + b, 1, abs_tol=1e-6):
            raise Wrong(
                f"a plain mean: at s = {s} its variance is {variance:.2f}. Divide both weights by "
                "the standard deviation of the mixture."
            )
        raise Wrong(f"at s = {s} the squares of your weights sum to {variance:.2f}, not to 1.")
    first, last = found[0.0], found[1.0]
    if not math.isclose(first[0], 1, abs_tol=1e-6):
        raise Wrong(
            f"at s = 0 only the first noise should count, and its weight is {first[0]:.2f}."
        )
    if not math.isclose(last[1], 1, abs_tol=1e-6):
        raise Wrong(f"at s = 1 only the second noise should count; its weight is {last[1]:.2f}.")
    if not math.isclose(*found[0.5], abs_tol=1e-6):
        raise Wrong("halfway, both noises should weigh the same.")
    if min(min(pair) for pair in found.values()) < -1e-6:
        raise Wrong("a weight is below 0: between the ends both should be positive.")


@exercise("09.b")
def keep(answer) -> None:
    """A Denoiser that knows a part of the clean latent."""
    known, x, level = normal(1, 2, 4, 4), normal(3, 2, 4, 4, seed=1), Level(0.6, 0.8)
    mask = torch.zeros(1, 1, 4, 4, dtype=torch.bool)
    mask[..., :2] = True
    inner = ideal.gaussian(0.3, 0.7)
    try:
        made = filled(answer, inner, known, mask)
    except TypeError:
        raise Wrong("a Denoiser should come back: define a function of x and level.") from None
    if not callable(made):
        raise Wrong("a Denoiser should come back: a function of x and level.")
    found = called(made, x, level, shape=x.shape)
    said = inner(x, level)
    if close(found, torch.where(mask, said, known), EXACT):
        raise Wrong("the mask is the wrong way round: True is where the latent is known.")
    if close(found, torch.where(mask, known, x), EXACT):
        raise Wrong("where nothing is known, you return the noisy state; ask `denoise` there.")
    if close(found, torch.where(mask, level.alpha * known, said), EXACT):
        raise Wrong("a Denoiser speaks of the clean latent: known needs no alpha.")
    inside = mask.expand_as(x)
    if not close(found[inside], known.expand_as(x)[inside], EXACT):
        raise Wrong("where the mask is True the answer should be the known latent itself.")
    if not close(found, torch.where(mask, known, said), EXACT):
        raise Wrong("where the mask is False the answer should be what `denoise` says.")


@exercise("09.1")
def typical_error(answer) -> None:
    """A PSNR as a root mean square error in greys."""
    found, right = number(answer), 255 * 10 ** (-DECIBELS / 20)
    if math.isclose(found, right, rel_tol=0.02):
        return
    if math.isclose(found, 255 * 10 ** (-DECIBELS / 10), rel_tol=0.02):
        raise Wrong("10 to the power −PSNR/10 is the ratio of squares: a root is missing.")
    if math.isclose(found, right**2, rel_tol=0.04):
        raise Wrong("that is the mean squared error; the root of it is asked.")
    if math.isclose(found, right / 255, rel_tol=0.02):
        raise Wrong("that is the error of pictures from 0 to 1; put in the range of 255.")
    if math.isclose(found, right / 127.5, rel_tol=0.02):
        raise Wrong("that is the error of pictures from −1 to 1; put in the range of 255.")
    if math.isclose(found, 2 * right, rel_tol=0.02):
        raise Wrong("the range is counted twice: PSNR takes 255² here, not 2² times that.")
    raise Wrong("solve PSNR = 10 log10(255² / MSE) for the root of MSE.")


@exercise("09.2")
def attention_grows(answer) -> None:
    """Products of queries and keys among 64² and 16² places."""
    found = number(answer)
    if found == 4:
        raise Wrong("that is the ratio of the sides. How many places are there?")
    if found == 16:
        raise Wrong("that is the ratio of the places; each of them asks every other.")
    if found in (1 / 256, 1 / 16):
        raise Wrong("it is the other way round: how many times more, not less.")
    if found != (64 / 16) ** 4:
        raise Wrong("count the pairs of places in each picture, then divide.")


@exercise("09.3")
def calibrated(answer) -> None:
    """Shift and scale a channel."""
    spread = torch.tensor([0.5, 2.0, 4.0], dtype=torch.float64).view(1, 3, 1, 1)
    z = spread * normal(20, 3, 5, 5) + torch.tensor([1.0, -2.0, 0.5]).view(1, 3, 1, 1)
    found = filled(answer, z)
    if not isinstance(found, tuple | list) or len(found) != 2:
        raise Wrong("two things should come back, in a tuple: shift and scale.")
    shift, scale = found
    for name, value in (("shift", shift), ("scale", scale)):
        if getattr(value, "shape", None) in ((), (1,)):
            raise Wrong(f"your {name} is one number for all channels; each needs its own.")
        if tuple(getattr(value, "shape", ())) != (3, 1, 1):
            given = tuple(getattr(value, "shape", ())) or type(value).__name__
            raise Wrong(f"your {name} should have the shape (3, 1, 1), and it is {given}.")
    dims, one = (0, 2, 3), torch.ones(3, dtype=torch.float64)
    if close(scale.flatten(), z.var(dims), 0.05):
        raise Wrong("your scale is the variance: its root is the standard deviation.")
    after = (z - shift) / scale
    if not close(after.mean(dims), 0 * one, EXACT):
        worst = after.mean(dims).abs().max()
        raise Wrong(f"after it, the mean of a channel is {worst:.2f} instead of 0.")
    if not close(after.std(dims), one, 1e-2):
        worst = after.std(dims)[0]
        raise Wrong(f"after it, the first channel's standard deviation is {worst:.2f}, not 1.")


@exercise("09.4")
def divergence(answer) -> None:
    """KL of one normal distribution from another."""
    m1, m2 = normal(6), normal(6, seed=1)
    s1, s2 = normal(6, seed=2).exp(), normal(6, seed=3).exp()
    found = called(answer, m1, s1, m2, s2, shape=(6,))
    right = kl_divergence(Normal(m1, s1), Normal(m2, s2))
    if close(found, right, EXACT):
        return
    if close(found, kl_divergence(Normal(m2, s2), Normal(m1, s1)), EXACT):
        raise Wrong("that is the divergence of the second from the first: it is not symmetric.")
    if close(found, right / math.log(2), EXACT):
        raise Wrong("that is in bits; nats take the natural logarithm.")
    if close(found, kl_divergence(Normal(m1, s1**0.5), Normal(m2, s2**0.5)), EXACT):
        raise Wrong("you take s for the variance; it is the standard deviation: square it.")
    itself = called(answer, m1, s1, m1, s1, shape=(6,))
    if not close(itself, 0 * right, EXACT):
        raise Wrong(
            f"of a distribution from itself it is {itself[0]:.2f} by your formula, and must be 0."
        )
    if (found < 0).any():
        raise Wrong("a divergence is never below 0, and yours is somewhere.")
    raise Wrong(
        "it is 0 where both are the same, as it must be, and off elsewhere. Take the mean of "
        "(z − m2)² under the first one: s1² and one more term."
    )
