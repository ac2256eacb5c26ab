"""One run as a person asks for it: names and numbers in, a sampler's stream of Steps out."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from explorer.denoisers import Denoiser, from_network, paired
from explorer.models import zoo
from explorer.models.text import TextUNet
from explorer.models.unet import UNet
from explorer.models.vae import AUTOENCODER, VAE
from explorer.samplers import SAMPLERS, Step
from explorer.schedules import SCHEDULES, SPACINGS, levels

MOST_STEPS, MOST_PICTURES, LARGEST_SCALE, LARGEST_SEED = 1000, 64, 20, 2**24 - 1


@dataclass(frozen=True)
class Request:
    """What to sample. Raises ValueError, naming field and range, where a value is none."""

    label: int | None = None  # None: unconditional
    prompt: str = ""  # for a model that is told words; empty: unconditional
    sampler: str = "ddim"
    schedule: str = "linear"
    spacing: str = "trailing"
    steps: int = 20
    scale: float = 2.0  # 0 unconditional, 1 conditional; without a label it changes nothing
    seed: int = 0
    count: int = 1  # pictures: of the seed and those that follow it

    def __post_init__(self) -> None:
        _choice("sampler", self.sampler, SAMPLERS)
        _choice("schedule", self.schedule, SCHEDULES)
        _choice("spacing", self.spacing, SPACINGS)
        _whole("steps", self.steps, 1, MOST_STEPS)
        _within("scale", self.scale, 0, LARGEST_SCALE)
        _whole("seed", self.seed, 0, LARGEST_SEED)
        _whole("count", self.count, 1, MOST_PICTURES)


def generator(seed: int, stream: int = 0) -> torch.Generator:
    """A random stream of a seed; the app's stream 0 makes first noise, others what samplers add.

    Raises ValueError for a seed above LARGEST_SEED or a stream above 255: torch's generator on a
    CPU tells 2^32 beginnings apart, so others would be one of these again.
    """
    _whole("seed", seed, 0, LARGEST_SEED)
    _whole("stream", stream, 0, 255)
    return torch.Generator().manual_seed((seed << 8) + stream)


def noise(net: UNet, seeds: Sequence[int]) -> Tensor:
    """Where runs of a U-Net start: pure noise (len(seeds), C, H, W), each row of its own seed."""
    cfg = net.cfg
    size = (cfg.image_channels, cfg.image_size, cfg.image_size)
    return torch.stack([torch.randn(size, generator=generator(seed)) for seed in seeds])


def stream(net: nn.Module, request: Request) -> Iterator[Step]:
    """The sampler's steps on a U-Net: n + 1 of them, x and x0_hat (count, C, H, W) in [-1, 1].

    Of a model that draws latents, what they decode to. Raises ValueError where the network has no
    such label or does not know a word.
    """
    steps = _steps(net, request)
    return _decoded(steps) if isinstance(net, TextUNet) else steps


def _steps(net: nn.Module, request: Request) -> Iterator[Step]:
    if not isinstance(net, UNet):
        raise ValueError("this model does not draw pictures; choose one that does, such as mnist")
    if request.prompt and not isinstance(net, TextUNet):
        raise ValueError("this model knows no words; use a label, or the model scenes.")
    if request.label is not None:
        if isinstance(net, TextUNet):
            raise ValueError("this model is told words; use a prompt instead of a label.")
        if not net.cfg.classes:
            raise ValueError("this model was trained without labels; leave label out.")
        _whole("label", request.label, 0, net.cfg.classes - 1)
    seeds = [(request.seed + k) % (LARGEST_SEED + 1) for k in range(request.count)]
    grid = levels(SCHEDULES[request.schedule](), request.steps, request.spacing)
    rng = [generator(seed, stream=1) for seed in seeds]
    return SAMPLERS[request.sampler](_denoiser(net, request), noise(net, seeds), grid, rng=rng)


@torch.no_grad()
def _decoded(steps: Iterator[Step]) -> Iterator[Step]:
    """Steps of latents as steps of pictures."""
    vae = zoo.load(AUTOENCODER, VAE)
    for step in steps:
        yield replace(step, x=vae.decode(step.x), x0_hat=vae.decode(step.x0_hat))


@torch.no_grad()
def _denoiser(net: UNet, request: Request) -> Denoiser:
    """Conditioning and guidance, bound; both halves of the guidance share a network call."""
    null = net.null_context(request.count)  # (count, L, D)
    if isinstance(net, TextUNet) and request.prompt:
        return paired(net, net.told(*[request.prompt] * request.count), null, request.scale)
    if request.label is None:
        return from_network(net, context=null)
    context = net.embed(torch.full((request.count,), request.label))
    return paired(net, context, null, request.scale)


def _choice(field: str, value: str, options: Iterable[str]) -> None:
    if value not in options:
        raise ValueError(f"{field} is {value!r}; choose one of {', '.join(options)}.")


def _whole(field: str, value: int, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"{field} is {value!r}; it must be a whole number from {low} to {high}.")


def _within(field: str, value: float, low: float, high: float) -> None:
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not (math.isfinite(value) and low <= value <= high)
    ):
        raise ValueError(f"{field} is {value}; it must be from {low} to {high}.")
