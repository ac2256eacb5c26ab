"""A file of the app is missing, or there is no room to write: a sentence names the file."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
import torch
from PIL import Image

from explorer import export, files
from explorer.app import judge, resuming
from explorer.app.attending import causes
from explorer.cli import main
from explorer.models import sums, zoo
from explorer.samplers import Step
from explorer.schedules import Level
from tests.test_checkpoint_faults import full

ROOT = Path(__file__).parents[1]

# One process, which forks for every kind of file: so gradio is imported once.
TRIES = """
import contextlib, io, json, os, sys
from pathlib import Path
from explorer.app import main as app
from explorer.app import judge, resuming
from explorer.app.attending import causes
from explorer.cli import main
from explorer.paths import ASSETS
for name in sys.argv[1:]:
    if os.fork() == 0:
        (ASSETS / name).unlink()
        app.Context.start_warm_up = lambda self: None
        app.gr.Blocks.launch = lambda self, **named: None
        app.gr.Blocks.block_thread = lambda self: None
        app.gr.Blocks.local_url = "nowhere"
        app._end = lambda: None
        said, status = io.StringIO(), 0
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            try:
                main(["app"])
            except SystemExit as end:
                status = end.code
            except BaseException as error:
                print("TRACE", repr(error), file=said)
        print(json.dumps([name, status, said.getvalue()]), flush=True)
        os._exit(0)
    os.wait()
    os.symlink(sys.stdin.readline().strip() + "/" + name, ASSETS / name)
"""
KINDS = {
    "web/player.js": 2,
    "web/forward/clock.html": 2,
    "gallery.png": 2,
    "gallery.json": 2,
    "schedules.json": 2,
    "words/glossary.toml": 2,
    "pictures/owl.png": 2,
    "models/mnist.safetensors": 0,
    "models/scenes.quality.json": 0,
    "words/de/common.json": 0,
}


@pytest.fixture
def house(tmp_path) -> Path:
    """The package and its assets, each file a link that a test can take away."""
    os.symlink(ROOT / "explorer", tmp_path / "explorer")
    for file in (ROOT / "assets").rglob("*"):
        place = tmp_path / file.relative_to(ROOT)
        if file.is_file():
            place.parent.mkdir(parents=True, exist_ok=True)
            os.symlink(file, place)
    return tmp_path


def test_a_missing_file_is_named_at_the_start(house):
    ran = subprocess.run(
        [sys.executable, "-c", TRIES, *KINDS],
        cwd=house,
        env=os.environ | {"PYTHONPATH": str(house)},
        input=f"{ROOT / 'assets'}\n" * len(KINDS),
        capture_output=True,
        text=True,
        check=False,
    )
    told = {name: (status, said) for name, status, said in map(json.loads, ran.stdout.splitlines())}
    assert set(told) == set(KINDS), ran.stderr[-2000:]
    for name, (status, said) in told.items():
        assert status == KINDS[name] and "TRACE" not in said, (name, said)
        if status:
            assert said.startswith(f"explorer: {house / 'assets' / name} is missing, and the app")
        elif name.endswith(".safetensors"):
            assert f"{name} is missing: what needs this model will say so." in said


def test_a_model_that_is_missing_or_changed_is_named_before_it_is_run(tmp_path):
    (tmp_path / "a.safetensors").write_bytes(b"1")
    sums.write(tmp_path)
    assert sums.missing(tmp_path) == [] and not sums.changed(tmp_path / "a.safetensors")
    (tmp_path / "a.safetensors").write_bytes(b"2")
    assert sums.changed(tmp_path / "a.safetensors")
    (tmp_path / "a.safetensors").unlink()
    assert sums.missing(tmp_path) == [tmp_path / "a.safetensors"]


def test_an_export_to_a_full_disk_keeps_the_picture_before(tmp_path, capsys):
    out = tmp_path / "x.png"
    Image.new("L", (28, 28)).save(out)
    before = out.read_bytes()
    with full(50), pytest.raises(SystemExit) as end:
        main(["sample", "--steps", "1", "--out", str(out)])
    assert end.value.code == 2
    assert f"{out} could not be written: File too large" in capsys.readouterr().err
    assert out.read_bytes() == before and list(tmp_path.iterdir()) == [out]


def test_a_folder_that_cannot_be_written_is_named(tmp_path, capsys):
    nowhere = tmp_path / "file"
    nowhere.write_text("no folder")
    with pytest.raises(SystemExit) as end:
        main(["sample", "--steps", "1", "--out", str(nowhere / "x.png")])
    assert end.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("explorer: ") and str(nowhere) in said and said.count("\n") == 1


def test_a_kill_in_the_middle_of_an_export_leaves_a_whole_picture(tmp_path):
    torch.set_num_threads(1)
    x = torch.rand(4, 4, 1, 28, 28)
    run = [Step(i, Level(1.0, 0.0), x[i], x[i], i) for i in range(4)]
    out, rng, kills = tmp_path / "x.gif", random.Random(0), 0
    export.save_gif(out, run, {}, 8)
    while kills < 6:
        child = os.fork()
        if child == 0:
            while True:
                export.save_gif(out, run, {}, 8)
        time.sleep(rng.uniform(0.005, 0.06))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        kills += 1
        with Image.open(out) as picture:
            assert picture.n_frames == 4
            picture.seek(3)
            picture.load()
    for left in tmp_path.glob(".*.part"):  # what kills left is swept an hour later
        os.utime(left, (0, 0))
    with files.whole(out) as part:
        part.write_bytes(b"new")
    assert [file.name for file in tmp_path.iterdir()] == ["x.gif"]


def test_a_handler_that_asks_a_missing_judge_says_which_file(monkeypatch):
    def missing(name, *_):
        raise zoo.ZooError(f"There is no model {name}.")

    judge.judge.cache_clear()
    monkeypatch.setattr(judge.zoo, "load", missing)
    with pytest.raises(gr.Error, match="There is no model digit-classifier"):
        resuming.reading(torch.zeros(1, 1, 28, 28))
    with pytest.raises(gr.Error, match="There is no model digit-classifier"):
        causes.said(np.zeros((1, 64, 64, 3), np.uint8), "a red seven")
