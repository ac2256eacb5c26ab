"""A recipe says everything that decides a training run; the same recipe gives the same weights."""

from dataclasses import asdict, dataclass, replace
from typing import Any

from explorer.models import zoo
from explorer.models.classifier import Classifier, ClassifierConfig
from explorer.models.text import TextConfig, TextReader, TextUNet, TextUNetConfig
from explorer.models.unet import UNet, UNetConfig
from explorer.models.vae import VAE, VAEConfig
from explorer.training.objectives import (
    Autoencoding,
    Classification,
    Denoising,
    Objective,
    Reading,
    TextDenoising,
)


@dataclass(frozen=True)
class Recipe:
    """Name, data, network and optimisation of one model."""

    name: str
    data: str
    config: UNetConfig | ClassifierConfig | VAEConfig | TextConfig
    steps: int
    batch: int = 128
    lr: float = 1e-3
    warmup: int = 100  # steps over which the learning rate rises; it then falls along a cosine
    weight_decay: float = 0.01
    clip: float = 1.0  # largest gradient norm
    ema: float = 0.999  # decay of the averaged weights, reached after a warm-up
    label_dropout: float = 0.1  # share of labels replaced by null, for guidance
    words: str = ""  # the text reader whose encoder a text-to-image model keeps
    begin: str = ""  # weights to begin with, by name or path; random ones where it is empty
    flips: bool = False  # whether pictures are shown mirrored as often as not; a U-Net's
    hold: float = 0.0  # share of the steps at the full learning rate, before it falls
    seed: int = 0

    @property
    def kind(self) -> str:
        """The zoo's name for the architecture."""
        return KINDS[type(self.config)]

    def objective(self) -> Objective:
        """The network inside what it is trained to do; initialised from torch's global seed."""
        objective = self._fresh()
        if self.begin:
            zoo.adopt(objective.net, self.begin)
        if self.words and isinstance(objective, TextDenoising):
            # Frozen, as in Saharia et al. 2022 (Imagen): trained along for 12,000 steps, it forgot
            # what each word speaks of. A linear probe found the digit for 69 % of the words, the
            # colour for 76 % and the place for 80 %; before, for all of them.
            objective.net.text.load_state_dict(
                zoo.load(self.words, TextReader).encoder.state_dict()
            )
            objective.net.text.requires_grad_(False)
        return objective

    def _fresh(self) -> Objective:
        if isinstance(self.config, TextUNetConfig):
            return TextDenoising(TextUNet(self.config), self.label_dropout)
        if isinstance(self.config, TextConfig):
            return Reading(TextReader(self.config))
        if isinstance(self.config, UNetConfig):
            return Denoising(UNet(self.config), self.label_dropout, flips=self.flips)
        if isinstance(self.config, VAEConfig):
            return Autoencoding(VAE(self.config))
        return Classification(Classifier(self.config))

    def facts(self) -> dict:
        """Everything above as plain data, for checkpoints and cards."""
        return asdict(self)


KINDS = {  # of configuration -> the zoo's name for the architecture
    UNetConfig: "unet",
    TextUNetConfig: "text-unet",
    TextConfig: "text-reader",
    ClassifierConfig: "classifier",
    VAEConfig: "vae",
}
MNIST_UNET = UNetConfig(channels=(32, 64, 96), emb_dim=128)
CIFAR_UNET = UNetConfig(image_channels=3, image_size=32, channels=(64, 128, 192), blocks=2)

RECIPES = {
    "mnist": Recipe("mnist", "MNIST", MNIST_UNET, steps=6000, lr=1.5e-3),
    "digit-classifier": Recipe(
        "digit-classifier", "MNIST", ClassifierConfig(), steps=2500, weight_decay=0.05
    ),
    "cifar10": Recipe(
        "cifar10", "cifar10", CIFAR_UNET, steps=100_000, lr=5e-4, ema=0.9999, flips=True
    ),
    "scenes-vae": Recipe("scenes-vae", "scenes", VAEConfig(), steps=3000, batch=32),
    "scenes-words": Recipe("scenes-words", "captions", TextConfig(), steps=2000),
    "scenes": Recipe(
        "scenes",
        "latents",
        TextUNetConfig(),
        steps=20_000,
        batch=64,
        ema=0.9995,
        words="scenes-words",
        hold=0.6,
    ),
}


def recipe(name: str, /, **changes: Any) -> Recipe:
    """The recipe `name` with some fields changed. Raises ValueError for what cannot be trained."""
    if name not in RECIPES:
        raise ValueError(f"no recipe is called {name!r}: choose one of {', '.join(RECIPES)}")
    return checked(RECIPES[name], **changes)


def checked(plan: Recipe, **changes: Any) -> Recipe:
    """A recipe with some fields changed. Raises ValueError, naming the field, for a bad value."""
    changed = replace(plan, **changes)
    for field in ("steps", "batch"):
        if getattr(changed, field) < 1:
            raise ValueError(f"{field} is {getattr(changed, field)}: use a whole number from 1")
    if changed.warmup < 1:
        raise ValueError(f"warmup is {changed.warmup}: use a whole number of steps from 1")
    for field in ("hold", "ema"):
        if not 0 <= getattr(changed, field) < 1:
            raise ValueError(f"{field} is {getattr(changed, field)}: use a share from 0, below 1")
    if not changed.clip > 0:
        raise ValueError(f"clip is {changed.clip}: use a largest norm above 0")
    if not 0 < changed.lr <= 1:
        raise ValueError(f"lr is {changed.lr}: use a number above 0 and at most 1")
    if not 0 <= changed.seed < 2**30:
        raise ValueError(f"seed is {changed.seed}: use a whole number from 0 to {2**30 - 1}")
    return changed
