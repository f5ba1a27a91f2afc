"""From an edge on an input to the contact of a relay that a rule switches, in real time on the
virtual board: `python bench/edge.py`. Prints, judges nothing. The goal: 50 ms at p99.

The module is a RAK13001, its input read every 10 ms; its relay needs 10 ms to close. The world is
asked twice a millisecond whether the contact has closed. Edges come at odd moments.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from random import Random

from wisgate.board.twins import Twins
from wisgate.bus.lane import ThreadLane
from wisgate.cli.session import Session, open_gateway
from wisgate.config.load import load
from wisgate.core.clock import SystemClock
from wisgate.store.pace import REAL_TIME

EDGES = 500
FIELD_V = 24.0
LOOK_S = 0.0005
PATIENCE_S = 5.0

FILE = """
name = "edge"
board = "rak7391"

[[slot]]
slot = "wisblock-1"
module = "rak13001"
input = "IO3"
interval = "10ms"

[[slot.point]]
channel = "relay"
name = "lamp"

[[slot.point]]
channel = "input"
name = "gate"

[[rule]]
name = "on"
when = "gate"
set = { lamp = true }

[[rule]]
name = "off"
when = "not gate"
set = { lamp = false }
"""


async def measure(folder: Path) -> tuple[list[float], int]:
    """Seconds from each edge to its contact, and the edges that were missed."""
    file = folder / "gateway.toml"
    file.write_text(FILE)
    session = Session(load(file), folder / "store", virtual=True)
    gateway = await open_gateway(session, SystemClock(), ThreadLane, REAL_TIME, outward=False)
    twins, random, stop = gateway.board.surroundings, Random(1), asyncio.Event()
    assert isinstance(twins, Twins)
    running = asyncio.create_task(gateway.run(stop))
    await asyncio.sleep(1.0)
    took, missed = [], 0
    for edge in range(EDGES):
        closes = edge % 2 == 0
        with twins.board.host.guard:
            twins.board.world.set("field.volts", FIELD_V if closes else 0.0)
        begin = time.perf_counter()
        while time.perf_counter() - begin < PATIENCE_S:
            with twins.board.host.guard:
                if bool(twins.board.world.get("valve.open")) == closes:
                    took.append(time.perf_counter() - begin)
                    break
            await asyncio.sleep(LOOK_S)
        else:
            missed += 1
        await asyncio.sleep(random.uniform(0.02, 0.06))
    stop.set()
    await running
    return took, missed


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        took, missed = asyncio.run(measure(Path(folder)))
    cuts = statistics.quantiles(took, n=100)
    print(f"{len(took)} edges, {missed} missed; input read every 10 ms, relay 10 ms")
    for name, value in (("median", cuts[49]), ("p95", cuts[94]), ("p99", cuts[98]),
                        ("longest", max(took))):  # fmt: skip
        print(f"  edge to contact, {name:8}{value * 1e3:7.1f} ms")


if __name__ == "__main__":
    main()
