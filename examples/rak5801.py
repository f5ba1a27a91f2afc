"""RAK5801: the level of a tank from a 4-20 mA transmitter, and what a broken wire looks like.

As it stands on a virtual board; with --hardware on this one, module in slot 1, transmitter on
terminals 5 (12 V) and 8 (A1).
"""

import sys

from wisgate.board.prompt import open_modules

HARDWARE = "--hardware" in sys.argv
SETUP = """
name = "bench"
board = "rak7391"

[[slot]]
slot = "wisblock-1"
module = "rak5801"
warm_up = "2s"  # the transmitter needs this long after its supply comes on
"""

with open_modules(SETUP, hardware=HARDWARE) as board:
    for level in (0.0, 1.75, 3.5, None):
        if not HARDWARE and level is not None:
            board.world.set("tank.level", level)
        elif not HARDWARE:
            board.twins.faults.inject("open-loop", "wisblock-1")
        (loop,) = board.read("wisblock-1")
        if isinstance(loop.value, float):
            print(f"{loop.value:6.3f} mA = {(loop.value - 4) / 16 * 3.5:5.2f} m  {loop.status}")
        else:
            print(f"no current  {loop.status}")
        board.sleep(1)
