"""RAK1901: the air of a room, and how it feels.

As it stands on a virtual HAT, where a day passes; with --hardware on a RAK6421, module in slot A.
"""

import sys
from math import log

from wisgate.board.prompt import open_modules

SETUP = """
name = "bench"
board = "rak6421"

[[slot]]
slot = "sensor-a"
module = "rak1901"
"""

HARDWARE = "--hardware" in sys.argv


def dew_point(celsius: float, percent: float) -> float:
    """Magnus: below it a surface becomes wet."""
    g = log(percent / 100) + 17.62 * celsius / (243.12 + celsius)
    return 243.12 * g / (17.62 - g)


with open_modules(SETUP, hardware=HARDWARE) as board:
    for _ in range(8):
        temperature, humidity = (r.value for r in board.read("sensor-a"))
        print(f"{temperature:5.1f} °C  {humidity:4.1f} %  a window colder than"
              f" {dew_point(temperature, humidity):4.1f} °C steams up")  # fmt: skip
        board.sleep(2 if HARDWARE else 3 * 3600)
