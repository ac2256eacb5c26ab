"""Interventions do what they say, to the rows that they name, and leave nothing behind."""

import pytest
import torch

from explorer.denoisers import paired
from explorer.models import intervene
from explorer.models.attention import record_attention
from explorer.models.text import TextUNet, TextUNetConfig
from explorer.samplers import dpmpp_2m
from explorer.schedules import levels, linear

TINY = TextUNetConfig(
    image_size=8, channels=(16, 32), attention=(True, True), head_dim=8, emb_dim=16, context_dim=16
)
PROMPTS = ("a red one on black", "a blue one on black")


@pytest.fixture(scope="module")
def net() -> TextUNet:
    torch.manual_seed(0)
    made = TextUNet(TINY).eval().requires_grad_(False)
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return made


@pytest.fixture(scope="module")
def call(net):
    """One call of two rows with different prompts."""
    rng = torch.Generator().manual_seed(1)
    x = torch.randn(2, 4, 8, 8, generator=rng)
    return x, torch.tensor([0.7, 0.7]), net.told(*PROMPTS)


def maps(net, call, change) -> dict[str, torch.Tensor]:
    """What passes on behind the change: hooks run in the order in which they came."""
    with intervene.changed(net, change), record_attention(net) as looks:
        net(*call)
    return {name: p[0] for name, p in looks.items() if name.endswith("cross_attention")}


def test_silencing_nothing_is_bit_identical(net, call):
    plain = net(*call)
    with intervene.changed(net, intervene.nothing):
        assert torch.equal(net(*call), plain)
    with intervene.changed(net, intervene.silence_word(2, rows=[])):
        assert torch.equal(net(*call), plain)


def test_hooks_are_gone_afterwards_even_after_an_error(net, call):
    plain = net(*call)

    def fail(name, p):
        raise RuntimeError("inside")

    with pytest.raises(RuntimeError, match="inside"), intervene.changed(net, fail):
        net(*call)
    assert not any(m._forward_hooks for m in net.modules())
    assert torch.equal(net(*call), plain)


def test_a_silenced_word_has_probability_exactly_0_and_rows_still_sum_to_one(net, call):
    before = maps(net, call, intervene.nothing)
    after = maps(net, call, intervene.silence_word(1, rows=[1]))
    for name, p in after.items():
        assert bool((p[1, ..., 1] == 0).all())
        assert (p.sum(-1) - 1).abs().max() < 1e-6
        assert bool((p[0, ..., 1] > 0).all()) and bool((p[..., 5:] == 0).all())
        others = before[name][1, ..., [0, 2, 3, 4]] if name.startswith("down.0") else None
        if others is not None:  # the first layer sees the same input: the others keep their ratios
            expected = others / others.sum(-1, keepdim=True)
            assert (p[1, ..., [0, 2, 3, 4]] - expected).abs().max() < 1e-6


def test_the_only_word_silenced_leaves_nothing_to_look_at(net, call):
    x, angle, _ = call
    alone = (x, angle, net.told("red", "blue"))
    after = maps(net, alone, intervene.silence_word(0, rows=[0]))
    for p in after.values():
        assert bool((p[0] == 0).all()) and bool((p[1, ..., 0] == 1).all())
    with intervene.changed(net, intervene.silence_word(0, rows=[0])):
        assert bool(net(*alone).isfinite().all())


def test_a_change_is_seen_in_its_rows_and_in_no_other(net, call):
    plain = net(*call)
    layer = next(iter(intervene.heads(net)))
    for change in (
        intervene.silence_word(1, rows=[1]),
        intervene.silence_head(layer, 0, rows=[1]),
        intervene.silence_layers([layer], rows=[1]),
        intervene.keep_maps(0, rows=[1]),
    ):
        with intervene.changed(net, change):
            out = net(*call)
        assert (out[0] - plain[0]).abs().max() < 1e-6
        assert (out[1] - plain[1]).abs().max() > 1e-4


def test_a_silenced_head_or_layer_gathers_nothing_and_the_others_look_as_before(net, call):
    before = maps(net, call, intervene.nothing)
    layer = next(iter(before))
    head = maps(net, call, intervene.silence_head(layer, 1, rows=[0]))[layer]
    assert bool((head[0, 1] == 0).all())
    assert torch.equal(head[0, 0], before[layer][0, 0]) and torch.equal(head[1], before[layer][1])
    whole = maps(net, call, intervene.silence_layers([layer], rows=[0]))[layer]
    assert bool((whole[0] == 0).all()) and torch.equal(whole[1], before[layer][1])


def test_self_attention_is_left_alone(net):
    assert all(name.endswith("cross_attention") for name in intervene.heads(net))
    assert any(name.endswith("self_attention") for name, _ in net.named_modules())


def test_keeping_the_maps_of_the_same_prompt_reproduces_its_run(net):
    """Injecting a run's own maps is no change; those of another prompt are one."""

    def run(prompts, change) -> torch.Tensor:
        def network(x, angle, context):
            with intervene.changed(net, change):
                return net(x, angle, context)

        context = net.told(*prompts)
        start = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(3)).expand(
            2, -1, -1, -1
        )
        denoise = paired(network, context, net.null_context(2), 3.0)
        return list(dpmpp_2m(denoise, start, levels(linear(), 5, "karras")))[-1].x

    kept = intervene.keep_maps(2, rows=[3])  # rows: null, null, first, edited
    same = run((PROMPTS[0], PROMPTS[0]), kept)
    assert (same[0] - same[1]).abs().max() < 1e-6
    plain, edited = run(PROMPTS, intervene.nothing), run(PROMPTS, kept)
    assert (plain[0] - edited[0]).abs().max() < 1e-6
    assert (plain[1] - edited[1]).abs().max() > 1e-4


def test_recorded_maps_of_a_call_injected_into_it_change_nothing(net, call):
    recorded = maps(net, call, intervene.nothing)
    plain = net(*call)
    with intervene.changed(net, lambda name, p: recorded[name]):
        assert torch.equal(net(*call), plain)


def test_changes_in_turn_each_do_their_part(net, call):
    both = intervene.in_turn(
        [intervene.silence_word(1, rows=[0]), intervene.silence_word(2, rows=[1])]
    )
    for p in maps(net, call, both).values():
        assert bool((p[0, ..., 1] == 0).all()) and bool((p[1, ..., 2] == 0).all())


@pytest.mark.parametrize("rows", [(1, 2), range(1, 3)], ids=["tuple", "range"])
def test_rows_may_come_as_any_sequence(rows):
    p = torch.rand(4, 2, 3, 5, generator=torch.Generator().manual_seed(0))
    for make in (
        lambda rows: intervene.silence_word(3, rows),
        lambda rows: intervene.silence_head("layer", 1, rows),
        lambda rows: intervene.silence_layers(["layer"], rows),
        lambda rows: intervene.keep_maps(0, rows),
    ):
        assert torch.equal(make(rows)("layer", p), make([1, 2])("layer", p))
