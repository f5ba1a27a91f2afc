"""RAK12009: alcohol in the air; cold, the sensor says that it is not to be trusted yet.

As it stands on a virtual board; with --hardware on this one, module in slot 1.
"""

import sys

from wisgate.board.prompt import open_modules

HARDWARE = "--hardware" in sys.argv
SETUP = """
name = "bench"
board = "rak7391"

[[slot]]
slot = "wisblock-1"
module = "rak12009"
warm_up = "10min"  # longer is better; 48 hours for the stated accuracy
"""

with open_modules(SETUP, hardware=HARDWARE) as board:
    for ppm, minutes in ((0, 1), (0, 20), (60, 2), (300, 2)):
        if not HARDWARE:
            board.world.set("gas.ethanol", ppm)
        board.sleep(60 * minutes)
        ethanol, ratio, warming = board.read("wisblock-1")
        state = "warming up" if warming.value else "warm"
        print(f"{ethanol.value:4.0f} ppm  Rs/R0 {ratio.value:.3f}  {ethanol.status}, {state}")
