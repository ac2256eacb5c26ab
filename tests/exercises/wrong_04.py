"""Wrong answers to the exercises of lesson 4, and what each is told."""

import torch

from explorer import ideal
from explorer.denoisers import eps_hat, v_hat
from explorer.schedules import Level


def three(x, alpha, sigma, weight=(0.25, 0.5, 0.25), twice=2, norm=True):
    data, weight = torch.tensor([-1.0, 0.0, 1.0]).double(), torch.tensor(weight).double()
    logits = weight.log() - (x[:, None] - alpha * data).square() / (twice * sigma**2)
    shares = logits.softmax(1) if norm else logits
    return (shares * data).sum(1)


def unfilled(x, alpha, sigma):
    return ...


def half(x, alpha, sigma):
    logits = ...
    return logits.softmax(1) if logits is not ... else logits - x


def best(x, alpha, sigma):
    return ideal.gaussian(0.5, 0.4)(x, Level(alpha, sigma))


def best_v(x, alpha, sigma):
    return v_hat(x, best(x, alpha, sigma), Level(alpha, sigma))


def scaled(power, sign=1):
    def weight(alpha, sigma, predicts):
        change = {"x0": 1, "eps": alpha / sigma, "v": 1 / sigma, "velocity": 1 + alpha / sigma}
        return change[predicts] ** power

    return weight


WRONG = {
    "04.a": [
        (unfilled, "nothing is filled in yet"),
        (half, "dots are still there"),
        (lambda x, a, s: (...).softmax(1), "dots are still there"),
        (lambda x, a, s: three(x, a, s, weight=(1, 1, 1)), "equally likely"),
        (lambda x, a, s: three(x, a, s, weight=(1.284, 1.6487, 1.284)), "their logarithm"),
        (lambda x, a, s: three(x, a, s) / 3, "divide by three"),
        (lambda x, a, s: three(x, a, s, norm=False), "leaves [-1, 1]"),
        (lambda x, a, s: three(x, a, s, twice=1), "the variance sigma²"),
        (lambda x, a, s: three(x, a, s)[:, None], "the shape (9, 1)"),
        (lambda x, a, s: None, "returns nothing"),
    ],
    "04.b": [
        (lambda x, a, s: -best_v(x, a, s), "the sign is flipped"),
        (best, "that is x0_hat"),
        (lambda x, a, s: eps_hat(x, best(x, a, s), Level(a, s)), "that is eps_hat"),
        (lambda x, a, s: best_v(x, s, a), "0.5 plus the share"),
        (0.3, "a function is asked for"),
    ],
    "04.1": [
        (0.28 / 0.96, "the way from x0_hat to eps_hat"),
        ((0.96 / 0.28) ** 2, "squared error"),
        (0.96, "coefficient of eps"),
        ("large", "a single number"),
    ],
    "04.2": [
        (lambda x, v, a, s: s * x - a * v, "one sign is flipped"),
        (lambda x, v, a, s: a * x - s * v, "that is x_0"),
        (lambda x, v, a, s: (v + s * (a * x - s * v)) / torch.tensor(a), "not finite"),
        (lambda x, v, a, s: s * x + v, "not the noise that went in"),
    ],
    "04.3": [
        (0, "not 0"),
        (0.25, "always says the mean"),
        (0.2192**0.5, "the root of it"),
        (0.2192 / 0.64, "the loss of v"),
        (0.64, "is normal with variance"),
    ],
    "04.4": [
        (scaled(-2), "the other way round"),
        (scaled(1), "a loss squares it"),
        (lambda a, s, p: 1.0, "you say 1.000"),
        (lambda a, s, p: 1 if p == "x0" else 1 / s**2 - (p == "eps"), "for velocity"),
    ],
}
