"""Training on anyone's pictures: what their size, channels and classes make of it, and refusals."""

import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from explorer.data.images import Images, load_images
from explorer.models import zoo
from explorer.models.unet import UNet, UNetConfig
from explorer.training import command, own, session
from explorer.training.objectives import Denoising, generator
from explorer.training.recipes import MNIST_UNET, RECIPES
from tests.test_cli import refusal, run

CPU = ("--device", "cpu", "--precision", "fp32")


@pytest.fixture(autouse=True)
def no_preview(monkeypatch):
    """Grids of samples, which test_training looks at, take longer than these runs."""
    monkeypatch.setattr(session, "preview", lambda *_: None)


@pytest.fixture
def small(monkeypatch):
    """A tiny network in the place of the one that the pictures choose."""

    def network(channels: int, side: int) -> UNetConfig:
        shape = dict(channels=(8, 8), attention=(False, False), head_dim=8, emb_dim=16)
        return UNetConfig(image_channels=channels, image_size=side, **shape)

    monkeypatch.setattr(own, "network", network)


def pictures(folder, side: int = 32, count: int = 6, mode: str = "RGB"):
    """A folder of random pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    for i in range(count):
        shape = (side, side, 3) if mode == "RGB" else (side, side)
        Image.fromarray(rng.integers(0, 256, shape, dtype=np.uint8)).save(folder / f"{i}.png")
    return folder


def test_a_folder_of_classes_becomes_a_model_that_says_how_to_open_it(capsys, tmp_path, small):
    for kind in ("cats", "dogs", "eels"):
        pictures(tmp_path / "pets" / kind)
    out = tmp_path / "runs" / "mine"
    options = ("--data", tmp_path / "pets", "--name", "mine", "--out", out, "--steps", 2, *CPU)
    assert run("train", *options) == 0
    weights = out / "mine.safetensors"
    last = capsys.readouterr().out.strip().splitlines()[-1]
    assert last == f"See it in the app: explorer app --model {weights}"
    net = zoo.load(weights)
    assert (net.cfg.image_channels, net.cfg.image_size, net.cfg.classes) == (3, 32, 3)
    assert net.card.facts["classes"] == ["cats", "dogs", "eels"]
    assert net.card.facts["batch"] == 18  # all there are, as nothing was asked for
    assert "cats, dogs, eels" in weights.with_suffix(".md").read_text("utf-8")


def test_one_class_is_no_condition_and_that_is_said(capsys, tmp_path, small):
    pictures(tmp_path / "pets" / "cats", mode="L")
    out = tmp_path / "run"
    options = ("--data", tmp_path / "pets", "--name", "cats", "--out", out, "--steps", 1, *CPU)
    assert run("train", *options) == 0
    assert "one class" in capsys.readouterr().out
    net = zoo.load(out / "cats.safetensors")
    assert net.cfg.classes == 0 and "classes" not in net.card.facts
    options = ("--data", tmp_path / "pets", "--out", tmp_path / "judge", *CPU)
    assert "pets has one class only" in refusal(capsys, "train", "digit-classifier", *options)


@pytest.mark.parametrize("channels", [1, 3])
def test_every_side_from_28_to_64_has_a_network(channels):
    for side in range(28, 65):
        cfg = own.network(channels, side)
        sides = [cfg.side(level) for level in range(len(cfg.channels))]
        assert 7 <= sides[-1] <= own.COARSEST
        assert cfg.attention[-1] and not cfg.attention[0]
        with torch.device("meta"):
            parameters = sum(p.numel() for p in UNet(cfg).parameters())
        assert 1e6 < parameters < 5e6


def test_an_odd_side_comes_back_as_it_went_in():
    cfg = own.network(1, 33)
    net = UNet(cfg)
    assert net(torch.zeros(1, 1, 33, 33), torch.ones(1), net.null_context(1)).shape[2:] == (33, 33)


def test_for_28_grey_pixels_it_is_the_network_of_mnist():
    assert own.network(1, 28) == MNIST_UNET


@pytest.mark.parametrize("name", ["a/b", "../a", "", "a b", ".hidden", "x" * 65])
def test_a_name_that_is_no_file_name_is_refused(capsys, tmp_path, name):
    text = refusal(capsys, "train", "--data", pictures(tmp_path / "p"), f"--name={name}")
    assert "name is" in text and "letters, digits" in text


@pytest.mark.parametrize("name", ["mnist", "scenes-vae", "planar-ring", "cifar10"])
def test_the_name_of_a_model_that_ships_is_refused(capsys, tmp_path, name):
    text = refusal(capsys, "train", "--data", pictures(tmp_path / "p"), "--name", name)
    assert "a model of this name ships" in text


def test_neither_recipe_nor_pictures_nor_name_says_what_is_missing(capsys, tmp_path):
    assert "--data and --name" in refusal(capsys, "train")
    assert "--name is missing" in refusal(capsys, "train", "--data", tmp_path)


def wrong_folder(tmp_path):
    (tmp_path / "empty").mkdir()
    yield "holds no pictures", tmp_path / "empty"
    mixed = pictures(tmp_path / "mixed")
    Image.new("RGB", (40, 40)).save(mixed / "z.png")
    yield "z.png is 40×40 pixels and", mixed
    corrupt = pictures(tmp_path / "corrupt")
    (corrupt / "9.png").write_bytes((corrupt / "0.png").read_bytes()[:900])
    yield "9.png is damaged", corrupt
    no_picture = pictures(tmp_path / "no")
    (no_picture / "9.png").write_text("hello")
    yield "9.png is not a picture", no_picture
    yield "0.png is 27×27 pixels", pictures(tmp_path / "tiny", 27)
    yield "0.png is 65×65 pixels", pictures(tmp_path / "large", 65)
    yield "nowhere", tmp_path / "nowhere"
    np.savez(tmp_path / "odd.npz", train_images=np.zeros((4, 32, 40), np.uint8))
    yield "odd.npz: train_images is 40×32", tmp_path / "odd.npz"


def test_pictures_that_cannot_be_used_are_refused_by_file(capsys, tmp_path):
    for part, data in wrong_folder(tmp_path):
        text = refusal(capsys, "train", "--data", data, "--name", "mine", "--out", tmp_path / "r")
        assert part in text
    assert not (tmp_path / "r").exists()


def test_a_batch_larger_than_the_data_is_refused_only_where_it_was_asked_for(capsys, tmp_path):
    data = pictures(tmp_path / "p")
    options = ("--data", data, "--name", "mine", "--out", tmp_path / "r", *CPU)
    assert "batch is 7" in refusal(capsys, "train", *options, "--batch", 7)
    images = load_images(data)
    assert own.fitted(own.named("mine"), images, None)[0].batch == 6
    assert own.fitted(own.named("mine", batch=4), images, 4)[0].batch == 4


def test_a_log_for_tensorboard_without_it_says_what_to_install(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(session, "find_spec", lambda name: None)
    options = ("--data", pictures(tmp_path / "p"), "--name", "mine", "--out", tmp_path / "r")
    text = refusal(capsys, "train", *options, "--log", "tensorboard")
    assert "--log tensorboard needs" in text and "[logs]" in text
    assert "the choice is tensorboard" in refusal(capsys, "train", *options, "--log", "paper")


def test_the_log_goes_to_the_tracker_step_by_step(tmp_path, monkeypatch, small):
    """With a stand-in for TensorBoard's tracker, as the package is an extra."""
    import accelerate.tracking

    monkeypatch.setattr(session, "find_spec", lambda name: name)
    seen = []

    class Fake(accelerate.tracking.GeneralTracker):
        name, requires_logging_directory = "fake", True

        def __init__(self) -> None:
            super().__init__()

        @property
        def tracker(self):
            return None

        def store_init_configuration(self, values) -> None: ...

        def log(self, values, step=None, **_) -> None:
            seen.append((step, values))

    plain = session.start

    def start(recipe, precision, device, logs):
        made = plain(recipe, precision, device)
        made.accelerator.log_with = [Fake()] if logs else []
        return made

    monkeypatch.setattr(session, "start", start)
    plan = command.planned(command.Order(None, "mine", tmp_path, None, {"steps": 2}))
    plan, images = own.fitted(plan, load_images(pictures(tmp_path / "p")), None)
    options = session.Options(tmp_path / "r", False, "fp32", "cpu", log_every=1, log="tensorboard")
    session.fit(plan, images, options)
    assert [step for step, _ in seen] == [1, 2]
    assert all(set(values) >= {"loss", "lr", "images_per_s"} for _, values in seen)


def colours(count: int = 4) -> Images:
    rng = torch.Generator().manual_seed(0)
    pixels = torch.randint(0, 256, (count, 3, 32, 32), generator=rng, dtype=torch.uint8)
    return Images(pixels, torch.arange(count) % 10, tuple("0123456789"), "cifar10")


def test_the_recipe_cifar10_has_the_promised_size_and_takes_its_steps(tmp_path):
    plan = RECIPES["cifar10"]
    net = plan.objective().net
    assert 5e6 < sum(p.numel() for p in net.parameters()) < 10e6
    assert (net.cfg.image_channels, net.cfg.image_size, net.cfg.classes) == (3, 32, 10)
    pixels = colours().pixels.permute(0, 2, 3, 1).numpy()
    np.savez(tmp_path / "cifar10.npz", train_images=pixels, train_labels=np.arange(4))
    assert load_images("cifar10", tmp_path).classes[0] == "airplane"
    options = ("--data", tmp_path, "--steps", 2, "--batch", 2, "--out", tmp_path / "r", *CPU)
    thin = replace(plan.config, channels=(8, 16, 16), head_dim=8, emb_dim=16)
    RECIPES["cifar10"] = replace(plan, config=thin)
    try:
        assert run("train", "cifar10", *options) == 0
    finally:
        RECIPES["cifar10"] = plan
    assert zoo.load(tmp_path / "r" / "cifar10.safetensors").card.facts["recipe"]["flips"]


def test_a_flip_mirrors_about_half_of_the_pictures_and_changes_nothing_else():
    images, net = colours(64), UNet(own.network(3, 32))
    make = Denoising(net, 0.1, flips=True)
    xt, angle, _, v = make.prepare(images.pixels, images.labels, generator(0, 0))
    alpha, sigma = angle.cos()[:, None, None, None], angle.sin()[:, None, None, None]
    x0, plain = alpha * xt - sigma * v, images.floats()
    near = [(x0 - y).abs().amax((1, 2, 3)) < 1e-4 for y in (plain, plain.flip(3))]
    assert bool((near[0] ^ near[1]).all()) and 16 < near[1].sum() < 48


def test_a_judge_of_other_pictures_is_refused_by_name(capsys, tmp_path):
    cfg = UNetConfig(3, 32, (8, 8), (False, False), head_dim=8, emb_dim=16, context_dim=8)
    weights = zoo.save(tmp_path / "mine.safetensors", UNet(cfg), kind="unet", config=cfg)
    images = colours(20)
    arrays = {
        f"{split}_{what}": values
        for split in ("train", "test")
        for what, values in (
            ("images", images.pixels.permute(0, 2, 3, 1).numpy()),
            ("labels", images.labels.numpy()),
        )
    }
    np.savez(tmp_path / "own.npz", **arrays)
    text = refusal(capsys, "evaluate", weights, "--data", tmp_path / "own.npz")
    assert "digit-classifier judges" in text and "--judge" in text
    bare = replace(cfg, classes=0)
    zoo.save(tmp_path / "bare.safetensors", UNet(bare), kind="unet", config=bare)
    text = refusal(capsys, "evaluate", tmp_path / "bare.safetensors", "--data", sys.prefix)
    assert "trained without classes" in text
