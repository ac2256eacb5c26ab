"""The U-Net that is told words: its context, its silence, and what it is trained on."""

import math
from dataclasses import replace
from itertools import pairwise

import pytest
import torch

from explorer.data.images import Images
from explorer.data.scenes import captions, scene
from explorer.data.scenes import pictures as scene_pictures
from explorer.data.scenes.tokens import LENGTH, Tokenizer, UnknownWordsError
from explorer.models import zoo
from explorer.models.attention import attention_layers, record_attention
from explorer.models.text import TextUNet, TextUNetConfig
from explorer.models.vae import VAE, VAEConfig
from explorer.training import latents
from explorer.training.loop import learning_rate, start, train
from explorer.training.objectives import NOTHING, TextDenoising, mostly_noisy, noised
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


def test_nobody_looks_at_padding_and_it_changes_nothing(net):
    x, angle = torch.randn(1, 4, 8, 8), torch.tensor([1.0])
    with torch.no_grad(), record_attention(net) as maps:
        context = net.told("a red three")
        short = net(x, angle, context[:, :3])
        assert (net(x, angle, context) - short).abs().max() < 1e-5
    assert (context[:, 3:] == 0).all() and (context[:, :3] != 0).all()
    for name, (*_, looks) in maps.items():
        if "cross" in name or name.startswith("text"):
            assert (looks[..., 3:] == 0).all()
        assert (looks.sum(-1) - 1).abs().max() < 1e-6


def test_the_text_reader_answers_for_pairs_that_it_never_saw():
    """Of captions that say everything: digit, colour and place of every word of a digit."""
    reader = zoo.load("scenes-words")
    for held in (scene.training, scene.held_out):
        told = latents.answered(count=400, seed=9, kind=held, say=captions.spoken_in_full)
        tokens, asked = told.pixels.long(), told.labels.long()
        with torch.no_grad():
            found = torch.stack([logits.argmax(-1) for logits in reader(tokens).values()], -1)
        right = (found == asked)[asked != NOTHING].float().mean()
        assert right > 0.97


def test_noise_levels_are_mostly_those_where_words_decide():
    place = (torch.arange(10_000) + 0.5) / 10_000
    angle = mostly_noisy(place) / (math.pi / 2)
    assert (angle.diff() > 0).all() and angle[0] > 0 and angle[-1] < 1
    logit = angle.double().logit()  # normal with mean 1.5 and deviation 1.2
    assert logit.mean() == pytest.approx(1.5, abs=1e-2)
    assert logit.std() == pytest.approx(1.2, abs=1e-2)


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
    again = noised(z.float(), torch.Generator().manual_seed(0), mostly_noisy)
    assert torch.equal(again[0], xt) and torch.equal(again[2], v)


def test_latents_and_captions_come_from_training_scenes_alone(monkeypatch, tmp_path):
    pixels = torch.randint(0, 256, (40, 1, 28, 28), dtype=torch.uint8)
    digits = Images(pixels, torch.arange(40) % 10, tuple("0123456789"), "mnist")
    monkeypatch.setattr(scene_pictures, "load_images", lambda *_: digits)
    torch.manual_seed(0)
    vae = VAE(VAEConfig(widths=(8, 8, 8)))
    monkeypatch.setattr(latents.zoo, "load", lambda *_: vae.eval())
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


def test_the_rate_is_held_and_then_falls_to_zero():
    plan = Recipe("tiny", "latents", SMALL, steps=100, warmup=1, lr=0.5, hold=0.6)
    rates = [learning_rate(plan, step) for step in range(101)]
    assert all(rate == 0.5 for rate in rates[:61]) and rates[100] < 1e-9
    assert rates[80] == pytest.approx(0.25)
    assert all(b < a for a, b in pairwise(rates[60:]))


def test_a_run_may_be_lengthened_until_its_rate_falls(tmp_path):
    plan = Recipe("tiny", "latents", SMALL, steps=10, batch=8, hold=0.5)
    data = latents.Captioned(torch.ones(8, 4, 8, 8), torch.ones(8, 1, LENGTH, dtype=torch.uint8))
    for stop, fine in ((4, True), (6, False)):
        run = start(plan, "fp32", "cpu")
        for done in train(run, data):
            if done.step == stop:
                run.save(tmp_path / "checkpoint.safetensors")
                break
        longer = start(replace(plan, steps=20), "fp32", "cpu")
        if fine:
            longer.load(tmp_path / "checkpoint.safetensors")
            assert longer.step == stop
        else:
            with pytest.raises(ValueError, match="steps differ"):
                longer.load(tmp_path / "checkpoint.safetensors")


def test_kept_latents_are_used_again_only_for_the_same_numbers(monkeypatch, tmp_path):
    made = []

    def drawn(root, count, seed, train):
        made.append(count)
        words = torch.zeros(count, 1, LENGTH, dtype=torch.uint8)
        return {"latents": torch.full((count, 4, 8, 8), float(seed)).half(), "words": words}

    monkeypatch.setattr(latents, "_made", drawn)
    cache = tmp_path / "run" / "latents.safetensors"
    for count, seed in ((3, 1), (3, 1), (4, 1), (4, 2)):
        found = latents.captioned(None, count, seed, cache)
        assert len(found) == count and (found.pixels == seed).all()
    assert made == [3, 4, 4]
    latents.captioned(None, 4, 2, cache, train=False)  # of other digits
    assert made == [3, 4, 4, 4]
    made.pop()
    cache.write_bytes(b"cut short")
    assert len(latents.captioned(None, 4, 2, cache)) == 4 and len(made) == 4


def test_the_text_encoder_is_the_readers_and_stays_what_it_is():
    net = recipe("scenes").objective().net
    reader = zoo.load("scenes-words").encoder.state_dict()
    assert all(torch.equal(value, reader[name]) for name, value in net.text.state_dict().items())
    assert not any(p.requires_grad for p in net.text.parameters())
    fixed = ("text.", "labels.")  # it is told captions
    assert all(p.requires_grad for name, p in net.named_parameters() if not name.startswith(fixed))


def test_a_run_begins_with_the_weights_that_it_is_given(net, tmp_path):
    path = zoo.save(tmp_path / "t.safetensors", net, kind="text-unet", config=SMALL)
    plan = Recipe("tiny", "latents", SMALL, steps=1, begin=str(path))
    begun = plan.objective().net.state_dict()
    assert all((begun[k] - v).abs().max() < 1e-3 for k, v in net.state_dict().items())  # fp16
    wider = replace(plan, config=replace(SMALL, context_dim=32))
    with pytest.raises(zoo.ZooError, match="another architecture"):
        wider.objective()
