"""Typical wrong answers to the exercises of lesson 9, and a fragment of what they are told."""

import math

import torch

GREYS = 255 * 10 ** (-40.59 / 20)
CHANNELS = (0, 2, 3)


def keeping(rule):
    """An answer to 09.b whose Denoiser follows rule(x, level, said, known, mask)."""

    def answer(denoise, known, mask):
        return lambda x, level: rule(x, level, denoise(x, level), known, mask)

    return answer


def turned(s):
    return math.cos(math.pi * s / 2), math.sin(math.pi * s / 2)


def of_channels(z, measure):
    return measure(CHANNELS)[:, None, None]


def kl(m1, s1, m2, s2):
    return torch.log(s2 / s1) + (s1**2 + (m1 - m2) ** 2) / (2 * s2**2) - 0.5


WRONG = {
    "09.a": [
        (lambda s: (..., ...), "nothing is filled in yet"),
        (lambda s: ..., "nothing is filled in yet"),
        (lambda s: (1 - s, s), "a plain mean"),
        (lambda s: (1.0, 1.0), "sum to 2.00"),
        (lambda s: turned(1 - s), "at s = 0"),
        (lambda s: (turned(s)[0], -turned(s)[1]), "at s = 1"),
        (lambda s: turned(s * s), "halfway"),
        (lambda s: s, "two numbers"),
    ],
    "09.b": [
        (lambda denoise, known, mask: ..., "nothing is filled in yet"),
        (lambda denoise, known, mask: known, "a Denoiser should come back"),
        (lambda denoise, known, mask: torch.where(mask, known, denoise), "define a function"),
        (keeping(lambda x, at, said, known, mask: ...), "nothing is filled in yet"),
        (keeping(lambda x, at, said, known, mask: torch.where(mask, said, known)), "way round"),
        (keeping(lambda x, at, said, known, mask: torch.where(mask, known, x)), "the noisy state"),
        (
            keeping(lambda x, at, said, known, mask: torch.where(mask, at.alpha * known, said)),
            "needs no alpha",
        ),
        (keeping(lambda x, at, said, known, mask: said), "the known latent itself"),
        (
            keeping(lambda x, at, said, known, mask: torch.where(mask, known, 2 * said)),
            "what `denoise` says",
        ),
        (keeping(lambda x, at, said, known, mask: known), "a tensor of the shape"),
    ],
    "09.1": [
        (255 * 10 ** (-40.59 / 10), "a root is missing"),
        (GREYS**2, "mean squared error"),
        (GREYS / 255, "from 0 to 1"),
        (GREYS / 127.5, "from −1 to 1"),
        (2 * GREYS, "counted twice"),
        (40.59, "solve PSNR"),
        ([GREYS], "a single number"),
    ],
    "09.2": [
        (4, "ratio of the sides"),
        (16, "ratio of the places"),
        (1 / 256, "the other way round"),
        (65536, "count the pairs"),
    ],
    "09.3": [
        (lambda z: ..., "nothing is filled in yet"),
        (lambda z: (z.mean(), z.std()), "one number for all channels"),
        (lambda z: (z.mean(CHANNELS), z.std(CHANNELS)), "the shape (3, 1, 1)"),
        (lambda z: (of_channels(z, z.mean), of_channels(z, z.var)), "the variance"),
        (lambda z: (0 * of_channels(z, z.mean), of_channels(z, z.std)), "instead of 0"),
        (lambda z: (of_channels(z, z.mean), 1 / of_channels(z, z.std)), "not 1"),
        (lambda z: of_channels(z, z.mean), "two things"),
    ],
    "09.4": [
        (lambda m1, s1, m2, s2: ..., "nothing is filled in yet"),
        (lambda m1, s1, m2, s2: kl(m2, s2, m1, s1), "not symmetric"),
        (lambda m1, s1, m2, s2: kl(m1, s1, m2, s2) / math.log(2), "in bits"),
        (lambda m1, s1, m2, s2: kl(m1, s1**0.5, m2, s2**0.5), "square it"),
        (lambda m1, s1, m2, s2: kl(m1, s1, m2, s2) + 0.5, "must be 0"),
        (lambda m1, s1, m2, s2: torch.log(s1 / s2), "never below 0"),
        (lambda m1, s1, m2, s2: (m1 - m2) ** 2, "off elsewhere"),
        (lambda m1, s1, m2, s2: kl(m1, s1, m2, s2).sum(), "a tensor of the shape"),
    ],
}
