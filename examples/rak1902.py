"""RAK1902: the weather of tomorrow, from what the pressure does.

As it stands on a virtual HAT, an hour at a time; with --hardware on a RAK6421, module in slot A.
"""

import sys

from wisgate.board.prompt import open_modules

SETUP = """
name = "bench"
board = "rak6421"

[[slot]]
slot = "sensor-a"
module = "rak1902"
"""

ALTITUDE_M = 25.0  # of the place; put yours here
HARDWARE = "--hardware" in sys.argv


def at_sea_level(hpa: float) -> float:
    """What a barometer at the sea would show now."""
    return hpa / (1 - ALTITUDE_M / 44330) ** 5.255


with open_modules(SETUP, hardware=HARDWARE) as board:
    before = None
    for _ in range(12):
        here, _temperature = (r.value for r in board.read("sensor-a"))
        change = 0.0 if before is None else here - before
        arrow = "rises" if change > 0.3 else "falls" if change < -0.3 else "stays"
        print(f"{here:8.2f} hPa here  {at_sea_level(here):8.2f} hPa at the sea  {arrow}")
        before = here
        board.sleep(2 if HARDWARE else 3600)
