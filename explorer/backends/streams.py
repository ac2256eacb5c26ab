"""OpenVINO with one core a stream: what a batch is cut into, and who computes the parts.

OpenVINO is built for fixed numbers of rows, each when it is first wanted (0.5 s; 60 MB), while the
smaller ones go on: built for any number, it takes half as long again. A batch is dealt out among
STREAMS, each with an equal part of the cores and, at two cores, none that waits for another within
a layer. Two batches may be under way: while those who asked for one take their steps in Python, the
other is computed.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from io import BytesIO
from queue import SimpleQueue
from typing import Any

import numpy as np
import openvino
import torch
from torch import Tensor

from explorer import cores

STREAMS = 2  # as many as a guided step has rows
ROUNDS = (1, 4, 16)  # rows that are computed at a time
OVERHEAD = 0.15  # rows that could be computed in what a round costs beside its rows
_threads = ThreadPoolExecutor(STREAMS, "stream")  # for all networks: each core has one thing to do


class Streams:
    """An exported network; call it from any thread."""

    parallel = 2  # batches that may be under way

    def __init__(self, model: bytes, precision: str) -> None:
        """model: an ONNX network. precision: OpenVINO's name of it, "f32" or "bf16"."""
        self._core = openvino.Core()
        self._network = self._core.read_model(BytesIO(model))
        shapes = [list(part.get_partial_shape())[1:] for part in self._network.inputs]
        self._shapes = [[part.get_length() for part in shape] for shape in shapes]
        self._settings = {
            "INFERENCE_PRECISION_HINT": precision,
            "INFERENCE_NUM_THREADS": max(STREAMS, cores.used()),
            "NUM_STREAMS": STREAMS,
            "ENABLE_CPU_PINNING": False,  # Python's threads need the cores too
        }
        self._requests: dict[int, SimpleQueue] = {}  # by rows, those that nobody uses now
        self._building = threading.Lock()
        self.build(ROUNDS[0])

    def __call__(self, x: Tensor, angle: Tensor, context: Tensor) -> Tensor:
        """The prediction (B, C, H, W). Raises TypeError for what is not float32 on the CPU."""
        shares = [part.split(-(-len(x) // STREAMS)) for part in map(_checked, (x, angle, context))]
        told = [_threads.submit(self._share, *share) for share in zip(*shares, strict=True)]
        return torch.cat([share.result() for share in told])

    def _share(self, *rows: Tensor) -> Tensor:
        sizes = rounds(len(rows[0]))
        if missing := set(sizes) - set(self._requests):
            self._ask_for(missing)
            sizes = rounds(len(rows[0]), tuple(sorted(self._requests)))
        cuts = [*sizes[:-1], len(rows[0]) - sum(sizes[:-1])]
        parts = zip(*(row.split(cuts) for row in rows), strict=True)
        return torch.cat([self._round(*both) for both in zip(sizes, parts, strict=True)])

    def _round(self, size: int, rows: tuple[Tensor, ...]) -> Tensor:
        free = self._requests[size]
        request = free.get()
        try:
            filled = [_filled(row, size) for row in rows]
            found = request.infer(filled, share_inputs=True, share_outputs=True)[0]
            return torch.from_numpy(found[: len(rows[0])].copy())  # the next writes over it
        finally:
            free.put(request)

    def _ask_for(self, sizes: set[int]) -> None:
        if not self._building.locked():  # else the next call asks again
            build = threading.Thread(target=self.build, args=sizes, name="build", daemon=True)
            build.start()

    def build(self, *sizes: int) -> None:
        """Build for sizes of ROUNDS, but those that are built already."""
        with self._building:
            for size in set(sizes) - set(self._requests):
                shapes = [[size, *shape] for shape in self._shapes]
                self._network.reshape(dict(enumerate(shapes)))
                compiled: Any = self._core.compile_model(self._network, "CPU", self._settings)
                requests = [compiled.create_infer_request() for _ in range(STREAMS)]
                # OpenVINO's first call in a process, made by two threads at once, waits for ever
                requests[0].infer([np.zeros(shape, "f") for shape in shapes])
                free: SimpleQueue = SimpleQueue()
                for request in requests:
                    free.put(request)
                self._requests[size] = free


@cache
def rounds(rows: int, sizes: tuple[int, ...] = ROUNDS) -> tuple[int, ...]:
    """The quickest of these sizes for so many rows, largest first; all but the last are full."""
    if rows <= 0:
        return ()
    ways = [(size, *rounds(rows - size, sizes)) for size in sizes]
    return min((way for way in ways if way == tuple(sorted(way, reverse=True))), key=_cost)


def _cost(sizes: tuple[int, ...]) -> float:
    return sum(sizes) + OVERHEAD * len(sizes)


def _checked(rows: Tensor) -> Tensor:
    if rows.dtype != torch.float32 or rows.device.type != "cpu":
        raise TypeError(f"the runtime takes float32 on the CPU, not {rows.dtype}")
    return rows.detach()


def _filled(rows: Tensor, size: int) -> np.ndarray:
    missing = size - len(rows)
    if missing:
        rows = torch.cat([rows, rows[:1].expand(missing, *rows.shape[1:])])
    return np.ascontiguousarray(rows.numpy())
