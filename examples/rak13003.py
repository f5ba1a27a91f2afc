"""RAK13003: a button, a meter that gives pulses, and a lamp that follows the button.

As it stands on a virtual board, where the button is pressed every half minute and the meter gives
half a pulse per second; with --hardware on this one, module in slot 1. Every line is an input again
at the end, however the program ends.
"""

import sys

from wisgate.board.prompt import open_modules

SETUP = """
name = "bench"
board = "rak7391"

[[slot]]
slot = "wisblock-1"
module = "rak13003"
debounce = "20ms"
io1 = "counter"
io2 = "output"
"""

with open_modules(SETUP, hardware="--hardware" in sys.argv) as board:
    pressed = None
    for _ in range(240):
        lines = {r.name: r.value for r in board.read("wisblock-1")}
        if lines["in0"] != pressed:
            pressed = lines["in0"]
            board.write("wisblock-1", "out2", pressed)
            print(f"button {'down' if pressed else 'up  '}  lamp {'on ' if pressed else 'off'}"
                  f"  {lines['count1']:3} pulses of the meter")  # fmt: skip
        board.sleep(0.25)
