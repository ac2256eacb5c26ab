"""The U-Net that is told words: its context, its silence, and what it is trained on."""

import pytest
import torch

from explorer.data.images import Images
from explorer.data.scenes import pictures as scene_pictures
from explorer.data.scenes.tokens import LENGTH, Tokenizer, UnknownWordsError
from explorer.models import zoo
from explorer.models.attention import attention_layers, record_attention
from explorer.models.text import TextUNet, TextUNetConfig
from explorer.models.vae import VAE, VAEConfig
from explorer.training import latents
from explorer.training.loop import start, train
from explorer.training.objectives import TextDenoising, noised
from explorer.training.recipes import Recipe, recipe

SMALL = TextUNetConfig(channels=(16, 32), attention=(True, True), head_dim=8, emb_dim=32,
                       context_dim=16, image_size=8)  # fmt: skip


@pytest.fixture
def net() -> TextUNet:
    torch.manual_seed(0)
    net = TextUNet(SMALL)
    for parameter in net.parameters():  # the zeroed layers too
        torch.nn.init.normal_(parameter, std=0.1)
    return net.eval()


def test_a_caption_becomes_a_token_a_word_and_the_order_matters(net):
    with torch.no_grad():
        context = net.told("a red three left of a blue seven", "a blue three left of a red seven")
    assert context.shape == (2, LENGTH, SMALL.context_dim)
    assert (context[0] - context[1]).abs().max() > 0.1


def test_the_null_context_is_the_empty_captions(net):
    with torch.no_grad():
        assert torch.equal(net.null_context(3), net.told("").expand(3, -1, -1))


def test_words_reach_the_picture_and_unknown_ones_are_refused(net):
    x, angle = torch.randn(1, 4, 8, 8), torch.tensor([1.0])
    with torch.no_grad():
        red, blue = (net(x, angle, net.told(f"a {c} three")) for c in ("red", "blue"))
    assert red.shape == x.shape and (red - blue).abs().max() > 1e-5
    with pytest.raises(UnknownWordsError, match="did you mean three"):
        net.told("a red thre")


def test_cross_attention_is_recorded_over_the_words_and_recording_is_inert(net):
    x, angle = torch.randn(2, 4, 8, 8), torch.tensor([1.0, 0.2])
    with torch.no_grad():
        context = net.told("a red three", "")
        plain = net(x, angle, context)
        with record_attention(net) as maps:
            assert torch.equal(net(x, angle, context), plain)
    cross = [name for name in maps if "cross" in name]
    assert cross and all(maps[name][0].shape[-1] == LENGTH for name in cross)
    assert set(maps) == {name for name in attention_layers(net) if not name.startswith("text")}


def test_the_recipe_has_the_size_that_was_planned():
    count = sum(p.numel() for p in recipe("scenes").objective().net.parameters())
    assert 3e6 <= count <= 6e6


def test_what_is_saved_knows_its_words(net, tmp_path):
    path = zoo.save(tmp_path / "t.safetensors", net, kind="text-unet", config=SMALL)
    again = zoo.load(path)
    assert again.tokenizer.words == Tokenizer().words and again.cfg == SMALL


def test_prepared_rows_are_noised_latents_with_one_of_their_captions(net):
    objective = TextDenoising(net, label_dropout=0.3)
    words = torch.arange(1, 4)[None, :, None].expand(200, 3, LENGTH).to(torch.uint8)
    z = torch.randn(200, 4, 8, 8).half()
    xt, angle, tokens, v = objective.prepare(z, words, torch.Generator().manual_seed(0))
    alpha, sigma = angle.cos()[:, None, None, None], angle.sin()[:, None, None, None]
    assert (alpha * xt - sigma * v - z.float()).abs().max() < 1e-5  # x_0 = alpha x_t - sigma v
    silent = (tokens == net.empty).all(1)
    assert 0.2 < silent.float().mean() < 0.4
    assert set(tokens[~silent][:, 0].tolist()) == {1, 2, 3}
    again = noised(z.float(), torch.Generator().manual_seed(0))
    assert torch.equal(again[0], xt) and torch.equal(again[2], v)


def test_latents_and_captions_come_from_training_scenes_alone(monkeypatch, tmp_path):
    pixels = torch.randint(0, 256, (40, 1, 28, 28), dtype=torch.uint8)
    digits = Images(pixels, torch.arange(40) % 10, tuple("0123456789"), "mnist")
    monkeypatch.setattr(scene_pictures, "load_images", lambda *_: digits)
    torch.manual_seed(0)
    vae = VAE(VAEConfig(widths=(8, 8, 8)))
    monkeypatch.setattr(latents.zoo, "load", lambda name: vae.eval())
    monkeypatch.setattr(latents, "CHUNK", 50)
    made = latents.captioned(None, count=120)
    assert made.pixels.shape == (120, 4, 16, 16) and made.labels.shape == (120, 4, LENGTH)
    drawn, painted = scene_pictures.painted(50, 2)
    assert not any(one.held_out for one in drawn)
    with torch.no_grad():
        assert (made.pixels[:50].float() - vae.encode(painted.floats())).abs().max() < 0.01
    tokenizer = Tokenizer()
    for one, rows in zip(drawn, made.labels[:50].tolist(), strict=True):
        for row in rows:
            said = set(tokenizer.decode(row).split())
            assert said & {str(one.items[0].digit), *_names(one)}


def _names(one) -> set[str]:
    from explorer.data.scenes.captions import NUMBERS

    return {NUMBERS[item.digit] for item in one.items}


def test_training_lowers_the_loss_of_a_tiny_one():
    plan = Recipe("tiny", "latents", SMALL, steps=60, batch=16, warmup=5, lr=3e-3)
    run = start(plan, "fp32", "cpu")
    z = torch.ones(64, 4, 8, 8).half()
    words = torch.ones(64, 2, LENGTH, dtype=torch.uint8)
    losses = [done.loss for done in train(run, latents.Captioned(z, words))]
    assert sum(losses[-10:]) < 0.75 * sum(losses[:10])
