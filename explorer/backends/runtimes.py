"""The runtimes that compute an exported network, and the check that they say what PyTorch says.

OpenVINO is built for fixed numbers of rows, each when it is first needed (0.5 s; 60 MB): built for
any number, it takes half as long again. A round of rows is halved between two requests, each with
half of the cores: at two cores no thread then waits for another within a layer, and a guided
step's two rows are a round. Measured of it, in both precisions: a row's result is the same to the
last bit alone and in every round. In fp32 the pictures are PyTorch's, pixel by pixel. In bf16,
which processors with AVX512_BF16 or AMX multiply faster, a guided digit of 20 steps differs from
that by 3 of 255 in its farthest pixel (median of 100 digits; 45 at most): the same to the eye, and
to the quality table, but not to the pixel, which is what a shared link promises on every machine,
and what the tabs that look inside, in PyTorch, show again. So bf16 is for who asks for it.
"""

import math
import threading
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from explorer import cores
from explorer.denoisers import Network
from explorer.models import zoo
from explorer.models.unet import UNet

STREAMS = 2  # requests that are computed side by side
ROUNDS = (2, 8, 32)  # rows; a batch is cut into such, the last filled up
OVERHEAD = 1.5  # rows that could be computed in what a round costs beside its rows
TOLERANCE = {"fp32": 1e-4, "bf16": 0.05}  # root mean square of errors, over that of predictions


def load(name: str, model: bytes) -> Network:
    """The function that computes an ONNX network; name: a backend but PyTorch."""
    if name == "onnx":
        return _onnx(model)
    return _openvino(model, "bf16" if name == "openvino-bf16" else "f32")


def _openvino(model: bytes, precision: str) -> Network:
    import openvino

    core = openvino.Core()
    settings = {
        "INFERENCE_PRECISION_HINT": precision,
        "INFERENCE_NUM_THREADS": cores.used(),
        "NUM_STREAMS": min(STREAMS, cores.used()),
        "ENABLE_CPU_PINNING": False,  # Python's threads need the cores too
    }
    network = core.read_model(BytesIO(model))
    shapes = [list(entry.get_partial_shape())[1:] for entry in network.inputs]
    requests: dict[int, list[Any]] = {}  # by the rows of each
    lock = threading.Lock()

    def side_by_side(size: int) -> list[Any]:
        if size not in requests:
            network.reshape(dict(enumerate([size, *shape] for shape in shapes)))
            compiled = core.compile_model(network, "CPU", settings)
            requests[size] = [compiled.create_infer_request() for _ in range(STREAMS)]
        return requests[size]

    def one_round(size: int, *rows: Tensor) -> Tensor:
        count, each = len(rows[0]), size // STREAMS
        parts = list(zip(*(row.split(each) for row in rows), strict=True))
        started = list(zip(side_by_side(each), parts, strict=False))
        for request, part in started:
            request.start_async(_arrays(*(_filled(row, each) for row in part)), share_inputs=True)
        for request, _ in started:
            request.wait()
        found = [torch.from_numpy(request.get_output_tensor().data) for request, _ in started]
        return torch.cat(found)[:count]  # a copy: the next round writes over them

    def call(x: Tensor, angle: Tensor, context: Tensor) -> Tensor:
        sizes = rounds(len(x))
        cuts = [*sizes[:-1], len(x) - sum(sizes[:-1])]
        parts = zip(*(rows.split(cuts) for rows in (x, angle, context)), strict=True)
        with lock:
            return torch.cat(
                [one_round(size, *part) for size, part in zip(sizes, parts, strict=True)]
            )

    return call


@cache
def rounds(rows: int) -> tuple[int, ...]:
    """The quickest sizes of ROUNDS for a batch, largest first; all but the last are full."""
    if rows <= 0:
        return ()
    if rows > ROUNDS[-1]:
        return (ROUNDS[-1], *rounds(rows - ROUNDS[-1]))
    ways = [(size, *rounds(rows - size)) for size in ROUNDS]
    return min((way for way in ways if way == tuple(sorted(way, reverse=True))), key=cost)


def cost(sizes: tuple[int, ...]) -> float:
    """What rounds take, in rows."""
    return sum(sizes) + OVERHEAD * len(sizes)


def _filled(rows: Tensor, count: int) -> Tensor:
    return torch.cat([rows, rows[:1].expand(count - len(rows), *rows.shape[1:])])


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
