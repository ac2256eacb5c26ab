"""Other runtimes say what PyTorch says, and where they cannot, PyTorch goes on."""

import math
import subprocess
import sys
from dataclasses import asdict
from types import SimpleNamespace

import pytest
import torch

from explorer import backends
from explorer.backends import cache, export, runtimes
from explorer.models import zoo
from explorer.models.text import TextUNet
from explorer.models.unet import UNet, UNetConfig

pytest.importorskip("onnxscript", reason="other runtimes come with the extra `fast`")
SMALL = UNetConfig(channels=(8, 8), attention=(False, True), head_dim=8, emb_dim=16, context_dim=8)
OTHERS = [name for name in backends.installed() if name != backends.PYTORCH]


@pytest.fixture(scope="module", params=["mnist", "scenes"])
def exported(request) -> tuple[UNet, bytes]:
    net = zoo.load(request.param, UNet)
    return net, export.onnx(net)


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
def test_a_backend_says_what_pytorch_says_whatever_shares_the_batch(exported, name):
    net, model = exported
    call = runtimes.load(name, model)
    whole = asked(net, 64)
    together = call(*whole)
    for rows in (1, 2, 64):
        with torch.no_grad():
            error = (call(*asked(net, rows)) - net(*asked(net, rows))).abs().max()
        assert error < (1e-3 if backends.BACKENDS[name].precision == "fp32" else 0.5)
    alone = torch.cat([call(*(part[k : k + 1] for part in whole)) for k in range(4)])
    assert (alone - together[:4]).abs().max() < 1e-4  # bf16 too: company rounds nothing away


@pytest.fixture
def small(tmp_path, monkeypatch) -> UNet:
    """A network in a file, and a cache folder that is empty; nothing is exported elsewhere."""
    monkeypatch.setenv("EXPLORER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("EXPLORER_BACKEND", OTHERS[0])
    monkeypatch.setattr(backends, "_switches", type(backends._switches)())
    with torch.random.fork_rng(devices=[]):
        net = UNet(SMALL)
        for parameter in net.parameters():
            torch.nn.init.normal_(parameter, std=0.1)
    file = zoo.save(tmp_path / "small.safetensors", net, kind="unet", config=asdict(SMALL))
    return zoo.load(file, UNet)


@pytest.fixture
def quick(small, monkeypatch) -> list:
    """Exports happen in this process, from one that was made before; the list counts them."""
    model, made = export.onnx(small), []

    def run(command, **_options) -> SimpleNamespace:
        made.append(command)
        export.write(model, cache.file_of(small.card.file))
        return SimpleNamespace(returncode=0, stdout="", stderr="")

    monkeypatch.setattr(cache.subprocess, "run", run)
    return made


def switched(net: UNet) -> backends.Switch:
    switch = backends.Switch(net, net.card.file)
    backends._switches.add(switch)
    backends._prepare(switch, OTHERS[0])
    return switch


def test_pytorch_answers_until_another_runtime_is_ready_and_then_that(small, quick):
    switch = backends.Switch(small, small.card.file)
    x, angle, context = asked(small, 3)
    before = switch(x, angle, context)
    assert torch.equal(before, small(x, angle, context)) and "PyTorch" in switch.name
    ready = switched(small)
    assert (ready(x, angle, context) - before).abs().max() < 1e-4
    assert backends.name(small) == backends.name() == ready.name
    assert backends.BACKENDS[OTHERS[0]].title in ready.name
    switched(small)
    assert len(quick) == 1  # the second time from the cache


def test_a_damaged_file_of_the_cache_is_exported_again(small, quick):
    export.write(b"nonsense", cache.file_of(small.card.file))
    assert "PyTorch" not in switched(small).name and len(quick) == 1


def test_a_runtime_that_says_something_else_or_fails_is_not_used(small, quick, monkeypatch, capsys):
    load = runtimes.load
    monkeypatch.setattr(runtimes, "load", lambda *a: lambda *rows: 1.01 * load(*a)(*rows))
    switch = switched(small)
    assert "PyTorch" in switch.name and "its error beside PyTorch" in capsys.readouterr().out

    def broken(*_rows):
        raise RuntimeError("out of memory")

    switch.use(broken, "another")
    rows = asked(small, 2)
    assert torch.equal(switch(*rows), small(*rows)) and "PyTorch" in switch.name
    assert "out of memory; from here on PyTorch" in capsys.readouterr().out


def test_without_a_cache_folder_the_export_is_used_all_the_same(
    small, tmp_path, monkeypatch, capfd
):
    (tmp_path / "file").touch()
    monkeypatch.setenv("EXPLORER_CACHE", str(tmp_path / "file" / "cache"))
    assert "PyTorch" not in switched(small).name  # by a process of its own, as in the app
    assert "cache could not be made: Not a directory" in capfd.readouterr().out


def test_an_export_that_is_killed_leaves_pytorch(small, monkeypatch, capsys):
    monkeypatch.setattr(cache.sys, "executable", "/bin/false")
    assert "PyTorch" in switched(small).name
    assert "the process was ended" in capsys.readouterr().out


def test_a_backend_that_is_none_or_not_there_is_named_in_a_sentence(monkeypatch):
    monkeypatch.setenv("EXPLORER_BACKEND", "cuda")
    with pytest.raises(ValueError, match="'cuda': choose one of openvino, onnx, pytorch"):
        backends.chosen()
    monkeypatch.setattr(backends, "installed", lambda: ["pytorch"])
    monkeypatch.setenv("EXPLORER_BACKEND", "onnx")
    with pytest.raises(ValueError, match=r"not installed: pip install .*choose one of pytorch"):
        backends.chosen()


def test_a_network_without_a_file_is_pytorchs(small):
    assert backends.network(UNet(SMALL)).__class__ is UNet


def test_asking_for_the_backend_imports_no_torch():
    code = (
        "import sys; from explorer import backends; backends.chosen(); "
        "print('torch' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert said.stdout.strip() == "False", said.stderr
