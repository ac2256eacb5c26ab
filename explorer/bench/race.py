"""What the Samplers and Ground truth tabs cost: a race against its entrants one by one."""

import json
from functools import partial

from explorer.app import studio
from explorer.app.racing import entrants, films, race
from explorer.app.truth import chapters
from explorer.app.truth.asked import Asked
from explorer.bench.network import medians

BUDGET = 20


def measure(model: str, repeats: int) -> dict:
    """Seconds of six guided entrants together and one by one; MB sent; seconds of the plot."""
    studio.use(model)
    field = race.field(entrants.DEFAULT, "linear", BUDGET)
    start = race.Start(7, 0, 2.0)
    together = partial(race.run, field, start)

    def one_by_one() -> None:
        for entrant in field:
            race.run([entrant], start)

    both = medians([together, one_by_one], repeats)
    runs = together()
    order = chapters.order.__wrapped__  # type: ignore[attr-defined]  # what `once` wraps
    (order_ms,) = medians([partial(order, Asked())], min(3, repeats))
    return {
        "together_s": both[0] / 1000,
        "one_by_one_s": both[1] / 1000,
        "film_mb": len(json.dumps(films.film(runs, BUDGET).payload())) / 1e6,
        "order_s": order_ms / 1000,
    }
