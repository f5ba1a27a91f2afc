"""RAK12006 on the virtual board: its polarity; the rest is in test_motion_modules."""

from __future__ import annotations

import pytest
from module_bench import HEAD, slot

from wisgate.board.prompt import open_modules


@pytest.mark.parametrize("low_is_motion", [True, False])
def test_either_polarity(low_is_motion: bool) -> None:
    setting = HEAD + slot(1, "rak12006").replace(
        "\n", f"\nlow_is_motion = {str(low_is_motion).lower()}\n", 1
    )
    with open_modules(setting) as board:
        board.world.set("person.moving", 0)
        board.sleep(70)
        assert board.read("wisblock-1")[0].value is False
        board.world.set("person.moving", 1)
        board.sleep(1)
        assert board.read("wisblock-1")[0].value is True


def test_after_a_module_was_pulled_nobody_moves_for_ever() -> None:
    """The weak pull-up of the board reads as rest: a pulled module cannot be told from quiet."""
    with open_modules(HEAD + slot(1, "rak12006")) as board:
        board.sleep(70)
        board.twins.pull("wisblock-1")
        assert board.read("wisblock-1")[0].value is False
        board.twins.plug("wisblock-1")
        board.world.set("person.moving", 1)
        board.sleep(70)
        assert board.read("wisblock-1")[0].value is True
