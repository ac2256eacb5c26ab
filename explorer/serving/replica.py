"""What runs in a replica: every network of the zoo, loaded when first asked for."""

import asyncio
from collections import defaultdict
from functools import cache

import numpy as np
import torch
from ray import serve

from explorer import backends
from explorer.denoisers import Network
from explorer.models import zoo

MAX_CALLS = 4  # batches of engines (of engine.MAX_ROWS rows) that one call of a network computes

# The name of a network in the zoo or its path, x (B, C, H, W), angle (B,), context (B, L, D)
Call = tuple[str, np.ndarray, np.ndarray, np.ndarray]


class Networks:
    """One replica."""

    def __init__(self, cores: int) -> None:
        """cores: threads that it computes with."""
        torch.set_num_threads(cores)
        for name in {"mnist", "scenes"} & set(zoo.available()):  # what nearly everybody asks for
            _network(name)

    @serve.batch(max_batch_size=MAX_CALLS, batch_wait_timeout_s=0.0)
    async def compute(self, calls: list[Call]) -> list[np.ndarray]:
        """The predictions (B, C, H, W) of each call. Those that wait together share a batch."""
        return await asyncio.to_thread(together, calls)


def together(calls: list[Call]) -> list[np.ndarray]:
    """The predictions of calls in their order: one batch for each network and shape."""
    alike = defaultdict(list)
    for place, (name, x, _, context) in enumerate(calls):
        alike[name, x.shape[1:], context.shape[1:]].append(place)
    answers: list[np.ndarray] = [np.empty(0)] * len(calls)
    for (name, *_), places in alike.items():
        inputs = [np.concatenate([calls[p][part] for p in places]) for part in (1, 2, 3)]
        with torch.no_grad():
            whole = _network(name)(*map(torch.from_numpy, inputs)).numpy()
        ends = np.cumsum([len(calls[p][1]) for p in places])[:-1]
        for place, answer in zip(places, np.split(whole, ends), strict=True):
            answers[place] = answer
    return answers


@cache
def _network(name: str) -> Network:
    return backends.network(zoo.load(name))
