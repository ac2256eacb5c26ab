"""Exercises of lesson 5: what the parts of a U-Net compute, and what they cost."""

from functools import cache

import torch
from torch import Tensor
from torch.nn import functional as F

from explorer.course.checks import Wrong, exercise
from explorer.course.exercises.answers import called, close, normal, number
from explorer.models import zoo
from explorer.models.ablate import ablated, cut_skip
from explorer.models.unet import UNet

SIZES = ((64, 196), (96, 49), (32, 784))  # channels, pixels


@exercise("05.a")
def attention_flops(answer: object) -> None:
    """answer(channels, pixels): floating-point operations of one self-attention."""
    for c, n in SIZES:
        found = called(answer, c, n, shape=()).item()
        projections, products = 8 * n * c * c, 4 * n * n * c
        if close(found, projections + products):
            continue
        if close(2 * found, projections + products):
            raise Wrong("a multiplication and its addition count as two operations.")
        if close(found, projections):
            raise Wrong("the two products with the map are missing: they grow with pixels².")
        if close(found, products):
            raise Wrong("the four projections (queries, keys, values, out) are missing.")
        if close(found, projections * 3 / 4 + products) or close(found, projections / 4 + products):
            raise Wrong("there are four projections: queries, keys, values, and out.")
        if close(found, projections + products / 2):
            raise Wrong("the map is used twice: it is made of q and k, and then mixes the v.")
        raise Wrong(
            f"for {c} channels and {n} pixels you say {found:,.0f}. A product of (N, C) and (C, C) "
            "is 2·N·C·C operations; one of (N, C) and (C, N) is 2·N·C·N."
        )


@exercise("05.b")
def dearer(answer: object) -> None:
    """The smallest side at which self-attention is dearer than a 3 x 3 convolution, 64 channels."""
    said = number(answer)
    if said == 13:
        return
    if close(said, 160, 0.01):
        raise Wrong("160 is the number of pixels: what is the side of such a picture?")
    if said == 12 or 12 < said < 13:
        raise Wrong(
            f"at {int(said)} pixels a side the convolution is still the dearer one; "
            "a side is a whole number."
        )
    raise Wrong(
        f"{said:g} is not it. Set 8·N·C² + 4·N²·C beside the 18·N·C² of the convolution, divide "
        "by N·C, and remember that N is the side squared."
    )


@exercise("05.1")
def parameters(answer: object) -> None:
    """Parameters of a 3 x 3 convolution from 64 to 96 channels."""
    said = number(answer)
    hints: dict[float, str] = {
        9 * 64 * 96: "each of the 96 output channels has a bias too.",
        9 * 64 * 96 + 64: "the biases belong to the output channels.",
        64 * 96 + 96: "each pair of channels has a weight for each of the 3 × 3 places.",
        3 * 64 * 96 + 96: "the filter has 3 × 3 places.",
        2 * 9 * 64 * 96: "that is arithmetic at one pixel; parameters are stored once.",
    }
    if said != 9 * 64 * 96 + 96:
        plain = "count the 3 × 3 places, the pairs of channels and the biases."
        raise Wrong(f"{said:g} is not it: {hints.get(said, plain)}")


@exercise("05.2")
def one_token(answer: object) -> None:
    """The probability that a pixel gives to the only token."""
    said = number(answer)
    if said == 1:
        return
    if close(said, 1 / 49, 0.01) or close(said, 1 / 196, 0.01):
        raise Wrong(
            "that would be each pixel's even share as a key, but here the keys are the tokens."
        )
    raise Wrong(
        f"{said:g} is not it: a row of the map sums to one. Over how many keys does it run here?"
    )


@exercise("05.3")
def attend(answer: object) -> None:
    """answer(q (Q, D), k (K, D), v (K, E)) -> (Q, E)."""
    q, k, v = 2 * normal(5, 8), 2 * normal(7, 8, seed=1), 2 * normal(7, 3, seed=2)
    found, scores = called(answer, q, k, v, shape=(5, 3)), q @ k.T
    if close(found, (scores / 8**0.5).softmax(1) @ v):
        return
    if close(found, scores.softmax(1) @ v):
        raise Wrong("the scores are not divided by the root of the width, here 8.")
    if close(found, (scores / 8).softmax(1) @ v):
        raise Wrong("you divide by the width: it should be its root.")
    for width, of in ((7, "the number of keys"), (3, "the width of v")):
        if close(found, (scores / width**0.5).softmax(1) @ v):
            raise Wrong(f"you take the root of {of}, and it is that of the width of q and k.")
    if close(found, (scores / 8**0.5).softmax(0) @ v):
        raise Wrong("the softmax runs over the queries: each row, a query's, should sum to one.")
    if close(found, scores / 8**0.5 @ v):
        raise Wrong("the softmax is missing: scores are not yet probabilities.")
    raise Wrong(f"it is off by {(found - (scores / 8**0.5).softmax(1) @ v).abs().max():.2f}.")


@exercise("05.4")
def group_norm(answer: object) -> None:
    """answer(h (B, C, H, W), groups): GroupNorm without weight and bias."""
    h = normal(2, 8, 5, 5) * torch.arange(1, 9)[:, None, None] + 3
    for groups in (4, 1, 8):
        right = F.group_norm(h, groups)
        found = called(answer, h, groups, shape=h.shape)
        if close(found, right, 1e-3):
            continue
        if close(found, F.group_norm(h, 8), 1e-3):
            raise Wrong("you norm each channel by itself: a group is C / groups channels together.")
        if close(found, F.group_norm(h, 1), 1e-3):
            raise Wrong("you norm all channels together: there are several groups.")
        parts = h.reshape(2, groups, -1)
        mean, std = parts.mean(-1, keepdim=True), parts.std(-1, correction=0, keepdim=True)
        for wrong, hint in (
            (parts - mean, "divide by the standard deviation too."),
            (parts / std, "subtract the mean first."),
            ((parts - mean) / std**2, "you divide by the variance; it should be its root."),
            (
                (parts - mean) / parts.std(-1, keepdim=True),
                "var() and std() divide by one less than the count, unless told correction=0.",
            ),
        ):
            if close(found, wrong.reshape(h.shape), 1e-3):
                raise Wrong(f"with {groups} groups: {hint}")
        raise Wrong(f"with {groups} groups it is off by {(found - right).abs().max():.2f} at most.")


@cache
def _net() -> UNet:
    return zoo.load("mnist", UNet)


@exercise("05.5")
def blind(answer: object) -> None:
    """answer(net, x (2, 1, 28, 28), angle, context): the prediction without the finest skip."""
    net = _net()
    x = torch.randn(2, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        call = x, torch.full((2,), 0.8), net.embed(torch.tensor([3, 7]))
        try:
            found, before = called(answer, net, *call, shape=(2, 1, 28, 28)), net(*call)
        except IndexError:
            raise Wrong("the batch has len(x) pictures, here 2: name all their rows.") from None
        if close(found, _without(net, 0, [0, 1], call)):
            return
        if close(found, before):
            raise Wrong("that is the intact network's: call it inside the block of ablated.")
        if close(found, _without(net, 2, [0, 1], call)):
            raise Wrong("that is without the coarsest skip: the encoder is counted from 0.")
        if close(found, _without(net, 0, [0], call)):
            raise Wrong("only the first picture lost its skip: name all rows of the batch.")
    raise Wrong("it is neither the intact prediction nor the one without the finest skip.")


def _without(net: UNet, index: int, rows: list[int], call: tuple[Tensor, ...]) -> Tensor:
    with ablated(net, cut_skip(index, rows)):
        return net(*call)
