"""`explorer bench load`: how a class of N is answered, and whether anybody is forgotten.

The app runs as a process, the class as another (explorer.bench.students says who presses what).
Both share this machine's cores, so that a server of its own answers sooner than is measured here.
"""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median

import psutil

from explorer.bench import startup
from explorer.bench.students import MIX, Plan
from explorer.tables import print_table

AIMS = {30: 3.0, 100: 8.0}  # students: seconds within which 95 of 100 guided samples are there
GROWTH = 50.0  # MB that 5,000 requests may add
FILLING = 1000  # requests that fill the caches, 48 MB, before growth is measured
FIRST = 8  # requests before everything
HURRIED = 8  # students who press without looking, to make many requests
REST = (0.1, 3)  # of a core, for so many seconds: the warm-up is over


def report(students: int, seconds: float, requests: int, burst: int, file: Path | None) -> dict:
    """Measure what was asked for, print it, write it where a file is given, and return it."""
    found: dict = {"cores": psutil.cpu_count(), "mix": MIX}
    with startup.running() as (address, process):
        print("The app warms up.", flush=True)
        _attend(address, Plan(1, requests=FIRST, seed=99))  # somebody was here before
        _rest(process.pid)
        found["resident_mb"] = startup.resident(process.pid)
        if students:
            found["class"] = _class(address, Plan(students, seconds))
            _print_class(students, seconds, found["class"])
        if requests:
            found["growth"] = _growth(address, process.pid, requests)
            _print_growth(found["growth"])
        if burst:
            found["burst"] = _burst(address, burst)
            _print_burst(found["burst"])
        found["resident_after_mb"] = startup.resident(process.pid)
    lines = [("memory before", found["resident_mb"]), ("memory after", found["resident_after_mb"])]
    print_table("The server", ("", "MB"), [(what, f"{mb:.0f}") for what, mb in lines])
    if file:
        file.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    return found


def _class(address: str, plan: Plan) -> dict:
    done = _attend(address, plan)
    return _summary(done["presses"]) | {"page_s": median(done["loads"])}


def _growth(address: str, pid: int, requests: int) -> dict:
    """MB at rest after each tenth of the requests; no two of them alike if it can be helped."""
    _attend(address, Plan(HURRIED, requests=FILLING, steps=4, seed=1))
    memory, presses = [startup.resident_at_rest(pid)], []
    for part in range(10):
        plan = Plan(HURRIED, requests=requests // 10, steps=4, seed=2 + part)
        presses += _attend(address, plan)["presses"]
        memory.append(startup.resident_at_rest(pid))
    return _summary(presses) | {"resident_mb": memory}


def _burst(address: str, students: int) -> dict:
    """All press at once; then one presses alone."""
    together = _summary(_attend(address, Plan(students, burst=True, seed=20))["presses"])
    after = _attend(address, Plan(1, burst=True, seed=21))["presses"][0]
    return together | {"afterwards": after}


def _attend(address: str, plan: Plan) -> dict:
    command = [sys.executable, "-m", "explorer.bench.students", address, json.dumps(asdict(plan))]
    answer = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(answer.stdout)


def _rest(pid: int) -> None:
    """Return when the process has stopped computing."""
    process, quiet = psutil.Process(pid), 0
    share, seconds = REST
    process.cpu_percent()
    deadline = time.monotonic() + startup.PATIENCE
    while quiet < seconds and time.monotonic() < deadline:
        time.sleep(1)
        quiet = quiet + 1 if process.cpu_percent() < 100 * share else 0


def _summary(presses: Sequence[dict]) -> dict:
    """Counts, refusals in words, and times by kind; of what nobody had asked before, by itself."""
    groups: dict[str, list[dict]] = {}
    for press in presses:
        groups.setdefault(press["kind"], []).append(press)
        if press["new"]:
            groups.setdefault(f"{press['kind']}, new", []).append(press)
    came = [press["came"] for press in presses]
    return {
        "requests": len(presses),
        **{what: came.count(what) for what in ("done", "refused", "error", "lost")},
        "said": sorted({press["said"] for press in presses if press["said"]}),
        "megabytes": sum(press["megabytes"] for press in presses),
        "kinds": {kind: _times(of) for kind, of in sorted(groups.items())},
    }


def _times(presses: Sequence[dict]) -> dict:
    times = sorted(press["seconds"] for press in presses if press["came"] == "done")
    if not times:
        return {"count": 0}
    p95 = times[min(len(times) - 1, int(0.95 * len(times)))]
    return {"count": len(times), "p50_s": median(times), "p95_s": p95, "max_s": times[-1]}


def _print_class(students: int, seconds: float, found: dict) -> None:
    rows = [
        (kind, row["count"], *(f"{row[f'{what}_s']:.2f}" for what in ("p50", "p95", "max")))
        for kind, row in found["kinds"].items()
        if row["count"]
    ]
    title = f"{students} students for {seconds:g} s, {found['requests']} requests; seconds"
    print_table(title, ("", "answered", "p50", "p95", "max"), rows)
    aim = next((s for most, s in AIMS.items() if students <= most), None)
    guided = found["kinds"].get("guided", {}).get("p95_s")
    lines = [
        ("guided sample of 20 steps, p95", _s(guided), f"≤ {aim:g} s" if aim else ""),
        ("errors", found["error"], "0"),
        ("lost results", found["lost"], "0"),
        ("told in words to wait", found["refused"], ""),
        ("sent, MB", f"{found['megabytes']:.0f}", ""),
        ("the page, until its files are there, median", _s(found["page_s"]), ""),
    ]
    print_table("The class", ("", "measured", "aim"), lines)
    _print_said(found)


def _print_growth(found: dict) -> None:
    memory, asked = found["resident_mb"], found["requests"]
    lines = [
        ("memory before, MB", f"{memory[0]:.0f}", ""),
        ("memory after, MB", f"{memory[-1]:.0f}", ""),
        ("after each tenth", " ".join(f"{mb:.0f}" for mb in memory[1:]), ""),
        ("growth, MB", f"{memory[-1] - memory[0]:.0f}", f"< {GROWTH:g} over 5000"),
        ("errors and lost results", found["error"] + found["lost"], "0"),
    ]
    print_table(f"{asked} requests after {FILLING} to warm up", ("", "measured", "aim"), lines)
    _print_said(found)


def _print_burst(found: dict) -> None:
    after = found["afterwards"]
    lines = [
        ("answered", found["done"], ""),
        ("told in words to wait", found["refused"], ""),
        ("errors and lost results", found["error"] + found["lost"], "0"),
        ("the last answer came after", _s(found["kinds"]["guided"].get("max_s")), ""),
        ("then one alone: " + after["came"], _s(after["seconds"]), "done"),
    ]
    print_table(f"{found['requests']} at once", ("", "measured", "aim"), lines)
    _print_said(found)


def _print_said(found: dict) -> None:
    for sentence in found["said"]:
        print(f"Somebody was told: {sentence}")


def _s(seconds: float | None) -> str:
    return "none" if seconds is None else f"{seconds:.2f} s"
