"""RAK12015: how much a machine shakes; the ADC listens for a fifth of each second.

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
module = "rak12015"
burst = "200ms"      # of every interval
threshold = "500mV"
"""

with open_modules(SETUP, hardware=HARDWARE) as board:
    for strength in (0.0, 0.0, 0.6, 1.0, 0.0):
        if not HARDWARE:
            board.world.set("machine.vibration", strength)
        board.sleep(0.8)
        found = {r.name: r.value for r in board.read("wisblock-1")}
        print(
            f"peak {found['peak']:.2f} V  rms {found['rms']:.2f} V  {found['rate']:3.0f} per s"
            f"  shocks {found['events']}  watched {found['watched']:.0f} %"
        )
