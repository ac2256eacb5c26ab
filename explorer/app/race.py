"""A race: several samplers run together from one noise, and the film of it, locked to NFE.

Nothing here knows a widget; torch is imported, so a tab imports this module when it first runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import torch
from torch import Tensor

from explorer.app import gallery, studio
from explorer.app.plane import principal
from explorer.app.player import Film, Track, grey
from explorer.denoisers import Denoiser, Network, from_network, paired
from explorer.samplers import LABELS, SAMPLERS, Step, evaluations
from explorer.schedules import SCHEDULES, Level, levels


@dataclass(frozen=True)
class Start:
    """What all entrants share: the noise they start from and what they are asked to draw."""

    label: int | None  # None: no label, so no guidance either
    seed: int
    scale: float  # 0 unconditional, 1 conditional

    @property
    def network_evaluations(self) -> int:
        """Network evaluations that one denoiser evaluation costs: two where there is guidance."""
        return 1 if self.label is None or self.scale in (0, 1) else 2


@dataclass(frozen=True)
class Entrant:
    """A sampler and the Levels it walks. `title` heads its row, `key` names its colour."""

    key: str
    title: str
    grid: tuple[Level, ...]

    @property
    def steps(self) -> int:
        return len(self.grid) - 1


@dataclass(frozen=True)
class Run:
    """What an entrant did."""

    entrant: Entrant
    steps: tuple[Step, ...]  # n + 1 records

    @property
    def nfe(self) -> int:
        """Denoiser evaluations spent in all."""
        return self.steps[-1].nfe

    @property
    def picture(self) -> Tensor:
        """(1, C, H, W), the result."""
        return self.steps[-1].x

    @cached_property
    def frames(self) -> tuple:
        """x and x0_hat of all records as uint8 (n + 1, H, W), -1 black, +1 white."""
        return tuple(
            grey(torch.cat([getattr(step, part) for step in self.steps]))
            for part in ("x", "x0_hat")
        )


def grid(sampler: str, schedule: str, spacing: str, budget: int) -> tuple[Level, ...]:
    """The Levels of the longest run that costs at most `budget` >= 1 denoiser evaluations."""
    make = SCHEDULES[schedule]()
    most = budget // 2 + 1 if evaluations(sampler, 2) > 2 else budget
    for n in range(most, 0, -1):
        walk = levels(make, n, spacing)
        if evaluations(sampler, n, from_zero_snr=walk[0].alpha == 0) <= budget:
            return tuple(walk)
    raise ValueError(f"budget must be at least 1, got {budget}.")


def own_grid(sampler: str, schedule: str, times: Sequence[float]) -> tuple[Level, ...]:
    """The Levels of a person's own times, noisiest first, and clean data after them.

    A sampler that evaluates twice a step walks every second of them, for about the same cost.
    """
    made = SCHEDULES[schedule]()
    walked = times[::2] if evaluations(sampler, 2) > 2 else times
    return (*map(made, walked), Level(1.0, 0.0))


def halved(times: Sequence[float]) -> tuple[float, ...]:
    """Twice as many steps: a stop in the middle of each, also of the one to clean data."""
    following = (*times, 0.0)[1:]
    return tuple(u for t, s in zip(times, following, strict=True) for u in (t, (t + s) / 2))


def field(
    schedule: str,
    spacing: str,
    budget: int,
    keys: Sequence[str],
    own: Sequence[float] = (),
) -> list[Entrant]:
    """One entrant a sampler, all on one schedule and spacing, each with `budget` evaluations.

    With times of a person's own, all walk those, whatever spacing and budget say.
    """

    def walk(key: str) -> tuple[Level, ...]:
        return own_grid(key, schedule, own) if own else grid(key, schedule, spacing, budget)

    return [Entrant(key, LABELS[key], walk(key)) for key in keys]


def denoiser(net: Network, start: Start, count: int = 1) -> Denoiser:
    """The conditional, unconditional or guided denoiser of `count` rows of one label."""
    label = -1 if start.label is None else start.label
    context, null = studio.contexts([label] * count)  # (count, L, D) each
    if start.label is None or start.scale == 0:
        return from_network(net, context=null)
    return paired(net, context, null, start.scale)


def run(entrants: Sequence[Entrant], start: Start) -> list[Run]:
    """All entrants side by side from the same x_T; those that draw noise draw the same noise."""
    engine = studio.engine()

    def one(entrant: Entrant) -> Run:
        x = studio.noise([start.seed])
        rng = studio.generator(start.seed, stream=1)  # each its own, all of one stream
        sampler = SAMPLERS[entrant.key]
        return Run(entrant, tuple(sampler(denoiser(engine, start), x, entrant.grid, rng=rng)))

    return engine.together([partial(one, entrant) for entrant in entrants])


def largest_difference(a: Run, b: Run) -> float:
    """max |a - b| over the pixels of two results, whose range is [-1, 1]."""
    return (a.picture - b.picture).abs().max().item()


def at_nfe(run: Run, budget: int) -> list[int]:
    """For NFE 1, ..., budget the last record that had been reached: the two columns' frames."""
    spent = [step.nfe for step in run.steps]
    return [sum(nfe <= p for nfe in spent) - 1 for p in range(1, budget + 1)]


def note(run: Run, record: int) -> str:
    """Where a record stands: its step and the noise it starts from."""
    n = run.entrant.steps
    if record == n:
        return f"done, {n} steps"
    return f"step {record + 1} of {n}, σ = {run.steps[record].level.sigma:.3f}"


def film(runs: Sequence[Run], budget: int) -> Film:
    """Positions are NFE 1, ..., budget; a row an entrant, its state x_t beside its guess x̂₀."""
    tracks = []
    for entry in runs:
        at = at_nfe(entry, budget)
        notes = [note(entry, record) for record in at]
        row = dict(row=entry.entrant.title, ink=f"sampler-{entry.entrant.key}", at=at)
        x, x0_hat = entry.frames
        tracks += [
            Track("x_t", x, notes=notes, alt="The state that is denoised.", **row),
            Track("x̂₀", x0_hat, role="prediction", alt="The clean picture as guessed here.", **row),
        ]
    # Opened a third of the way in: the ends are for the reader to predict.
    return Film([f"NFE {p}" for p in range(1, budget + 1)], tracks, start=budget // 3, picture=150)


def paths(runs: Sequence[Run]) -> dict:
    """Every state of every run in the plane of their first two principal components, for the page.

    The gallery's digits lie behind them, projected into the same plane.
    """
    plane = principal([step.x for run in runs for step in run.steps])
    digits = torch.from_numpy(gallery.digits().copy()).float() / 127.5 - 1  # (N, H, W)
    same_size = digits[0].numel() == runs[0].picture.numel()

    def rounded(x: Tensor) -> list[list[float]]:
        return [[round(v, 3) for v in point] for point in plane(x).tolist()]

    return {
        "share": sum(plane.share),
        "entrants": [
            {
                "label": run.entrant.title,
                "ink": f"sampler-{run.entrant.key}",
                "points": rounded(torch.cat([step.x for step in run.steps])),
                # the last record stands where the last evaluation led
                "nfe": [step.nfe for step in run.steps],
            }
            for run in runs
        ],
        "digits": gallery.payload() | {"points": rounded(digits) if same_size else []},
    }


def halfway(long: Run, short: Run) -> Film:
    """The middle of a run of 2n steps beside the end of one of n, as one still."""
    n, middle = short.entrant.steps, short.entrant.steps
    where = f"step {middle} of {long.entrant.steps}"
    x, x0_hat = (frames[middle : middle + 1] for frames in long.frames)
    end = short.frames[0][-1:]
    return Film(
        [f"{short.entrant.title}, {where}"],
        [
            Track("x_t", x, caption=where, alt="The state in the middle of the long run."),
            Track("x̂₀", x0_hat, caption=where, role="prediction", alt="The guess made there."),
            Track("result", end, caption=f"{n}-step run", alt="Where the short run ends."),
        ],
    )
