"""What `wisgate check` costs from a cold start, as a user waits for it, and a plan by itself.

Each check is a process of its own; the best and the median of several are told, because whatever
else runs on the machine only ever adds. The processor time leaves waiting for a processor out.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

from wisgate.catalog.catalog import load as load_catalog
from wisgate.config.load import load
from wisgate.plan.plan import make

ROOT = Path(__file__).parents[1]
FILES = {
    "fine": ROOT / "examples/pump-house.toml",
    "a conflict with cures": ROOT / "tests/golden/plan/gas-twice-meets-clock/gateway.toml",
    "a base board": ROOT / "examples/weather-node.toml",
}
WISGATE = Path(sys.executable).parent / "wisgate"
RUNS = 7
PLANS = 200
LIMIT_MS = 400.0


def cold(file: Path) -> tuple[float, float]:
    """Milliseconds of one check: by the clock, and of processor time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    ran = subprocess.run([WISGATE, "check", file], capture_output=True, check=False)
    took = time.perf_counter() - start
    if ran.returncode not in (0, 3):
        raise SystemExit(ran.stderr.decode())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return took * 1e3, used * 1e3


def plan_ms(file: Path, *, cures: bool) -> float:
    """Milliseconds of one plan, the file being read already."""
    config, catalog = load(file), load_catalog()
    make(config, catalog)
    start = time.perf_counter()
    for _ in range(PLANS):
        make(config, catalog, cures=cures)
    return (time.perf_counter() - start) / PLANS * 1e3


def main() -> None:
    print(f"check, cold, {RUNS} runs each; the goal is below {LIMIT_MS:g} ms")
    print(f"{'file':24}{'best':>9}{'median':>9}{'processor':>11}{'plan':>9}{'with cures':>12}")
    for name, file in FILES.items():
        runs = [cold(file) for _ in range(RUNS)]
        best, median = min(r[0] for r in runs), statistics.median(r[0] for r in runs)
        used = min(r[1] for r in runs)
        bare, cured = plan_ms(file, cures=False), plan_ms(file, cures=True)
        figures = f"{best:6.0f} ms{median:6.0f} ms{used:8.0f} ms{bare:6.2f} ms{cured:9.2f} ms"
        print(f"{name:24}{figures}")


if __name__ == "__main__":
    main()
