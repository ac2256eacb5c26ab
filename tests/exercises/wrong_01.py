"""Wrong answers to the exercises of lesson 1, and what each must be told."""

import math

import torch


def entropy(shares):
    return -torch.xlogy(shares, shares).sum(1)


def posterior(xt, data, prior, level, *, square=True, half=2.0, weigh=True, scaled=True):
    distance = (xt - (level.alpha if scaled else 1) * data).norm(dim=1)
    logits = -(distance**2 if square else distance) / (half * level.sigma**2)
    return torch.softmax(logits + (prior.log() if weigh else 0), 0)


WRONG = {
    "01.a": [
        (lambda shares: ..., "nothing is filled in yet"),
        (lambda shares: math.log(shares.shape[1]) - entropy(shares).mean(), "to base 2"),
        (lambda shares: math.log2(shares.shape[1]) + entropy(shares).mean(), "minus sign"),
        (lambda shares: math.log2(shares.shape[1]) - entropy(shares).mean(), "divide by ln 2"),
        (lambda shares: math.log2(20) - entropy(shares).mean() / math.log(2), "K is the number"),
        (
            lambda shares: math.log2(shares.shape[1]) - entropy(shares).sum() / math.log(2),
            "summed over the pictures",
        ),
        (
            lambda shares: (
                math.log2(shares.shape[1]) - entropy(shares.mean(0, keepdim=True)) / math.log(2)
            ),
            "you say 0 bits",
        ),
        (
            lambda shares: math.log2(shares.shape[1]) - entropy(shares).max() / math.log(2),
            "mean of the rows",
        ),
    ],
    "01.b": [
        (..., "where the three dots are"),
        ("0.17", "a single number"),
        (0.15, "not in 90 %"),
        (0.17, "not in 90 %"),
        (0.172, "not in 90 %"),
        (0.0863, "mind the 2"),
        (2.5631 / 14.8014, "not in 90 %"),
        (1.2, "between 0 and 1"),
    ],
    "01.1": [(1.9, "variances that add"), (1.69, "is the variance"), (1.2, "add the variances")],
    "01.2": [
        (lambda std: ..., "nothing is filled in yet"),
        (lambda std: None, "returns nothing"),
        (3, "a function is asked for"),
        (lambda std: math.log(2 * math.pi * math.e * std**2) / 2, "in nats"),
        (lambda std: math.log2(2 * math.pi * math.e) / 2 + math.log2(std**2), "the variance"),
        (lambda std: math.log2(2 * math.pi * math.e * std) / 2, "yours is 1 more"),
        (lambda std: math.log2(2 * math.pi * std**2) / 2, "entropy of N(0, 1) is 2.047"),
    ],
    "01.3": [
        (3, "still unknown"),
        (math.log2(1000), "all there was to know"),
        (math.log(125), "right in nats"),
        (125, "entropy before looking less"),
    ],
    "01.4": [
        (lambda xt, data, prior, level: ..., "nothing is filled in yet"),
        (lambda *asked: posterior(*asked)[:2], "three probabilities"),
        (lambda *asked: 2 * posterior(*asked), "add up to 1, and yours to 2"),
        (lambda *asked: posterior(*asked, square=False), "distance squared"),
        (lambda *asked: posterior(*asked, half=1), "divided by 2 sigma²"),
        (lambda *asked: posterior(*asked, scaled=False), "from alpha times"),
        (lambda *asked: posterior(*asked, weigh=False), "with its prior"),
    ],
}
