"""A full disk or a kill at any moment: the last good checkpoint is intact, and the run goes on."""

import json
import os
import random
import resource
import signal
import time
from contextlib import contextmanager

import pytest
import torch

from explorer import files
from explorer.models import zoo
from explorer.training import checkpoint
from explorer.training.loop import start
from explorer.training.session import fit
from tests.test_training import TINY, options, stripes


@contextmanager
def full(limit: int):
    """A disk on which no file grows beyond `limit` bytes: writing more fails, as on a full one."""
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
        signal.signal(signal.SIGXFSZ, before)


def test_a_disk_that_fills_up_leaves_the_checkpoint_before_and_no_part(tmp_path):
    run = start(TINY, "fp32", "cpu")
    file = tmp_path / "checkpoint.safetensors"
    run.save(file)
    good = file.read_bytes()
    run.step = 7
    with full(len(good) // 2), pytest.raises(OSError, match="could not be written") as refused:
        run.save(file)
    assert str(file) in str(refused.value) and "--resume" in str(refused.value)
    assert file.read_bytes() == good and checkpoint.read(file)[1]["step"] == 0
    assert list(tmp_path.iterdir()) == [file]


def test_a_run_whose_disk_filled_up_goes_on_to_the_same_weights(tmp_path, monkeypatch):
    whole, filled = tmp_path / "whole", tmp_path / "filled"
    fit(TINY, stripes(), options(whole))
    plain, saved = checkpoint.save_file, []

    def once_full(tensors, path, **named):
        saved.append(path)
        if len(saved) == 3:
            path.write_bytes(b"half of it")
            raise OSError(28, os.strerror(28))
        plain(tensors, path, **named)

    monkeypatch.setattr(checkpoint, "save_file", once_full)
    with pytest.raises(OSError, match=r"checkpoint\.safetensors could not be written: No space"):
        fit(TINY, stripes(), options(filled))
    assert checkpoint.read(filled / "checkpoint.safetensors")[1]["step"] == 6
    assert not list(filled.glob("*.part")) and not list(filled.glob(".*"))
    fit(TINY, stripes(), options(filled, resume=True))
    ours, theirs = (checkpoint.read(run / "checkpoint.safetensors")[0] for run in (filled, whole))
    assert max((ours[k].double() - theirs[k].double()).abs().max() for k in theirs) == 0


def test_a_log_or_weights_that_do_not_fit_name_their_file(tmp_path):
    log = tmp_path / "log.jsonl"
    with full(10), pytest.raises(OSError, match=r"log\.jsonl could not be written: File too large"):
        files.replace_text(log, "x" * 100)
    assert not list(tmp_path.iterdir())
    net = start(TINY, "fp32", "cpu").net
    with full(10), pytest.raises(OSError, match=r"net\.safetensors could not be written"):
        zoo.save(tmp_path / "net.safetensors", net, kind="unet", config=net.cfg)
    assert not list(tmp_path.iterdir())


def test_a_command_on_a_full_disk_ends_with_a_sentence(tmp_path, capsys, monkeypatch):
    from tests.test_cli import refusal

    def broken(*_, **__):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(zoo, "save_file", broken)
    monkeypatch.setattr(checkpoint, "save_file", broken)
    from PIL import Image

    Image.new("L", (28, 28)).save(tmp_path / "a.png")
    out = tmp_path / "r"
    asked = ("--data", tmp_path, "--name", "mine", "--out", out, "--steps", 1, "--device", "cpu")
    assert f"{out / 'checkpoint.safetensors'} could not" in refusal(capsys, "train", *asked)


@pytest.mark.parametrize(
    "facts, tensors, said",
    [
        (None, None, "not a checkpoint of ours"),  # a pickle under our name
        ([1], {}, "not a checkpoint of ours"),
        ({"step": "many", "recipe": {}}, {}, "not a checkpoint of ours"),
        ("same", {"net.x": torch.zeros(3)}, "other tensors"),
        ("same", {"optimizer.999.exp_avg": torch.zeros(3)}, "other tensors"),
    ],
)
def test_a_checkpoint_of_a_stranger_is_refused_in_a_sentence(tmp_path, facts, tensors, said):
    run, file = start(TINY, "fp32", "cpu"), tmp_path / "checkpoint.safetensors"
    run.save(file)
    if facts is None:
        torch.save({"step": 1}, file)
    else:
        ours, known = checkpoint.read(file)
        known = known if facts == "same" else facts
        checkpoint.save_file(ours | tensors, file, metadata={"facts": json.dumps(known)})
    with pytest.raises(ValueError, match=said) as refused:
        run.load(file)
    assert str(refused.value).startswith(str(file))


def test_a_kill_at_any_moment_leaves_a_whole_checkpoint(tmp_path):
    run = start(TINY, "fp32", "cpu")
    file, rng, found = tmp_path / "checkpoint.safetensors", random.Random(0), set()
    run.save(file)
    end = time.monotonic() + 60
    while len(found) < 5:  # five kills after which there was a new checkpoint
        assert time.monotonic() < end, "no child got far enough to write"
        child = os.fork()
        if child == 0:  # writes one checkpoint after another until it is killed
            torch.set_num_threads(1)
            while True:
                run.step += 1
                run.save(file)
        time.sleep(rng.uniform(0.02, 0.15))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        run.load(file)
        found.add(run.step)
