"""What both motion detectors do, on the virtual board."""

from __future__ import annotations

import pytest
from module_bench import HEAD, ModuleBench, slot

from wisgate.board.prompt import open_modules
from wisgate.core.errors import OutputRefused, UnexpectedValue
from wisgate.core.points import Status

SETTLED = {"rak12006": 61.0, "rak12013": 31.0}


@pytest.mark.parametrize("name", SETTLED)
def test_somebody_walks_by_twice(name: str) -> None:
    with open_modules(HEAD + slot(2, name)) as board:
        board.world.set("person.moving", 0)
        board.sleep(SETTLED[name])
        seen = []
        for moving in (0, 1, 0, 1, 0):
            board.world.set("person.moving", moving)
            for _ in range(30):  # the output is held for two seconds
                board.sleep(0.2)
                motion, events = board.read("wisblock-2")
            seen.append((motion.value, events.value, motion.status))
        good = Status.GOOD
        assert seen == [(False, 0, good), (True, 1, good), (False, 1, good), (True, 2, good),
                        (False, 2, good)]  # fmt: skip


@pytest.mark.parametrize("name", SETTLED)
def test_it_is_uncertain_while_it_settles(name: str) -> None:
    with open_modules(HEAD + slot(1, name)) as board:
        board.world.set("person.moving", 0)
        board.sleep(SETTLED[name] - 2)
        assert {r.status for r in board.read("wisblock-1")} == {Status.UNCERTAIN}
        board.sleep(2)
        assert {r.status for r in board.read("wisblock-1")} == {Status.GOOD}


@pytest.mark.parametrize("name", SETTLED)
def test_ten_minutes_without_a_pause_are_a_fault(name: str) -> None:
    bench = ModuleBench(slot(1, name))

    async def main() -> None:
        bench.world.set("person.moving", 1)
        for _ in range(59):
            bench.clock.advance(10)
            assert (await bench.read("wisblock-1"))[0].value is True
        bench.clock.advance(25)
        found = await bench.read("wisblock-1")
        assert {(r.value, r.status) for r in found} == {(None, Status.FAULT)}

    bench.run(main())


@pytest.mark.parametrize("name", SETTLED)
def test_a_lost_expander_is_absent_and_comes_back(name: str) -> None:
    bench = ModuleBench(slot(1, name))

    async def main() -> None:
        await bench.read("wisblock-1")
        bench.faults.inject("no-acknowledge", "expander-2")
        assert {r.status for r in await bench.read("wisblock-1")} == {Status.ABSENT}
        bench.faults.clear("no-acknowledge", "expander-2")
        assert (await bench.read("wisblock-1"))[0].value is not None

    bench.run(main())


@pytest.mark.parametrize("name", SETTLED)
def test_nothing_can_be_written(name: str) -> None:
    with open_modules(HEAD + slot(1, name)) as board, pytest.raises(OutputRefused):
        board.write("wisblock-1", "motion", True)


def test_the_radar_is_off_before_and_after_and_a_lost_enable_is_told() -> None:
    with open_modules(HEAD + slot(1, "rak12013")) as board:
        twins = board.twins
        assert twins.expander_2.driven(4)
        twins.faults.inject("brown-out", "expander-2")
        twins.i2c.transfer(0x26, b"\x02\x00")
        twins.i2c.transfer(0x26, b"\x06\xef")  # somebody holds the line low
        with pytest.raises(UnexpectedValue, match="the radar is switched off"):
            board.read("wisblock-1")
        board.read("wisblock-1")
        assert twins.expander_2.driven(4)
    assert not twins.expander_2.driven(4)
