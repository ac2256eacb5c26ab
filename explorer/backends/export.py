"""python -m explorer.backends.export WEIGHTS FILE SPARE: a network as ONNX.

Writes FILE, or SPARE where that cannot be written, with the reason on the standard output.
"""

import os
import sys
import warnings
from pathlib import Path

import torch

from explorer.files import whole
from explorer.models import zoo
from explorer.models.unet import UNet

NAMES = ("x", "angle", "context")


def onnx(net: UNet) -> bytes:
    """A U-Net of ours in fp32, of any batch size."""
    from explorer.backends.moments import TRANSLATIONS  # not everyone has onnxscript

    cfg = net.cfg
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
            custom_translation_table=TRANSLATIONS,
            optimize=False,  # a third of the time; runtimes do it again
            verbose=False,
        )
    if program is None:
        raise ValueError("torch's exporter gave no program.")
    return program.model_proto.SerializeToString()


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
