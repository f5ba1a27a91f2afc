"""Play lives of the box and judge them.

    python -m soak.run --seeds 0-99 --hours 0.3 --life 0.05      many short ones
    python -m soak.run --seeds 7 --days 30 --life 12             a long one
    python -m soak.run --seeds 2 --days 7 --readings 5 --life 1 --cuts-only --rate 50

Must be started with LD_PRELOAD=disk.so (see `disk.compile_library`). A seed that fails fails again.
"""

from __future__ import annotations

import argparse
import logging
import sys
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
from .judge import judge
from .ledger import Ledger
from .lives import Verdict, in_memory, in_process, play
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
    config = _config(wish.readings)
    return play(given.seeds, lambda seed: live(seed, wish, config))


def live(seed: int, wish: Wish, config: Config) -> Verdict:
    """One whole life."""
    with in_memory("wisgate-soak-") as folder:
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
            disk.end(boot.end, random)
        return judge(ledger, boots, ends, wish.rate)


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


if __name__ == "__main__":
    sys.exit(main())
