"""RAK14006: a knob that is turned three detents one way, one back, and pressed.

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
module = "rak14006"
"""

with open_modules(SETUP, hardware=HARDWARE) as board:
    before = None
    for tick in range(100_000 if HARDWARE else 60):
        if not HARDWARE and tick in (5, 25, 45):
            target = {5: 3, 25: 2, 45: 2}[tick]
            board.world.ramp("knob.position", target, 1.0)
            board.world.set("knob.pressed", tick == 45)
        position, pressed = board.read("wisblock-1")
        now = (position.value, pressed.value)
        if now != before:
            before = now
            print(f"position {position.value:2}  {'pressed' if pressed.value else ''}".rstrip())
