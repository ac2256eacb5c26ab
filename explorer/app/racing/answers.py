"""What a race is asked, checked; and the answers that its chapters show, kept for a while.

torch is imported when a question is first answered, not with the page.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from explorer.app import checks, classes, controls, steps
from explorer.app.about import made
from explorer.app.code import samplers as code
from explorer.app.once import Aside, once
from explorer.app.racing import entrants as entering
from explorer.app.racing import words
from explorer.app.tables import NAMES
from explorer.app.theme import template

CLASSES = (*controls.DIGITS, "none")  # of the model that ships; see classes.choice
FEWEST, MOST, LARGEST_SCALE = 4, 200, 20


@dataclass(frozen=True)
class Asked:
    """A checked request of the shared controls; hashable, so that a race can be kept."""

    digit: str = "7"
    seed: int = 0
    budget: int = 20
    schedule: str = "linear"
    scale: float = 2.0
    chosen: entering.Chosen = entering.DEFAULT
    own: tuple[float, ...] = ()  # the t of each step of the spacing "own"

    @property
    def start(self):
        """The explorer.app.racing.race.Start."""
        from explorer.app.racing import race

        return race.Start(classes.asked(self.digit), self.seed, self.scale)

    @property
    def longest(self) -> int:
        """The NFE that the film of this race reaches."""
        return max(self.budget, len(self.own))

    def field(self) -> list:
        """The entrants with their Levels."""
        from explorer.app.racing import race

        return race.field(self.chosen, self.schedule, self.budget, self.own)


def check(digit, seed, budget, schedule, scale, chosen, own="") -> Asked:
    """The request. Raises gr.Error, naming field and range."""
    chosen = entering.parse(chosen)
    needs_own = any(spacing == entering.OWN for _, spacing in chosen)
    return Asked(
        classes.checked("Digit", digit, also=["none"]),
        checks.integer("Seed", seed, 0, controls.LAST_SEED),
        checks.integer("Evaluations (NFE)", budget, FEWEST, MOST),
        checks.choice("Schedule", schedule, NAMES),
        checks.number("Guidance scale", scale, 0, LARGEST_SCALE),
        chosen,
        steps.parse(own) if needs_own else (),
    )


def _made(what: str, asked: Asked, code: str, **more: object) -> dict:
    """What a file of a race says of itself."""
    label = asked.start.label
    name = f"{what}-{'none' if label is None else label}-seed{asked.seed}-{asked.budget}nfe"
    told = {"digit": "none" if label is None else label, "scale": asked.scale}
    own = {"own grid": ", ".join(f"{t:g}" for t in asked.own)}
    ran = {"seed": asked.seed, "schedule": asked.schedule, "NFE": asked.budget}
    return made(name, code, **told, **ran, **own, **more)


def judged(asked: Asked, n: int) -> dict:
    """What a file of a measurement of quality by n samples says of itself."""
    from explorer.app.racing import quality

    asked = replace(asked, digit="none", scale=1.0)  # all digits in turn, not guided
    lines = code.quality(asked, asked.field(), n, quality.BATCH)
    return _made("quality", asked, lines, samples=n)


@once(6)
def run(asked: Asked) -> tuple[list, float]:
    """The runs of a race, and the seconds that they took together."""
    from explorer.app.racing import race

    controls.ready()
    clock = time.perf_counter()
    runs = race.run(asked.field(), asked.start)
    return runs, time.perf_counter() - clock


@once(24)
def film(asked: Asked) -> tuple:
    """Film, facts and lessons of a race."""
    from explorer.app.racing import films

    runs, seconds = run(asked)
    return (
        films.film(runs, asked.longest).payload()
        | _made("race", asked, code.race(asked, [run.entrant for run in runs])),
        words.facts(asked, runs, seconds),
        words.lessons(runs),
    )


@once(12)
def three_ways(asked: Asked) -> tuple:
    """Step n of 2n beside n steps, of DDIM: sentences and a still."""
    from explorer.app.racing import films, race

    controls.ready()
    spacing = next((spacing for key, spacing in asked.chosen if key == "ddim"), "trailing")
    one = (("ddim", spacing),)
    n = len(asked.own) if spacing == entering.OWN else asked.budget
    fields = (
        race.field(one, asked.schedule, n, asked.own),
        race.field(one, asked.schedule, 2 * n, race.halved(asked.own)),
    )
    short, long = race.run([entrant for (entrant,) in fields], asked.start)
    sigma = f"{long.steps[n].level.sigma:.3f}"
    told = template("halfway.html").format(n=n, twice=2 * n, sigma=sigma, spacing=spacing)
    lines = "" if asked.own else code.three(asked, n, spacing)
    facts = _made("three-ways", asked, lines, sampler="ddim", spacing=spacing)
    return told, films.halfway(long, short).payload() | facts


@once(12)
def reruns(asked: Asked) -> tuple:
    """Four reruns of each entrant, DDIM with more and more noise, and what it comes to."""
    from explorer.app.racing import chance, race

    controls.ready()
    field = asked.field()
    pictures = chance.crowd(field, asked.start)
    spacing = next((spacing for key, spacing in asked.chosen if key == "ddim"), "trailing")
    pair = (("ddim", spacing), ("ddpm", spacing))
    ddim, ddpm = race.field(pair, asked.schedule, asked.budget, asked.own)
    doses = chance.doses(ddim, asked.start)
    same = chance.as_ddpm(doses, chance.rerun(ddpm, asked.start))
    return (
        chance.crowd_film(field, pictures).payload()
        | _made("reruns", asked, code.reruns(asked, field, *chance.MANY)),
        chance.dose_film(ddim, doses).payload()
        | _made("eta", asked, code.doses(asked, ddim, chance.ETAS, *chance.MANY), sampler="ddim"),
        words.doses(same),
    )


@once(12)
def paths(asked: Asked) -> dict:
    """All states of a race on one map."""
    from explorer.app.racing import films

    runs, _ = run(asked)
    lines = code.paths(asked, [run.entrant for run in runs])
    return films.paths(runs, asked.longest) | _made("paths", asked, lines)


def gaps(asked: Asked, tell: Callable[[int, int], object] = lambda done, steps: None) -> dict:
    """How far each entrant is from the converged answer; tell(steps done, of so many)."""
    return _gaps(asked, Aside(tell))


@once(24)
def _gaps(asked: Asked, tell: Aside[Callable[[int, int], object]]) -> dict:
    from explorer.app.racing import answer

    runs, _ = run(asked)
    steps = answer.enough(asked.longest)
    lines = code.gap(asked, [run.entrant for run in runs], steps)
    made_of = answer.converged(
        asked.start, asked.schedule, steps, lambda done: tell.value(done, steps)
    )
    found = answer.gaps(runs, made_of, steps)
    return found | _made("converged", asked, lines)
