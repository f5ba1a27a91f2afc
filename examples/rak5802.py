"""RAK5802: read a Modbus unit every two seconds and switch its lamp.

As it stands on a virtual board with a weather station behind the module; with --hardware on this
one, where slot, unit and registers must be as in ambient.toml.
"""

import sys
from pathlib import Path

from wisgate.board import open_board
from wisgate.bus.lane import InlineLane
from wisgate.catalog.catalog import load as load_catalog
from wisgate.config.load import load
from wisgate.core.clock import SystemClock
from wisgate.core.errors import WisgateError
from wisgate.plan.plan import make

HARDWARE = "--hardware" in sys.argv
ROUNDS = 1_000_000 if HARDWARE else 2

clock = SystemClock()
plan = make(load(Path(__file__).with_name("ambient.toml")), load_catalog())
board = open_board(plan, clock=clock, lane=InlineLane, virtual=not HARDWARE)
station = board.placed[0].module
station.open()
for count in range(ROUNDS):
    try:
        station.write("weather_led", count % 2 == 0)
        steps = station.sample(station.groups[0])
        while True:
            clock.sleep(next(steps))
    except StopIteration as done:
        for reading in done.value:
            print(f"{reading.name:20} {reading.value!s:>10} {reading.status}")
    except WisgateError as error:
        print(error)
    clock.sleep(2.0 if HARDWARE else 0.2)
station.close()
board.ends.close()
