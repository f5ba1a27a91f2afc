"""RAK5802: read a Modbus unit and switch its lamp.

As it stands on a virtual board with a weather station behind the module; with --hardware on this
one, where slot, unit and registers must be as below.
"""

import sys

from wisgate.board.prompt import open_modules
from wisgate.core.errors import WisgateError

HARDWARE = "--hardware" in sys.argv
SETUP = """
name = "bench"
board = "rak7391"

[[slot]]
slot = "wisblock-1"
module = "rak5802"
baud = 9600

[[slot.unit]]
id = 42
name = "weather"
registers = [
    { name = "humidity", address = 0, kind = "holding", type = "uint16", unit = "%" },
    { name = "temperature", address = 1, kind = "holding", type = "int16", scale = 0.01 },
    { name = "led", address = 0, kind = "coil", type = "bool", writable = true },
]
"""

with open_modules(SETUP, hardware=HARDWARE) as board:
    for count in range(1_000_000 if HARDWARE else 2):
        try:
            board.write("wisblock-1", "weather_led", count % 2 == 0)
            print(*(f"{r.name} {r.value} {r.status}" for r in board.read("wisblock-1")), sep="   ")
        except WisgateError as error:
            print(error)
        board.sleep(2)
