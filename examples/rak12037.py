"""RAK12037: when to open the window, and a calibration in fresh air.

As it stands on a virtual board in an office, an hour at a time; with --hardware on this one, module
in slot 1: it is told that it breathes fresh air only where that is true.
"""

import sys

from wisgate.board.prompt import open_modules

SETUP = """
name = "bench"
board = "rak7391"

[[slot]]
slot = "wisblock-1"
module = "rak12037"
altitude = "430m"
"""

HARDWARE = "--hardware" in sys.argv

with open_modules(SETUP, hardware=HARDWARE) as board:
    for _ in range(12):
        co2, temperature, humidity = (r.value for r in board.read("wisblock-1"))
        word = "open the window" if co2 > 1000 else "stuffy" if co2 > 800 else "fresh"
        print(f"{co2:6.0f} ppm  {temperature:4.1f} °C  {humidity:4.1f} %  {word}")
        board.sleep(10 if HARDWARE else 3600)
    if not HARDWARE:
        board.world.set("air.co2", 425.0)  # the module stands on the balcony
        board.sleep(150)
        print(board.command("wisblock-1", "calibrate", reference=425))
