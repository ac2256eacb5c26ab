"""What computes a network: PyTorch, or another runtime where one is installed and chosen.

A backend turns a network of ours into a function of the same arguments,
    (x (B, C, H, W), angle (B,), context (B, L, D)) -> prediction (B, C, H, W),
that an Engine calls in its place. What looks inside a network always runs PyTorch, and so does a
network that has no file, as those that are trained on the page.

Importing this imports no torch: the app asks for `chosen` before its page is served.
"""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakSet

if TYPE_CHECKING:
    from torch import Tensor

    from explorer.denoisers import Network
    from explorer.models.model import Model

PYTORCH = "pytorch"


@dataclass(frozen=True)
class Elsewhere:
    """Other processes that compute networks: their title, and what gives a network's function."""

    title: str
    network: "Callable[[Model], Network]"


elsewhere: Elsewhere | None = None  # explorer.serving sets it


@dataclass(frozen=True)
class Backend:
    """title: what people know it as. needs: packages, the first being the runtime itself."""

    title: str
    needs: tuple[str, ...]
    precision: str = "fp32"


BACKENDS = {  # the first that is installed is chosen: the fastest of those that draw the same
    "openvino": Backend("OpenVINO", ("openvino", "onnx", "onnxscript")),
    "onnx": Backend("ONNX Runtime", ("onnxruntime", "onnx", "onnxscript")),
    PYTORCH: Backend("PyTorch", ("torch",)),
    "openvino-bf16": Backend("OpenVINO", ("openvino", "onnx", "onnxscript"), "bf16"),
}
_switches: "WeakSet[Switch]" = WeakSet()
_one_at_a_time = threading.Lock()  # exports, on machines of two cores


def chosen() -> str:
    """The backend: the fastest that is installed, or that which EXPLORER_BACKEND names.

    Raises ValueError, a sentence, for a name that is none and for one that is not installed.
    """
    at_hand = installed()
    asked = os.environ.get("EXPLORER_BACKEND", "")
    if not asked:
        return at_hand[0]
    if asked not in BACKENDS:
        raise ValueError(f"EXPLORER_BACKEND is {asked!r}: choose one of {', '.join(BACKENDS)}.")
    if asked not in at_hand:
        raise ValueError(
            f"EXPLORER_BACKEND is {asked}, which is not installed: "
            f'pip install "denoising-explorer[fast]", or choose one of {", ".join(at_hand)}.'
        )
    return asked


def installed() -> list[str]:
    """The names of the backends at hand, the one to choose first."""
    return [name for name, one in BACKENDS.items() if all(map(find_spec, one.needs))]


class Switch:
    """A network that PyTorch computes until another runtime is ready, and after it failed."""

    def __init__(self, net: "Model", weights: Path) -> None:
        self.net, self.weights = net, weights
        self.name = title(PYTORCH)
        self.settled = False  # whether what computes has been decided
        self._call: Network = net

    def use(self, call: "Network", name: str) -> None:
        """From the next call on, let `call` compute."""
        self._call, self.name, self.settled = call, name, True

    @property
    def parallel(self) -> int:
        """Batches that an engine may have under way."""
        return getattr(self._call, "parallel", 1)

    def __call__(self, x: "Tensor", angle: "Tensor", context: "Tensor") -> "Tensor":
        """The network's prediction, as the module documents it."""
        call = self._call
        try:
            return call(x, angle, context)
        except Exception as error:
            if call is self.net:
                raise
            told = self.net(x, angle, context)  # where this raises, the arguments were at fault
            self.use(self.net, title(PYTORCH))
            print(f"Backend: {error}; from here on PyTorch computes.", flush=True)
            return told


def network(net: "Model") -> "Network":
    """The fastest function that computes what net computes, of the backends at hand.

    It answers at once, by PyTorch, until a thread has exported the network (seconds, once: see
    `cache`). Raises ValueError as `chosen`.
    """
    if elsewhere:
        return elsewhere.network(net)
    name = chosen()
    card = getattr(net, "card", None)
    if name == PYTORCH or card is None or card.file is None:
        return net
    switch = Switch(net, card.file)
    _switches.add(switch)
    threading.Thread(target=_prepare, args=(switch, name), name="backend", daemon=True).start()
    return switch


def _prepare(switch: Switch, name: str) -> None:
    """Let a switch use a runtime; a damaged file of the cache is exported again."""
    from explorer.backends import cache, runtimes

    backend = BACKENDS[name]
    with _one_at_a_time:
        for again in (False, True):
            try:
                call = runtimes.load(name, cache.exported(switch.weights, again=again))
                runtimes.check(call, switch.weights, backend.precision)
            except Exception as error:
                reason = " ".join(str(error).split())[:300]
            else:
                switch.use(call, title(name))
                return
    switch.settled = True
    told = f"{backend.title} does not compute {switch.weights.stem}, PyTorch does: {reason}"
    print(f"Backend: {told}", flush=True)


def name(net: "Model | None" = None) -> str:
    """What computes a network now, such as "OpenVINO 2026.4, bf16"; without one, most of them."""
    if elsewhere and net is None:
        return elsewhere.title
    names = [switch.name for switch in list(_switches) if net is None or switch.net is net]
    return max(names, key=names.count, default=title(PYTORCH))


def settled() -> bool:
    """Whether `name` will stay: nothing is being exported, nor still to be loaded."""
    switches = list(_switches)
    return (
        elsewhere is not None
        or chosen() == PYTORCH
        or (bool(switches) and all(one.settled for one in switches))
    )


def title(name: str) -> str:
    """What a backend is called where it is shown: its name, version and precision."""
    backend = BACKENDS[name]
    number = ".".join(version(backend.needs[0]).split("+")[0].split(".")[:2])
    return f"{backend.title} {number}, {backend.precision}"
