"""Wrong answers to the exercises of lesson 10, and what each is told."""

import torch

from explorer import ideal
from explorer.schedules import Level


def x0_hat(x, t, sigma=None):
    return ideal.gaussian(0.5, 0.4)(x, Level(1 - t, t if sigma is None else sigma))


def velocity(x, t):
    mean = x0_hat(x, t)
    return (x - (1 - t) * mean) / t - mean


def off_centre(x, t):
    mean = 0.5 + x0_hat(x, t) - x0_hat(0 * x, t)
    return (x - (1 - t) * mean) / t - mean


def circular(x, t):
    sigma = (1 - (1 - t) ** 2) ** 0.5
    mean = x0_hat(x, t, sigma)
    return (x - (1 - t) * mean) / sigma - mean


def flow(x, t, s, upside_down=False, mean=0.5):
    ratio = (((1 - s) ** 2 * 0.16 + s**2) / ((1 - t) ** 2 * 0.16 + t**2)) ** 0.5
    return (1 - s) * mean + (1 / ratio if upside_down else ratio) * (x - (1 - t) * mean)


WRONG = {
    "10.a": [
        (lambda x, t: ..., "nothing is filled in yet"),
        (lambda x, t: -velocity(x, t), "the sign is flipped"),
        (lambda x, t: velocity(x, t) * torch.tensor(t).log() / torch.tensor(t).log(), "not finite"),
        (off_centre, "off x before"),
        (circular, "do not add up to 1"),
    ],
    "10.b": [
        (lambda x, t, s: flow(x, t, s, upside_down=True), "upside down"),
        (lambda x, t, s: x + (s - t) * velocity(x, t), "one step of Euler"),
        (lambda x, t, s: x0_hat(x, t) if s == 0 else flow(x, t, s), "one step of Euler"),
        (lambda x, t, s: flow(x, t, s, mean=0.0), "how many deviations"),
    ],
    "10.1": [
        (1, "all of the noise"),
        (0.25, "divide it by"),
        (0.35355, "that is c_out"),
        (1.41421, "that is c_in"),
        (0.8, "sigma_data² /"),
        (None, "a single number"),
    ],
    "10.2": [
        (0.4, "One step of DDIM ends in"),
        (1, "the deviation of the noise"),
        (0.16, "depend on x_t"),
    ],
    "10.3": [
        (lambda x, u, t: x + t * u, "the sign is flipped"),
        (lambda x, u, t: x + (1 - t) * u, "the other end of the line"),
        (lambda x, u, t: x - u, "goes back by 1"),
        (lambda x, u, t: (x - t * (x + (1 - t) * u)) / torch.tensor(1 - t), "not finite"),
        (lambda x, u, t: x - t**2 * u, "how far is t from 0"),
    ],
    "10.4": [
        (lambda x, alpha, sigma: torch.tanh(alpha * x / sigma**2), "the posterior mean"),
        (lambda x, alpha, sigma: x, "the data, and they are -1 and 1"),
        (lambda x, alpha, sigma: -x.sign(), "cannot cross"),
    ],
}
