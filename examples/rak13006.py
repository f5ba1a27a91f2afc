"""RAK13006: listen to a CAN bus, and open a valve on it.

As it stands on a virtual board with one more node; with --hardware on this one, module in slot 2,
CANH to CANH, CANL to CANL, 500 kbit/s.
"""

import sys

from wisgate.board.prompt import open_modules

HARDWARE = "--hardware" in sys.argv
SETUP = """
name = "bench"
board = "rak7391"

[[slot]]
slot = "wisblock-2"
module = "rak13006"
bitrate = "500kHz"
"""

with open_modules(SETUP, hardware=HARDWARE) as board:
    now = {reading.name: reading.value for reading in board.read("wisblock-2")}
    for command in ("201#01", "201#00"):
        for _ in range(10):
            board.sleep(0.1)
            for reading in board.read("wisblock-2"):
                now[reading.name] = reading.value  # counters are told when they move
                if reading.name == "frame":
                    print(f"heard {reading.value}")
        done = board.command("wisblock-2", "send", frame=command)
        print(f"said  {done['frame']}")
    print(f"{now['received']} frames received, {done['sent']} sent, bus {now['state']}")
