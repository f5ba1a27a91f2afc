"""RAK1906: air, and whether there is something to smell in it.

As it stands on a virtual HAT in a room where people come and go; with --hardware on a RAK6421,
module in slot A: breathe at it. The gas sensor needs some minutes before its course means anything.
"""

import sys

from wisgate.board.prompt import open_modules

SETUP = """
name = "bench"
board = "rak6421"

[[slot]]
slot = "sensor-a"
module = "rak1906"
heater = "320degC"
heating = "150ms"
"""

HARDWARE = "--hardware" in sys.argv

with open_modules(SETUP, hardware=HARDWARE) as board:
    cleanest = 0.0
    for _ in range(12):
        air = {r.name: r for r in board.read("sensor-a")}
        ohms = air["gas"].value or 0.0
        cleanest = max(cleanest, ohms)
        smell = "the heater is cold" if not ohms else f"{1 - ohms / cleanest:4.0%} below the best"
        print(*(f"{air[n].value:7.1f}" for n in ("temperature", "humidity", "pressure")),
              f"{ohms / 1e3:7.1f} kΩ  {smell}")  # fmt: skip
        board.sleep(3 if HARDWARE else 3600)
