"""RAK12500: from power-on to the first position, and where that is.

As it stands on a virtual board under a clear sky; with --hardware on a RAK6421 with the module in
sensor slot A, antenna at a window. Outdoors the first position takes half a minute.
"""

import sys

from wisgate.board.prompt import open_modules

HARDWARE = "--hardware" in sys.argv
SETUP = """
name = "bench"
board = "rak6421"

[[slot]]
slot = "sensor-a"
module = "rak12500"
"""

with open_modules(SETUP, hardware=HARDWARE) as board:
    for _ in range(60):
        now = {r.name: r for r in board.read("sensor-a")}
        print(f"{now['satellites'].value:2} satellites", end="  ")
        if now["fix"].value:
            north, east = now["latitude"].value, now["longitude"].value
            print(f"{north:.5f} {east:.5f}, ±{now['accuracy'].value:.0f} m")
            print(f"https://www.openstreetmap.org/?mlat={north:.5f}&mlon={east:.5f}")
            break
        print("no position yet:", now["latitude"].status)
        board.sleep(5)
