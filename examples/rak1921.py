"""RAK1921: a text on the little display, and what it looks like.

As it stands on a virtual board; with --hardware on this one, display at J14.
"""

import sys

from wisgate.board.prompt import open_modules

HARDWARE = "--hardware" in sys.argv
SETUP = """
name = "bench"
board = "rak7391"

[[slot]]
slot = "oled"
module = "rak1921"
"""

with open_modules(SETUP, hardware=HARDWARE) as board:
    board.write("oled", "text", "Tank 1.75 m\nPump off")
    board.read("oled")
    panel = None if HARDWARE else board.twins.panel()
    if panel:
        dots = panel.shown()
        # A sign for two rows of dots: a terminal's signs are twice as high as wide.
        for upper, lower in zip(dots[0:20:2], dots[1:20:2], strict=True):
            pairs = zip(upper[:70], lower[:70], strict=True)
            print("".join(" ▄▀█"[2 * up + low] for up, low in pairs).rstrip())
    else:
        board.sleep(10)
