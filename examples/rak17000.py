"""RAK17000: two motors run, coast and brake; with a stepper instead, drive = "stepper".

As it stands on a virtual board; with --hardware on this one, module in slot 1, SPI switched off in
config.txt, motors and their supply at the terminals.
"""

import sys

from wisgate.board.prompt import open_modules

HARDWARE = "--hardware" in sys.argv
SETUP = """
name = "bench"
board = "rak7391"

[[slot]]
slot = "wisblock-1"
module = "rak17000"
stop = "brake"     # what 0 % does; "coast" lets a motor run out
"""

with open_modules(SETUP, hardware=HARDWARE) as board:
    for a, b in ((100, 0), (100, -100), (0, -100), (0, 0)):
        board.write("wisblock-1", "motor_a", a)
        board.write("wisblock-1", "motor_b", b)
        board.sleep(5)
        commanded = [r.value for r in board.read("wisblock-1")]
        text = "A {:+4.0f} %  B {:+4.0f} %".format(*commanded)
        if not HARDWARE:
            speeds = (round(board.world.get(f"motor_{m}.speed"), -1) + 0.0 for m in "ab")
            text += "   turns per minute {:+6.0f} {:+6.0f}".format(*speeds)
        print(text)
print("at the end: asleep")
