"""What files of "Ground truth" say of themselves, and the Python of each chapter."""

from explorer.app.about import made
from explorer.app.code import truth as code
from explorer.app.truth import chapters
from explorer.app.truth.asked import HALF, Asked


def made_of(key: str, asked: Asked, found: dict, start: tuple[float, float] | None) -> dict:
    """The "made" of a chapter's answer."""
    if found.get("borrowed"):
        asked = asked.borrowing
    ran = {"world": asked.title, "seed": asked.seed}
    if key != "field":
        ran |= {"schedule": asked.schedule, "spacing": asked.spacing, "NFE": found.get("budget")}
    name = f"{key}-{asked.world}-seed{asked.seed}"
    model = f"planar-{asked.world}" if key == "solver" and asked.world != "drawn" else ""
    return made(name, _lines(key, asked, found, start), model=model, **ran)


def _lines(key: str, asked: Asked, found: dict, start: tuple[float, float] | None) -> str:
    if key == "field":
        return code.field(asked, chapters.LEVELS, chapters.LAST, 17, HALF)
    if key == "particles":
        walks = {run["key"]: len(run["nfe"]) - 1 for run in found["runs"]}
        return code.particles(asked, walks, 160)
    if key == "order":
        count = 64 if len(asked.made.means) > chapters.MANY else 192
        return code.order(asked, count, chapters.BUDGETS)
    if key == "solver":
        return code.solver(asked, 192, chapters.BUDGETS)
    if key == "ways":
        return code.ways(asked, start, 100, 24)
    return code.guidance(asked, found["scales"], chapters.GUIDED)
