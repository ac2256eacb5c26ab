"""The zoo: networks on disk. Weights are safetensors, their description is JSON inside the file.

Nothing is pickled, so opening a file of a stranger runs no code of his.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, TypeVar, overload

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from explorer.files import whole
from explorer.models import budget, sums
from explorer.models.model import Card, Model
from explorer.paths import ASSETS
from explorer.seeding import seeded

Net = TypeVar("Net", bound=Model)
MODELS = ASSETS / "models"
SPARE = 2**20  # numbers that a network may hold beside those of its file
_KEY = "denoising-explorer"  # the metadata entry that makes a safetensors file one of ours


class ZooError(ValueError):
    """A model that cannot be loaded or saved; the message names the file and what to do."""


def _unet() -> tuple[type, type]:
    from explorer.models.unet import UNet, UNetConfig

    return UNet, UNetConfig


def _classifier() -> tuple[type, type]:
    from explorer.models.classifier import Classifier, ClassifierConfig

    return Classifier, ClassifierConfig


def _planar() -> tuple[type, type]:
    from explorer.models.planar import Planar, PlanarConfig

    return Planar, PlanarConfig


def _vae() -> tuple[type, type]:
    from explorer.models.vae import VAE, VAEConfig

    return VAE, VAEConfig


def _text_unet() -> tuple[type, type]:
    from explorer.models.text import TextUNet, TextUNetConfig

    return TextUNet, TextUNetConfig


def _text_reader() -> tuple[type, type]:
    from explorer.models.text import TextConfig, TextReader

    return TextReader, TextConfig


# kind -> the network's class and its configuration's, imported when first asked for
KINDS: dict[str, Callable[[], tuple[type, type]]] = {
    "unet": _unet,
    "classifier": _classifier,
    "planar": _planar,
    "vae": _vae,
    "text-unet": _text_unet,
    "text-reader": _text_reader,
}


def available() -> list[str]:
    """The names that `load` knows: networks whose weights are in assets/models."""
    return sorted(path.stem for path in MODELS.glob("*.safetensors"))


def save(
    path: str | Path, net: nn.Module, *, kind: str, config: Any, extra: dict | None = None
) -> Path:
    """Write weights (as fp16) and description; the file appears whole or not at all.

    config: the network's configuration, a dataclass or a dict. extra: facts, plain JSON.
    Raises ZooError for an unknown kind and for weights that fp16 cannot hold, OSError, a sentence
    that names the file, where it cannot be written.
    """
    path = Path(path)
    if kind not in KINDS:
        raise ZooError(f"{path}: kind {kind!r} is unknown; use one of {', '.join(KINDS)}.")
    tensors = {name: _half(value, name, path) for name, value in net.state_dict().items()}
    plain = config if isinstance(config, dict) else asdict(config)
    about = json.dumps({"kind": kind, "config": plain, "facts": extra or {}})

    path.parent.mkdir(parents=True, exist_ok=True)
    with whole(path) as part:
        save_file(tensors, part, metadata={_KEY: about})
        part.chmod(0o644)  # safetensors lets nobody else read; what ships must be readable
    return path


@overload
def load(name_or_path: str | Path) -> Model: ...
@overload
def load(name_or_path: str | Path, wanted: type[Net]) -> Net: ...
def load(name_or_path: str | Path, wanted: type[Model] | None = None) -> Model:
    """A network in eval mode, float32 on the CPU, with its `card`.

    name_or_path: one of `available()`, or the path of a .safetensors file. wanted: the class that
    it must be of, `UNet` say.
    Raises ZooError, a sentence that names the file, for a name that does not exist, a damaged
    file, a file that is not ours, weights of another architecture, and a network not `wanted`. Of a
    name, the weights must be those that were shipped (see `sums`); of any file, no network is built
    that is larger.
    """
    path = locate(name_or_path)
    if _is_name(name_or_path) and sums.changed(path):
        raise ZooError(f"{path} {sums.CHANGED}")
    tensors, about = _read(path)
    net = _build(path, about, sum(value.numel() for value in tensors.values()))
    if wanted and not isinstance(net, wanted):
        raise ZooError(f"{path} holds a {about['kind']}; what is needed is a {wanted.__name__}.")
    _check_match(path, net.state_dict(), tensors)
    net.load_state_dict(tensors)  # copies into float32
    net.card = Card(path.stem, about["kind"], about["config"], about["facts"], _metrics(path), path)
    return net.eval().requires_grad_(False)


def adopt(net: nn.Module, name_or_path: str | Path) -> None:
    """Give net the weights of a file, to train on from there; what the file lacks stays as it is.

    Raises ZooError as `load`, also for weights that have no place in net.
    """
    path = locate(name_or_path)
    found, ours = _read(path)[0], net.state_dict()
    _check_match(path, {name: ours.get(name, value) for name, value in found.items()}, found)
    if surplus := sorted(found.keys() - ours.keys()):
        raise ZooError(f"{path} holds weights of another architecture ({surplus[0]} has no place).")
    net.load_state_dict(found, strict=False)


def locate(name_or_path: str | Path) -> Path:
    """The file of weights that a name, or a path, means. Raises ZooError where there is none."""
    path = Path(name_or_path)
    if _is_name(name_or_path):
        named = MODELS / f"{path.name}.safetensors"
        if named.is_file():
            return named
        raise ZooError(
            f"There is no model {str(name_or_path)!r}: choose one of "
            f"{', '.join(available()) or '(none yet)'}, or give the path of a .safetensors file."
        )
    if not path.is_file():
        raise ZooError(f"There is no file {path}: give a model's name or the path of its weights.")
    return path


def _is_name(name_or_path: str | Path) -> bool:
    """Whether a model's name is meant, rather than a file."""
    path = Path(name_or_path)
    return isinstance(name_or_path, str) and len(path.parts) == 1 and not path.suffix


def _half(value: Tensor, name: str, path: Path) -> Tensor:
    """A contiguous copy on the CPU, floating point as fp16."""
    value = value.detach().cpu().contiguous().clone()
    if not value.is_floating_point():
        return value
    half = value.half()
    if not half.isfinite().all():
        raise ZooError(f"{path}: {name} holds values that fp16 cannot; train again, it diverged.")
    return half


def _read(path: Path) -> tuple[dict[str, Tensor], dict]:
    """Tensors and description of a file, or ZooError."""
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError) as error:
        raise ZooError(
            f"{path} is damaged or not a safetensors file; copy or train it again."
        ) from error
    try:
        about = json.loads(metadata[_KEY])
        if all(isinstance(about[key], kind) for key, kind in _ABOUT.items()):
            return tensors, about
    except (KeyError, TypeError, json.JSONDecodeError):
        pass
    raise ZooError(f"{path} does not say which network it holds; it was not saved by explorer.")


_ABOUT = {"kind": str, "config": dict, "facts": dict}


def _build(path: Path, about: dict, numbers: int) -> Model:
    """The network of at most so many numbers that is described, its weights still random."""
    kind, config = about["kind"], about["config"]
    if kind not in KINDS:
        raise ZooError(f"{path} holds a {kind!r}; this version knows {', '.join(KINDS)}.")
    net_class, config_class = KINDS[kind]()
    unknown = sorted(set(config) - {field.name for field in fields(config_class)})
    if unknown:
        raise ZooError(f"{path} has the unknown setting {unknown[0]!r}; it needs a newer explorer.")
    if key := budget.absurd(config):
        raise ZooError(f"{path} describes a network that cannot be built: {key} is too large.")
    # JSON has no tuples. The random start is drawn aside: loading moves nobody's random stream.
    config = {k: tuple(v) if isinstance(v, list) else v for k, v in config.items()}
    try:
        with seeded(), budget.Budget(numbers + SPARE):
            return net_class(config_class(**config))
    except (TypeError, ValueError, RuntimeError, IndexError, ArithmeticError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise ZooError(f"{path} describes a network that cannot be built: {reason}.") from error


def _check_match(path: Path, wanted: dict[str, Tensor], found: dict[str, Tensor]) -> None:
    """The same names and shapes, or ZooError naming the first that differs."""
    missing, surplus = sorted(wanted.keys() - found.keys()), sorted(found.keys() - wanted.keys())
    shapes = [k for k in wanted if k in found and wanted[k].shape != found[k].shape]
    if missing:
        wrong = f"{missing[0]} is missing"
    elif surplus:
        wrong = f"{surplus[0]} has no place"
    elif shapes:
        name = shapes[0]
        wrong = f"{name} is {tuple(found[name].shape)} instead of {tuple(wanted[name].shape)}"
    else:
        return
    raise ZooError(
        f"{path} holds weights of another architecture ({wrong}); "
        "load it with the version that trained it, or train it again."
    )


def _metrics(path: Path) -> dict:
    """What `explorer evaluate` measured, in the .quality.json beside the weights."""
    file = path.with_suffix(".quality.json")
    try:
        return json.loads(file.read_text("utf-8")) if file.is_file() else {}
    except ValueError as error:
        raise ZooError(f"{file} is not JSON; run explorer evaluate {path.stem} again.") from error
