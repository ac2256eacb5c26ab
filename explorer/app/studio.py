"""The model that the tabs run: loaded once, on first use, behind one engine for everybody.

Who has trained a network on this page and chosen it gets the engine of that one instead.
"""

import threading
from functools import cache

import torch
from torch import Tensor

from explorer import backends, sampling
from explorer.app import checks, labels, sessions
from explorer.app.engine import Engine
from explorer.models import zoo
from explorer.sampling import generator as generator

_lock = threading.Lock()
_engine: Engine | None = None
_name = "mnist"


def use(name_or_path: str) -> None:
    """Choose the model, by its name in the zoo or by its path, before the app starts.

    Raises ZooError, a sentence that names the file, where it cannot be loaded or does not draw.
    """
    global _engine, _name
    net = zoo.load(name_or_path)
    if net.card.kind != "unet":
        raise zoo.ZooError(f"{name_or_path} is a {net.card.kind}; the app needs a U-Net.")
    labels.use(net.cfg, net.card.facts)
    with _lock:
        _engine, _name = Engine(net, backends.network(net)), name_or_path


def engine() -> Engine:
    """The engine of the session's own network if it chose that, else of the app's model."""
    own = sessions.chosen()
    return own.engine if own else common()


def loadable() -> str:
    """What `zoo.load` takes for the network that runs here: a name, a path, or a file to come.

    A network of one's own lies where the person who trained it has put it: the name it downloads
    under stands for that.
    """
    own = sessions.chosen()
    return f"{own.engine.net.card.name}.safetensors" if own else _name


def common() -> Engine:
    """The engine of the app's model. Slow the first time: put it in `Context.warm_up`."""
    global _engine
    with _lock:
        if _engine is None:
            net = zoo.load(_name)
            _engine = Engine(net, backends.network(net))
        return _engine


def digits() -> Engine:
    """The engine of a model of digits: the chosen one if it is, or the app's, or the shipped."""
    for known in (engine(), common()):
        if draws_digits(known):
            return known
    with _lock:
        return _shipped()


def draws_digits(engine: Engine) -> bool:
    """Whether its network draws pictures that the classifier can read."""
    return labels.of(engine.net.cfg, engine.net.card.facts).digits


@cache
def _shipped() -> Engine:
    net = zoo.load("mnist")
    return Engine(net, backends.network(net))


def noise(seeds: list[int]) -> Tensor:
    """Where runs start: pure noise (len(seeds), C, H, W), each row of its own seed."""
    return sampling.noise(engine().net, seeds)


def contexts(labels: list[int]) -> tuple[Tensor, Tensor]:
    """(context, null), each (len(labels), L, D): the tokens of the labels and of no label.

    Raises gr.Error, a sentence, for a label that the model does not have.
    """
    net = engine().net
    if max(labels) >= net.cfg.classes:
        raise checks.refuse(
            f"{net.card.name} was told of {net.cfg.classes} classes, counted from 0: "
            f"it knows no {max(labels)}."
        )
    with torch.no_grad():
        return net.embed(torch.tensor(labels)), net.null_context(len(labels))
