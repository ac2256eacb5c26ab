"""Wrong answers to lesson 6, and what they must be told."""

import math
from itertools import pairwise

import torch

from explorer.denoisers import eps_hat
from explorer.forward import noise_like
from explorer.schedules import linear


def _step(fresh, kept, on_x0=lambda t, s: s.alpha):
    def step(x, x0_hat, t, s, eta, z):
        k = (s.sigma / s.alpha) / (t.sigma / t.alpha)
        f = fresh(s, eta, k)
        return on_x0(t, s) * x0_hat + kept(s, f) * eps_hat(x, x0_hat, t) + f * z

    return step


def _right_fresh(s, eta, k):
    return eta * s.sigma * math.sqrt(1 - k**2)


def _right_kept(s, fresh):
    return math.sqrt(s.sigma**2 - fresh**2)


def _sample(k=lambda t, s: s.sigma * t.alpha / (t.sigma * s.alpha), draws=1, at="t"):
    def sample(denoise, x, walk, eta, rng):
        for t, s in pairwise(walk):
            x0_hat = denoise(x, t)
            fresh = eta * s.sigma * math.sqrt(1 - k(t, s) ** 2)
            eps = eps_hat(x, x0_hat, t if at == "t" or not s.sigma else s)
            x = s.alpha * x0_hat + math.sqrt(s.sigma**2 - fresh**2) * eps
            for _ in range(draws):
                z = noise_like(x, rng)
            x = x + fresh * z
        return x

    return sample


def _ratio_of_ratios(t, s):
    return (s.sigma / s.alpha) / (t.sigma / t.alpha)


def _share(t, s):
    return 1 - _ratio_of_ratios(t, s) ** 2


def _invert_at_t(denoise, x, walk):
    for _, t in pairwise(walk):
        x0_hat = denoise(x, t)
        x = t.alpha * x0_hat + t.sigma * eps_hat(x, x0_hat, t)
    return x


def _invert_backwards(denoise, x, walk):
    for s, t in pairwise(walk[::-1]):
        x0_hat = denoise(x, s)
        x = t.alpha * x0_hat + t.sigma * eps_hat(x, x0_hat, s)
    return x


def _in_t(factor, sign, divided=True):
    def step(x, x0_hat, t, beta):
        eps = eps_hat(x, x0_hat, t)
        return x + factor * beta * (x + sign * (eps / t.sigma if divided else eps))

    return step


WRONG = {
    "06.a": [
        (lambda *given: ..., "nothing is filled in yet"),
        (lambda *given: None, "returns nothing"),
        (_step(_right_fresh, lambda s, f: math.sqrt(1 - f**2)), "look at `kept`"),
        (_step(_right_fresh, _right_kept, lambda t, s: t.alpha), "coefficient of x̂₀"),
        (_step(lambda s, eta, k: 0.0, _right_kept), "is `fresh` used"),
        (_step(_right_fresh, lambda s, f: s.sigma - f), "variances add up"),
        (_step(lambda s, eta, k: eta * s.sigma * (1 - k**2), _right_kept), "variances add up"),
    ],
    "06.b": [
        (_sample(_ratio_of_ratios), "divides by zero"),
        (_sample(at="s"), "read off at the level t"),
        (_sample(draws=2), "once a step"),
        (lambda denoise, x, walk, eta, rng: x[:2], "shape"),
    ],
    "06.1": [
        (linear()(1000).alpha, "never steps"),
        (linear()(901).alpha ** 2, "square of alpha"),
        (901, "that is the t"),
        (linear()(900).alpha, "the first t of these ten is 901"),
        (0.017, "the first t of these ten is 901"),
        (0.5, "`timesteps` says"),
        ("0.0187", "a single number"),
    ],
    "06.2": [
        (0.5, "a function is asked for"),
        (lambda t, s: 1 - _share(t, s), "that is kept"),
        (lambda t, s: math.sqrt(_share(t, s)), "squares"),
        (lambda t, s: _share(t, s) * s.sigma**2, "divide it"),
        (lambda t, s: 0.5, "equation 16"),
    ],
    "06.3": [
        (_invert_at_t, "less noisy s"),
        (_invert_backwards, "cleanest first"),
        (lambda denoise, x, walk: torch.zeros(3), "shape"),
    ],
    "06.4": [
        (_in_t(-0.5, -1), "more noise"),
        (_in_t(0.5, 1), "its sign"),
        (_in_t(0.5, -1, divided=False), "division is missing"),
        (_in_t(1, -1), "one half"),
        (_in_t(0.5, 0), "put dt = -1"),
    ],
}
