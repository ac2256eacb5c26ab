"""GroupNorm for ONNX, as a x + b of each channel.

ONNX has a picture cut into groups for it, which needs its channels first: a runtime whose
convolutions want them last then copies it twice, a fifth of a call in OpenVINO.
"""

from collections.abc import Callable
from typing import Any

import torch
from onnxscript import opset18 as op


def group_norm(
    x: Any, groups: int, weight: Any, bias: Any, eps: float = 1e-5, _cudnn: bool = False
) -> Any:
    """torch's group_norm (Wu and He 2018, eq. 1) of x (B, C, H, W) in ONNX's words.

    a and b follow from the mean and the mean square of each channel, which its group shares.
    Height and width must be known when it is written.
    """
    grouped = [0, groups, -1]
    mean = op.ReduceMean(x, [2, 3], keepdims=0)
    square = op.ReduceL2(x, [2, 3], keepdims=0)
    square = op.Div(op.Mul(square, square), float(x.shape[2] * x.shape[3]))
    mean, square = (
        op.ReduceMean(op.Reshape(part, grouped), [2], keepdims=1) for part in (mean, square)
    )
    variance = op.Clip(op.Sub(square, op.Mul(mean, mean)), 0.0)  # rounding could leave less
    a = op.Div(op.Reshape(weight, [1, groups, -1]), op.Sqrt(op.Add(variance, eps)))
    b = op.Sub(op.Reshape(bias, [1, groups, -1]), op.Mul(mean, a))
    a, b = (op.Reshape(part, [0, -1, 1, 1]) for part in (a, b))
    return op.Add(op.Mul(x, a), b)


# What torch.onnx.export takes in place of its own
TRANSLATIONS: dict[Callable, Callable] = {torch.ops.aten.group_norm.default: group_norm}
