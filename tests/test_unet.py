"""The U-Net listens to all that it is told, and has the shape that its configuration says."""

import math
from dataclasses import replace
from itertools import pairwise

import pytest
import torch

from explorer.models.unet import UNet, UNetConfig
from explorer.training.recipes import MNIST_UNET

SMALL = UNetConfig(
    image_size=8, channels=(8, 16), attention=(False, True), head_dim=8, emb_dim=16, context_dim=8
)


def network(cfg: UNetConfig = SMALL, seed: int = 0) -> UNet:
    """A network with every layer random, those that training starts at zero too."""
    torch.manual_seed(seed)
    net = UNet(cfg).double().eval().requires_grad_(False)
    for parameter in net.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return net


def picture(cfg: UNetConfig, batch: int = 2, size: int | None = None) -> torch.Tensor:
    rng = torch.Generator().manual_seed(1)
    shape = (batch, cfg.image_channels, size or cfg.image_size, size or cfg.image_size)
    return torch.randn(shape, dtype=torch.float64, generator=rng)


def angle(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


def labels(*values: int) -> torch.Tensor:
    return torch.tensor(values)


def largest(a: torch.Tensor, b: torch.Tensor) -> float:
    return (a - b).abs().max().item()


OTHERS = [
    replace(SMALL, image_channels=3, image_size=12, classes=4),
    replace(SMALL, channels=(8, 16, 16), attention=(True, False, True), blocks=2),
    replace(SMALL, channels=(8,), attention=(True,), image_size=5),
    replace(MNIST_UNET, image_size=16),
]


@pytest.mark.parametrize("cfg", [SMALL, *OTHERS])
def test_the_prediction_has_the_shape_of_the_picture(cfg):
    net, x = network(cfg), picture(cfg)
    v_hat = net(x, angle(0.3, 1.2), net.embed(labels(0, cfg.classes - 1)))
    assert v_hat.shape == x.shape
    assert v_hat.isfinite().all()


def test_a_fresh_network_predicts_zero():
    # zero-initialised last layer (Ho et al. 2020): training starts from v_hat = 0
    net = UNet(SMALL).double()
    assert (net(picture(SMALL), angle(0.3, 1.2), net.null_context(2)) == 0).all()


def test_null_and_minus_one_are_the_same_context():
    net = network()
    null = net.null_context(3)
    assert null.shape == (3, 1, SMALL.context_dim)
    assert torch.equal(net.embed(labels(net.null, -1, SMALL.classes)), null)
    assert largest(net.embed(labels(0))[0], null[0]) > 0.1


def test_the_label_changes_the_prediction_at_every_noise_level():
    net, x = network(), picture(SMALL, batch=1)
    for level in (0.0, 0.7, 1.57):
        said = [net(x, angle(level), net.embed(labels(k))) for k in (0, 1, net.null)]
        assert min(largest(said[0], said[1]), largest(said[0], said[2])) > 1e-3


def test_the_label_is_heard_through_cross_attention_and_through_the_embedding():
    net, x = network(), picture(SMALL, batch=1)

    def effect() -> float:
        return largest(*(net(x, angle(0.7), net.embed(labels(k))) for k in (0, 1)))

    pooled = net.pooled.weight.clone()
    net.pooled.weight.zero_()
    assert effect() > 1e-3  # cross-attention alone
    net.pooled.weight.copy_(pooled)
    for name, layer in net.named_modules():
        if name.endswith("cross_attention"):
            layer.kv.weight.zero_()
    assert effect() > 1e-3  # the embedding alone
    net.pooled.weight.zero_()
    assert effect() == 0  # there is no third way


def test_the_angle_changes_the_prediction_at_both_ends():
    net, x = network(), picture(SMALL, batch=1)
    said = [net(x, angle(a), net.null_context(1)) for a in (0.0, 0.05, 0.8, 1.52, 1.57)]
    assert all(largest(a, b) > 1e-3 for a, b in pairwise(said))


def test_every_row_of_a_batch_has_its_own_picture_angle_and_label():
    net, x = network(), picture(SMALL, batch=3)
    angles, context = angle(0.1, 0.8, 1.5), net.embed(labels(1, 2, -1))
    alone = [net(x[i : i + 1], angles[i : i + 1], context[i : i + 1]) for i in range(3)]
    assert largest(net(x, angles, context), torch.cat(alone)) < 1e-12


@pytest.mark.parametrize("cut", [0, 1])
def test_every_skip_connection_is_used(cut):
    net, x = network(), picture(SMALL)
    told = angle(0.3, 1.2), net.embed(labels(0, 1))
    whole = net(x, *told)
    stage = net.up[len(net.down) - 1 - cut]  # the last kept is the first used
    kept = SMALL.channels[cut]
    seen = []

    def silence(_stage, arguments):
        h, *rest = arguments
        seen.append(h[:, -kept:])
        return (torch.cat([h[:, :-kept], torch.zeros_like(h[:, -kept:])], 1), *rest)

    handle = stage.register_forward_pre_hook(silence)
    outputs = []
    keep = net.down[cut].register_forward_hook(lambda _m, _i, output: outputs.append(output))
    without = net(x, *told)
    handle.remove()
    keep.remove()
    assert torch.equal(seen[0], outputs[0])  # what arrives is what that stage made
    assert largest(whole, without) > 1e-3


def test_the_mnist_recipe_has_between_1_and_1_5_million_parameters():
    assert 1.0e6 < sum(p.numel() for p in UNet(MNIST_UNET).parameters()) < 1.5e6


def test_attention_stands_at_the_two_lower_resolutions_of_the_mnist_recipe():
    assert MNIST_UNET.attention == (False, True, True)
    stages = [*(net := UNet(MNIST_UNET)).down, net.middle, *net.up]
    assert [stage.attention is not None for stage in stages] == [
        False, True, True, True, True, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"attention": (True,)}, "channels has 2 entries and attention 1: both need one"),
        ({"image_size": 1}, "image_size 1 cannot be halved 1 times: use at least 2"),
        ({"head_dim": 5}, "dim 16 is not a multiple of head_dim 5"),
    ],
)
def test_a_shape_that_no_network_can_have_is_refused_by_name(change, sentence):
    with pytest.raises(ValueError, match=sentence):
        UNet(replace(SMALL, **change))


@pytest.mark.parametrize("side", [8, 9, 10, 11, 13])
def test_every_side_is_halved_rounding_up_and_grown_back(side):
    cfg = replace(SMALL, channels=(8, 16, 16), attention=(False, False, True), image_size=side)
    net, sides = network(cfg), []
    for stage in net.down:
        stage.register_forward_hook(lambda _m, _i, output: sides.append(output.shape[-1]))
    assert net(picture(cfg), angle(0.3, 1.2), net.embed(labels(0, 3))).shape[-2:] == (side, side)
    assert sides == [math.ceil(side / 2**level) for level in range(3)]
    assert sides == [cfg.side(level) for level in range(3)]


def test_a_gradient_reaches_every_parameter():
    cfg = replace(SMALL, channels=(8, 16, 16), attention=(False, True, True))
    net = network(cfg).requires_grad_(True)
    net(picture(cfg), angle(0.3, 1.2), net.embed(labels(0, 3))).square().sum().backward()
    blind = [n for n, p in net.named_parameters() if p.grad is None or not p.grad.any()]
    # over one token cross-attention is 1 whatever its queries are, so that they learn nothing
    queries = ("norm_cross.weight", "norm_cross.bias", "cross_attention.q.weight")
    assert all(name.endswith(queries) for name in blind)
    assert len(blind) == 5 * len(queries)
