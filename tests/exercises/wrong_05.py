"""Wrong answers to the exercises of lesson 5, and what each is told."""

from torch.nn import functional as F

from explorer.models import ablate


def flops(projections, products):
    return lambda c, n: projections * n * c * c + products * n * n * c


def cut(index, rows):
    def blind(net, x, angle, context):
        with ablate.ablated(net, ablate.cut_skip(index, rows(x))):
            return net(x, angle, context)

    return blind


def parts(h, groups):
    part = h.reshape(len(h), groups, -1)
    return part, part.mean(-1, keepdim=True), part.std(-1, correction=0, keepdim=True)


def centred(h, groups):
    part, mean, _ = parts(h, groups)
    return (part - mean).reshape(h.shape)


def by_variance(h, groups):
    part, mean, std = parts(h, groups)
    return ((part - mean) / std**2).reshape(h.shape)


def by_one_less(h, groups):
    part, mean, _ = parts(h, groups)
    return ((part - mean) / part.std(-1, keepdim=True)).reshape(h.shape)


def uncentred(h, groups):
    part, _, std = parts(h, groups)
    return (part / std).reshape(h.shape)


WRONG = {
    "05.a": [
        (lambda c, n: ..., "nothing is filled in yet"),
        (flops(4, 2), "count as two operations"),
        (flops(8, 0), "two products with the map"),
        (flops(0, 4), "four projections"),
        (flops(6, 4), "there are four projections"),
        (flops(8, 2), "the map is used twice"),
        (flops(8, 8), "64 channels and 196 pixels"),
    ],
    "05.b": [
        (160, "the number of pixels"),
        (12, "the convolution is still the dearer one"),
        (160**0.5, "a side is a whole number"),
        (28, "divide by N·C"),
    ],
    "05.1": [
        (9 * 64 * 96, "has a bias too"),
        (9 * 64 * 96 + 64, "belong to the output channels"),
        (64 * 96 + 96, "each of the 3 × 3 places"),
        (3 * 64 * 96 + 96, "3 × 3 places"),
        (2 * 9 * 64 * 96, "arithmetic at one pixel"),
        (5, "pairs of channels"),
    ],
    "05.2": [
        (1 / 49, "the keys are the tokens"),
        (0.5, "Over how many keys"),
    ],
    "05.3": [
        (lambda q, k, v: (q @ k.T).softmax(1) @ v, "root of the width, here 8"),
        (lambda q, k, v: (q @ k.T / 8).softmax(1) @ v, "you divide by the width"),
        (lambda q, k, v: (q @ k.T / 7**0.5).softmax(1) @ v, "the root of the number of keys"),
        (lambda q, k, v: (q @ k.T / 3**0.5).softmax(1) @ v, "the root of the width of v"),
        (lambda q, k, v: (q @ k.T / 8**0.5).softmax(0) @ v, "over the queries"),
        (lambda q, k, v: q @ k.T / 8**0.5 @ v, "softmax is missing"),
        (lambda q, k, v: (q @ k.T / 8**0.5).softmax(1), "the shape (5, 7)"),
        (lambda q, k, v: (q @ k.T).sigmoid() @ v, "it is off by"),
    ],
    "05.4": [
        (lambda h, groups: F.group_norm(h, h.shape[1]), "each channel by itself"),
        (lambda h, groups: F.group_norm(h, 1), "all channels together"),
        (centred, "divide by the standard deviation"),
        (by_variance, "by the variance"),
        (uncentred, "subtract the mean"),
        (by_one_less, "correction=0"),
        (lambda h, groups: h, "with 4 groups it is off by"),
    ],
    "05.5": [
        (lambda net, *call: net(*call), "the intact network's"),
        (cut(2, lambda x: range(len(x))), "the coarsest skip"),
        (cut(0, lambda x: [0]), "only the first picture"),
        (cut(0, lambda x: range(4)), "name all their rows"),
        (lambda net, *call: -net(*call), "neither"),
    ],
}
