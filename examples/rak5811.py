"""RAK5811: the voltage of a pressure transmitter, beyond its range, and with a broken wire.

As it stands on a virtual board; with --hardware on this one, module in slot 1, transmitter on
terminals 5 (12 V), 6 (ground) and 8 (A1).
"""

import sys

from wisgate.board.prompt import open_modules

HARDWARE = "--hardware" in sys.argv
SETUP = """
name = "bench"
board = "rak7391"

[[slot]]
slot = "wisblock-1"
module = "rak5811"
warm_up = "1s"  # the transmitter needs this long after its supply comes on
average = 4     # conversions in a reading
"""

with open_modules(SETUP, hardware=HARDWARE) as board:
    for volts in (0.5, 2.5, 4.5, 5.2, 5.4, None):
        if not HARDWARE and volts is not None:
            board.world.set("pressure.volts", volts)
        elif not HARDWARE:
            board.twins.faults.inject("open-loop", "wisblock-1")
        (pressure,) = board.read("wisblock-1")
        if isinstance(pressure.value, float):
            broken = "  (0 V, or no wire)" if pressure.value < 0.25 else ""
            print(f"{pressure.value:5.3f} V  {pressure.status}{broken}")
        else:
            print(f"no value  {pressure.status}")
        board.sleep(1)
