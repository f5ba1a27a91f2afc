"""RAK13300: two radios on one board talk to each other, and the duty cycle has a last word.

As it stands on a virtual board, without the node in its garden; with --hardware on this one, a
module in both slots, each with its antenna. Never transmit without one.
"""

import sys

from wisgate.board.prompt import open_modules
from wisgate.core.errors import OutputRefused

HARDWARE = "--hardware" in sys.argv
SLOTS = ("wisblock-1", "wisblock-2")
SETUP = """
name = "bench"
board = "rak7391"
[[slot]]
slot = "wisblock-1"
module = "rak13300"
spreading_factor = 12
[[slot]]
slot = "wisblock-2"
module = "rak13300"
spreading_factor = 12
"""
with open_modules(SETUP, hardware=HARDWARE) as board:
    for slot in SLOTS:
        if not HARDWARE:
            board.twins.faults.inject("nobody-there", slot)
        board.read(slot)  # it listens from here on
    for here, there, text in ((*SLOTS, "is anybody there?"), (*SLOTS[::-1], "yes, next to you")):
        sent = board.command(here, "send", text=text)
        heard = {reading.name: reading.value for reading in board.read(there)}
        print(f"{here} says  {text!r}, {sent['airtime']:.2f} s on the air")
        print(f"{there} hears {heard.get('message')!r} at {heard.get('rssi', 0):.0f} dBm")
    try:
        while not HARDWARE:
            board.command("wisblock-1", "send", text="x" * 200)
    except OutputRefused as refused:
        print(f"refused: {refused}")
