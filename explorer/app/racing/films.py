"""What a race looks like: its film, locked to NFE, its paths, and one picture taken three ways."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from explorer.app import gallery
from explorer.app.player import Film, Track, grey
from explorer.app.racing.plane import principal
from explorer.app.racing.race import Run, states

PICTURES = 640  # positions times entrants of a film at most: 1.4 MB as base64


def positions(budget: int, entrants: int) -> list[int]:
    """The NFE that a film stops at, 1 to `budget`: all, or evenly as many as may be sent."""
    most = min(budget, PICTURES // entrants)
    if most == budget:
        return list(range(1, budget + 1))
    return [1 + round(k * (budget - 1) / (most - 1)) for k in range(most)]


def at_nfe(run: Run, stops: Sequence[int]) -> list[int]:
    """For each NFE the last record that had been reached."""
    spent = [step.nfe for step in run.steps]
    return [sum(nfe <= stop for nfe in spent) - 1 for stop in stops]


def note(run: Run, record: int) -> str:
    """Where a record stands: its step and the noise it starts from."""
    n = run.entrant.steps
    if record == n:
        return f"done, {n} steps"
    return f"step {record + 1} of {n}, σ = {run.steps[record].level.sigma:.3f}"


def film(runs: Sequence[Run], budget: int) -> Film:
    """Positions are NFE; a row an entrant, its state x_t beside its guess x̂₀."""
    stops, tracks = positions(budget, len(runs)), []
    for run in runs:
        records = at_nfe(run, stops)
        shown = sorted(set(records))  # only these are sent
        row: dict[str, Any] = {
            "row": run.entrant.title,
            "ink": run.entrant.ink,
            "at": [shown.index(record) for record in records],
        }
        notes = [note(run, record) for record in records]
        x, x0_hat = (
            grey(torch.cat([getattr(run.steps[k], part) for k in shown]))
            for part in ("x", "x0_hat")
        )
        tracks += [
            Track("x_t", x, notes=notes, alt="The state that is denoised.", **row),
            Track("x̂₀", x0_hat, role="prediction", alt="The clean picture as guessed here.", **row),
        ]
    # Opened a third of the way in: the ends are for the reader to predict.
    return Film([f"NFE {p}" for p in stops], tracks, start=len(stops) // 3, picture=150)


def paths(runs: Sequence[Run], budget: int) -> dict:
    """Every state of every run in the plane of their first two principal components, for the page.

    The gallery's digits lie behind them, projected into the same plane.
    """
    plane = principal([states(run) for run in runs])
    digits = torch.from_numpy(gallery.digits().copy()).float() / 127.5 - 1  # (N, H, W)
    same_size = digits[0].numel() == runs[0].picture.numel()

    def rounded(x: Tensor) -> list[list[float]]:
        return [[round(v, 3) for v in point] for point in plane(x).tolist()]

    return {
        "share": sum(plane.share),
        "dimensions": runs[0].picture.numel(),
        "stops": positions(budget, len(runs)),
        "entrants": [
            {
                "label": run.entrant.title,
                "ink": run.entrant.ink,
                "points": rounded(states(run)),
                # the last record stands where the last evaluation led
                "nfe": [step.nfe for step in run.steps],
            }
            for run in runs
        ],
        # behind paths of other pictures there is nothing to show
        "digits": gallery.payload() | {"points": rounded(digits)} if same_size else {"points": []},
    }


def halfway(long: Run, short: Run) -> Film:
    """The middle of a run of 2n steps beside the end of one of n, as one still."""
    n, middle = short.entrant.steps, long.steps[short.entrant.steps]
    where = f"step {n} of {long.entrant.steps}"
    return Film(
        [f"{short.entrant.title}, {where}"],
        [
            Track("x_t", grey(middle.x), caption=where, alt="The state in the middle of the run."),
            Track(
                "x̂₀",
                grey(middle.x0_hat),
                caption=where,
                role="prediction",
                alt="The guess made there.",
            ),
            Track(
                "result", grey(short.picture), caption=f"{n}-step run", alt="Where the run ends."
            ),
        ],
    )
