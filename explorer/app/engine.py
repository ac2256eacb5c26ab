"""One network for everybody: calls that wait at the same time share a batch.

An Engine is called like the network it holds, so samplers stay plain functions. Runs that go
on side by side (the rows of a comparison, or several students) each sit in a thread of their
own; whenever they wait for the network, it is called once. Each row keeps its own noise level
and context. Who comes next: see `fairness.Waiting`. Who closes the page is not computed for.
"""

import copy
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from typing import Generic, TypeVar

import torch
from torch import Tensor, nn

from explorer.app import sessions
from explorer.app.calls import Call, Piece
from explorer.app.fairness import GIVE_UP, Busy, Waiting
from explorer.app.turns import Turns
from explorer.denoisers import Network

Net = TypeVar("Net", bound=nn.Module)
Result = TypeVar("Result")

MAX_ROWS = 8  # rows of one network call; 16 are no quicker a row, and everybody waits longer
PATIENCE = 1 / 8  # of the last call's time: how long the next waits for runs that ask soon
MOST_PATIENCE = 0.02  # seconds
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
    """The result of a function that computes in the engines' thread, with all cores.

    It has a copy of the caller's context: it is asked by the same session.
    """
    return _network.submit(copy_context().run, function, *arguments).result()


class Engine(Generic[Net]):
    """A network behind a line; call it from any thread."""

    def __init__(self, net: Net, call: Network | None = None) -> None:
        """net: what `alone` copies. call: what computes a batch in its place; net where None.

        One batch at a time is computed, in the engines' one thread; or as many as `call.parallel`
        says, where the call has threads or machines of its own.
        """
        self.net = net
        self._call = call or net
        self.calls = self.rows = 0  # network calls and their rows so far, for the curious
        self._threads = ThreadPoolExecutor(64, "batches")  # made when needed
        self._state = threading.Condition()  # guards what follows
        self._line: Waiting[Piece] = Waiting()
        self._runs = 0  # that are going on
        self._asking = 0  # calls without an answer yet
        self._batches = 0  # that are under way, or will be as soon as a thread is free
        self._last = 0.0  # seconds that the last batch took
        self._copying = Turns()  # of those who use the copy
        self._copy: Net | None = None

    def __call__(self, x: Tensor, angle: Tensor, context: Tensor) -> Tensor:
        """The network's prediction (B, C, H, W); blocks until the shared batches were computed.

        Raises Busy, a sentence, where too many rows wait or these did for GIVE_UP seconds;
        Cancelled where the page that asks was closed; and whatever the network raises.
        """
        call = Call(sessions.current(), sessions.wanted()).cut(x, angle, context)
        with self._state:
            self._line.add(call.parts)
            self._asking += 1
            self._state.notify_all()
        call.answer.add_done_callback(self._answered)
        self._wake()
        try:
            return call.answer.result(GIVE_UP)
        except TimeoutError:
            with self._state:
                given_up = call.answer.cancel()  # no piece of it was begun
            if given_up:
                raise Busy from None
            return call.answer.result()

    def _answered(self, _answer: Future) -> None:
        with self._state:
            self._asking -= 1

    @contextmanager
    def run(self) -> Iterator[None]:
        """Say that a run is going on here, so that a batch is held briefly for its next call."""
        with self._state:
            self._runs += 1
        try:
            yield
        finally:
            with self._state:
                self._runs -= 1
                self._state.notify_all()

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
        """A copy of the network that nobody else uses meanwhile: for recording, for taking apart.

        The line goes on, as what is hung into the copy does not reach the network itself. Who take
        it for each step of a run do so in turns. Raises as a call does.
        """
        sessions.wanted()
        with self._copying.turn(GIVE_UP):
            sessions.wanted()
            if self._copy is None:
                self._copy = copy.deepcopy(self.net)
            yield self._copy

    def _wake(self) -> None:
        """Have a thread compute a batch, where calls wait and no more are under way than may be."""
        with self._state:
            most = getattr(self._call, "parallel", 1)
            if not self._line or self._batches >= most:
                return
            self._batches += 1
        (_network if most == 1 else self._threads).submit(self._work)

    def _work(self) -> None:
        try:
            batch = self._gather()
            self._wake()  # another, where more wait than went into this one
            if batch:
                began = time.perf_counter()
                self._answer(batch)
                self._last = time.perf_counter() - began
        finally:
            with self._state:
                self._batches -= 1
                self._state.notify_all()
        self._wake()

    def _gather(self) -> list[Piece]:
        """The next batch, of runs that ask soon too. A lone run is not kept waiting."""

        def complete() -> bool:
            return self._line.rows >= MAX_ROWS or self._asking >= self._runs

        with self._state:
            self._state.wait_for(complete, min(self._last * PATIENCE, MOST_PATIENCE))
            batch = self._line.take(MAX_ROWS)
            for piece in batch:
                if piece.call.event:
                    piece.call.event.rows += piece.rows
                if not piece.call.answer.running():  # after this, nobody gives the call up
                    piece.call.answer.set_running_or_notify_cancel()
        return batch

    def _answer(self, batch: list[Piece]) -> None:
        try:
            results = self._computed(batch)
        except Exception as error:
            if len(batch) > 1:  # one bad call must not fail for everybody
                for piece in batch:
                    self._answer([piece])
            else:
                with self._state:
                    batch[0].call.fail(error)
            return
        with self._state:  # two batches may hold pieces of one call
            for piece, result in zip(batch, results, strict=True):
                piece.result = result
                piece.call.finish()

    @torch.no_grad()
    def _computed(self, batch: list[Piece]) -> tuple[Tensor, ...]:
        x, angle, context = (
            torch.cat([getattr(piece, part) for piece in batch])
            for part in ("x", "angle", "context")
        )
        with self._state:
            self.calls += 1
            self.rows += len(x)
        return self._call(x, angle, context).split([piece.rows for piece in batch])
