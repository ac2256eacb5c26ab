"""The runtimes that compute an exported network, and the check that they say what PyTorch says.

Measured of OpenVINO, in both precisions: a row's result is the same to the last bit alone and in
every batch. In fp32 the pictures are PyTorch's, pixel by pixel. In bf16, which processors with
AVX512_BF16 or AMX multiply faster, a guided digit of 20 steps differs from that by 4 of 255 in its
farthest pixel (median of 100 digits; 60 at most): the same to the eye, and to the quality table
(`explorer evaluate mnist --check --backend openvino-bf16`: 0.5 standard errors at most), but not to
the pixel, which is what a shared link promises on every machine, and what the tabs that
look inside, in PyTorch, show again. And what is one algorithm, as DDIM and Euler are, then differs
by 0.01 in a pixel, not by 1e-6: the race would show what is not so. bf16 is for who asks for it.
"""

import math
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from explorer import backends, cores
from explorer.backends import cache
from explorer.denoisers import Network
from explorer.models import zoo
from explorer.models.unet import UNet

TOLERANCE = {"fp32": 1e-4, "bf16": 0.05}  # root mean square of errors, over that of predictions


def load(name: str, model: bytes, whole: bool = False) -> Network:
    """The function that computes an ONNX network; name: a backend but PyTorch.

    whole: build it for every size now, not each when it is first wanted.
    """
    if name == "onnx":
        return _onnx(model)
    from explorer.backends import streams

    call = streams.Streams(model, "bf16" if name == "openvino-bf16" else "f32")
    if whole:
        call.build(*streams.ROUNDS)
    return call


def of(weights: Path, name: str) -> Network:
    """The network of a file, computed by a backend; exported first, and checked.

    Raises ValueError, a sentence, where it is not exported or does not say what PyTorch says.
    """
    if name == backends.PYTORCH:
        return zoo.load(weights, UNet)
    call = load(name, cache.exported(weights))
    check(call, weights, backends.BACKENDS[name].precision)
    return call


def _onnx(model: bytes) -> Network:
    import onnxruntime

    from explorer.backends.export import NAMES

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = cores.used()
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def call(x: Tensor, angle: Tensor, context: Tensor) -> Tensor:
        rows = dict(zip(NAMES, _arrays(x, angle, context), strict=True))
        return torch.from_numpy(session.run(None, rows)[0])

    return call


def _arrays(*tensors: Tensor) -> list[np.ndarray]:
    """For a runtime, which knows only fp32 here. Raises TypeError for other tensors."""
    for tensor in tensors:
        if tensor.dtype != torch.float32 or tensor.device.type != "cpu":
            raise TypeError(f"the runtime takes float32 on the CPU, not {tensor.dtype}")
    return [np.ascontiguousarray(tensor.detach().numpy()) for tensor in tensors]


@torch.no_grad()
def check(call: Network, weights: Path, precision: str) -> None:
    """Raise ValueError where a runtime does not say what PyTorch says, from data to noise.

    With a network of its own, as somebody may be looking into the shared one.
    """
    net, rng = zoo.load(weights, UNet), torch.Generator().manual_seed(0)
    cfg = net.cfg
    angle = torch.tensor([0.0, 0.4, 0.8, 1.2, math.pi / 2])
    x = torch.randn(5, cfg.image_channels, cfg.image_size, cfg.image_size, generator=rng)
    context = net.null_context(5).contiguous()
    wanted = net(x, angle, context)
    told = torch.cat(
        [call(*rows) for rows in zip(*(r.split(2) for r in (x, angle, context)), strict=True)]
    )
    error = ((told - wanted).square().mean() / wanted.square().mean()).sqrt()
    if not error <= TOLERANCE[precision]:  # also where it is not a number
        raise ValueError(f"its error beside PyTorch is {error:.2g} of what it says")
