"""RAK13004: a servo on output 0 looks around, a lamp on output 1 comes up. Both are off at the end,
however the program ends.

As it stands on a virtual board; with --hardware on this one, module in slot 2.
"""

import sys

from wisgate.board.prompt import open_modules

HARDWARE = "--hardware" in sys.argv
SETUP = """
name = "bench"
board = "rak7391"

[[slot]]
slot = "wisblock-2"
module = "rak13004"
frequency = "50Hz"
out0 = "angle"
"""

with open_modules(SETUP, hardware=HARDWARE) as board:
    for degrees, percent in ((-90, 0), (-45, 5), (0, 20), (45, 50), (90, 100)):
        board.write("wisblock-2", "angle0", degrees)
        board.write("wisblock-2", "pwm1", percent)
        board.sleep(0.5)
        seen = ""
        if not HARDWARE:
            servo, lamp = board.world.get("panel.servo"), board.world.get("panel.lamp")
            seen = f"   servo at {servo:6.1f} degrees, lamp at {lamp:4.0%}"
        print(f"{degrees:4} degrees {percent:4} %{seen}")
