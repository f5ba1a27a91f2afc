"""RAK13600: greet the cards that come to the reader, and put a text on an NTAG.

As it stands on a virtual board, where cards take turns; with --hardware on this one, module in slot
1, antenna connected. A card's number proves nobody's identity: it can be copied.
"""

import sys

from wisgate.board.prompt import open_modules
from wisgate.core.errors import OutputRefused

HARDWARE = "--hardware" in sys.argv
SETUP = """
name = "bench"
board = "rak7391"

[[slot]]
slot = "wisblock-1"
module = "rak13600"
"""

with open_modules(SETUP, hardware=HARDWARE) as board:
    for card in range(1_000_000) if HARDWARE else (0, 1, 0, 0, 2, 2):
        if not HARDWARE:
            board.world.set("card.number", card)
        now = {r.name: r.value for r in board.read("wisblock-1")}
        if "seen" in now:
            print("welcome,", now["uid"], f"({now['kind']})", now["text"] or "", now["uri"] or "")
            try:
                board.command("wisblock-1", "write_text", text="I was here")
                print("  it now says", {r.name: r.value for r in board.read("wisblock-1")}["text"])
            except OutputRefused as refused:
                print(" ", refused)
        if "gone" in now:
            print("good-bye,", now["gone"])
        board.sleep(0.5)
