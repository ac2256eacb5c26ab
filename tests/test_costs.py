"""What costs.py counts is what arithmetic says, and a picture costs more than its latent."""

import pytest
import torch
from torch import nn

from explorer import costs
from explorer.models.text import TextUNet, TextUNetConfig
from explorer.models.vae import VAE, VAEConfig

SMALL = TextUNetConfig(
    image_size=8,
    channels=(8, 16, 16),
    attention=(True, True, True),
    head_dim=8,
    emb_dim=16,
    context_dim=16,
    text_layers=1,
)


@pytest.fixture(scope="module")
def found(nets):
    return costs.measure(*nets, repeats=1)


@pytest.fixture(scope="module")
def nets():
    with torch.random.fork_rng(devices=[]):
        vae = VAE(VAEConfig(image_size=32, widths=(8, 8, 8)))
        return TextUNet(SMALL).eval(), vae.eval()


def test_work_of_a_convolution_is_two_operations_a_weight_and_place():
    conv = nn.Conv2d(4, 6, 3, padding=1, bias=False)
    assert costs.gflop(conv, torch.zeros(1, 4, 16, 16)) == 2 * 256 * 4 * 6 * 9 / 1e9


def test_work_of_attention_is_that_of_its_two_products():
    from explorer.models.attention import Attention

    look, x = Attention(16, 16, 8), torch.zeros(1, 9, 16)
    linear = 4 * 9 * 16 * 16  # q, k, v and out
    products = 2 * 9 * 9 * 16  # scores, and their mixture of values
    assert costs.gflop(look, x, x) == 2 * (linear + products) / 1e9


def test_another_method_can_be_counted(nets):
    _, vae = nets
    x = torch.zeros(1, 3, 32, 32)
    assert costs.gflop(vae, x, call=VAE.encode) == costs.gflop(vae.encoder, x) > 0


def test_memory_of_one_operation_is_its_result():
    conv = nn.Conv2d(3, 5, 3, padding=1)
    x = torch.zeros(1, 3, 8, 8)
    assert costs.peak_bytes(lambda: conv(x)) == 5 * 8 * 8 * 4


def test_memory_peaks_where_the_most_is_alive_at_once():
    x = torch.zeros(1000)

    def freed() -> torch.Tensor:
        y = x + 1
        y = y + 1  # the first is alive until the second is there
        return y + 1

    def kept() -> list[torch.Tensor]:
        return [x + 1, x + 2, x + 3]

    assert costs.peak_bytes(freed) == 2 * 4000
    assert costs.peak_bytes(kept) == 3 * 4000
    assert costs.peak_bytes(lambda: x.view(10, 100).T) == 0  # a view takes no memory
    assert costs.peak_bytes(lambda: x.add_(1)) == 0  # nor does work in place


def test_the_pixel_network_is_the_same_but_for_its_size(nets):
    net, vae = nets
    full, frugal = (costs.in_pixels(net.cfg, vae, everywhere=flag) for flag in (True, False))
    assert full.cfg.channels == frugal.cfg.channels == net.cfg.channels
    assert (full.cfg.image_size, full.cfg.image_channels) == (32, 3)
    assert full.cfg.attention == net.cfg.attention
    assert frugal.cfg.attention == (False, False, True)  # sides 32, 16 and 8: a latent has 8
    assert frugal.cfg.self_from == 3  # where a latent of 8 has only cross-attention
    for other in (full, frugal):
        x, angle, context = costs.inputs(other, 1)
        assert other(x, angle, context).shape == x.shape == (1, 3, 32, 32)


def test_building_it_moves_nobodys_random_stream(nets):
    torch.manual_seed(0)
    before = torch.get_rng_state()
    costs.in_pixels(nets[0].cfg, nets[1], everywhere=True)
    costs.measure(*nets, repeats=1)
    assert torch.equal(before, torch.get_rng_state())


def test_only_timed_calls_are_made_where_the_network_is_shared(nets):
    made = []

    def elsewhere(function, *arguments):
        made.append(function)
        return function(*arguments)

    costs.measure(*nets, repeats=1, within=elsewhere)
    assert len(made) == 10 + 1  # five calls, on one picture and on two; then the cores are asked


def test_pixels_cost_more_of_everything_that_is_counted(found):
    for rival in (found.pixels, found.pixels_frugal):
        assert rival.gflop > 8 * found.latent.gflop
        assert rival.megabytes > 8 * found.latent.megabytes
    assert found.pixels.gflop > 16 * found.latent.gflop  # 16 times the places, and attention
    assert min(found.latent.ms, found.encode.ms, found.decode.ms, found.latent.ms_of_two) > 0


def test_a_run_is_twenty_guided_steps_and_one_decoding(found):
    steps = found.run(found.latent)
    assert steps["gflop"] == pytest.approx(40 * found.latent.gflop)
    assert steps["ms"] == pytest.approx(20 * found.latent.ms_of_two)
    assert found.latent_run["ms"] == pytest.approx(steps["ms"] + found.decode.ms)


def test_a_steady_call_follows_one_of_its_kind():
    calls = []
    ms = costs.steady([lambda: calls.append("a"), lambda: calls.append("b")], 2)
    assert calls == ["a", "a", "b", "b"] * 2 and all(v >= 0 for v in ms)
