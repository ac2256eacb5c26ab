"""Two processes train what one does, stop and go on as one does, and only one of them writes."""

import socket
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import multiprocessing

from explorer.training import checkpoint
from explorer.training.session import fit
from tests.test_training import TINY, options, stripes

CLOSE = 2e-6  # float32: sums in another order, over twelve steps of Adam


def member(rank: int, world: int, port: int, folder: str, jobs: list) -> None:
    """One process of a group, in the way that `accelerate launch` sets it up."""
    import os

    os.environ |= {
        "RANK": str(rank),
        "LOCAL_RANK": str(rank),
        "WORLD_SIZE": str(world),
        "LOCAL_WORLD_SIZE": str(world),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
        "ACCELERATE_USE_CPU": "true",
        "OMP_NUM_THREADS": "1",
    }
    torch.set_num_threads(1)
    sys.stderr = sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    from explorer.training import loop, session

    writes = []
    for module, name in ((checkpoint, "write"), (session, "_log"), (session.zoo, "save")):
        plain = getattr(module, name)
        monitor = lambda *a, plain=plain, name=name, **k: (writes.append(name), plain(*a, **k))  # noqa: E731
        setattr(module, name, monitor)
    session.preview = lambda *_: None
    # The end of a training is the end of the group, and here the group trains again.
    loop.Accelerator.end_training = loop.Accelerator.wait_for_everyone
    for recipe, out, resume in jobs:
        if resume == "half":  # stops after 6 steps, as a kill would
            run = loop.start(recipe, "fp32", "cpu")
            for done in loop.train(run, stripes()):
                if done.step == 6:
                    break
            out.mkdir(parents=True, exist_ok=True)
            run.save(out / "checkpoint.safetensors")
            run.accelerator.wait_for_everyone()
        else:
            fit(recipe, stripes(), options(out, resume=resume))
    Path(folder, f"writes-{rank}").write_text(" ".join(writes))


def together(world: int, folder: Path, jobs: list) -> list[str]:
    """Run the jobs in `world` processes; what each of them wrote."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    multiprocessing.spawn(member, (world, port, str(folder), jobs), nprocs=world)
    return [(folder / f"writes-{rank}").read_text() for rank in range(world)]


def weights(out: Path) -> dict[str, torch.Tensor]:
    return checkpoint.read(out / "checkpoint.safetensors")[0]


def apart(a: Path, b: Path) -> float:
    """The largest difference of a weight, of the network's or the average's."""
    ours, theirs = weights(a), weights(b)
    assert ours.keys() == theirs.keys()
    kept = [k for k in theirs if k.startswith(("net.", "ema."))]
    return max((ours[k].double() - theirs[k].double()).abs().max().item() for k in kept)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The same training in one process, in two, and begun in one way and ended in the other."""
    folder = tmp_path_factory.mktemp("runs")
    odd = replace(TINY, batch=7)  # which two do not divide
    one, two = folder / "one", folder / "two"
    mix = [folder / f"mix{k}" for k in range(2)]
    wrote = together(1, folder, [(TINY, one, False), (odd, folder / "odd1", False),
                                 (TINY, mix[0], "half")])  # fmt: skip
    assert wrote[0]
    wrote = together(2, folder, [(TINY, two, False), (odd, folder / "odd2", False),
                                 (TINY, mix[1], "half"), (TINY, mix[0], True)])  # fmt: skip
    together(1, folder, [(TINY, mix[1], True)])
    return folder, wrote


def test_two_processes_give_the_weights_of_one(runs):
    folder, _ = runs
    assert apart(folder / "two", folder / "one") < CLOSE


def test_so_do_two_that_do_not_divide_the_batch(runs):
    folder, _ = runs
    assert apart(folder / "odd2", folder / "odd1") < CLOSE


def test_a_run_begun_in_one_and_ended_in_two_processes_is_the_same_run_and_the_other_way(runs):
    folder, _ = runs
    assert apart(folder / "mix0", folder / "one") < CLOSE
    assert apart(folder / "mix1", folder / "one") < CLOSE


def test_only_the_main_process_writes(runs):
    _, (main, other) = runs
    assert {"write", "_log", "save"} <= set(main.split()) and other == ""


def test_more_processes_than_images_a_step_are_refused(monkeypatch):
    from explorer.training import loop

    class Three:
        num_processes = 3

    monkeypatch.setattr(loop, "Accelerator", lambda **_: Three())
    with pytest.raises(ValueError, match="batch is 2 and there are 3 processes"):
        loop.start(replace(TINY, batch=2), "fp32", "cpu")
