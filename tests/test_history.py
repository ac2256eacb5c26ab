"""The line of years and the ways in: data that is read, checked, and leads to what exists."""

import dataclasses
import re

import pytest

from explorer.models import attention, unet, zoo
from explorer.words import conditions, history

from .places import places


def test_works_stand_by_year_and_lead_to_chapters():
    works = history.load()
    assert works[0].year == 2015 and len(works) >= 20
    assert {work.place for work in works} <= places() | {""}
    assert {work.theme for work in works} == history.THEMES.keys()
    assert len({work.title for work in works}) == len(works)


def test_each_change_is_told_in_one_or_two_sentences():
    for work in history.load():
        assert work.changed.endswith(".") and len(re.findall(r"\.(?=\s|$)", work.changed)) <= 2


def test_a_theme_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="theme must be one of process"):
        dataclasses.replace(history.load()[0], theme="fame")


def test_conditions_lead_to_chapters_and_take_ways_that_are_drawn():
    ways, told = conditions.load()
    assert {place for one in told for place, _ in one.live} <= places()
    assert {way for one in told for way in one.ways} == {way.id for way in ways}


def test_what_is_said_of_our_networks_is_so():
    mnist, scenes = zoo.load("mnist"), zoo.load("scenes")
    blocks = [
        sum(isinstance(m, unet.ResidualBlock) for m in net.modules()) for net in (mnist, scenes)
    ]
    looks = sum(isinstance(m, attention.AttentionBlock) for m in scenes.modules())
    takes = mnist.up[0].residual.norm_in.num_channels
    rows, numbers = scenes.null_context(1).shape[1:]
    here = {way.id: way.here for way in conditions.load()[0]}
    stated = {way: [int(n) for n in re.findall(r"\d+", text)] for way, text in here.items()}
    assert blocks[0] == blocks[1]
    assert stated["channels"] == [takes, mnist.cfg.channels[-1]]
    assert stated["tokens"] == [rows, numbers, looks, mnist.null_context(1).shape[1]]
    assert stated["embedding"] == [mnist.labels.weight.shape[1], blocks[0]]
    words = len(scenes.tokenizer.words) - 2  # without the signs for padding and for no caption
    text = conditions.load()[1][0]
    assert f"knows {words} words" in text.cannot
