"""Play lives of the box and judge them.

    python -m soak.run --seeds 0-99 --hours 0.3 --life 0.05      many short ones
    python -m soak.run --seeds 7 --days 30 --life 12             a long one

Must be started with LD_PRELOAD=disk.so (see `disk.compile_library`). A seed that fails fails again.
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from random import Random

from wisgate.board import open_board
from wisgate.bus.lane import InlineLane
from wisgate.catalog.catalog import load as load_catalog
from wisgate.config.load import load
from wisgate.core.clock import VirtualClock
from wisgate.plan.plan import make

from .box import Box
from .disk import CUT, Disk
from .judge import Verdict, judge
from .ledger import Ledger
from .story import DAY, HOUR, story, written

CONFIG = Path(__file__).with_name("box.toml")
READINGS_PER_S = 6


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", default="0", help="one, or FROM-TO")
    parser.add_argument("--hours", type=float, default=0.0)
    parser.add_argument("--days", type=float, default=0.0)
    parser.add_argument("--life", type=float, default=12.0, help="hours of a boot, about")
    parser.add_argument("--outage", type=float, default=0.0, help="hours of the longest outage")
    parser.add_argument("--verbose", action="store_true", help="what the box logs")
    given = parser.parse_args()
    logging.disable(logging.NOTSET if given.verbose else logging.CRITICAL)
    _load_once()
    first, _, last = given.seeds.partition("-")
    seconds = given.days * DAY + given.hours * HOUR
    failed = []
    for seed in range(int(first), int(last or first) + 1):
        began = time.monotonic()
        verdict = live(seed, seconds, given.life * HOUR, given.outage * HOUR)
        figures = ", ".join(f"{count} {what}" for what, count in sorted(verdict.figures.items()))
        print(f"seed {seed}: {time.monotonic() - began:.1f} s: {figures}", flush=True)
        for fault in verdict.faults[:20]:
            print(f"  WRONG: {fault}", flush=True)
        if verdict.faults:
            failed.append(seed)
    if failed:
        print(f"seeds {failed} failed; play one alone: --seeds {failed[0]} --verbose")
    return 1 if failed else 0


def live(seed: int, seconds: float, life: float, outage: float) -> Verdict:
    """One whole life."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="wisgate-soak-", dir=memory if memory.is_dir() else None))
    try:
        disk = Disk(folder / "box")
        ledger = Ledger(folder / "ledger", int(seconds * READINGS_PER_S) + 10_000)
        config, random = load(CONFIG), Random(f"disk {seed}")
        boots, ends = [], []
        for boot in story(seed, seconds, life, outage):
            ledger.boot = boot.number
            code = _process(Box(config, disk, ledger, boot, written(boot, folder)).run)
            expected = (0,) if boot.end == "stop" else (CUT,)
            if code not in expected:
                return Verdict([f"boot {boot.number} ended with {code}: {boot.end}"])
            boots.append(boot)
            ends.append(ledger.now)
            if boot.end == "power":
                disk.lose_power(random)
            else:
                disk.restart()
        return judge(ledger, boots, ends)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _load_once() -> None:
    """What every boot needs is loaded here, and not by each of them."""
    plan = make(load(CONFIG), load_catalog())
    open_board(plan, clock=VirtualClock(), lane=InlineLane, virtual=True, seed=1)


def _process(work: Callable[[], None]) -> int:
    """Run `work` in a process of its own. Returns its exit code."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        work()
    except Exception:  # noqa: BLE001  # whatever it is, it is a fault of this seed
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
