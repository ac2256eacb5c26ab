"""Wrong answers to the exercises of lesson 2, and what each must be told."""

import math

import torch


def product(betas):
    return math.prod(1 - beta for beta in betas)


def left(betas):
    bar = torch.cumprod(1 - betas, 0)
    return betas * bar[-1] / bar


def added(s, t):
    return t.sigma**2 - (t.alpha / s.alpha) ** 2 * s.sigma**2


WRONG = {
    "02.a": [
        (lambda s, t: ..., "nothing is filled in yet"),
        (lambda s, t: ... * s.alpha, "dots are still there"),
        (lambda s, t: t.alpha / s.alpha, "two numbers, scale and beta"),
        (lambda s, t: (s.alpha / t.alpha, added(s, t)), "wrong way round"),
        (lambda s, t: (t.alpha, added(s, t)), "alpha_s times your scale"),
        (lambda s, t: (t.alpha / s.alpha, added(s, t) ** 0.5), "standard deviation"),
        (lambda s, t: (t.alpha / s.alpha, t.sigma**2 - s.sigma**2), "together have the variance"),
    ],
    "02.b": [
        (564, "still the larger"),
        (599, "not for the first time"),
        (200, "a whole t after 300"),
        (564.5, "a whole t"),
        (454, "Is your schedule cosine"),
    ],
    "02.1": [
        (0.531, "alpha squared"),
        (0.0828, "what the noise gets"),
        (0.6846, "sigma, the noise"),
        (0.9, "each step multiplies"),
    ],
    "02.2": [
        (lambda betas: ..., "nothing is filled in yet"),
        (lambda betas: product(betas) ** 0.5, "two numbers"),
        (lambda betas: (product(betas), (1 - product(betas)) ** 0.5), "it is alpha_bar"),
        (lambda betas: ((1 - product(betas)) ** 0.5, product(betas) ** 0.5), "swapped"),
        (lambda betas: (product(betas) ** 0.5, 1 - product(betas)), "that is its square"),
        (lambda betas: ((1 - sum(betas)) ** 0.5, sum(betas) ** 0.5), "multiply the factors"),
        (lambda betas: (product(betas) ** 0.5, sum(betas) ** 0.5), "a later step shrinks"),
        (lambda betas: (1 - betas[0] / 2, 0.6), "alpha is 0.8"),
    ],
    "02.3": [
        (228, "alpha squared is below"),
        (455, "still a little above"),
        (460, "after 460 steps alpha is 0.00959"),
    ],
    "02.4": [
        (lambda *asked: ..., "nothing is filled in yet"),
        (lambda xt, eps, beta, sigma: (xt + beta / sigma * eps) / (1 - beta) ** 0.5, "you add"),
        (lambda xt, eps, beta, sigma: (xt - sigma * eps) / (1 - beta) ** 0.5, "all the noise"),
        (lambda xt, eps, beta, sigma: (xt - beta / sigma * eps) * (1 - beta) ** 0.5, "enlarge"),
        (lambda xt, eps, beta, sigma: xt - beta / sigma * eps, "not the posterior mean"),
        (lambda xt, eps, beta, sigma: xt.mean(), "the shape of xt"),
    ],
    "02.5": [
        (lambda betas: ..., "nothing is filled in yet"),
        (lambda betas: left(betas)[:2], "three shares"),
        (left, "divide each variance"),
        (lambda betas: betas / betas.sum(), "later steps shrink it"),
        (lambda betas: left(betas).sqrt() / left(betas).sqrt().sum(), "only variances add"),
        (lambda betas: left(betas).flip(0) / left(betas).sum(), "Check which steps"),
    ],
}
