"""Small random networks in the place of the trained ones, for the tests of the Guidance tab."""

import pytest
import torch

from explorer.app import painter, studio
from explorer.app.engine import Engine
from explorer.app.guiding import answers
from explorer.models import zoo
from explorer.models.text import TextUNet, TextUNetConfig
from explorer.models.unet import UNet, UNetConfig
from explorer.models.vae import VAE, VAEConfig

SMALL = dict(channels=(8, 16), attention=(False, True), head_dim=8, emb_dim=16)
TINY = {
    "unet": (UNet, UNetConfig(**SMALL)),
    "text-unet": (TextUNet, TextUNetConfig(**SMALL, context_dim=16)),
    "vae": (VAE, VAEConfig(widths=(8, 8, 8))),
}
PROMPT = "a red one left of a blue seven"
CACHES = (answers.strip, answers.parts, answers.crowd, answers.changed)


@pytest.fixture(scope="module", autouse=True)
def tiny(tmp_path_factory):
    """Small random networks in the place of the trained ones: their runs take no time."""
    torch.manual_seed(0)
    folder, paths = tmp_path_factory.mktemp("models"), {}
    for kind, (make, config) in TINY.items():
        net = make(config)
        for parameter in net.parameters():  # the zeroed layers too
            torch.nn.init.normal_(parameter, std=0.3 if kind == "vae" else 0.1)
        paths[kind] = folder / f"{kind}.safetensors"
        zoo.save(paths[kind], net, kind=kind, config=config)
    before = studio._engine, studio._name, painter._engine, painter._vae
    studio.use(str(paths["unet"]))
    engine, vae = Engine(zoo.load(paths["text-unet"])), zoo.load(paths["vae"])
    painter._engine, painter._vae = lambda: engine, lambda: vae
    forget()
    yield
    studio._engine, studio._name, painter._engine, painter._vae = before
    forget()


def forget() -> None:
    """What other networks answered, in a file that ran here before, is not these ones'."""
    for answer in CACHES:
        answer.kept.clear()
