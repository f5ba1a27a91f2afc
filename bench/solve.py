"""What `wisgate solve` costs from a cold start, as a user waits for it, and the search by itself.

Each run is a process of its own; the best and the median of several are told, because whatever
else runs on the machine only ever adds. Prints, judges nothing.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from wisgate.catalog.catalog import load
from wisgate.plan.seats import Wish
from wisgate.plan.skeleton import vacant
from wisgate.plan.solve import solve

WISGATE = Path(sys.executable).with_name("wisgate")
RUNS = 7
QUESTIONS = (
    ("two modules, no work", 1.0, "rak7391 rak5801 rak5802"),
    ("two that need straps", 1.0, "rak7391 rak12004 rak16000"),
    ("two with many straps", 1.0, "rak7391 rak13003 rak13004"),
    ("two that cannot", 1.0, "rak7391 rak17000 rak13300"),
    ("four sensors, one IO", 2.0, "rak5005-o rak1901 rak1902 rak1903 rak1906 rak5801"),
    ("one of them too many", 2.0, "rak5005-o rak1901 rak1902 rak1902 rak1902 rak16001"),
    ("a full HAT", 2.0, "rak6421 rak16000 rak16001 rak1901 rak1902 rak1903 rak1906"),
)


def cold(words: list[str]) -> float:
    """Seconds of one question in a process of its own."""
    start = time.perf_counter()
    ran = subprocess.run([WISGATE, "solve", *words], capture_output=True, check=False)
    took = time.perf_counter() - start
    if ran.returncode not in (0, 3):
        raise SystemExit(ran.stderr.decode())
    return took


def search(board: str, modules: list[str]) -> float:
    """Seconds of the search by itself."""
    catalog = load()
    core = "rak4631" if catalog.boards[board].slot("core") else ""
    base = vacant(catalog.boards[board], core, catalog)
    wishes = [Wish(catalog.modules[m]) for m in modules]
    start = time.perf_counter()
    solve(base, wishes, catalog)
    return time.perf_counter() - start


def main() -> None:
    print(f"solve, {RUNS} cold runs each, load {os.getloadavg()[0]:.1f}")
    print(f"{'question':24}{'best':>9}{'median':>9}{'search':>9}{'goal':>9}")
    for name, goal, question in QUESTIONS:
        words = question.split()
        runs = [cold(words) for _ in range(RUNS)]
        alone = min(search(words[0], words[1:]) for _ in range(RUNS))
        figures = (min(runs), statistics.median(runs), alone, goal)
        print(f"{name:24}" + "".join(f"{seconds * 1e3:6.0f} ms" for seconds in figures))


if __name__ == "__main__":
    main()
