"""A scene is read back from its own picture: the measure of text-to-image, measured itself."""

from itertools import islice
from random import Random

import pytest
import torch

from explorer.app import gallery
from explorer.data.images import Images
from explorer.data.scenes import scene
from explorer.data.scenes.reading import read, verdict
from explorer.data.scenes.render import Artist
from explorer.data.scenes.scene import Item, Scene
from explorer.models import zoo

pytestmark = pytest.mark.skipif(
    "digit-classifier" not in zoo.available(), reason="assets/models has no digit-classifier"
)


@pytest.fixture(scope="module")
def judge():
    return zoo.load("digit-classifier")


@pytest.fixture(scope="module")
def artist(judge) -> Artist:
    """The gallery's digits: as clear as digits are, so that what is misread is the reader's."""
    pixels = torch.from_numpy(gallery.digits().copy())[:, None]
    labels = torch.tensor([int(label[0]) for label in gallery.payload()["labels"]])
    return Artist(Images(pixels, labels, tuple("0123456789"), "gallery"))


def floats(pictures: torch.Tensor) -> torch.Tensor:
    return pictures.float() / 127.5 - 1


@pytest.mark.parametrize("count", [1, 2])
def test_what_was_painted_is_read(artist, judge, count):
    scenes = [scene.draw(Random(seed), count) for seed in range(300)]
    readings = read(floats(artist.paint(scenes, Random(0))), [count] * 300, judge)
    found = [verdict(one, reading) for one, reading in zip(scenes, readings, strict=True)]
    shares = {
        part: sum(getattr(v, part) for v in found) / 300
        for part in ("digits", "colours", "places", "ground", "all")
    }
    assert shares["ground"] == 1 and shares["colours"] >= 0.97 and shares["places"] >= 0.97
    assert shares["digits"] >= 0.93 and shares["all"] >= 0.9


def test_each_part_of_a_wrong_picture_is_named(artist, judge):
    asked = Scene((Item(3, "red", "top left"),), "black")
    for wrong, part in (
        (Scene((Item(8, "red", "top left"),), "black"), "digits"),
        (Scene((Item(3, "blue", "top left"),), "black"), "colours"),
        (Scene((Item(3, "red", "bottom left"),), "black"), "places"),
        (Scene((Item(3, "red", "top left"),), "white"), "ground"),
    ):
        (reading,) = read(floats(artist.paint([wrong], Random(2))), [1], judge)
        found = verdict(asked, reading)
        parts = ("digits", "colours", "places", "ground")
        assert [p for p in parts if not getattr(found, p)] == [part]
        assert found.all == (part == "ground")  # the ground is counted apart


def test_two_that_changed_places_are_wrong(artist, judge):
    asked = Scene((Item(3, "red", "left"), Item(7, "blue", "right")), "grey")
    swapped = Scene((Item(7, "blue", "left"), Item(3, "red", "right")), "grey")
    stacked = Scene((Item(3, "red", "above"), Item(7, "blue", "below")), "grey")
    pictures = floats(artist.paint([asked, swapped, stacked], Random(1)))
    right, other, above = (verdict(asked, r) for r in read(pictures, [2] * 3, judge))
    assert right.all
    assert not other.digits and not other.colours and other.places
    assert above.digits and above.colours and not above.places


def test_an_empty_picture_shows_nothing(judge):
    for count in (1, 2):
        (reading,) = read(torch.full((1, 3, 64, 64), -0.9), [count], judge)
        assert set(reading.digits) == {-1} and set(reading.colours) == {""}
        one = next(islice(scene.training(Random(0), count), 1))
        assert not verdict(one, reading).all
