"""RAK16000: what a load draws, three times; a current may flow backwards.

As it stands on a virtual board; with --hardware on this one, module in slot 1, VIN+ to the supply,
VIN- to the load, grounds connected.
"""

import sys

from wisgate.board.prompt import open_modules

HARDWARE = "--hardware" in sys.argv
SETUP = """
name = "bench"
board = "rak7391"

[[slot]]
slot = "wisblock-1"
module = "rak16000"
address = 0x41   # as shipped
shunt = "100mΩ"
"""

with open_modules(SETUP, hardware=HARDWARE) as board:
    for amperes in (0.25, 1.5, -0.5):
        if not HARDWARE:
            board.world.set("load.volts", 12.0)
            board.world.set("load.amps", amperes)
        load = board.read("wisblock-1")
        print(*(f"{r.name} {r.value:.3f} {r.status}" for r in load), sep="   ")
        board.sleep(1)
