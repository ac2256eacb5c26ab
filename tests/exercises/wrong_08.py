"""Typical wrong answers to the exercises of lesson 8, and a fragment of what they are told."""

import torch

from explorer.schedules import levels, linear


def interval(inside, outside=lambda told, reference: told, early=True):
    """An `in_interval` with a rule of one's own inside and outside; early: reference not asked."""

    def made(conditional, unconditional, scale, low, high):
        def denoise(x, level):
            told = conditional(x, level)
            within = low < level.ratio <= high
            if early and not within:
                return outside(told, None)
            reference = unconditional(x, level)
            return inside(told, reference, scale) if within else outside(told, reference)

        return denoise

    return made


def right(told, reference, scale):
    return reference + scale * (told - reference)


def deviation(x):
    return x.std((1, 2, 3), keepdim=True)


def masked(scores, absent):
    return scores.masked_fill(absent, -torch.inf).softmax(-1)


def zeroed_after(q, k, absent):
    return (q @ k.T / q.shape[-1] ** 0.5).softmax(-1).masked_fill(absent, 0)


def precision(std, scale):
    return scale / std**2 + (1 - scale)


INSIDE = sum(0.5 < level.ratio <= 4 for level in levels(linear(), 20, "karras")[:-1])

WRONG = {
    "08.a": [
        (lambda *_: lambda x, level: ..., "nothing is filled in yet"),
        (interval(lambda told, reference, s: told + s * (told - reference)), "start from the"),
        (interval(lambda told, reference, s: told), "still the conditional"),
        (interval(lambda told, reference, s: reference - s * (told - reference)), "not guidance"),
        (interval(right, lambda told, reference: reference, early=False), "plain conditional"),
        (interval(right, early=False), "asked in vain"),
    ],
    "08.b": [
        (lambda g, c, phi: ..., "nothing is filled in yet"),
        (lambda g, c, phi: phi * g + (1 - phi) * g * deviation(c) / deviation(g), "reversed"),
        (lambda g, c, phi: phi * g * c.std() / g.std() + (1 - phi) * g, "whole batch"),
        (lambda g, c, phi: phi * g * deviation(g) / deviation(c) + (1 - phi) * g, "upside down"),
        (
            lambda g, c, phi: (
                phi * g * c.std((2, 3), keepdim=True) / g.std((2, 3), keepdim=True) + (1 - phi) * g
            ),
            "each channel has a factor",
        ),
        (lambda g, c, phi: g * deviation(c) / deviation(g), "nothing should change"),
        (lambda g, c, phi: phi**2 * g * deviation(c) / deviation(g) + (1 - phi**2) * g, "mix"),
        (lambda g, c, phi: phi * c + (1 - phi) * g, "something else than a factor"),
        (lambda g, c, phi: g.mean(), "a tensor of the shape"),
    ],
    "08.1": [
        (0.5, "w itself"),
        (-0.5, "turned round"),
        (2, "1 + w"),
        ("1.5", "a single number"),
    ],
    "08.2": [
        (40, "every step"),
        (20, "the NFE"),
        (INSIDE, "half is still asked"),
        (2 * INSIDE, "half is still asked"),
        (21 + INSIDE, "21 Levels"),
        (30, "count one evaluation"),
    ],
    "08.3": [
        (lambda q, k, absent: ..., "nothing is filled in yet"),
        (lambda q, k, absent: masked(q @ k.T, absent), "not divided"),
        (lambda q, k, absent: masked(q @ k.T / q.shape[-1], absent), "its square root"),
        (lambda q, k, absent: (q @ k.T / 4).softmax(-1), "padding is looked at"),
        (zeroed_after, "sum to one"),
        (lambda q, k, absent: masked(-(q @ k.T) / 4, absent), "not the softmax"),
        (lambda q, k, absent: masked(q @ k.T / 4, absent).T, "a tensor of the shape"),
    ],
    "08.4": [
        (lambda m, s, scale: ..., "nothing is filled in yet"),
        (lambda m, s, scale: m, "two numbers"),
        (lambda m, s, scale: (scale * m / s**2, s), "p(x|c) itself"),
        (
            lambda m, s, scale: (
                scale * m / s**2 / precision(s, scale),
                1 / precision(s, scale) if scale > 1 else s,
            ),
            "take its root",
        ),
        (lambda m, s, scale: (scale * m, s), "weigh it"),
        (lambda m, s, scale: (m, s / scale**0.5), "mean is off"),
        (lambda m, s, scale: (scale * m / s**2 / precision(s, scale), s), "deviation is off"),
    ],
}
