"""Recording attention changes nothing, misses nothing and leaves nothing behind."""

import pytest
import torch

from explorer.models.attention import (
    Attention,
    AttentionBlock,
    Probabilities,
    attention_layers,
    record_attention,
    row_sums,
    waves,
)
from explorer.models.unet import UNet, UNetConfig

SMALL = UNetConfig(
    image_size=8, channels=(8, 16), attention=(True, True), head_dim=8, emb_dim=16, context_dim=8
)


@pytest.fixture
def net() -> UNet:
    torch.manual_seed(0)
    net = UNet(SMALL).double().eval().requires_grad_(False)
    for parameter in net.parameters():  # the zeroed layers too: a net of zeros would prove nothing
        torch.nn.init.normal_(parameter, std=0.3)
    return net


def inputs(net: UNet, batch: int = 2, tokens: int = 1) -> tuple[torch.Tensor, ...]:
    rng = torch.Generator().manual_seed(1)
    size = (batch, 1, net.cfg.image_size, net.cfg.image_size)
    x = torch.randn(size, dtype=torch.float64, generator=rng)
    context = torch.randn(batch, tokens, net.cfg.context_dim, dtype=torch.float64, generator=rng)
    return x, torch.linspace(0.2, 1.4, batch, dtype=torch.float64), context


def hooks(net: torch.nn.Module) -> int:
    return sum(len(module._forward_hooks) for module in net.modules())


def test_output_is_bit_identical_while_recording(net):
    plain = net(*inputs(net))
    with record_attention(net):
        recorded = net(*inputs(net))
    assert torch.equal(plain, recorded)
    assert torch.equal(plain, net(*inputs(net)))


def test_hooks_are_gone_after_the_block(net):
    with record_attention(net) as maps:
        assert hooks(net) == len(attention_layers(net))
    assert hooks(net) == 0
    net(*inputs(net))
    assert not maps


def test_hooks_are_gone_after_an_error_in_the_block(net):
    x, angle, context = inputs(net)
    with pytest.raises(RuntimeError), record_attention(net):
        net(x, angle, context[:, :, :3])  # a context too narrow
    assert hooks(net) == 0


def test_a_recording_inside_a_recording_sees_its_own_calls_only(net):
    with record_attention(net) as outer:
        net(*inputs(net))
        with record_attention(net) as inner:
            net(*inputs(net))
    layers = attention_layers(net)
    assert [len(outer[name]) for name in layers] == [2] * len(layers)
    assert [len(inner[name]) for name in layers] == [1] * len(layers)
    assert all(torch.equal(outer[name][1], inner[name][0]) for name in layers)


def test_every_attention_layer_is_recorded_once_a_call_in_the_order_of_the_call(net):
    calls = 3
    with record_attention(net) as maps:
        for _ in range(calls):
            net(*inputs(net))
    stages = [f"down.{i}" for i in range(2)] + ["middle"] + [f"up.{i}" for i in range(2)]
    kinds = ("self_attention", "cross_attention")
    assert list(maps) == [f"{stage}.attention.{kind}" for stage in stages for kind in kinds]
    assert list(maps) == attention_layers(net)
    assert {len(kept) for kept in maps.values()} == {calls}


def test_maps_have_a_row_a_pixel_and_a_column_a_thing_looked_at(net):
    with record_attention(net) as maps:
        net(*inputs(net, batch=2, tokens=3))
    assert maps["down.0.attention.self_attention"][0].shape == (2, 1, 64, 64)  # 8 x 8 pixels
    assert maps["middle.attention.self_attention"][0].shape == (2, 2, 16, 16)  # 4 x 4 pixels
    assert maps["middle.attention.cross_attention"][0].shape == (2, 2, 16, 3)


def test_every_row_is_a_probability_distribution(net):
    with record_attention(net) as maps:
        net(*inputs(net, tokens=4))
    assert (row_sums(maps) - 1).abs().max() < 1e-12
    assert min(m.min() for kept in maps.values() for m in kept) >= 0


def test_cross_attention_to_a_single_token_is_exactly_one(net):
    with record_attention(net) as maps:
        net(*inputs(net, tokens=1))
    cross = [kept[0] for name, kept in maps.items() if name.endswith("cross_attention")]
    assert len(cross) == 5
    assert all(bool((m == 1).all()) for m in cross)


def test_probabilities_are_softmax_of_scaled_products_written_out():
    # Vaswani et al. 2017, eq. 1, for each head by itself
    torch.manual_seed(2)
    layer = Attention(12, 5, head_dim=4).double().requires_grad_(False)
    x = torch.randn(1, 6, 12, dtype=torch.float64)
    source = torch.randn(1, 7, 5, dtype=torch.float64)
    with record_attention(layer) as maps:
        output = layer(x, source)
    ((recorded,),) = maps.values()
    q = x[0] @ layer.q.weight.T  # (6, 12)
    k, v = (source[0] @ layer.kv.weight.T).split(12, 1)  # (7, 12) each
    looks = []
    for head in range(3):
        part = slice(4 * head, 4 * head + 4)
        e = (q[:, part] @ k[:, part].T / 2).exp()  # sqrt(head_dim) = 2
        p = e / e.sum(1, keepdim=True)
        assert (recorded[0, head] - p).abs().max() < 1e-12
        looks.append(p @ v[:, part])
    expected = torch.cat(looks, 1) @ layer.out.weight.T + layer.out.bias
    assert (output[0] - expected).abs().max() < 1e-12


def test_moving_the_pixels_moves_self_attention_with_them():
    # attention has no notion of place of its own: it is equivariant to permutations
    torch.manual_seed(3)
    block = AttentionBlock(8, 4, head_dim=4).double().requires_grad_(False)
    h = torch.randn(1, 8, 4, 4, dtype=torch.float64)
    context = torch.randn(1, 2, 4, dtype=torch.float64)
    order = torch.randperm(16)
    shuffled = h.flatten(2)[:, :, order].unflatten(2, (4, 4))
    moved = block(h, context).flatten(2)[:, :, order]
    assert (block(shuffled, context).flatten(2) - moved).abs().max() < 1e-12


def test_head_width_must_divide_the_channels():
    with pytest.raises(ValueError, match="dim 12 is not a multiple of head_dim 5"):
        Attention(12, 5, head_dim=5)


def test_nothing_is_recorded_where_nothing_attends():
    with record_attention(torch.nn.Linear(2, 2)) as maps:
        pass
    assert not maps and Probabilities()(3) == 3


def test_the_waves_of_two_by_two_places_are_these():
    """Rows in the order of the picture, left to right first; y comes before x, as weights say."""
    found = waves(2)
    line = torch.tensor([-0.5, 0.5])[:, None] * torch.pi * torch.tensor([0.5, 1.0, 2.0])
    one = torch.cat([line.sin(), line.cos()], 1)  # of the upper or left half, and of the other
    right = [torch.cat([one[y], one[x]]) for y in (0, 1) for x in (0, 1)]
    assert torch.equal(found, torch.stack(right)) and not torch.equal(found[1], found[2])
