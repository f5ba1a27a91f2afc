"""Play lives of the box and judge them.

    python -m soak.run --seeds 0-99 --hours 0.3 --life 0.05      many short ones
    python -m soak.run --seeds 7 --days 30 --life 12             a long one
    python -m soak.run --seeds 2 --days 7 --readings 5 --life 1 --cuts-only --rate 50

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
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random

from wisgate.board import open_board
from wisgate.bus.lane import InlineLane
from wisgate.catalog.catalog import load as load_catalog
from wisgate.config.load import read
from wisgate.config.model import Config
from wisgate.core.clock import VirtualClock
from wisgate.core.toml import parse
from wisgate.plan.plan import make

from .box import REGISTERS, Box
from .disk import CUT, Disk
from .judge import Verdict, judge
from .ledger import Ledger
from .story import DAY, HOUR, Wish, story, written

CONFIG = Path(__file__).with_name("box.toml")
METER_INTERVAL = 'interval = "4s"'


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", default="0", help="one, or FROM-TO")
    parser.add_argument("--hours", type=float, default=0.0)
    parser.add_argument("--days", type=float, default=0.0)
    parser.add_argument("--life", type=float, default=12.0, help="hours of a boot, about")
    parser.add_argument("--outage", type=float, default=0.0, help="hours of the longest outage")
    parser.add_argument("--readings", type=float, default=3.0, help="per second")
    parser.add_argument("--rate", type=float, help="readings per second that the broker gets")
    parser.add_argument("--cuts-only", action="store_true", help="a power cut after every life")
    parser.add_argument("--verbose", action="store_true", help="what the box logs")
    given = parser.parse_args()
    logging.disable(logging.NOTSET if given.verbose else logging.CRITICAL)
    wish = Wish(
        given.days * DAY + given.hours * HOUR, given.life * HOUR, given.outage * HOUR,
        given.readings, given.rate, given.cuts_only,
    )  # fmt: skip
    first, _, last = given.seeds.partition("-")
    return 1 if _play(range(int(first), int(last or first) + 1), wish) else 0


def _play(seeds: Iterable[int], wish: Wish) -> list[int]:
    """Live every seed and say how it went. Returns those that failed."""
    failed = []
    config = _config(wish.readings)
    for seed in seeds:
        began = time.monotonic()
        verdict = live(seed, wish, config)
        figures = ", ".join(f"{count} {what}" for what, count in sorted(verdict.figures.items()))
        print(f"seed {seed}: {time.monotonic() - began:.1f} s: {figures}", flush=True)
        for fault in verdict.faults[:20]:
            print(f"  WRONG: {fault}", flush=True)
        if verdict.faults:
            failed.append(seed)
    if failed:
        print(f"seeds {failed} failed; play one alone: --seeds {failed[0]} --verbose")
    return failed


def live(seed: int, wish: Wish, config: Config) -> Verdict:
    """One whole life."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="wisgate-soak-", dir=memory if memory.is_dir() else None))
    try:
        disk = Disk(folder / "box")
        room = int(wish.seconds * (wish.readings + 3)) + 10_000
        ledger = Ledger(folder / "ledger", room)
        random, boots, ends = Random(f"disk {seed}"), [], []
        for boot in story(seed, wish):
            ledger.boot = boot.number
            scenario = written(boot, folder)
            code = in_process(Box(config, disk, ledger, boot, scenario, wish.rate).run)
            if code != (0 if boot.end == "stop" else CUT):
                return Verdict([f"boot {boot.number} ended with {code}: {boot.end}"])
            boots.append(boot)
            ends.append(ledger.now)
            if boot.end == "power":
                disk.lose_power(random)
            else:
                disk.restart()
        return judge(ledger, boots, ends, wish.rate)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _config(readings: float) -> Config:
    """The file of the box, its meter read so often that it gives so many readings per second. What
    every boot needs is loaded with it, and not by each of them."""
    text = CONFIG.read_text()
    assert METER_INTERVAL in text
    often = text.replace(METER_INTERVAL, f'interval = "{REGISTERS / readings:.6g}s"')
    config = read(parse(often, CONFIG.name), CONFIG.parent, load_catalog())
    plan = make(config, load_catalog())
    open_board(plan, clock=VirtualClock(), lane=InlineLane, virtual=True)
    return config


def in_process(work: Callable[[], None]) -> int:
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
