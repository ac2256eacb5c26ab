"""The drawing of a U-Net holds all of it and costs what a call costs; looking changes nothing."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch.nn import functional as F

from explorer.costs import gflop
from explorer.models import anatomy, features, zoo
from explorer.models.text import TextUNet, TextUNetConfig
from explorer.models.unet import ResidualBlock, UNet, UNetConfig

SMALL = UNetConfig(
    image_size=8, channels=(8, 16), attention=(False, True), head_dim=8, emb_dim=16, context_dim=8
)
WORDS = TextUNetConfig(
    image_size=8, channels=(8, 16), attention=(True, True), head_dim=8, emb_dim=16, context_dim=16
)
UNTRAINED = {
    "small": SMALL,
    "two blocks": replace(SMALL, blocks=2),
    "no attention": replace(SMALL, attention=(False, False)),
    "one resolution": replace(SMALL, channels=(8,), attention=(True,), image_size=5),
    "colour, three resolutions": replace(
        SMALL, image_channels=3, channels=(8, 16, 16), attention=(True, False, True), self_from=2
    ),
    "placed words": WORDS,
    "plain words": replace(WORDS, placed=False, self_from=0, blocks=3),
}
SHIPPED = [name for name in ("mnist", "scenes") if name in zoo.available()]


def made(name: str) -> UNet:
    """A shipped network, or one of UNTRAINED with every layer random."""
    if name not in UNTRAINED:
        return zoo.load(name)
    torch.manual_seed(0)
    cfg = UNTRAINED[name]
    net = (TextUNet if isinstance(cfg, TextUNetConfig) else UNet)(cfg).eval().requires_grad_(False)
    for parameter in net.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return net


@pytest.fixture(params=[*SHIPPED, *UNTRAINED])
def net(request) -> UNet:
    return made(request.param)


def call(net: UNet) -> tuple[torch.Tensor, ...]:
    cfg, rng = net.cfg, torch.Generator().manual_seed(1)
    x = torch.randn(1, cfg.image_channels, cfg.image_size, cfg.image_size, generator=rng)
    return x, torch.tensor([0.7]), net.null_context(1)


def largest(a: torch.Tensor, b: torch.Tensor) -> float:
    return (a - b).abs().max().item()


def test_every_parameter_belongs_to_exactly_one_block_that_is_drawn(net):
    found = anatomy.anatomy(net)
    names = [block.name for block in found.blocks]
    assert len(set(names)) == len(names)
    for parameter, _ in net.named_parameters():
        assert sum(parameter.startswith(f"{name}.") for name in names) == 1, parameter
    total = sum(p.numel() for p in net.parameters())
    assert sum(block.parameters for block in found.blocks) == found.parameters == total


def test_the_blocks_arithmetic_sums_to_the_call(net):
    found = anatomy.anatomy(net)
    within = sum(block.flops for block in found.blocks if block.within)
    assert within == found.flops == round(gflop(net, *call(net)) * 1e9)


def test_shapes_are_those_of_a_real_call_and_blocks_stand_in_its_order(net):
    found = [block for block in anatomy.anatomy(net).blocks if block.within]
    order = []
    handles = [
        net.get_submodule(block.name).register_forward_hook(
            lambda _m, inputs, out, block=block: order.append((block, inputs, out))
        )
        for block in found
    ]
    net(*call(net))
    for handle in handles:
        handle.remove()
    assert [block.name for block, *_ in order] == [block.name for block in found]
    for block, inputs, out in order:
        assert block.given == tuple(out.shape[1:])
        if block.name != "pooled":
            seen = tuple(tuple(x.shape[1:]) for x in inputs)
            assert all(
                a == b or len(a) == 2 for a, b in zip(block.taken, seen, strict=True)
            )  # tokens: as many as the prompt has


def test_a_skip_connection_brings_its_source_to_the_end_of_its_targets_input(net):
    skips = anatomy.skips(net)
    points = [(s.source, features.OUT) for s in skips] + [(s.target, features.IN) for s in skips]
    with features.record_features(net, points) as seen:
        net(*call(net))
    for skip in skips:
        kept, joined = seen[skip.source, features.OUT], seen[skip.target, features.IN]
        assert torch.equal(joined[:, -skip.channels :], kept) and kept.shape[1] == skip.channels


def test_what_is_never_called_has_no_shape():
    blocks = {block.name: block for block in anatomy.anatomy(made("placed words")).blocks}
    assert blocks["labels"].given is None and blocks["labels"].flops == 0
    assert not blocks["text"].within and blocks["text"].flops > 0
    assert blocks["enter"].kind == "convolution" and blocks["text"].kind == "text"


def test_every_block_of_a_call_is_timed(net):
    found, times = anatomy.anatomy(net), anatomy.times(net, call(net), repeats=2)
    assert set(times.blocks) == {block.name for block in found.blocks if block.within}
    assert min(times.blocks.values()) > 0 and times.rest > 0
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in net.modules())


# --- the recorder ------------------------------------------------------------------------------


def everywhere(net: UNet) -> list[features.Point]:
    return [
        features.absolute(name, step.point)
        for name in anatomy.blocks(net)
        for step in features.steps(net, name)
    ]


def test_recording_is_inert_and_leaves_nothing_behind(net):
    plain = net(*call(net))
    with features.record_features(net, everywhere(net)) as seen:
        assert torch.equal(net(*call(net)), plain)
    assert seen and not any(m._forward_hooks or m._forward_pre_hooks for m in net.modules())
    assert torch.equal(net(*call(net)), plain)


def test_hooks_are_gone_even_after_an_error():
    net = made("small")
    with pytest.raises(RuntimeError), features.record_features(net, everywhere(net)):
        net(torch.zeros(1, 5, 8, 8), torch.tensor([0.7]), net.null_context(1))
    with (
        pytest.raises(AttributeError),
        features.record_features(net, [("enter", features.OUT), ("nowhere", features.OUT)]),
    ):
        pass
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in net.modules())


def recorded(net: UNet, block: str) -> dict[str, torch.Tensor]:
    inside = features.steps(net, block)
    points = {step.key: features.absolute(block, step.point) for step in inside}
    if "adagn" in points:
        points["told"] = (f"{block}.scale_shift", features.OUT)
    with features.record_features(net, list(points.values())) as seen:
        net(*call(net))
    return {key: seen[point] for key, point in points.items()}


def test_the_steps_of_a_residual_block_are_its_formulas(net):
    for block in [n for n, m in anatomy.blocks(net).items() if isinstance(m, ResidualBlock)]:
        h, module = recorded(net, block), net.get_submodule(block)
        scale, shift = h["told"][..., None, None].chunk(2, 1)
        groups = h["input"].unflatten(1, (module.norm_in.num_groups, -1))
        mean = groups.mean((2, 3, 4), keepdim=True)
        var = groups.var((2, 3, 4), keepdim=True, unbiased=False)
        normed = ((groups - mean) / (var + 1e-5).sqrt()).flatten(1, 2)
        gamma, beta = module.norm_in.weight[:, None, None], module.norm_in.bias[:, None, None]
        assert largest(h["norm_in"], gamma * normed + beta) < 1e-4
        assert largest(h["act_in"], h["norm_in"] / (1 + (-h["norm_in"]).exp())) < 1e-5
        assert torch.equal(h["adagn"], torch.addcmul(shift, h["norm_out"], 1 + scale))
        assert torch.equal(h["act_out"], F.silu(h["adagn"]))
        assert torch.equal(h["sum"], h["shortcut"] + h["conv_out"])


def test_the_steps_of_attention_add_up(net):
    for block in [n for n, b in anatomy.blocks(net).items() if anatomy.kind(b) == "attention"]:
        h = recorded(net, block)

        def image(tokens, like=h["input"]):
            return tokens.transpose(1, 2).unflatten(2, like.shape[2:])

        before = h["input"]
        if "self_attention" in h:
            assert torch.equal(h["sum_self"], before + image(h["self_attention"]))
            before = h["sum_self"]
        assert torch.equal(h["sum_cross"], before + image(h["cross_attention"]))


def test_every_step_names_the_line_of_the_source_that_computes_it(net):
    folder = Path(anatomy.__file__).parent
    for block in anatomy.blocks(net):
        for step in features.steps(net, block):
            found = features.source(net, block, step)
            lines = (folder / found.file).read_text("utf-8").splitlines()
            assert lines[found.number - 1].strip() == found.line and found.piece in found.line


@pytest.mark.skipif("mnist" not in zoo.available(), reason="the mnist weights are not here")
def test_the_points_of_the_recorder_changed_no_number(monkeypatch):
    """As ResidualBlock.forward was before activations became modules."""

    def before(self, h, emb):
        shortcut = self.shortcut(h)
        h = self.conv_in(F.silu(self.norm_in(h)))
        scale, shift = self.scale_shift(emb)[..., None, None].chunk(2, 1)
        h = torch.addcmul(shift, self.norm_out(h), 1 + scale)
        return shortcut + self.conv_out(F.silu(h))

    net = zoo.load("mnist")
    now = net(*call(net))
    monkeypatch.setattr(ResidualBlock, "forward", before)
    assert torch.equal(net(*call(net)), now)
    assert not any("act_" in name for name in net.state_dict())
