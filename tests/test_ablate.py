"""Taking a part away does what it says, to the rows that it names, and leaves nothing behind."""

from copy import deepcopy

import pytest
import torch
from torch.nn import functional as F

from explorer.models import ablate, anatomy
from explorer.models.text import TextUNet, TextUNetConfig
from explorer.models.unet import UNet, mean_token

TINY = TextUNetConfig(
    image_size=8,
    channels=(8, 16),
    attention=(True, True),
    head_dim=8,
    emb_dim=16,
    context_dim=16,
    blocks=2,
)


@pytest.fixture(scope="module")
def net() -> TextUNet:
    torch.manual_seed(0)
    made = TextUNet(TINY).eval().requires_grad_(False)
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return made


@pytest.fixture(scope="module")
def call(net):
    """One call of two rows."""
    x = torch.randn(2, 4, 8, 8, generator=torch.Generator().manual_seed(1))
    return x, torch.tensor([0.7, 1.2]), net.told("a red one on black", "a blue one on black")


def largest(a: torch.Tensor, b: torch.Tensor) -> float:
    return (a - b).abs().max().item()


def by_hand(net: UNet, x, angle, context, zeroed: int) -> torch.Tensor:
    """UNet.forward, written out again with zeros for one skip connection."""
    emb = F.silu(net.angle(angle) + net.pooled(mean_token(context)))
    h, skips, blocks = net.enter(x.contiguous(memory_format=torch.channels_last)), [], 2
    for i, stage in enumerate(net.down):
        h = stage(h, emb, context)
        skips.append(torch.zeros_like(h) if i == zeroed else h)
        if (i + 1) % blocks == 0 and i + 1 < len(net.down):
            h = net.shrink[i // blocks](h)
    h = net.middle(h, emb, context)
    for i, stage in enumerate(net.up):
        h = stage(torch.cat([h, skips.pop()], 1), emb, context)
        if (i + 1) % blocks == 0 and i + 1 < len(net.up):
            h = F.interpolate(net.grow[i // blocks](h), scale_factor=2)
    return net.leave(F.silu(net.norm(h)))


@pytest.mark.parametrize("index", range(4))
def test_a_cut_skip_equals_zeros_fed_by_hand(net, call, index):
    assert torch.equal(by_hand(net, *call, zeroed=-1), net(*call))
    with ablate.ablated(net, ablate.cut_skip(index, [0, 1])):
        assert torch.equal(net(*call), by_hand(net, *call, zeroed=index))


def test_a_silenced_block_is_its_shortcut(net, call, monkeypatch):
    for block in ablate.residuals(net):
        with ablate.ablated(net, ablate.silence(block, [0, 1])):
            silenced = net(*call)
        module = net.get_submodule(block)
        with monkeypatch.context() as patched:
            patched.setattr(module, "forward", lambda h, emb, module=module: module.shortcut(h))
            assert torch.equal(silenced, net(*call))
        assert largest(silenced, net(*call)) > 1e-4


def test_a_frozen_block_gives_in_every_call_what_it_gave_in_the_first(net, call):
    x, angle, context = call
    block, seen = "middle.residual", []
    freeze = ablate.freeze(block, [0, 1])
    with ablate.ablated(net, freeze):
        assert torch.equal(net(*call), net(*call))
    handle = net.get_submodule(block).register_forward_hook(lambda m, i, out: seen.append(out))
    try:
        first = net(*call)
        with ablate.ablated(net, freeze):  # its memory outlives the hooks
            assert torch.equal(net(*call), first)
            held = net(2 * x, angle / 2, context)
    finally:
        handle.remove()
    assert largest(held, net(2 * x, angle / 2, context)) > 1e-4
    with ablate.ablated(net, ablate.freeze(block, [0, 1])):  # a new change begins anew
        assert torch.equal(net(2 * x, angle / 2, context), net(2 * x, angle / 2, context))


@pytest.mark.parametrize("kind", ["self_attention", "cross_attention"])
def test_attention_that_is_off_is_one_whose_output_layer_is_zero(net, call, kind):
    without = deepcopy(net)
    for name in ablate.looks(without, kind):
        for parameter in without.get_submodule(name).out.parameters():
            parameter.zero_()
    with ablate.ablated(net, ablate.look_away(kind, [0, 1])):
        assert largest(net(*call), without(*call)) == 0
    assert largest(net(*call), without(*call)) > 1e-4


def test_untold_is_adagn_with_zero_weights_and_hides_the_noise_level(net, call):
    x, angle, context = call
    without = deepcopy(net)
    for name in ablate.residuals(without):
        for parameter in without.get_submodule(name).scale_shift.parameters():
            parameter.zero_()
    with ablate.ablated(net, ablate.untold([0, 1])):
        assert largest(net(*call), without(*call)) == 0
        assert torch.equal(net(x, angle, context), net(x, angle * 0, context))


def changes(net, rows) -> list[ablate.Change]:
    return [
        ablate.cut_skip(1, rows),
        ablate.silence("up.1.residual", rows),
        ablate.freeze("down.1.residual", rows),
        ablate.look_away("self_attention", rows),
        ablate.untold(rows),
    ]


def test_a_change_is_seen_in_its_rows_and_in_no_other(net, call):
    plain = net(*call)
    for change in changes(net, [1]):
        with ablate.ablated(net, change):
            net(*call)
            out = net(call[0] * 1.5, *call[1:])
        assert largest(out[:1], net(call[0] * 1.5, *call[1:])[:1]) < 1e-5
        assert largest(out[1:], net(call[0] * 1.5, *call[1:])[1:]) > 1e-4
    assert torch.equal(net(*call), plain)


def test_changes_that_share_a_batch_do_what_each_does_alone(net, call):
    x, angle, context = (part[:1].expand(3, *part.shape[1:]) for part in call)
    cut, silent = ablate.cut_skip(0, [1]), ablate.silence("middle.residual", [2])
    with ablate.ablated(net, cut, silent):
        together = net(x, angle, context)
    for row, change in enumerate((None, ablate.cut_skip(0, [0]), None)):
        with ablate.ablated(net, *filter(None, [change])):
            alone = net(x[:1], angle[:1], context[:1])
        if row < 2:
            assert largest(together[row : row + 1], alone) < 1e-5


def test_hooks_are_gone_afterwards_even_after_an_error(net, call):
    plain = net(*call)
    with pytest.raises(RuntimeError), ablate.ablated(net, *changes(net, [0])):
        net(call[0][:, :1], *call[1:])
    bad = [
        ablate.cut_skip(9, [0]),
        ablate.silence("enter", [0]),
        ablate.silence("nowhere", [0]),
        ablate.look_away("no_attention", [0]),
    ]
    for wrong in bad:
        with (
            pytest.raises((ValueError, AttributeError)),
            ablate.ablated(net, ablate.untold([0]), wrong),
        ):
            pass
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in net.modules())
    assert torch.equal(net(*call), plain)


def test_residual_blocks_come_in_the_order_of_their_calls(net):
    called = [b.name for b in anatomy.anatomy(net).blocks if b.kind == "residual"]
    assert ablate.residuals(net) == called


def test_distance_is_the_root_mean_square_from_the_first():
    pictures = torch.tensor([0.0, 1.0, -5.0]).reshape(3, 1, 1, 1).expand(3, 1, 2, 2)
    assert ablate.distances(pictures).tolist() == [0, 1, 1]
