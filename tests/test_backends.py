"""Other runtimes say what PyTorch says, and where they cannot, PyTorch goes on."""

import math
import subprocess
import sys
from functools import cache
from types import SimpleNamespace

import pytest
import torch

from explorer import backends
from explorer.backends import cache as cached
from explorer.backends import export, runtimes
from explorer.models import zoo
from explorer.models.text import TextUNet
from explorer.models.unet import UNet, UNetConfig

pytest.importorskip("onnxscript", reason="other runtimes come with the extra `fast`")
SMALL = UNetConfig(channels=(8, 8), attention=(False, True), head_dim=8, emb_dim=16, context_dim=8)
OTHERS = [name for name in backends.installed() if name != backends.PYTORCH]


@cache
def model(name: str) -> bytes:
    """A shipped network as ONNX; exporting takes ten seconds."""
    return export.onnx(zoo.load(name, UNet))


def small() -> UNet:
    """A network that is exported and built soon."""
    net = UNet(SMALL)
    for parameter in net.parameters():  # the zeroed layers too
        torch.nn.init.normal_(parameter, std=0.1)
    return net


def asked(net: UNet, rows: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Rows of noise, their levels from clean data to nothing but noise, and what they are told."""
    cfg = net.cfg
    size = (rows, cfg.image_channels, cfg.image_size, cfg.image_size)
    x = torch.randn(size, generator=torch.Generator().manual_seed(0))
    angle = torch.linspace(0, math.pi / 2, rows) if rows > 1 else torch.tensor([math.pi / 2])
    with torch.no_grad():
        if isinstance(net, TextUNet):  # captions of several lengths: padding in between
            captions = ("", "a red 3", "a blue 7 left of a green 1")
            return x, angle, net.told(*(captions[k % 3] for k in range(rows)))
        return x, angle, net.embed(torch.arange(rows) % 11)


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("of", ["mnist", "scenes"])
def test_a_backend_says_what_pytorch_says_whatever_shares_the_batch(of, name):
    net, call = zoo.load(of, UNet), runtimes.load(name, model(of), whole=True)
    for rows in (1, 2, 11, 64):
        told = call(*asked(net, rows))
        with torch.no_grad():
            wanted = net(*asked(net, rows))
        error = told - wanted
        if backends.BACKENDS[name].precision == "fp32":
            assert error.abs().max() < 1e-3
        assert error.square().mean() < (0.05**2) * wanted.square().mean()
    alone = torch.cat([call(*(part[k : k + 1] for part in asked(net, 64))) for k in range(4)])
    assert (alone - told[:4]).abs().max() < 1e-4  # bf16 too: company rounds nothing away


def test_what_waits_for_a_larger_size_is_computed_in_smaller_ones():
    pytest.importorskip("openvino")
    from explorer.backends import streams

    net = zoo.load("mnist", UNet)
    call = runtimes.load("openvino", model("mnist"))
    rows = asked(net, 32)
    with torch.no_grad():
        wanted = net(*rows)
    best = set(streams.rounds(len(rows[0]) // streams.STREAMS))
    assert not best <= set(call._requests)
    while not best <= set(call._requests):
        assert (call(*rows) - wanted).abs().max() < 1e-3
    assert (call(*rows) - wanted).abs().max() < 1e-3  # nothing changes when it is there


def test_rounds_are_the_quickest_and_hold_all_rows():
    streams = pytest.importorskip("explorer.backends.streams")
    assert [streams.rounds(rows) for rows in (1, 2, 3, 4, 16)] == [
        (1,),
        (1, 1),
        (1, 1, 1),
        (4,),
        (16,),
    ]
    for rows in range(1, 70):
        for sizes in (streams.ROUNDS, (1,), (1, 4)):
            found = streams.rounds(rows, sizes)
            assert set(found) <= set(sizes) and sum(found) - found[-1] < rows <= sum(found)


@pytest.fixture
def shipped(tmp_path, monkeypatch) -> UNet:
    """The network of digits, a cache folder that is empty, and another runtime chosen."""
    monkeypatch.setenv("EXPLORER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("EXPLORER_BACKEND", OTHERS[0])
    monkeypatch.setattr(backends, "_switches", type(backends._switches)())
    return zoo.load("mnist", UNet)


@pytest.fixture
def quick(shipped, monkeypatch) -> list:
    """Exports happen in this process, from one that was made before; the list counts them."""
    made = []

    def run(command, **_options) -> SimpleNamespace:
        made.append(command)
        export.write(model("mnist"), cached.file_of(shipped.card.file))
        return SimpleNamespace(returncode=0, stdout="", stderr="")

    monkeypatch.setattr(cached.subprocess, "run", run)
    return made


def switched(net: UNet) -> backends.Switch:
    switch = backends.Switch(net, net.card.file)
    backends._switches.add(switch)
    backends._prepare(switch, OTHERS[0])
    return switch


def test_pytorch_answers_until_another_runtime_is_ready_and_then_that(shipped, quick):
    switch = backends.Switch(shipped, shipped.card.file)
    x, angle, context = asked(shipped, 3)
    before = switch(x, angle, context)
    assert torch.equal(before, shipped(x, angle, context)) and "PyTorch" in switch.name
    ready = switched(shipped)
    assert (ready(x, angle, context) - before).abs().max() < 1e-4
    assert backends.name(shipped) == backends.name() == ready.name
    assert backends.BACKENDS[OTHERS[0]].title in ready.name
    switched(shipped)
    assert len(quick) == 1  # the second time from the cache


def test_a_damaged_file_of_the_cache_is_exported_again(shipped, quick):
    export.write(b"nonsense", cached.file_of(shipped.card.file))
    assert "PyTorch" not in switched(shipped).name and len(quick) == 1


def test_a_runtime_that_says_something_else_or_fails_is_not_used(
    shipped, quick, monkeypatch, capsys
):
    load = runtimes.load
    monkeypatch.setattr(runtimes, "load", lambda *a: lambda *rows: 1.01 * load(*a)(*rows))
    switch = switched(shipped)
    assert "PyTorch" in switch.name and "its error beside PyTorch" in capsys.readouterr().out

    def broken(*_rows):
        raise RuntimeError("out of memory")

    switch.use(broken, "another")
    rows = asked(shipped, 2)
    assert torch.equal(switch(*rows), shipped(*rows)) and "PyTorch" in switch.name
    assert "out of memory; from here on PyTorch" in capsys.readouterr().out


def test_without_a_cache_folder_the_export_is_used_all_the_same(
    shipped, tmp_path, monkeypatch, capfd
):
    (tmp_path / "file").touch()
    monkeypatch.setenv("EXPLORER_CACHE", str(tmp_path / "file" / "cache"))
    file = zoo.save(tmp_path / "small.safetensors", small(), kind="unet", config=SMALL)
    # By a process of its own, as in the app
    assert "PyTorch" not in switched(zoo.load(file, UNet)).name
    assert "cache could not be made: Not a directory" in capfd.readouterr().out


def test_an_export_that_is_killed_leaves_pytorch(shipped, monkeypatch, capsys):
    monkeypatch.setattr(cached.sys, "executable", "/bin/false")
    assert "PyTorch" in switched(shipped).name
    assert "the process was ended" in capsys.readouterr().out


def test_a_backend_that_is_none_or_not_there_is_named_in_a_sentence(monkeypatch):
    monkeypatch.setenv("EXPLORER_BACKEND", "cuda")
    with pytest.raises(ValueError, match="'cuda': choose one of openvino, onnx, pytorch"):
        backends.chosen()
    monkeypatch.setattr(backends, "installed", lambda: ["pytorch"])
    monkeypatch.setenv("EXPLORER_BACKEND", "onnx")
    with pytest.raises(ValueError, match=r"not installed: pip install .*choose one of pytorch"):
        backends.chosen()


def test_a_network_without_a_file_is_pytorchs(shipped):
    assert backends.network(UNet(SMALL)).__class__ is UNet


def test_asking_for_the_backend_imports_no_torch():
    code = (
        "import sys; from explorer import backends; backends.name(); print('torch' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert said.stdout.strip() == "False", said.stderr
