"""An export is made once and kept; where it cannot be made, kept or used, PyTorch goes on."""

import errno
import os
import select
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import pytest
import torch

from explorer import backends, files
from explorer.backends import cache as cached
from explorer.backends import export, runtimes
from explorer.models import zoo
from explorer.models.unet import UNet, UNetConfig
from tests.test_backends import OTHERS, asked
from tests.test_checkpoint_faults import full

SMALL = UNetConfig(channels=(8, 8), attention=(False, True), head_dim=8, emb_dim=16, context_dim=8)


@pytest.fixture(scope="module")
def weights(tmp_path_factory) -> Path:
    """A file of a network that is exported and built soon."""
    net = UNet(SMALL)
    for parameter in net.parameters():  # the zeroed layers too
        torch.nn.init.normal_(parameter, std=0.1)
    place = tmp_path_factory.mktemp("weights") / "small.safetensors"
    return zoo.save(place, net, kind="unet", config=SMALL)


@pytest.fixture(scope="module")
def model(weights, tmp_path_factory) -> bytes:
    """Exported by a process of its own, as in the app."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPLORER_CACHE", str(tmp_path_factory.mktemp("first")))
        return cached.exported(weights)


@pytest.fixture
def net(weights, tmp_path, monkeypatch) -> UNet:
    """That network, a cache folder that is not there yet, and another runtime chosen."""
    monkeypatch.setenv("EXPLORER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("EXPLORER_BACKEND", OTHERS[0])
    monkeypatch.setattr(backends, "_switches", type(backends._switches)())
    return zoo.load(weights, UNet)


@pytest.fixture
def quick(model, monkeypatch) -> list:
    """The export's process runs in this one, and has its model already; the list counts them."""
    made = []

    def run(command, **_options) -> SimpleNamespace:
        made.append(command)
        with redirect_stdout(StringIO()) as out:
            try:
                export.main(*map(Path, command[-3:]))
            except OSError as error:
                return SimpleNamespace(returncode=1, stdout="", stderr=f"OSError: {error}")
        return SimpleNamespace(returncode=0, stdout=out.getvalue(), stderr="")

    monkeypatch.setattr(export, "onnx", lambda _net: model)
    monkeypatch.setattr(cached.subprocess, "run", run)
    return made


def switched(net: UNet) -> backends.Switch:
    switch = backends.Switch(net, net.card.file)
    backends._switches.add(switch)
    backends._prepare(switch, OTHERS[0])
    return switch


@pytest.fixture(autouse=True)
def writer(monkeypatch):
    """Parts have a name that is known beforehand."""
    monkeypatch.setattr(files, "_writer", lambda: "test")


def part_of(file: Path) -> Path:
    """What is written until it is whole."""
    return file.with_name(f".{file.name}.test.part")


def test_pytorch_answers_until_another_runtime_is_ready_and_then_that(net, quick):
    switch = backends.Switch(net, net.card.file)
    x, angle, context = asked(net, 3)
    before = switch(x, angle, context)
    assert torch.equal(before, net(x, angle, context)) and "PyTorch" in switch.name
    ready = switched(net)
    assert (ready(x, angle, context) - before).abs().max() < 1e-4
    assert backends.name(net) == backends.name() == ready.name
    assert backends.BACKENDS[OTHERS[0]].title in ready.name
    switched(net)
    assert len(quick) == 1  # the second time from the cache


def test_a_damaged_file_of_the_cache_is_exported_again(net, quick):
    export.write(b"nonsense", cached.file_of(net.card.file))
    assert "PyTorch" not in switched(net).name and len(quick) == 1


def test_a_runtime_that_says_something_else_or_fails_is_not_used(net, quick, monkeypatch, capsys):
    load = runtimes.load
    monkeypatch.setattr(runtimes, "load", lambda *a: lambda *rows: 1.01 * load(*a)(*rows))
    switch = switched(net)
    assert "PyTorch" in switch.name and "its error beside PyTorch" in capsys.readouterr().out

    def broken(*_rows):
        raise RuntimeError("out of memory")

    switch.use(broken, "another")
    rows = asked(net, 2)
    assert torch.equal(switch(*rows), net(*rows)) and "PyTorch" in switch.name
    assert "out of memory; from here on PyTorch" in capsys.readouterr().out


def test_a_network_without_a_file_is_pytorchs(net):
    assert backends.network(UNet(SMALL)).__class__ is UNet


def refuse(*_arguments, **_named):
    raise OSError(errno.EROFS, os.strerror(errno.EROFS))


def test_a_disk_that_is_read_only_is_named_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "unlink", refuse)  # Linux refuses it even of a file that is not there
    refused = "kept could not be written: Read-only file system"
    with pytest.raises(OSError, match=refused), files.whole(tmp_path / "kept"):
        refuse()


@pytest.mark.parametrize("wrong", ["a file", "forbidden", "read-only", "full"])
def test_where_the_cache_cannot_be_written_the_export_is_used_all_the_same(
    wrong, net, quick, monkeypatch, capsys
):
    file = cached.file_of(net.card.file)
    if wrong == "a file":  # where the folder should be
        file.parent.touch()
        said = f"{file.parent} could not be made: File exists."
    elif wrong == "forbidden":  # to everybody, root too, whom no mode of a folder of ours binds
        monkeypatch.setenv("EXPLORER_CACHE", "/sys/kernel")
        said = f"{cached.file_of(net.card.file)} could not be written: Permission denied."
    elif wrong == "read-only":
        file.parent.mkdir()
        write = Path.write_bytes
        ours = {part_of(file): refuse}
        monkeypatch.setattr(Path, "write_bytes", lambda p, told: ours.get(p, write)(p, told))
        said = f"{file} could not be written: Read-only file system."
    else:
        file.parent.mkdir()
        part_of(file).symlink_to("/dev/full")
        said = f"{file} could not be written: No space left on device."
    assert "PyTorch" not in switched(net).name
    assert f"Cache: {said} Exports are made again" in capsys.readouterr().out
    assert not file.parent.is_dir() or not list(file.parent.iterdir())
    switched(net)
    assert len(quick) == 2


def test_where_no_disk_takes_the_export_pytorch_goes_on(net, quick, capsys):
    with full(1000):
        switch = switched(net)
    rows = asked(net, 2)
    assert torch.equal(switch(*rows), net(*rows)) and "PyTorch" in switch.name
    assert "could not be written: File too large" in capsys.readouterr().out
    assert not list(cached.folder().iterdir())


class Started(subprocess.Popen):
    """A process that the test can end."""

    all: ClassVar[list] = []

    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self.all.append(self)


def test_exports_that_are_killed_in_mid_write_leave_pytorch_and_the_next_one_succeeds(
    net, model, tmp_path, monkeypatch, capsys
):
    (tmp_path / "model").write_bytes(model)
    code = (
        "import sys; from pathlib import Path; from explorer import files; "
        "from explorer.backends import export; files._writer = lambda: 'test'; "
        f"export.onnx = lambda net: Path({str(tmp_path / 'model')!r}).read_bytes(); "
        "export.main(*map(Path, sys.argv[-3:]))"
    )
    python = tmp_path / "python"  # which has the model soon
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{code}" "$@"\n')
    python.chmod(0o700)
    monkeypatch.setattr(cached.sys, "executable", str(python))
    monkeypatch.setattr(cached.subprocess, "Popen", Started)
    file = cached.file_of(net.card.file)
    file.parent.mkdir()
    os.mkfifo(part_of(file))  # it takes 64 KiB, then holds who writes it up
    disk = os.open(part_of(file), os.O_RDWR | os.O_NONBLOCK)
    with ThreadPoolExecutor() as pool:
        prepared = pool.submit(switched, net)
        for _ in range(2):  # an export that fails is tried once more
            while not (prepared.done() or select.select([disk], [], [], 1)[0]):
                pass
            Started.all[-1].kill()
            assert Started.all[-1].wait() == -signal.SIGKILL
            half = os.read(disk, 2**20)
    os.close(disk)
    part_of(file).unlink()
    part_of(file).write_bytes(half)  # what a disk would hold now
    assert 0 < len(half) < len(model) and not file.exists()
    switch, rows = prepared.result(), asked(net, 2)
    assert torch.equal(switch(*rows), net(*rows)) and "PyTorch" in switch.name
    assert "could not be exported: its process was ended" in capsys.readouterr().out
    assert "PyTorch" not in switched(net).name
    assert list(file.parent.iterdir()) == [file] and file.read_bytes() == model
