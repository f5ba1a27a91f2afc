"""RAK12013: who walks by a radar, which also looks through thin walls.

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
module = "rak12013"
interval = "100ms"
"""

with open_modules(SETUP, hardware=HARDWARE) as board:
    if not HARDWARE:
        board.world.set("person.moving", False)
    board.read("wisblock-1")
    print("settling ...")
    board.sleep(35)
    before = None
    for tick in range(100_000 if HARDWARE else 300):
        if not HARDWARE and tick % 100 in (20, 40):
            board.world.set("person.moving", tick % 100 == 20)
        motion, events = board.read("wisblock-1")
        if motion.value != before:
            before = motion.value
            print(f"{tick / 10:5.1f} s  {'motion' if before else 'quiet '}  {events.value} so far")
        board.sleep(0.1)
