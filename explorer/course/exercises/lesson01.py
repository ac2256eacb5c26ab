"""What lesson 1 asks: noise, bits and the best observer."""

import math

import torch

from explorer import ideal
from explorer.course.checks import Wrong, exercise
from explorer.course.exercises.answers import EXACT, TYPED, called, close, filled, normal, number
from explorer.data import gallery
from explorer.schedules import Level


@exercise("01.a")
def bits_told(answer) -> None:
    """A function (shares (B, K)) -> bits."""
    certain = torch.eye(4, dtype=torch.float64)
    found = number(filled(answer, certain))
    if close(found, math.log2(20), EXACT):
        raise Wrong("there are not always twenty pictures: K is the number of columns of shares.")
    if close(found, math.log(4), EXACT):
        raise Wrong("that is log K in nats; bits take the logarithm to base 2.")
    if abs(found - 2) > 1e-6:
        raise Wrong(
            f"with four pictures and no doubt left you say {found:.3g} bits, and four equal "
            "chances have 2."
        )
    told = number(answer(torch.full((5, 4), 0.25, dtype=torch.float64)))
    if close(told, 2 - math.log(4), EXACT):
        raise Wrong("your entropy is in nats: xlogy takes the natural logarithm; divide by ln 2.")
    if abs(told) > 1e-6:
        raise Wrong(
            f"where all four stay equally likely x_t has told nothing, but you say {told:.3g} "
            "bits. The entropy has a minus sign, and it is summed over the pictures of a row."
        )
    mixed = torch.tensor([[0.5, 0.5, 0, 0], [1, 0, 0, 0]], dtype=torch.float64)
    if abs(number(answer(mixed)) - 1.5) > 1e-6:
        raise Wrong(
            f"one row told 1 bit and one 2, which is 1.5 on average; you say "
            f"{number(answer(mixed)):.3g}. Sum over the pictures, then take the mean of the rows."
        )


@exercise("01.b")
def ninety(answer) -> None:
    """The alpha at which a 4 and a 9 are told apart in 90 of 100 cases."""
    digits = torch.tensor(gallery.digits()).double() / 127.5 - 1
    alpha = number(answer)
    if not 0 < alpha < 1:
        raise Wrong(f"alpha lies between 0 and 1, and you say {alpha:.4g}.")
    distance = (digits[4] - digits[9]).norm().item()
    ratio = alpha / math.sqrt(1 - alpha**2)
    right = torch.distributions.Normal(0.0, 1.0).cdf(torch.tensor(ratio * distance / 2)).item()
    if abs(right - 0.9) > 0.0008:  # three decimals of alpha
        raise Wrong(
            f"at alpha = {alpha:.4g} the observer is right in {right:.1%} of the cases, not in "
            "90 %. Solve for alpha / sigma first; mind the 2, and turn the ratio into alpha."
        )


@exercise("01.1")
def three_noises(answer) -> None:
    """The standard deviation of a sum of three independent noises."""
    value = number(answer)
    if close(value, 1.9, TYPED):
        raise Wrong("1.9 is the sum of the standard deviations; it is the variances that add.")
    if close(value, 1.69, TYPED):
        raise Wrong("1.69 is the variance of the sum, and its standard deviation was asked for.")
    if not close(value, 1.3, TYPED):
        raise Wrong(f"{value:.4g} it is not: add the variances 0.09, 0.16 and 1.44.")


@exercise("01.2")
def gaussian_bits(answer) -> None:
    """A function std -> entropy of N(0, std²) in bits."""
    unit = math.log2(2 * math.pi * math.e) / 2
    value = number(filled(answer, 1.0))
    if close(value, unit * math.log(2), TYPED):
        raise Wrong(f"{value:.4g} is the entropy of N(0, 1) in nats; divide by ln 2 for bits.")
    if not close(value, unit, TYPED):
        raise Wrong(f"the entropy of N(0, 1) is {unit:.4g} bits, and you say {value:.4g}.")
    gained = number(answer(4.0)) - value
    if close(gained, 4.0, TYPED):
        raise Wrong("you add log2 of the variance: stretching adds log2 of the factor, std itself.")
    if not close(gained, 2.0, TYPED):
        raise Wrong(f"four times as wide is 2 bits more, and yours is {gained:.4g} more.")


@exercise("01.3")
def eight_of_a_thousand(answer) -> None:
    """Bits told when 8 of 1,000 are left."""
    value = number(answer)
    if close(value, 3.0, TYPED):
        raise Wrong("3 bits are what is still unknown, the entropy of 8 equal chances.")
    if close(value, math.log2(1000), TYPED):
        raise Wrong("that is all there was to know, and 8 pictures are still in doubt.")
    if close(value, math.log(125), TYPED):
        raise Wrong(f"{value:.4g} is right in nats, and bits were asked for.")
    if not close(value, math.log2(125), TYPED):
        raise Wrong(f"{value:.4g} it is not: entropy before looking less entropy after looking.")


@exercise("01.4")
def posterior_with_prior(answer) -> None:
    """A function (xt (D,), data (K, D), prior (K,), level) -> (K,)."""
    data, xt = normal(3, 6), normal(6, seed=1)
    prior = torch.tensor([0.7, 0.2, 0.1], dtype=torch.float64)
    even, level = torch.full((3,), 1 / 3, dtype=torch.float64), Level(0.6, 0.8)

    def asked(prior, level):
        shares = called(answer, xt, data, prior, level)
        if shares.shape != (3,):
            raise Wrong(f"three pictures need three probabilities; yours are {(*shares.shape,)}.")
        return shares

    told = asked(even, level)
    if abs(told.sum().item() - 1) > 1e-6:
        raise Wrong(f"probabilities add up to 1, and yours to {told.sum().item():.4g}.")
    expected = ideal.posterior(data)(xt[None], level)[0]
    if (told - expected).abs().max() > 1e-6:
        raise Wrong(
            "with equal priors it must be the lesson's posterior, and it is not. Is the distance "
            "squared, from alpha times each picture, and divided by 2 sigma²?"
        )
    weighed = expected * prior / (expected * prior).sum()
    if (asked(prior, level) - weighed).abs().max() > 1e-6:
        raise Wrong(
            "with unequal priors it is not right: Bayes' rule multiplies each likelihood with its "
            "prior (adds its logarithm, inside a softmax) and then normalises."
        )
    if (asked(prior, Level(0.0, 1.0)) - prior).abs().max() > 1e-6:
        raise Wrong("at alpha = 0, x_t says nothing, and the posterior must be the prior itself.")
