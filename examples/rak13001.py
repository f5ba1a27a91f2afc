"""RAK13001: switch the relay twice. It is off at the end, however the program ends.

As it stands on a virtual board, where the contact opens a valve; with --hardware on this one,
module in slot 2.
"""

import sys

from wisgate.board.prompt import open_modules

HARDWARE = "--hardware" in sys.argv
SETUP = """
name = "bench"
board = "rak7391"

[[slot]]
slot = "wisblock-2"
module = "rak13001"
"""

with open_modules(SETUP, hardware=HARDWARE) as board:
    for on in (True, False, True):
        board.write("wisblock-2", "relay", on)
        board.sleep(2)
        (relay,) = board.read("wisblock-2")
        valve = "" if HARDWARE else f", valve open: {board.world.get('valve.open') > 0}"
        print(f"relay {'on' if relay.value else 'off'} {relay.status}{valve}")
if not HARDWARE:
    print(f"at the end: {'on' if board.twins.expander_2.level(12) else 'off'}")
