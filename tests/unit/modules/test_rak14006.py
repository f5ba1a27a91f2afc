"""RAK14006 on the virtual board: detents are counted both ways, and the switch is read."""

from __future__ import annotations

import pytest
from module_bench import HEAD, ModuleBench, slot

from wisgate.board.prompt import Prompt, open_modules
from wisgate.core.errors import OutputRefused
from wisgate.core.points import Status

SIGNALS = ["pulses", "raw"]


def position(board: Prompt) -> object:
    return board.read("wisblock-1")[0].value


@pytest.mark.parametrize("signals", SIGNALS)
@pytest.mark.parametrize("detents", [7, -7])
def test_slow_turning_is_followed(signals: str, detents: int) -> None:
    with open_modules(HEAD + slot(1, "rak14006", signals=signals)) as board:
        board.world.set("knob.position", 0)
        assert position(board) == 0
        board.world.ramp("knob.position", detents, 3.5)
        seen = [position(board) for _ in range(42)]
        assert seen[-1] == detents
        assert seen == sorted(seen, reverse=detents < 0)


@pytest.mark.parametrize("signals", SIGNALS)
def test_back_and_forth_ends_where_it_began(signals: str) -> None:
    with open_modules(HEAD + slot(2, "rak14006", signals=signals)) as board:
        board.world.set("knob.position", 0)
        board.read("wisblock-2")
        for target in (4, 0):
            board.world.ramp("knob.position", target, 2.0)
            for _ in range(25):
                found = board.read("wisblock-2")[0].value
        assert found == 0


def test_the_switch() -> None:
    with open_modules(HEAD + slot(1, "rak14006")) as board:
        for pressed in (False, True, False):
            board.world.set("knob.pressed", pressed)
            board.read("wisblock-1")
            assert board.read("wisblock-1")[1].value is pressed


def test_the_position_survives_a_loss() -> None:
    bench = ModuleBench(slot(1, "rak14006"))

    async def main() -> None:
        bench.world.set("knob.position", 0)
        await bench.read("wisblock-1")
        bench.world.ramp("knob.position", 3, 1.0)
        for _ in range(14):
            await bench.read("wisblock-1")
        bench.faults.inject("no-acknowledge", "expander-2")
        assert {r.status for r in await bench.read("wisblock-1")} == {Status.ABSENT}
        bench.faults.clear("no-acknowledge", "expander-2")
        assert (await bench.read("wisblock-1"))[0].value == 3

    bench.run(main())


def test_nothing_can_be_written() -> None:
    with open_modules(HEAD + slot(1, "rak14006")) as board, pytest.raises(OutputRefused):
        board.write("wisblock-1", "position", 0)
