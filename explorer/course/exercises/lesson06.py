"""What the exercises of lesson 6 ask: DDPM, DDIM, Euler."""

import math
from itertools import pairwise

import torch

from explorer import ideal
from explorer.course.checks import Wrong, exercise
from explorer.course.exercises.answers import EXACT, called, close, normal, number
from explorer.denoisers import eps_hat
from explorer.samplers import ddim
from explorer.schedules import Level, levels, linear, timesteps, zero_snr

NOISY, CLEANER = Level(0.6, 0.8), Level(0.8, 0.6)
SHRINK = (CLEANER.sigma / CLEANER.alpha) / (NOISY.sigma / NOISY.alpha)


@exercise("06.a")
def a_step_with_eta(step) -> None:
    x, x0_hat, z = normal(5), normal(5, seed=1), normal(5, seed=2)
    eps = eps_hat(x, x0_hat, NOISY)
    still = CLEANER.alpha * x0_hat + CLEANER.sigma * eps
    given = x, x0_hat, NOISY, CLEANER
    if not close(called(step, *given, 0.0, z, shape=x.shape), still, EXACT):
        raise Wrong(
            "at eta = 0 it should be alpha_s x̂₀ + sigma_s ε̂, and it is not: look at `kept`, "
            "which is sigma_s where nothing is drawn, and at the coefficient of x̂₀."
        )
    for eta in (1.0, 0.5):
        fresh = eta * CLEANER.sigma * math.sqrt(1 - SHRINK**2)
        kept = math.sqrt(CLEANER.sigma**2 - fresh**2)
        found = called(step, *given, eta, z, shape=x.shape)
        if close(found, still, EXACT):
            raise Wrong(f"at eta = {eta} nothing changes: is `fresh` used?")
        right = CLEANER.alpha * x0_hat + kept * eps + fresh * z
        if not close(found, right, EXACT):
            raise Wrong(
                f"eta = 0 is right and eta = {eta} is not: variances add up, not standard "
                "deviations, and equation 16 has a root over 1 - k²."
            )


@exercise("06.b")
def a_whole_sampler(sample) -> None:
    denoise = ideal.mixture(normal(3, 2, seed=3), [0.2, 0.5, 0.3], [0.5, 0.2, 0.3])
    x = normal(6, 2)
    for schedule in (linear(), zero_snr(linear())):
        for eta in (0.0, 1.0, 0.5):
            walk = levels(schedule, 8)
            *_, last = ddim(denoise, x, walk, eta=eta, rng=torch.Generator().manual_seed(7))
            try:
                rng = torch.Generator().manual_seed(7)
                mine = called(sample, denoise, x, walk, eta, rng, shape=x.shape)
            except ZeroDivisionError:
                raise Wrong(
                    "it divides by zero: at alpha == 0, or where sigma is 0 at the end. "
                    "Multiply out the fraction in k."
                ) from None
            if not close(mine, last.x, EXACT):
                begin = f"from alpha = {walk[0].alpha:.4f} with eta = {eta}"
                raise Wrong(f"{begin} it ends elsewhere than `ddim`. {_hint(eta)}")


def _hint(eta: float) -> str:
    if eta:
        return "Draw noise once a step, with the rng given, and not in the step to clean data."
    return "Without chance a step is alpha_s x̂₀ + sigma_s ε̂: is ε̂ read off at the level t?"


@exercise("06.1")
def the_alpha_that_leading_claims(answer) -> None:
    answer, schedule = number(answer), linear()
    first = timesteps(schedule.T, 10, "leading")[0]
    right = schedule(first).alpha
    if abs(answer / right - 1) < 0.005 or answer == round(right, 3):  # which has two digits
        return
    if abs(answer / schedule(first - 1).alpha - 1) < 0.005 or answer == 0.017:
        raise Wrong(f"that is alpha at t = {first - 1}; the first t of these ten is {first}.")
    if abs(answer / schedule(schedule.T).alpha - 1) < 0.03:
        raise Wrong('that is alpha at t = 1000, where "leading" never steps: which t is its first?')
    if abs(answer / right**2 - 1) < 0.06:
        raise Wrong("that is alpha_bar, the square of alpha.")
    if abs(answer - first) < 2:
        raise Wrong("that is the t of the first level; which alpha has the schedule there?")
    raise Wrong("`timesteps` says which t come, and a schedule is called with a t.")


@exercise("06.2")
def the_share_of_fresh_noise(share) -> None:
    walk = levels(linear(), 6)
    for t, s in pairwise(walk[:-1]):
        k = (s.sigma / s.alpha) / (t.sigma / t.alpha)
        right = 1 - k**2
        answer = called(share, t, s, shape=())
        if close(answer, right, EXACT):
            continue
        if close(answer, 1 - right, EXACT):
            raise Wrong("that is the share that is kept; asked is the one drawn anew.")
        if close(answer, math.sqrt(right), EXACT):
            raise Wrong("that is a share of the standard deviation; variances are squares.")
        if close(answer, right * s.sigma**2, EXACT):
            raise Wrong("that is the variance drawn anew; divide it by all the variance of x_s.")
        raise Wrong("compare f² of equation 16 at eta = 1 with the variance of x_s, sigma_s².")


@exercise("06.3")
def from_picture_to_noise(invert) -> None:
    denoise = ideal.mixture(normal(3, 2, seed=3), [0.4, 0.5, 0.3], [0.5, 0.2, 0.3])
    x = normal(6, 2)
    walk = levels(linear(), 12)[:-1][::-1]
    right, wrong_level = x, x
    for s, t in pairwise(walk):
        x0_hat = denoise(right, s)
        right = t.alpha * x0_hat + t.sigma * eps_hat(right, x0_hat, s)
        x0_hat = denoise(wrong_level, t)
        wrong_level = t.alpha * x0_hat + t.sigma * eps_hat(wrong_level, x0_hat, t)
    answer = called(invert, denoise, x, walk, shape=x.shape)
    if close(answer, right, EXACT):
        return
    if close(answer, wrong_level, EXACT) or close(answer, x, EXACT):
        raise Wrong(
            "the denoiser must be asked at the level where the state is, the less noisy s, "
            "and so must ε̂; only then comes the step to t."
        )
    raise Wrong(
        "each step is x_t = alpha_t x̂₀ + sigma_t ε̂ with both taken at s; the walk is already "
        "in the right order, cleanest first."
    )


@exercise("06.4")
def euler_in_time(step) -> None:
    x, x0_hat, beta = normal(5), normal(5, seed=1), 0.3
    eps = eps_hat(x, x0_hat, NOISY)
    answer = called(step, x, x0_hat, NOISY, beta, shape=x.shape)
    if close(answer, x + beta / 2 * (x - eps / NOISY.sigma), EXACT):
        return
    said = {
        "that is a step towards more noise: back in time dt is -1.": (
            x - beta / 2 * (x - eps / NOISY.sigma)
        ),
        "the score is minus ε̂ over sigma: look at its sign.": (
            x + beta / 2 * (x + eps / NOISY.sigma)
        ),
        "the score is ε̂ over sigma, with a minus: the division is missing.": (
            x + beta / 2 * (x - eps)
        ),
        "the factor of the ODE is one half of beta; twice that drives the SDE back.": (
            x + beta * (x - eps / NOISY.sigma)
        ),
    }
    for sentence, result in said.items():
        if close(answer, result, EXACT):
            raise Wrong(sentence)
    raise Wrong("put dt = -1 and the score into the equation; ε̂ comes from `eps_hat`.")
