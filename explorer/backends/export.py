"""python -m explorer.backends.export WEIGHTS FILE SPARE: a network as ONNX.

Writes FILE, or SPARE where that cannot be written, with the reason on the standard output.
"""

import copy
import os
import sys
import warnings
from pathlib import Path

import torch
from torch import Tensor, nn

from explorer.files import whole
from explorer.models import zoo
from explorer.models.unet import UNet

NAMES = ("x", "angle", "context")


class Moments(nn.Module):
    """What a GroupNorm computes (Wu and He 2018, eq. 1), as a x + b with a, b of each channel.

    ONNX has a picture cut into groups for it, which needs its channels first: a runtime whose
    convolutions want them last then copies it twice, a fifth of a call in OpenVINO.
    """

    def __init__(self, norm: nn.GroupNorm) -> None:
        super().__init__()
        self.groups, self.eps = norm.num_groups, norm.eps
        self.weight, self.bias = norm.weight, norm.bias

    def forward(self, x: Tensor) -> Tensor:
        """x (B, C, H, W); returns the same shape."""
        mean = self._among(x.mean((2, 3)))
        square = self._among(x.norm(dim=(2, 3)).square() / (x.shape[2] * x.shape[3]))
        variance = (square - mean.square()).clamp(min=0)  # rounding could leave less
        a = self.weight.view(self.groups, -1) * (variance + self.eps).rsqrt()
        b = self.bias.view(self.groups, -1) - mean * a
        return x * a.flatten(1)[..., None, None] + b.flatten(1)[..., None, None]

    def _among(self, channels: Tensor) -> Tensor:
        """(B, C) -> the mean of each group (B, G, 1)."""
        return channels.unflatten(1, (self.groups, -1)).mean(2, keepdim=True)


def onnx(net: UNet) -> bytes:
    """A U-Net of ours in fp32, of any batch size."""
    cfg, net = net.cfg, _rewritten(copy.deepcopy(net))
    picture = torch.randn(2, cfg.image_channels, cfg.image_size, cfg.image_size)
    rows = torch.export.Dim("rows", min=1, max=4096)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # of torch's exporter about itself
        program = torch.onnx.export(
            net,
            (picture, torch.tensor([0.4, 0.8]), net.null_context(2).clone()),
            input_names=NAMES,
            output_names=["prediction"],
            dynamo=True,
            dynamic_shapes=({0: rows}, {0: rows}, {0: rows}),
            optimize=False,  # a third of the time; runtimes do it again
            verbose=False,
        )
    if program is None:
        raise ValueError("torch's exporter gave no program.")
    return program.model_proto.SerializeToString()


def _rewritten(net: UNet) -> UNet:
    """Every GroupNorm becomes Moments, in place."""
    for module in list(net.modules()):
        for name, part in module.named_children():
            if isinstance(part, nn.GroupNorm):
                setattr(module, name, Moments(part))
    return net


def write(model: bytes, file: Path) -> None:
    """Write a whole file, its folder too. Raises OSError, a sentence."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OSError(f"{file.parent} could not be made: {error.strerror}.") from error
    with whole(file) as part:
        part.write_bytes(model)


def main(weights: Path, file: Path, spare: Path) -> None:
    """See the module."""
    if hasattr(os, "nice"):
        os.nice(10)  # who looks at the page goes first
    model = onnx(zoo.load(weights, UNet))
    try:
        write(model, file)
    except OSError as error:
        print(error)
        write(model, spare)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
