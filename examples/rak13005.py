"""RAK13005: ask a climate node on a LIN bus, and move the damper of an air duct.

As it stands on a virtual board; with --hardware on this one, module in slot 1, and frames as your
nodes have them.
"""

import sys

from wisgate.board.prompt import open_modules

SETUP = """
name = "bench"
board = "rak7391"

[[slot]]
slot = "wisblock-1"
module = "rak13005"
[[slot.frame]]
id = 0x10
name = "room"
size = 3
signals = [{ name = "warmth", bit = 0, length = 16, signed = true, scale = 0.01, unit = "Cel" }]
[[slot.frame]]
id = 0x11
name = "order"
publisher = "gateway"
signals = [{ name = "position", bit = 0, unit = "%" }]
[[slot.frame]]
id = 0x12
name = "damper"
signals = [{ name = "position", bit = 0, unit = "%" }, { name = "moving", bit = 8, length = 1 }]
"""

with open_modules(SETUP, hardware="--hardware" in sys.argv) as board:
    board.write("wisblock-1", "order_position", 40)
    for _ in range(6):
        seen = {reading.name: reading.value for reading in board.read("wisblock-1")}
        print(f"{seen['room_warmth']} °C, damper at {seen['damper_position']} %")
        board.sleep(1)
    print(board.command("wisblock-1", "log", count=3)["frames"])
