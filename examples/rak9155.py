"""RAK9155: how full the battery pack is that hangs on the RS485 of a RAK5802.

As it stands on a virtual board; with --hardware on this one, RAK5802 in slot 1, the pack on its A
and B.
"""

import sys

from wisgate.board.prompt import open_modules

SETUP = """
name = "bench"
board = "rak7391"

[[slot]]
slot = "wisblock-1"
module = "rak5802"
[[slot.unit]]
name = "battery"
model = "rak9155"
"""
MODES = {2: "discharging", 3: "charging", 5: "full", 6: "empty"}

with open_modules(SETUP, hardware="--hardware" in sys.argv) as board:
    for _ in range(3):
        seen = {r.name.removeprefix("battery_"): r.value for r in board.read("wisblock-1")}
        mode = MODES.get(int(seen["mode"] or 0), "unknown")
        print(f"{seen['voltage']} V, {seen['charge']:.1f} % full, {mode}")
        board.sleep(600)
