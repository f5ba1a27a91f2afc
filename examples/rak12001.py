"""RAK12001: learn a finger, then say who comes.

As it stands on a virtual board, where two people are known already; with --hardware on a RAK6421
with the module in sensor slot A. Templates never leave the reader.
"""

import sys

from wisgate.board.prompt import open_modules
from wisgate.core.errors import OutputRefused

HARDWARE = "--hardware" in sys.argv
SETUP = """
name = "bench"
board = "rak6421"

[[slot]]
slot = "sensor-a"
module = "rak12001"
"""

with open_modules(SETUP, hardware=HARDWARE) as board:
    print("lay a finger on the reader, lift it, and lay it on again")
    try:
        print("learned:", board.command("sensor-a", "enroll", page=10, patience="5s"))
    except OutputRefused as refused:
        print("not learned:", refused)
    for finger in range(1_000_000) if HARDWARE else (1, 0, 2, 0, 3):
        if not HARDWARE:
            board.world.set("finger.number", finger)
        now = {r.name: r.value for r in board.read("sensor-a")}
        if "finger" in now:
            print("a stranger" if now["finger"] < 0 else f"number {now['finger']} is known")
        board.sleep(0.5)
