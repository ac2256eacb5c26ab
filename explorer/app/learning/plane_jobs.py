"""Trainings in the plane that go on at the same time, one a person; pausing keeps them.

Each runs in chunks of a few steps, in the one thread in which all networks compute. The runs take
turns, so that what others ask for waits for one chunk, however many train.
"""

import itertools
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from explorer.app import engine
from explorer.app.learning import plane_shown as shown
from explorer.app.learning.plane_asked import Asked
from explorer.app.line import Line
from explorer.training.plane_run import Run

CHUNK, WORK = 16, 768  # at most so many steps in one go, and so many times the width: about 10 ms
EVERY = 0.25  # seconds between two looks
PATIENCE = 0.25  # seconds between two looks at the line
LIMIT = 120.0  # seconds that a place is lent for
KEPT = 50  # runs
LINE = Line(places=4)
_turns = ThreadPoolExecutor(1, "training")
_count = itertools.count(1)


def in_turn(function: Callable, *arguments: object):
    """The result of a function that computes in the networks' thread when its turn has come."""
    return _turns.submit(engine.compute, function, *arguments).result()


@dataclass(eq=False)
class Job:
    """A person's run, what it has shown, and what it was told meanwhile."""

    asked: Asked
    told: str = ""  # "paused", "stopped" or "left"
    going: bool = False
    number: int = field(default_factory=lambda: next(_count))
    losses: list[float] = field(default_factory=list)
    errors: list[tuple[int, float]] = field(default_factory=list)
    run: Run | None = None

    @property
    def resting(self) -> bool:
        """Whether there is a run to go on with, and it does not go on."""
        return not self.going and self.told != "stopped" and (self.run is None or self.run.left > 0)

    @property
    def begun(self) -> Run:
        """The run, once there was a chunk of it."""
        assert self.run is not None
        return self.run

    def chunk(self, most: int = CHUNK) -> None:
        """Go on for a few steps."""
        if self.run is None:
            self.run = Run(self.asked.world.made, self.asked.recipe())
            self.errors.append((0, self.run.error()))
        self.losses += self.run.advance(max(1, min(most, WORK // self.asked.width)))

    def look(self, state: str, speed: float | None = None, use: bool = False) -> dict:
        """What the page is sent; `use` adds samples in 1, 2, 4, ... steps."""
        run = self.begun
        self.errors.append((run.step, run.error()))
        return (
            shown.look(self.asked, run)
            | self.asked.made(run.step)
            | {
                "run": self.number,
                "state": state,
                "step": run.step,
                "steps": run.recipe.steps,
                "speed": speed and round(speed),
                "loss": shown.binned(self.losses),
                "floor": run.floor,
                "error": shown.thinned(self.errors),
                "use": shown.use(self.asked, run) if use else None,
            }
        )

    def waiting(self, before: int) -> dict:
        """What the page is sent while all places are taken."""
        return {"run": self.number, "state": "waiting", "before": before}


class Jobs:
    """The last run of each session; the oldest that rests goes once there are too many."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, session: str, asked: Asked) -> Job:
        """A new run in the place of the session's last one, which ends within a chunk."""
        with self._lock:
            if before := self._jobs.pop(session, None):
                before.told = "left"
            job = self._jobs[session] = Job(asked)
            resting = [key for key, one in self._jobs.items() if not one.going and one is not job]
            for key in resting[: max(0, len(self._jobs) - self._kept)]:
                del self._jobs[key]
            return job

    def find(self, session: str) -> Job | None:
        """The session's run, if it is still kept."""
        with self._lock:
            if session in self._jobs:
                self._jobs.move_to_end(session)
            return self._jobs.get(session)


def go(job: Job, clock=time.monotonic) -> Iterator[dict]:
    """Train until the end, or what the job is told, or LIMIT; say how it goes.

    "over" says that LIMIT ended it. Closing the generator frees its place within a chunk.
    """
    job.told, job.going = "", True
    try:
        with LINE.ticket() as ticket:
            while (before := ticket.position) and not job.told:
                yield job.waiting(before)
                time.sleep(PATIENCE)
            yield from _train(job, clock)
        if job.told != "left":
            yield rest(job, job.told or ("over" if job.begun.left else "done"))
    finally:
        job.going = False


def _train(job: Job, clock) -> Iterator[dict]:
    began, seen, before = clock(), None, 0
    while not job.told and clock() - began < LIMIT:
        in_turn(job.chunk)
        if not job.begun.left:
            return
        now, made = clock(), len(job.losses)
        if (seen is None or now - seen > EVERY) and not job.told:
            speed = None if seen is None else (made - before) / (now - seen)
            seen, before = now, made
            yield in_turn(job.look, "training", speed)


def step(job: Job) -> dict:
    """One step, and how things stand then."""
    in_turn(job.chunk, 1)
    return in_turn(job.look, "paused") if job.begun.left else rest(job, "done")


def rest(job: Job, state: str) -> dict:
    """What the page is sent once nothing goes on."""
    if job.run is None:  # it left the line
        return {"run": job.number, "state": state}
    shown.reference(job.asked.world, job.asked.predicts, job.asked.levels)  # before its turn
    return in_turn(job.look, state, None, True)
