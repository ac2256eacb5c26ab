"""What computes a network: PyTorch, or another runtime where one is installed and chosen.

A backend turns a network of ours into a function of the same arguments,
    (x (B, C, H, W), angle (B,), context (B, L, D)) -> prediction (B, C, H, W),
that an Engine calls in its place. What looks inside a network always runs PyTorch.
"""

from collections.abc import Callable

from torch import nn

from explorer.denoisers import Network

# What gives the function instead, where networks are computed elsewhere: explorer.serving sets it.
elsewhere: Callable[[nn.Module], Network] | None = None
parallel = 1  # batches that an engine may have under way: more where it only waits for them


def network(net: nn.Module) -> Network:
    """The fastest function that computes what net computes, of the backends at hand."""
    return elsewhere(net) if elsewhere else net


def name() -> str:
    """What computes here, as the page's footer says it, such as "PyTorch 2.13, fp32"."""
    import torch

    return f"PyTorch {torch.__version__.split('+')[0]}, fp32"
