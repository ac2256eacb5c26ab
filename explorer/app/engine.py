"""One network for everybody: calls that wait at the same time share a batch.

An Engine is called like the network it holds, so samplers stay plain functions. Runs that go
on side by side (the rows of a comparison, or several students) each sit in a thread of their
own; whenever all of them wait for the network, it is called once.
"""

import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

import torch
from torch import Tensor, nn

from explorer.denoisers import Network

Net = TypeVar("Net", bound=nn.Module)
Result = TypeVar("Result")

MAX_ROWS = 64  # rows of one network call; more only makes everybody wait longer
PATIENCE = 0.004  # seconds to wait for runs that have not asked yet
_network = ThreadPoolExecutor(1, "network")  # where every engine's network computes


def claim() -> None:
    """From now on, let the engines' thread use all cores and every new thread one of them.

    Each thread that computes has a pool of its own, and pools of more threads than there are cores
    put them to sleep between two layers: twenty guided steps then took 522 ms instead of 233.
    """
    threads = torch.get_num_threads()

    def keep() -> None:
        torch.get_num_threads()  # else the thread would take up the others' number later
        torch.set_num_threads(threads)

    compute(keep)
    torch.set_num_threads(1)


def compute(function: Callable[..., Result], *arguments: object) -> Result:
    """The result of a function that computes in the engines' thread, with all cores."""
    return _network.submit(function, *arguments).result()


@dataclass
class _Call:
    x: Tensor  # (B, C, H, W)
    angle: Tensor  # (B,)
    context: Tensor  # (B, L, D)
    answer: Future = field(default_factory=Future)

    def fits(self, other: "_Call") -> bool:
        return (
            self.x.shape[1:] == other.x.shape[1:]
            and self.context.shape[1:] == (other.context.shape[1:])
        )


class Engine(Generic[Net]):
    """A network behind a queue; call it from any thread. Its thread ends with its last user."""

    def __init__(self, net: Net, call: Network | None = None) -> None:
        """net: what `alone` lends. call: what computes a batch in its place; net where None."""
        self.net = net
        self._call = call or net
        self.calls = 0  # network calls so far, for tests and the curious
        self._queue: SimpleQueue[_Call | None] = SimpleQueue()
        self._runs = 0
        self._count = threading.Lock()  # guards _runs
        self._alone = threading.Lock()  # held while the network computes
        serving = (weakref.ref(self), self._queue)
        threading.Thread(target=_serve, args=serving, name="engine", daemon=True).start()
        weakref.finalize(self, self._queue.put, None)

    def __call__(self, x: Tensor, angle: Tensor, context: Tensor) -> Tensor:
        """The network's prediction (B, C, H, W); blocks until the shared batch was computed."""
        call = _Call(x, angle, context)
        self._queue.put(call)
        return call.answer.result()

    @contextmanager
    def run(self) -> Iterator[None]:
        """Say that a run is going on here, so that a batch is held briefly for its next call."""
        with self._count:
            self._runs += 1
        try:
            yield
        finally:
            with self._count:
                self._runs -= 1

    def together(self, jobs: Sequence[Callable[[], Result]]) -> list[Result]:
        """Do all jobs side by side, so that their network calls share batches.

        Each has a copy of the caller's context: it is asked by the same session.
        """

        def one(job: Callable[[], Result]) -> Result:
            with self.run():
                return job()

        with ThreadPoolExecutor(max(1, len(jobs))) as pool:
            done = [pool.submit(copy_context().run, one, job) for job in jobs]
            return [future.result() for future in done]

    @contextmanager
    def alone(self) -> Iterator[Net]:
        """The bare network while nobody else uses it: for recording and for taking it apart."""
        with self._alone:
            yield self.net

    def _serve(self, call: _Call) -> None:
        """Answer a call, and those that come soon, until none is left that did not fit."""
        waiting = [call]
        while waiting:
            batch, waiting = self._gather(waiting)
            with self._alone:
                compute(self._answer, batch)

    def _gather(self, waiting: list[_Call]) -> tuple[list[_Call], list[_Call]]:
        """A batch of calls of one shape, also of runs that ask soon; and what did not fit it."""
        while len(waiting) < max(self._runs, 1):
            try:
                if late := self._queue.get(timeout=PATIENCE):
                    waiting.append(late)
            except Empty:
                break
        batch: list[_Call] = []
        kept: list[_Call] = []
        rows = 0
        for call in waiting:
            if not batch or (rows + len(call.x) <= MAX_ROWS and call.fits(batch[0])):
                batch.append(call)
                rows += len(call.x)
            else:
                kept.append(call)
        return batch, kept

    @torch.no_grad()
    def _answer(self, batch: list[_Call]) -> None:
        try:
            x, angle, context = (
                torch.cat([getattr(call, part) for call in batch])
                for part in ("x", "angle", "context")
            )
            self.calls += 1
            parts = self._call(x, angle, context).split([len(call.x) for call in batch])
        except Exception as error:  # one bad call must not end the engine for everybody
            for call in batch:
                call.answer.set_exception(error)
            return
        for call, part in zip(batch, parts, strict=True):
            call.answer.set_result(part)


def _serve(of: weakref.ref[Engine], queue: SimpleQueue) -> None:
    """The thread of an engine: it holds the engine only while somebody waits for an answer."""
    while (call := queue.get()) is not None:
        if engine := of():
            engine._serve(call)
        del engine, call
