"""RAK12004: gas in the air, from clean to a leak, after the sensor has warmed up.

As it stands on a virtual board; with --hardware on this one, module in slot 1 with the strap for
0x52: 0x51, as shipped, is the address of the board's clock.
"""

import sys

from wisgate.board.prompt import open_modules

HARDWARE = "--hardware" in sys.argv
SETUP = """
name = "bench"
board = "rak7391"

[[slot]]
slot = "wisblock-1"
module = "rak12004"
address = 0x52
gas = "propane"
"""

with open_modules(SETUP, hardware=HARDWARE) as board:
    board.sleep(900)  # five minutes at least; 48 hours for the stated accuracy
    if not HARDWARE:
        board.world.set("gas.combustible", 0)
        board.sleep(300)
    done = board.command("wisblock-1", "calibrate")  # in clean air; it is kept
    print(f"calibrated in clean air: R0 = {done['r0']:.0f} ohms")
    for ppm in (0, 500, 2000, 9000):
        if not HARDWARE:
            board.world.set("gas.combustible", ppm)
        board.sleep(60)
        gas, ratio, _ = board.read("wisblock-1")
        print(f"{gas.value:5.0f} ppm of propane, Rs/R0 {ratio.value:.3f}, {gas.status}")
