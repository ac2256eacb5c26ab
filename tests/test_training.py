"""Training: what a step does, and that nothing is lost when a run is killed."""

import json
import math
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from explorer import files
from explorer.data.images import Images
from explorer.models import zoo
from explorer.models.text import TextUNet, TextUNetConfig
from explorer.models.unet import UNetConfig
from explorer.training import checkpoint
from explorer.training.loop import average, learning_rate, start, train
from explorer.training.objectives import Denoising, TextDenoising, batches, generator
from explorer.training.recipes import RECIPES, Recipe, recipe
from explorer.training.session import Options, fit

NET = UNetConfig(
    image_size=8, channels=(8, 16), attention=(False, True), head_dim=8, emb_dim=16, context_dim=8
)
TINY = Recipe("tiny", "stripes", NET, steps=12, batch=8, warmup=2)


def stripes() -> Images:
    pixels = torch.zeros(40, 1, 8, 8, dtype=torch.uint8)
    labels = torch.arange(40) % 10
    for i in range(40):
        pixels[i, 0, i % 8] = 255
    return Images(pixels, labels, tuple("0123456789"), "stripes")


def options(out: Path, **changes) -> Options:
    plain = Options(out, precision="fp32", device="cpu", log_every=1, checkpoint_every=3)
    return replace(plain, **changes)


# A run in a process of its own, slow enough to be killed in the middle.
SLOW = """
import sys, time
sys.path.insert(0, {tests!r})
from pathlib import Path
import test_training as t
from explorer.training import session
plain = session._log
session._log = lambda *a: (plain(*a), time.sleep(0.25))
t.fit(t.TINY, t.stripes(), t.options(Path({out!r})))
"""


def test_a_killed_run_resumes_to_the_same_weights_and_the_same_log(tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    fit(TINY, stripes(), options(whole))

    code = SLOW.format(tests=str(Path(__file__).parent), out=str(killed))
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    wait_for(lambda: steps_logged(killed) >= 7, process)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert checkpoint.read(killed / "checkpoint.safetensors")[1]["step"] in (6, 9)
    fit(TINY, stripes(), options(killed, resume=True))

    ours, theirs = (checkpoint.read(run / "checkpoint.safetensors")[0] for run in (killed, whole))
    assert ours.keys() == theirs.keys()  # network, average, and both moments of the optimizer
    assert max((ours[k].double() - theirs[k].double()).abs().max() for k in theirs) == 0
    lines = [[json.loads(x) for x in (run / "log.jsonl").open()] for run in (killed, whole)]
    for key in ("step", "loss", "lr"):
        assert [x[key] for x in lines[0]] == [x[key] for x in lines[1]]


def steps_logged(run: Path) -> int:
    log = run / "log.jsonl"
    return len(log.read_text().splitlines()) if log.exists() else 0


def wait_for(ready, process, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not ready():
        assert process.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < end, "the run did not get far enough"
        time.sleep(0.02)


def test_a_kill_while_a_checkpoint_is_written_leaves_the_one_before(tmp_path, monkeypatch):
    run = start(TINY, "fp32", "cpu")
    file = tmp_path / "checkpoint.safetensors"
    run.save(file)
    good = file.read_bytes()

    def die(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(files.os, "replace", die)
    run.step = 5
    with pytest.raises(KeyboardInterrupt):
        run.save(file)
    assert file.read_bytes() == good


def test_resuming_a_damaged_checkpoint_names_the_file(tmp_path):
    file = tmp_path / "checkpoint.safetensors"
    start(TINY, "fp32", "cpu").save(file)
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(ValueError, match=r"checkpoint\.safetensors is not a checkpoint.*damaged"):
        fit(TINY, stripes(), options(tmp_path, resume=True))


def test_a_run_is_never_written_over_and_never_mixed_with_another(tmp_path):
    with pytest.raises(ValueError, match=r"no .*checkpoint\.safetensors to resume"):
        fit(TINY, stripes(), options(tmp_path, resume=True))
    start(TINY, "fp32", "cpu").save(tmp_path / "checkpoint.safetensors")
    with pytest.raises(ValueError, match="--resume"):
        fit(TINY, stripes(), options(tmp_path))
    with pytest.raises(ValueError, match=r"another recipe .*lr"):
        fit(replace(TINY, lr=0.01), stripes(), options(tmp_path, resume=True))


def test_the_end_of_a_run_is_a_model_that_the_zoo_loads(tmp_path):
    weights = fit(TINY, stripes(), options(tmp_path, preview_every=6))
    net = zoo.load(weights)
    assert net.card.facts["steps"] == 12 and net.card.facts["data"] == "stripes, 40 examples"
    ema = checkpoint.read(tmp_path / "checkpoint.safetensors")[0]["ema.leave.weight"]
    assert (net.leave.weight - ema).abs().max() < 1e-3  # averaged weights, as fp16
    assert len(list((tmp_path / "samples").glob("*.png"))) == 2


def test_training_lowers_the_loss():
    run = start(replace(TINY, steps=150, lr=3e-3), "fp32", "cpu")
    losses = [done.loss for done in train(run, stripes())]
    assert sum(losses[-20:]) < 0.5 * sum(losses[:20])


def test_a_process_can_train_in_bf16_and_then_in_fp32():
    losses = []
    for precision in ("bf16", "fp32"):
        run = start(TINY, precision, "cpu")
        losses.append([done.loss for done in train(run, stripes())][-1])
    assert losses[0] != losses[1]
    assert abs(losses[0] - losses[1]) < 0.02 * losses[1]


def test_a_prepared_batch_holds_the_closed_form_and_its_v():
    objective = Denoising(start(TINY, "fp32", "cpu").net, label_dropout=0.5)
    images = stripes()
    xt, angle, labels, v = objective.prepare(images.pixels, images.labels, generator(0, 0))
    alpha, sigma = angle.cos()[:, None, None, None], angle.sin()[:, None, None, None]
    assert (alpha * xt - sigma * v - images.floats()).abs().max() < 1e-5  # x0, back from the pair
    place = (angle.sort().values * 40 / (math.pi / 2)).floor()
    assert place.tolist() == list(range(40))  # one angle in each of 40 equal parts
    assert 0 < (labels == objective.net.null).sum() < 40


def test_of_captions_every_weight_that_is_trained_has_a_gradient():  # several GPUs ask for it
    config = TextUNetConfig(
        image_size=8,
        channels=(8, 16),
        attention=(False, True),
        head_dim=8,
        emb_dim=16,
        context_dim=16,
        text_layers=1,
    )
    objective = TextDenoising(TextUNet(config), label_dropout=0.5)
    tokens = torch.tensor([[objective.net.tokenizer.encode("a red 3")]] * 8)  # (N, captions, L)
    batch = objective.prepare(torch.randn(8, 4, 8, 8), tokens, generator(0, 0))
    objective(*batch).backward()
    trained = {name for name, p in objective.named_parameters() if p.requires_grad}
    given = {name for name, p in objective.named_parameters() if p.grad is not None}
    assert trained == given


def test_every_picture_comes_once_an_epoch_and_a_step_alone_decides_its_batch():
    stream = batches(40, 8, seed=3)
    epochs = [torch.cat([next(stream)[0] for _ in range(5)]) for _ in range(2)]
    assert all(epoch.sort().values.tolist() == list(range(40)) for epoch in epochs)
    assert not torch.equal(*epochs)
    late, step = next(batches(40, 8, seed=3, first=7))
    assert step == 7 and torch.equal(late, epochs[1][16:24])


def test_learning_rate_rises_in_a_line_and_falls_to_zero_along_a_cosine():
    plan = replace(TINY, steps=1000, warmup=100, lr=1.0)
    assert learning_rate(plan, 0) == pytest.approx(0.01)
    assert learning_rate(plan, 500) == pytest.approx(0.5)
    assert learning_rate(plan, 999) < 1e-5


def test_the_average_of_constant_weights_is_those_weights_and_warms_up():
    net = torch.nn.Linear(1, 1)
    ema = {k: torch.zeros_like(v) for k, v in net.named_parameters()}
    average(ema, net, 0.999, step=0)  # keeps 1 / 10
    assert all((ema[k] - 0.9 * v).abs().max() < 1e-7 for k, v in net.named_parameters())
    for step in range(1, 100):
        average(ema, net, 0.999, step)
    assert all((ema[k] - v).abs().max() < 1e-5 for k, v in net.named_parameters())


def test_a_recipe_that_cannot_be_trained_says_why():
    with pytest.raises(ValueError, match=r"no recipe is called 'mnits'.*mnist"):
        recipe("mnits")
    with pytest.raises(ValueError, match="steps is 0"):
        recipe("mnist", steps=0)
    with pytest.raises(ValueError, match="lr is nan"):
        recipe("mnist", lr=math.nan)
    with pytest.raises(ValueError, match="seed is -1"):
        recipe("mnist", seed=-1)
    for field, value in (("warmup", 0), ("hold", 1.0), ("hold", -0.1), ("ema", 3.0), ("clip", -1)):
        with pytest.raises(ValueError, match=f"{field} is {value}"):
            recipe("mnist", **{field: value})
    with pytest.raises(ValueError, match="batch 128 is larger than the data set"):
        next(batches(40, 128, 0))


def test_the_shipped_network_is_of_the_promised_size():
    net = RECIPES["mnist"].objective().net
    assert 1_000_000 <= sum(p.numel() for p in net.parameters()) <= 1_500_000
    judge = RECIPES["digit-classifier"].objective().net
    assert sum(p.numel() for p in judge.parameters()) < 500_000


def test_seed_step_and_stream_each_make_another_noise():
    asked = [
        (seed, index, stream) for seed in range(3) for index in range(3) for stream in range(3)
    ]
    first = {torch.randn(1, generator=generator(*each)).item() for each in asked}
    assert len(first) == len(asked)
    assert torch.randn(1, generator=generator(0, 0)).item() in first  # and the same one twice
