"""How many cores this process may use: a container's share, not the machine's."""

import math
import os
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")


def cores(cgroup: Path = CGROUP) -> int:
    """Cores that this process may keep busy, at least 1.

    The least of the cores it may run on and, in a container, its share of their time, rounded up.
    torch counts only the former: in a container that was given 2 of 64 cores it would start 64
    threads, which then wait for each other.
    """
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, math.ceil(min(allowed or 1, _share(cgroup))))


def claim() -> None:
    """Have torch, not yet imported, use that many, unless OMP_NUM_THREADS already says how many."""
    os.environ.setdefault("OMP_NUM_THREADS", str(cores()))


def _share(cgroup: Path) -> float:
    """Cores' worth of time that the container may take: infinite where nothing limits it."""
    try:  # version 2: "200000 100000" in microseconds, or "max 100000"
        quota, period = (cgroup / "cpu.max").read_text().split()
    except (OSError, ValueError):
        try:  # version 1; -1 is no limit
            quota = (cgroup / "cpu" / "cpu.cfs_quota_us").read_text().strip()
            period = (cgroup / "cpu" / "cpu.cfs_period_us").read_text()
        except OSError:
            return math.inf
    try:
        share = int(quota) / int(period)
    except (ValueError, ZeroDivisionError):
        return math.inf
    return share if share > 0 else math.inf
