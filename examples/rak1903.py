"""RAK1903: a day of light as a row of bars.

As it stands on a virtual HAT at a window, two hours at a time; with --hardware on a RAK6421, module
in slot A: hold a hand over it.
"""

import sys
from math import log10

from wisgate.board.prompt import open_modules

SETUP = """
name = "bench"
board = "rak6421"

[[slot]]
slot = "sensor-a"
module = "rak1903"
conversion = "800ms"                   # less noise in the dark
"""

HARDWARE = "--hardware" in sys.argv

with open_modules(SETUP, hardware=HARDWARE) as board:
    for n in range(13):
        (light,) = board.read("sensor-a")
        if light.value is None:
            print(f"light {light.status}")
        else:
            when = f"{2 * n:02}:00" if not HARDWARE else f"{n:5}"
            bar = "#" * round(8 * log10(1 + light.value))
            print(f"{when}  {light.value:9.2f} lx  {bar}")
        board.sleep(1 if HARDWARE else 7200)
