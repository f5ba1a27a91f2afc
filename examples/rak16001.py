"""RAK16001: eight voltages, one that swings and one that is too high.

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
module = "rak16001"
reference = "3V"
"""

with open_modules(SETUP, hardware=HARDWARE) as board:
    if not HARDWARE:
        board.world.set("panel.ch1", 0.75)
        board.world.set("panel.ch3", 3.3)
    print("     " + "".join(f"{f'ch{n}':>8}" for n in range(8)))
    for seconds in range(0, 60, 10):
        shown = (f"{r.value:.2f} V" if r.value is not None else "over"
                 for r in board.read("wisblock-1"))  # fmt: skip
        print(f"{seconds:3} s" + "".join(f"{text:>8}" for text in shown))
        board.sleep(10)
