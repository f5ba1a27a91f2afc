"""RAK14003: the bar shows how full the tank is. It is dark at the end, however the program ends.

As it stands on a virtual board, where the tank is filled for the show; with --hardware on this one,
module in slot 1, and the bar runs up and down.
"""

import sys

from wisgate.board.prompt import open_modules

HARDWARE = "--hardware" in sys.argv
SETUP = """
name = "bench"
board = "rak7391"

[[slot]]
slot = "wisblock-1"
module = "rak14003"
"""
HEIGHT_M = 3.5

with open_modules(SETUP, hardware=HARDWARE) as board:
    for step in (0, 2, 4, 7, 10, 6, 1):
        level = HEIGHT_M * step / 10
        if not HARDWARE:
            board.world.set("tank.level", level)
            level = board.world.get("tank.level")
        board.write("wisblock-1", "level", round(10 * level / HEIGHT_M))
        (bar,) = board.read("wisblock-1")
        print(f"{level:4.2f} m  {'#' * bar.value:10}  {bar.status}")
        board.sleep(0.5)
