"""Folders of pictures: classes, splits, and what cannot be read named in a sentence."""

import numpy as np
import pytest

from explorer.data.images import DataError, at_hand, load_images, open_images
from tests.stored import sentence, write_picture


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_subfolders_are_classes(tmp_path, rng):
    cats = [write_picture(tmp_path / "cat" / f"{i}.png", rng) for i in range(2)]
    dog = write_picture(tmp_path / "dog" / "0.png", rng)
    (tmp_path / "dog" / "notes.txt").write_text("not a picture")
    images = load_images(tmp_path)
    assert images.classes == ("cat", "dog") and images.labels.tolist() == [0, 0, 1]
    assert np.array_equal(images.pixels.permute(0, 2, 3, 1).numpy(), np.stack([*cats, dog]))


def test_flat_folder_has_no_classes(tmp_path, rng):
    pixels = write_picture(tmp_path / "a.png", rng, mode="L")
    images = load_images(tmp_path)
    assert images.labels is None and images.classes == ()
    assert images.pixels.shape == (1, 1, 32, 32)  # grey stays one channel
    assert np.array_equal(images.pixels[0, 0].numpy(), pixels)


def test_folder_may_hold_both_splits(tmp_path, rng):
    for split, n in (("train", 3), ("test", 2)):
        for i in range(n):
            write_picture(tmp_path / split / "cat" / f"{i}.png", rng)
    assert len(load_images(tmp_path)) == 3 and len(load_images(tmp_path, train=False)) == 2


def test_folder_without_test_pictures_says_so(tmp_path, rng):
    write_picture(tmp_path / "a.png", rng)
    with pytest.raises(DataError) as error:
        load_images(tmp_path, train=False)
    sentence(error, tmp_path / "test")


def test_first_picture_of_another_size_is_named(tmp_path, rng):
    write_picture(tmp_path / "a.png", rng)
    write_picture(tmp_path / "b.png", rng, side=28)
    with pytest.raises(DataError) as error:
        load_images(tmp_path)
    sentence(error, tmp_path / "b.png", "28×28", "32×32")


def test_picture_out_of_range_is_named(tmp_path, rng):
    write_picture(tmp_path / "a.png", rng, side=200)
    with pytest.raises(DataError) as error:
        load_images(tmp_path)
    sentence(error, tmp_path / "a.png", "200×200", "28 to 64")


@pytest.mark.parametrize("keep", [0, 40, 900])
def test_damaged_picture_is_named(tmp_path, rng, keep):
    write_picture(tmp_path / "a.png", rng)
    (tmp_path / "a.png").write_bytes((tmp_path / "a.png").read_bytes()[:keep])
    with pytest.raises(DataError) as error:
        load_images(tmp_path)
    sentence(error, tmp_path / "a.png")


@pytest.mark.parametrize("suffix", ["JPG", "webp", "bmp", "png"])
def test_a_folder_is_a_data_set_whatever_its_pictures_are_called(tmp_path, rng, suffix):
    write_picture(tmp_path / f"a.{suffix}", rng)
    assert at_hand("mnist", tmp_path)
    assert len(open_images("mnist", tmp_path)) == 1


def test_folder_without_pictures_is_named(tmp_path):
    with pytest.raises(DataError) as error:
        load_images(tmp_path)
    sentence(error, tmp_path, "no pictures")
