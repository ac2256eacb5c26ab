"""Captioned scenes: what training may see, what the words say, and where the ink lies."""

from itertools import islice
from random import Random

import numpy as np
import pytest
import torch

from explorer.data.images import Images
from explorer.data.scenes import captions, scene
from explorer.data.scenes.render import CENTRES, Artist
from explorer.data.scenes.scene import COLOURS, GROUNDS, PLACES, SIDES, Item, Scene
from explorer.data.scenes.tokens import LENGTH, Tokenizer, UnknownWordsError


@pytest.fixture(scope="module")
def artist() -> Artist:
    """Digits that are filled squares, 20 pixels wide: any ink is where the item is."""
    pixels = torch.zeros(10, 1, 28, 28, dtype=torch.uint8)
    pixels[:, :, 4:24, 4:24] = 255
    return Artist(Images(pixels, torch.arange(10), tuple("0123456789"), "squares"))


def test_no_held_out_pair_ever_occurs_in_training():
    for one in islice(scene.training(Random(0)), 5000):
        for item in one.items:
            assert (item.colour, item.digit) not in scene.HELD_COLOURS
            assert (item.place, item.digit) not in scene.HELD_PLACES


def test_every_colour_digit_and_place_occurs_in_training_but_for_the_pairs():
    drawn = [i for one in islice(scene.training(Random(1)), 20_000) for i in one.items]
    pairs = {(item.colour, item.digit) for item in drawn}
    places = {(item.place, item.digit) for item in drawn}
    assert pairs == {(c, d) for c in COLOURS for d in range(10)} - scene.HELD_COLOURS
    everywhere = {(p, d) for p in (*PLACES, *SIDES) for d in range(10)}
    assert places == everywhere - scene.HELD_PLACES


def test_held_out_scenes_hold_such_a_pair():
    assert all(one.held_out for one in islice(scene.held_out(Random(2)), 200))
    assert len(scene.HELD_COLOURS) == 8 and len(scene.HELD_PLACES) == 8


def test_a_seed_is_one_row_of_scenes():
    first, again = (list(islice(scene.training(Random(5)), 50)) for _ in range(2))
    assert first == again


@pytest.mark.parametrize("places", [("left",), ("right", "left"), ("left", "below"), ()])
def test_places_that_do_not_go_together_are_refused(places):
    with pytest.raises(ValueError, match="one at a place, or two"):
        Scene(tuple(Item(1, "red", place) for place in places), "black")


def test_the_vocabulary_has_at_most_100_words_and_a_caption_fits():
    tokenizer, rng = Tokenizer(), Random(3)
    assert len(tokenizer) <= 100
    longest = 0
    for _ in range(5000):
        said = captions.caption(scene.draw(rng), rng)
        numbers = tokenizer.encode(said)
        assert len(numbers) == LENGTH and tokenizer.decode(numbers) == said
        longest = max(longest, len(said.split()))
    assert 15 < longest <= LENGTH


def test_a_caption_says_only_what_is_so():
    """Every colour, number, size, stroke and ground that it names is one of the scene's."""
    rng = Random(4)
    meant = {word: key for key, group in captions.SYNONYMS.items() for word in group}
    for _ in range(3000):
        one = scene.draw(rng)
        said = [meant.get(word, word) for word in captions.caption(one, rng).split()]
        for table, true in (
            (COLOURS, {item.colour for item in one.items}),
            (GROUNDS, {one.ground}),
            (("small", "large"), {item.size for item in one.items}),
            (("thin", "bold"), {item.stroke for item in one.items}),
            (captions.NUMBERS, {captions.NUMBERS[item.digit] for item in one.items}),
        ):
            assert {word for word in said if word in table} <= true
        digits = {word for word in said if word.isdigit()}
        assert digits <= {str(item.digit) for item in one.items}


def test_of_two_the_words_say_which_stands_where():
    left, right = Item(3, "red", "left"), Item(7, "blue", "right")
    found = set()
    for seed in range(200):
        said = captions.caption(Scene((left, right), "black"), Random(seed))
        if " of " in said and "red" in said and "blue" in said:
            first_is_red = said.index("red") < said.index("blue")
            assert first_is_red == ("left of" in said)
            found.add(first_is_red)
    assert found == {True, False}


def test_a_full_caption_says_everything():
    one = Scene((Item(8, "cyan", "top left", "large", "bold", True),), "grey")
    assert captions.full(one) == "a large bold slanted cyan eight in the top left corner on grey"


def test_captions_leave_things_out_and_vary():
    one = Scene((Item(3, "red", "centre", "large", "bold"),), "black")
    said = {captions.caption(one, Random(seed)) for seed in range(300)}
    assert len(said) > 100
    assert any("red" not in words for words in said) and any("black" not in w for w in said)


def test_an_empty_caption_is_a_word_of_its_own():
    tokenizer = Tokenizer()
    assert tokenizer.encode("  ,. ") == tokenizer.encode("") != tokenizer.encode("a")
    assert tokenizer.decode(tokenizer.encode("")) == ""
    assert tokenizer.encode("A red, three.") == tokenizer.encode("a red three")


def test_unknown_words_are_named_with_the_nearest_known_ones():
    with pytest.raises(UnknownWordsError, match=r"“rde”.*red") as caught:
        Tokenizer().encode("a rde thre")
    assert caught.value.unknown == ("rde", "thre") and "three" in caught.value.nearest["thre"]
    for hostile in ("<pad>", "<script>", "red\x00", "a" * 5000):
        with pytest.raises(UnknownWordsError) as caught:
            Tokenizer().encode(hostile)
        assert len(str(caught.value)) < 200
    with pytest.raises(ValueError, match="at most 24 words"):
        Tokenizer().encode("a " * 1000)


@pytest.mark.parametrize("place", CENTRES)
def test_the_ink_lies_where_the_words_say(artist, place):
    other = {"left": "right", "above": "below"}
    if place in ("right", "below"):
        return  # painted with their partners
    items = [Item(2, "red", place)]
    if place in other:
        items.append(Item(3, "green", other[place]))
    picture = artist.paint([Scene(tuple(items), "black")], Random(0))[0].float()
    for channel, item in zip((0, 1), items, strict=False):
        ink = (picture[channel] > 130).nonzero().float()  # red's and green's own channels
        y, x = ink.mean(0).tolist()
        cx, cy = CENTRES[item.place]
        assert abs(x - cx) <= 7 and abs(y - cy) <= 7


def test_ink_and_ground_have_their_colours(artist):
    for colour in COLOURS:
        for ground in GROUNDS:
            one = Scene((Item(1, colour, "centre", "large"),), ground)
            picture = artist.paint([one], Random(1))[0].numpy()
            assert tuple(picture[:, 32, 32]) == COLOURS[colour]
            assert tuple(picture[:, 1, 1]) == GROUNDS[ground]


def test_sizes_strokes_and_slant_are_seen(artist):
    def cover(**looks) -> np.ndarray:
        item = Item(1, "red", "centre", **looks)
        return artist.cover([item], Random(2))[0, 0].numpy()

    sizes = [cover(size=size).sum() for size in scene.SIZES]
    strokes = [cover(stroke=stroke).sum() for stroke in scene.STROKES]
    assert sizes == sorted(sizes) and sizes[2] > 2 * sizes[0]
    assert strokes == sorted(strokes) and strokes[2] > 1.1 * strokes[0]
    slanted = cover(slanted=True)
    rows = np.flatnonzero(slanted.sum(1) > 1)
    middle = [(slanted[r] * np.arange(64)).sum() / slanted[r].sum() for r in rows]
    assert middle[0] > middle[-1] + 3  # the top lies further to the right
