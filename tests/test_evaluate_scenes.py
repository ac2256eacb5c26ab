"""Whether captions come true: counted on pictures whose content is known."""

import json

import pytest
import torch

from explorer import evaluate_scenes
from explorer.app import gallery
from explorer.data.images import Images
from explorer.data.scenes.render import Artist
from explorer.evaluate_scenes import GROUPS, PARTS, Real, all_scenes, evaluate, measure, paint
from explorer.models import zoo
from explorer.models.text import TextUNet, TextUNetConfig
from explorer.models.vae import VAE, VAEConfig

TINY = TextUNetConfig(channels=(8, 16), attention=(False, True), head_dim=8, emb_dim=16,
                      context_dim=16)  # fmt: skip


@pytest.fixture(scope="module")
def net() -> TextUNet:
    torch.manual_seed(0)
    return TextUNet(TINY).eval()


@pytest.fixture(scope="module")
def vae() -> VAE:
    torch.manual_seed(0)
    return VAE(VAEConfig(widths=(8, 8, 8))).eval()


def test_a_group_is_what_it_says_and_its_seed_one_row_of_scenes():
    for group in GROUPS:
        scenes = group.scenes(20, 3)
        assert all(len(one.items) == group.count for one in scenes)
        assert all(one.held_out == group.held_out for one in scenes)
        assert scenes == group.scenes(20, 3) != group.scenes(20, 4)


def test_painting_is_repeatable_and_guidance_changes_it(net, vae):
    words = ["a red three on black", "a blue seven"]
    once, again, guided = (paint(net, vae, words, s, 0, steps=3) for s in (1.0, 1.0, 4.0))
    assert once.shape == (2, 3, 64, 64) and torch.equal(once, again)
    assert paint(net, vae, words, 1.0, 1, steps=3).sub(once).abs().max() > 1e-3
    assert guided.shape == once.shape


@pytest.mark.skipif("digit-classifier" not in zoo.available(), reason="no digit-classifier")
def test_a_painter_who_obeys_is_right_and_one_who_does_not_is_not(net, vae, monkeypatch, tmp_path):
    pixels = torch.from_numpy(gallery.digits().copy())[:, None]
    labels = torch.tensor([int(label[0]) for label in gallery.payload()["labels"]])
    artist = Artist(Images(pixels, labels, tuple("0123456789"), "gallery"))
    from random import Random

    scenes = {}
    for k, group in enumerate(GROUPS):
        for one in group.scenes(30, k):
            scenes[evaluate_scenes.full(one)] = one

    def obeys(net, vae, captions, scale, seed, steps=20):
        told = [scenes[caption] for caption in captions]
        if scale > 4:  # as if too much guidance shuffled them
            told = told[1:] + told[:1]
        return artist.paint(told, Random(0)).float() / 127.5 - 1

    monkeypatch.setattr(evaluate_scenes, "paint", obeys)
    judge = zoo.load("digit-classifier")
    digits = Images(pixels, labels, tuple("0123456789"), "gallery")
    real = Real.of(all_scenes(30), digits, judge)
    right = measure(net, vae, judge, 2.0, 30, real=real)
    wrong = measure(net, vae, judge, 5.0, 30)
    for group in GROUPS:
        assert right[group.name]["all"] >= 0.8 > 0.2 >= wrong[group.name]["all"]
        assert set(right[group.name]) == {*PARTS, "error"}
    assert right["frechet"] == pytest.approx(right["frechet_real"], abs=right["frechet_error"])
    assert right["diversity"] == pytest.approx(right["diversity_real"], rel=0.15)
    assert right["saturated"] == 0
    table = evaluate(net, vae, judge, tmp_path / "t.json", n=30)
    assert table["best scale"] <= 3 and table["captions"] == 120
    assert json.loads((tmp_path / "t.json").read_text()) == table


@pytest.mark.skipif("digit-classifier" not in zoo.available(), reason="no digit-classifier")
def test_real_scenes_are_the_ceiling_and_a_bad_autoencoder_lowers_it(vae):
    pixels = torch.from_numpy(gallery.digits().copy())[:, None]
    labels = torch.tensor([int(label[0]) for label in gallery.payload()["labels"]])
    digits = Images(pixels, labels, tuple("0123456789"), "gallery")
    found = evaluate_scenes.ceiling(vae, zoo.load("digit-classifier"), digits, 20)
    for group in GROUPS:
        drawn, coded = (found[way][group.name] for way in ("as drawn", "through the autoencoder"))
        assert drawn["all"] >= 0.8 and coded["all"] <= 0.2  # this autoencoder is untrained
        assert set(drawn) == {*PARTS, "error"}


def test_blank_pictures_are_far_from_real_digits_and_all_alike(net, vae, monkeypatch):
    digits = Images(
        torch.from_numpy(gallery.digits().copy())[:, None],
        torch.tensor([int(label[0]) for label in gallery.payload()["labels"]]),
        tuple("0123456789"),
        "gallery",
    )
    judge = zoo.load("digit-classifier")
    monkeypatch.setattr(
        evaluate_scenes, "paint", lambda net, vae, told, *_: torch.full((len(told), 3, 64, 64), 2.0)
    )
    row = measure(net, vae, judge, 1.0, 10, real=Real.of(all_scenes(10), digits, judge))
    assert row["frechet"] > 10 * row["frechet_real"]
    assert row["diversity"] < 1e-6 and row["saturated"] == 1
    assert all(row[group.name]["all"] == 0 for group in GROUPS)
