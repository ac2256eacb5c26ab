"""A network that replicas compute: what an engine calls in place of its own."""

import time
from pathlib import Path

import torch
from ray.exceptions import RayError
from ray.serve.exceptions import RayServeException
from ray.serve.handle import DeploymentHandle
from torch import Tensor, nn

from explorer.denoisers import Network
from explorer.models import zoo
from explorer.models.model import Model
from explorer.serving.replica import Call, Networks

TRIES = 3  # replicas that may die under one batch before it is computed here
LIMIT = 15.0  # seconds to wait for an answer: a batch takes a fraction of one
REST = 10.0  # seconds to compute here after no replica answered; Ray starts new ones meanwhile


def remote(net: nn.Module, handle: "DeploymentHandle[Networks]", parallel: int) -> Network:
    """What computes net on the replicas; net itself where no file holds its weights."""
    if isinstance(net, Model) and hasattr(net, "card") and net.card.file:
        return Remote(net, handle, parallel)
    return net


class Remote:
    """Computes batches on the replicas, or here while none answers: no caller sees an error."""

    def __init__(self, net: Model, handle: "DeploymentHandle[Networks]", parallel: int = 1) -> None:
        """net: a network that `zoo.load` gave, so that a replica can load the same.

        parallel: how many batches may be under way at once.
        """
        self.parallel = parallel
        self._net = net
        self._handle = handle
        file = net.card.file or Path(net.card.name)
        self._name = net.card.name if file.parent == zoo.MODELS else str(file.resolve())
        self._rest_until = 0.0

    def __call__(self, x: Tensor, angle: Tensor, context: Tensor) -> Tensor:
        """The prediction (B, C, H, W). Calls of several threads go to several replicas."""
        if time.monotonic() >= self._rest_until:
            answer = self._asked((self._name, x.numpy(), angle.numpy(), context.numpy()))
            if answer is not None:
                return answer
            print("No replica answers: networks are computed here for a while.", flush=True)
            self._rest_until = time.monotonic() + REST
        return self._net(x, angle, context)

    def _asked(self, call: Call) -> Tensor | None:
        """What a replica answers; None where none does."""
        for _ in range(TRIES):
            response = self._handle.compute.remote(call)
            try:
                return torch.tensor(response.result(timeout_s=LIMIT))  # Ray's own is read-only
            except TimeoutError:
                response.cancel()
                break
            except (RayError, RayServeException):
                continue  # that replica is gone; Ray knows now, and chooses another
        return None
