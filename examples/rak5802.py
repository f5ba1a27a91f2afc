"""RAK5802: read a Modbus unit and switch its lamp.

As it stands on a virtual board with a weather station behind the module; with --hardware on this
one, where slot, unit and registers must be as in ambient.toml.
"""

import sys
from pathlib import Path

from wisgate.board.prompt import open_modules
from wisgate.core.errors import WisgateError

HARDWARE = "--hardware" in sys.argv
AMBIENT = Path(__file__).with_name("ambient.toml")

with open_modules(AMBIENT, hardware=HARDWARE) as board:
    for count in range(1_000_000 if HARDWARE else 2):
        try:
            board.write("wisblock-1", "weather_led", count % 2 == 0)
            for reading in board.read("wisblock-1"):
                print(f"{reading.name:20} {reading.value!s:>10} {reading.status}")
        except WisgateError as error:
            print(error)
        board.sleep(2)
