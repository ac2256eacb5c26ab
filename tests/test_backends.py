"""Other runtimes say what PyTorch says, row by row."""

import math
import subprocess
import sys
from functools import cache

import pytest
import torch

from explorer import backends
from explorer.backends import export, runtimes
from explorer.models import zoo
from explorer.models.text import TextUNet
from explorer.models.unet import UNet

pytest.importorskip("onnxscript", reason="other runtimes come with the extra `fast`")
OTHERS = [name for name in backends.installed() if name != backends.PYTORCH]


@cache
def model(name: str) -> bytes:
    """A shipped network as ONNX; exporting takes ten seconds."""
    return export.onnx(zoo.load(name, UNet))


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


def test_a_backend_that_is_none_or_not_there_is_named_in_a_sentence(monkeypatch):
    monkeypatch.setenv("EXPLORER_BACKEND", "cuda")
    with pytest.raises(ValueError, match="'cuda': choose one of openvino, onnx, pytorch"):
        backends.chosen()
    monkeypatch.setattr(backends, "installed", lambda: ["pytorch"])
    monkeypatch.setenv("EXPLORER_BACKEND", "onnx")
    with pytest.raises(ValueError, match=r"not installed: pip install .*choose one of pytorch"):
        backends.chosen()


def test_asking_for_the_backend_imports_no_torch():
    code = (
        "import sys; from explorer import backends; backends.name(); print('torch' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert said.stdout.strip() == "False", said.stderr
