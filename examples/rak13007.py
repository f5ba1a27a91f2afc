"""RAK13007: switch the relay twice. It is off at the end, however the program ends.

As it stands on a virtual board, where the contact runs a pump; with --hardware on this one, module
in slot 2.
"""

import sys

from wisgate.board.prompt import open_modules

HARDWARE = "--hardware" in sys.argv
SETUP = """
name = "bench"
board = "rak7391"

[[slot]]
slot = "wisblock-2"
module = "rak13007"
"""

with open_modules(SETUP, hardware=HARDWARE) as board:
    for on in (True, False, True):
        board.write("wisblock-2", "relay", on)
        board.sleep(2)  # at rated load the relay stands one cycle in 2 s
        (relay,) = board.read("wisblock-2")
        pump = "" if HARDWARE else f", pump runs: {board.world.get('pump.running') > 0}"
        print(f"relay {'on' if relay.value else 'off'} {relay.status}{pump}")
if not HARDWARE:
    print(f"at the end: {'on' if board.twins.expander_2.level(12) else 'off'}")
