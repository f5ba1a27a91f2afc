"""RAK12019: how strong the sun is, and what to wear.

As it stands on a virtual HAT at a window, through one morning; with --hardware on a RAK6421, module
in slot A.
"""

import sys

from wisgate.board.prompt import open_modules

SETUP = """
name = "bench"
board = "rak6421"

[[slot]]
slot = "sensor-a"
module = "rak12019"
"""

ADVICE = ((11, "stay inside"), (8, "shade, shirt and hat"), (3, "a hat and some cream"),
          (0.5, "no need of anything"), (0, "no sun"))  # fmt: skip
HARDWARE = "--hardware" in sys.argv

with open_modules(SETUP, hardware=HARDWARE) as board:
    for _ in range(13):
        uv, light = board.read("sensor-a")
        bright = "brighter than the sun" if light.value is None else f"{light.value:8.0f} lx"
        advice = next(text for least, text in ADVICE if uv.value >= least)
        print(f"{bright}   UV index {uv.value:4.1f}   {advice}")
        board.sleep(2 if HARDWARE else 3600)
