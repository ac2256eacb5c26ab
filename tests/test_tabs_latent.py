"""The Latent tab: the shelf it opens with, and what it refuses."""

import base64
import inspect
import json
import math

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from explorer.app import pictures
from explorer.app.latent import answers, shelf
from explorer.app.tabs import latent as tab

FIRST = shelf.tiles()[0]["pixels"]
BAD_PICTURES = [None, 3, math.nan, True, [], [0] * 12288, {}, "x", FIRST[:-4], FIRST * 2]
BAD_PICTURES += [FIRST[:-1] + "=", "<" + FIRST[1:], "\n" + FIRST[1:], "é" + FIRST[1:]]
EDIT = {"nudge": [0, 0, 0, 0], "zero": [False] * 4, "cells": [], "seed": 0}


def image(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), np.uint8).reshape(64, 64, 3)


# The shelf


def test_shelf_opens_with_captioned_scenes_and_the_apps_pictures():
    tiles = shelf.tiles()
    assert len({tile["key"] for tile in tiles}) == len(tiles) == len(shelf.SEEDS) + 3
    assert all(image(tile["pixels"]).std() > 5 for tile in tiles)
    for tile in tiles[: len(shelf.SEEDS)]:
        assert tile["label"] in tile["note"] and " on " in tile["label"]
    assert len(json.dumps(shelf.filled())) < 300_000


def test_a_scene_is_its_seeds():
    (one,), (again,), (other,) = (shelf.another({"seed": s})["tiles"] for s in (5, 5, 6))
    assert one == again and one["pixels"] != other["pixels"]


def test_reducing_averages():
    grid = np.zeros((256, 256, 3), np.uint8)
    grid[::2] = 200
    assert (shelf.reduced(grid) == 100).all()


def test_an_uploaded_picture_becomes_a_tile_and_its_file_is_deleted(tmp_path):
    file = tmp_path / "x.png"
    Image.fromarray(pictures.picture("owl")).save(file)
    (tile,) = shelf.uploaded(str(file))["tiles"]
    assert np.array_equal(image(tile["pixels"]), shelf.reduced(pictures.picture("owl")))
    assert not file.exists()


@pytest.mark.parametrize("size", [(5000, 10), (4, 4)])
def test_pictures_of_impossible_size_are_refused(tmp_path, size):
    file = tmp_path / "x.png"
    Image.new("RGB", size).save(file)
    with pytest.raises(gr.Error, match="pixels"):
        shelf.uploaded(str(file))


@pytest.mark.parametrize("path", [None, 3, [], {}])
def test_no_upload_is_refused(path):
    with pytest.raises(gr.Error, match="Choose a picture file"):
        shelf.uploaded(path)


# What may be asked


@pytest.mark.parametrize("value", BAD_PICTURES, ids=range(len(BAD_PICTURES)))
def test_what_is_no_picture_is_refused_by_every_chapter(value):
    for call in (
        lambda: answers.encode(value),
        lambda: answers.take_apart(value),
        lambda: answers.edit(event(EDIT), value),
        lambda: answers.between(value, FIRST),
        lambda: answers.between(FIRST, value),
        lambda: answers.forward(value, "linear", 0),
        lambda: answers.use_picture(event({"pixels": value})),
    ):
        with pytest.raises(gr.Error, match="64 × 64 RGB bytes"):
            call()


def event(sent: object) -> gr.EventData:
    return gr.EventData(None, sent)


@pytest.mark.parametrize(
    "sent, said",
    [
        (None, "did not arrive"),
        ([], "did not arrive"),
        ({}, "nudge must have"),
        (EDIT | {"nudge": [0, 0, 0]}, "nudge must have"),
        (EDIT | {"nudge": [0, 0, 0, math.nan]}, "from -3 to 3"),
        (EDIT | {"nudge": [0, 0, 0, 3.1]}, "from -3 to 3"),
        (EDIT | {"nudge": [0, 0, 0, True]}, "from -3 to 3"),
        (EDIT | {"zero": [0, 0, 0, 0]}, "true or false"),
        (EDIT | {"cells": [256]}, "from 0 to 255"),
        (EDIT | {"cells": [0.5]}, "from 0 to 255"),
        (EDIT | {"cells": list(range(256)) * 2}, "at most 256"),
        (EDIT | {"cells": "all"}, "at most 256"),
        (EDIT | {"seed": -1}, "Noise"),
    ],
)
def test_a_change_that_is_none_is_refused(sent, said):
    with pytest.raises(gr.Error, match=said):
        answers.edit(event(sent), "")


@pytest.mark.parametrize("seed", [math.nan, [], None, -1, 0.5, "0"])
def test_seeds_and_schedules_are_checked(seed):
    with pytest.raises(gr.Error, match="Seed"):
        answers.forward("", "linear", seed)
    with pytest.raises(gr.Error, match="Seed"):
        answers.run("", seed)
    with pytest.raises(gr.Error, match="Schedule"):
        answers.forward("", seed, 0)
    with pytest.raises(gr.Error, match="Scene"):
        answers.another(event({"seed": seed}))


@pytest.mark.parametrize("prompt", [None, 7, "an elephant", "a <b>", "red " * 1000, "red\x00"])
def test_prompts_are_checked_before_anything_runs(prompt):
    with pytest.raises(gr.Error):
        answers.run(prompt, 0)


def test_the_tab_imports_no_torch():
    source = inspect.getsource(tab) + inspect.getsource(answers) + inspect.getsource(shelf)
    assert "\nimport torch" not in source
