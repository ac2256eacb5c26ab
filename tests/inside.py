"""What the tests of the U-Net tab's chapters share."""

import math
from contextlib import contextmanager

import torch

from explorer.app import labels, studio
from explorer.models import zoo
from explorer.models.unet import UNet, UNetConfig

BAD = [  # (digit, seed, degrees), and the field that the refusal names
    ((7, 0, 45), "Digit"),
    (("10", 0, 45), "Digit"),
    ((["7"], 0, 45), "Digit"),
    ((None, 0, 45), "Digit"),
    (("<b>7</b>", 0, 45), "Digit"),
    (("7", math.nan, 45), "Seed"),
    (("7", 0.5, 45), "Seed"),
    (("7", [0], 45), "Seed"),
    (("7", True, 45), "Seed"),
    (("7", 10_000, 45), "Seed"),
    (("7", 0, math.nan), "Noise level"),
    (("7", 0, math.inf), "Noise level"),
    (("7", 0, "45"), "Noise level"),
    (("7", 0, [45]), "Noise level"),
    (("7", 0, 0), "Noise level"),
    (("7", 0, 90.5), "Noise level"),
    (("7", 0, None), "Noise level"),
]


@contextmanager
def other_model(folder, caches):
    """A small random U-Net of colour pictures and three classes in the place of `mnist`."""
    config = UNetConfig(
        image_size=32, image_channels=3, classes=3, channels=(8, 16), attention=(False, True),
        head_dim=8, emb_dim=16,
    )  # fmt: skip
    torch.manual_seed(0)
    net = UNet(config)
    for parameter in net.parameters():  # the zeroed layers too
        torch.nn.init.normal_(parameter, std=0.1)
    path = zoo.save(folder / "other.safetensors", net, kind="unet", config=config)
    before = studio._engine, studio._name, labels._now
    studio.use(str(path))
    _forget(caches)
    try:
        yield path
    finally:
        studio._engine, studio._name, labels._now = before
        _forget(caches)


def _forget(caches) -> None:
    """Answers of another model are none of this one."""
    for cache in caches:
        cache.kept.clear()
