"""Random beginnings of networks: torch draws weights from a state that all threads share."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

_state = threading.RLock()


@contextmanager
def seeded(seed: int | None = None) -> Iterator[None]:
    """In this block torch's global numbers are those of a seed; after it, what they were before it.

    Without a seed they go on from where they are. Blocks of other threads wait, so that none draws
    from another's numbers. Whatever builds a network belongs into one.
    """
    with _state, torch.random.fork_rng(devices=[]):
        if seed is not None:
            torch.manual_seed(seed)
        yield
