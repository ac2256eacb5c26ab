"""The schedules as small tables for the browser, at hand before torch is.

Torch takes a second to import and the page must not wait for it, so the tables of the default
schedules ship in `assets/schedules.json`; tests/test_app.py holds them equal to
`explorer.schedules`, and `python -m explorer.app.tables` writes them again.
"""

import base64
import json
import struct
from functools import cache
from typing import TYPE_CHECKING

from explorer.names import SCHEDULES as NAMES
from explorer.paths import ASSETS

if TYPE_CHECKING:
    from explorer.schedules import Schedule

FILE = ASSETS / "schedules.json"
__all__ = ["FOUR", "NAMES", "packed", "script", "shipped", "table"]
FOUR = ("linear", "cosine", "karras", "zero_snr")  # those that are compared side by side


def packed(values: list[float]) -> str:
    """Numbers as base64 of little-endian float64: float32 would call 1e-67 nothing."""
    return base64.b64encode(struct.pack(f"<{len(values)}d", *values)).decode("ascii")


def table(schedule: "Schedule") -> dict[str, str]:
    """alpha and sigma at t = 0, 1, ..., T, each as `packed` float64 (T + 1,)."""
    return {"alpha": packed(schedule.alpha.tolist()), "sigma": packed(schedule.sigma.tolist())}


@cache
def shipped() -> dict[str, dict[str, str]]:
    """The tables of the default schedules, by name."""
    return json.loads(FILE.read_text("utf-8"))


def script() -> str:
    """JavaScript that unpacks the shipped tables into `explorer.schedules`."""
    return f"explorer.schedules = explorer.unpackSchedules({json.dumps(shipped())});"


def main() -> None:
    """Write assets/schedules.json from explorer.schedules."""
    from explorer.schedules import SCHEDULES

    tables = {name: table(make()) for name, make in SCHEDULES.items()}
    FILE.write_text(json.dumps(tables) + "\n", "utf-8")


if __name__ == "__main__":
    main()
