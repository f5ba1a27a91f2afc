"""RAK12006: who walks by a PIR detector, in ten looks a second.

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
module = "rak12006"
low_is_motion = true  # sources disagree: turn it round when nobody ever moves
"""

with open_modules(SETUP, hardware=HARDWARE) as board:
    if not HARDWARE:
        board.world.set("person.moving", False)
    board.read("wisblock-1")
    print("settling ...")
    board.sleep(65)
    before = None
    for tick in range(100_000 if HARDWARE else 300):
        if not HARDWARE and tick % 100 in (20, 40):
            board.world.set("person.moving", tick % 100 == 20)
        motion, events = board.read("wisblock-1")
        if motion.value != before:
            before = motion.value
            print(f"{tick / 10:5.1f} s  {'motion' if before else 'quiet '}  {events.value} so far")
        board.sleep(0.1)
