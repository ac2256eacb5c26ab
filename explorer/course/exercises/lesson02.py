"""What lesson 2 asks: the chain, its closed form, the posterior."""

import math

import torch

from explorer.course.checks import Wrong, exercise
from explorer.course.exercises.answers import EXACT, TYPED, called, close, normal, number, pair
from explorer.forward import posterior, transition
from explorer.schedules import cosine, linear


@exercise("02.a")
def leap_between(answer) -> None:
    """A function (s, t), two Levels -> (scale, beta)."""
    schedule = linear()
    s, t = schedule(200), schedule(600)
    scale, beta = pair(answer, s, t, names="scale and beta")
    wanted_scale, wanted_beta = transition(s, t)
    if close(scale, 1 / wanted_scale, 1e-4):
        raise Wrong("your scale is the wrong way round: it must turn alpha_s into alpha_t.")
    if abs(scale - wanted_scale) > EXACT:
        raise Wrong(f"from t = 200 to 600 alpha_s times your scale is {scale * s.alpha:.4g}, "
                    f"and alpha_t is {t.alpha:.4g}.")  # fmt: skip
    if close(beta, wanted_beta**0.5, 1e-4):
        raise Wrong("you return the standard deviation of the new noise, and beta is its variance.")
    if abs(beta - wanted_beta) > EXACT:
        total = scale**2 * s.sigma**2 + beta
        raise Wrong(
            f"old and new noise together have the variance scale² sigma_s² + beta = {total:.4g}, "
            f"and sigma_t² is {t.sigma**2:.4g}."
        )


@exercise("02.b")
def more_new_than_left(answer) -> None:
    """The first t where a leap from 300 of cosine adds more than it keeps."""
    value, schedule = number(answer), cosine()
    if value != int(value) or not 300 < value <= 1000:
        raise Wrong(f"a whole t after 300 and up to 1000 is asked for, and this is {value:.6g}.")

    def new(t: float) -> bool:
        scale, beta = transition(schedule(300), schedule(t))
        return beta > scale**2

    if not new(value):
        raise Wrong(f"at t = {value:.0f} scale² is still the larger one. Is your schedule cosine?")
    if new(value - 1):
        raise Wrong(f"at t = {value:.0f} beta is larger, but not for the first time. It is beta "
                    "and scale squared that are compared.")  # fmt: skip


@exercise("02.1")
def three_steps(answer) -> None:
    """alpha after three steps of beta = 0.19."""
    value = number(answer)
    if close(value, 0.81**3, TYPED):
        raise Wrong("0.531 is alpha_bar, which is alpha squared.")
    if close(value, 0.19**1.5, TYPED) or close(value, 0.19**3, TYPED):
        raise Wrong("beta is what the noise gets; the signal is multiplied by sqrt(1 - beta).")
    if close(value, math.sqrt(1 - 0.81**3), TYPED):
        raise Wrong("that is sigma, the noise; alpha was asked for.")
    if not close(value, 0.729, TYPED):
        raise Wrong(f"{value:.4g} it is not: each step multiplies alpha by sqrt(1 - 0.19).")


@exercise("02.2")
def after(answer) -> None:
    """A function (betas) -> (alpha, sigma)."""
    one = pair(answer, [0.36], names="alpha and sigma")
    if close(one[0], 0.64, 1e-4):
        raise Wrong("after one step with beta = 0.36 you return 0.64 for alpha: it is alpha_bar.")
    if close(one[0], 0.6, 1e-4) and close(one[1], 0.8, 1e-4):
        raise Wrong("alpha and sigma are swapped: the signal's coefficient comes first.")
    if abs(one[0] - 0.8) > EXACT:
        raise Wrong(f"after one step with beta = 0.36 alpha is 0.8, and yours is {one[0]:.4g}.")
    if close(one[1], 0.36, 1e-4):
        raise Wrong("after one step with beta = 0.36 your sigma is 0.36: that is its square.")
    betas = [0.1, 0.3, 0.2]
    alpha, sigma = pair(answer, betas, names="alpha and sigma")
    wanted = math.prod(1 - beta for beta in betas)
    if abs(alpha - math.sqrt(wanted)) > EXACT:
        raise Wrong(
            f"after betas {betas} alpha is not {alpha:.4g}: multiply the factors of all steps."
        )
    if abs(sigma**2 - (1 - wanted)) > EXACT:
        raise Wrong(
            f"after betas {betas} alpha² + sigma² is {alpha**2 + sigma**2:.4g} and not 1: a later "
            "step shrinks the noise of the earlier ones too."
        )


@exercise("02.3")
def steps_until(answer) -> None:
    """Steps with beta = 0.02 until alpha < 0.01."""
    value = number(answer)
    if value in (228, 229):
        raise Wrong("after so many steps alpha squared is below 0.01, and alpha is still near 0.1.")
    if value == 455 or 455 < value < 456:
        raise Wrong("after 455 steps alpha is still a little above 0.01; steps are whole.")
    if value != 456:
        raise Wrong(f"after {value:.6g} steps alpha is {0.98 ** (value / 2):.3g}.")


@exercise("02.4")
def mean_from_noise(answer) -> None:
    """A function (xt, eps, beta, sigma) -> mean of q(x_{t-1} | x_t, x_0)."""
    schedule, t = linear(), 500
    xt, eps = normal(2, 8)
    level, beta = schedule(t), schedule.beta[t].item()
    found = called(answer, xt, eps, beta, level.sigma)
    x0 = (xt - level.sigma * eps) / level.alpha
    wanted, _ = posterior(x0, xt, schedule, t - 1, t)
    if found.shape != wanted.shape:
        raise Wrong(f"the mean has the shape of xt, {(*wanted.shape,)}; yours {(*found.shape,)}.")
    if close(found, (xt + beta / level.sigma * eps) / (1 - beta) ** 0.5, EXACT):
        raise Wrong("you add the noise; the mean of the step back takes some of it out.")
    if close(found, (xt - level.sigma * eps) / (1 - beta) ** 0.5, EXACT):
        raise Wrong("you take out all the noise, sigma eps; one step brought only a part of it.")
    if close(found, (xt - beta / level.sigma * eps) * (1 - beta) ** 0.5, EXACT):
        raise Wrong("the step forward shrank by sqrt(1 - beta), so the step back must enlarge.")
    if not close(found, wanted, EXACT):
        raise Wrong(
            "it is not the posterior mean. Collect what stands before x_t and what stands before "
            "eps, and use sigma_t² = (1 - beta) sigma_{t-1}² + beta."
        )


@exercise("02.5")
def shares_of_noise(answer) -> None:
    """A function betas (T,) -> shares (T,)."""
    betas = torch.tensor([0.5, 0.2, 0.4], dtype=torch.float64)
    found = called(answer, betas)
    if found.shape != betas.shape:
        raise Wrong(f"three steps have three shares; you return {(*found.shape,)}.")
    if abs(found.sum().item() - 1) > EXACT:
        raise Wrong(f"the shares must add up to 1, and yours to {found.sum().item():.4g}: divide "
                    "each variance by sigma_T².")  # fmt: skip
    bar = torch.cumprod(1 - betas, 0)
    left = betas * bar[-1] / bar
    if close(found, betas / betas.sum(), EXACT):
        raise Wrong("these are the shares when the noise is added; later steps shrink it.")
    if close(found, left.sqrt() / left.sqrt().sum(), EXACT):
        raise Wrong("these are shares of standard deviations; only variances add.")
    if not close(found, left / left.sum(), EXACT):
        raise Wrong(
            "the noise of step k has the variance beta_k when it is added, and beta_k times "
            "(alpha_T / alpha_k)² at the end. Check which steps are between k and T."
        )
