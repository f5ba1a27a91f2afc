"""RAK14003 on the virtual board: dark unless somebody said so."""

from __future__ import annotations

import pytest
from module_bench import HEAD, ModuleBench, slot

from wisgate.board.prompt import open_modules
from wisgate.core.errors import NoAcknowledge, OutputRefused
from wisgate.core.points import Status, Value

NAME = "wisblock-1"
RESET_LINE = 4


@pytest.mark.parametrize("level", range(11))
def test_so_many_segments_shine(level: int) -> None:
    with open_modules(HEAD + slot(1, "rak14003")) as board:
        board.write(NAME, "level", 7)
        board.write(NAME, "level", level)
        assert board.world.get("panel.bar") == level
        (reading,) = board.read(NAME)
        assert (reading.name, reading.value, reading.status) == ("level", level, Status.GOOD)
    assert board.world.get("panel.bar") == 0, "dark at the end"


def test_the_first_segments_are_those_of_port_a() -> None:
    bench = ModuleBench(slot(1, "rak14003"))
    module = bench.sampled[NAME].placed.module
    module.open()
    module.write("level", 9)
    assert bench.twins.i2c.transfer(0x24, b"\x14", 2) == b"\x00\x02"
    assert bench.twins.i2c.transfer(0x24, b"\x00", 2) == b"\x00\xfc", "six lines are not touched"


def test_nothing_shines_while_it_is_opened() -> None:
    """The latches of a reset chip are low, which is on: direction first would be a flash."""
    bench = ModuleBench(slot(1, "rak14003"))
    twin = next(t for t in bench.twins.i2c.twins if 0x24 in getattr(t, "addresses", ()))
    seen: list[bool] = []
    for line in range(10):
        twin.watch(line, lambda level, line=line: seen.append(twin.driven(line) is False))  # type: ignore[attr-defined]
    bench.twins.i2c.transfer(0x24, b"\x00\x00\x00")
    assert True in seen, "another program left it on"
    seen.clear()
    bench.sampled[NAME].placed.module.open()
    assert True not in seen


@pytest.mark.parametrize("value", [-1, 11, 1.5, True, "5", None])
def test_what_is_no_level(value: Value) -> None:
    with open_modules(HEAD + slot(1, "rak14003")) as board:
        board.write(NAME, "level", 3)
        with pytest.raises(OutputRefused, match="level takes 0 to 10 segments, not "):
            board.write(NAME, "level", value)
        assert board.world.get("panel.bar") == 3


def test_another_channel_is_refused() -> None:
    with open_modules(HEAD + slot(1, "rak14003")) as board, pytest.raises(OutputRefused):
        board.write(NAME, "bar", 3)


def test_after_a_brown_out_it_is_dark_and_says_fault_once() -> None:
    bench = ModuleBench(slot(1, "rak14003"))
    bar = bench.sampled[NAME]

    async def main() -> None:
        await bar.open()
        await bar.write("level", 6)
        bench.faults.inject("brown-out", NAME)
        (reading,) = await bench.read(NAME)
        assert (reading.value, reading.status) == (None, Status.FAULT)
        (reading,) = await bench.read(NAME)
        assert (reading.value, reading.status) == (0, Status.GOOD)
        await bar.write("level", 2)
        assert bench.world.get("panel.bar") == 2

    bench.run(main())


def test_somebody_else_who_writes_is_a_fault() -> None:
    bench = ModuleBench(slot(1, "rak14003"))

    async def main() -> None:
        await bench.sampled[NAME].open()
        bench.twins.i2c.transfer(0x24, b"\x14\xf0")
        assert [r.status for r in await bench.read(NAME)] == [Status.FAULT]
        assert bench.world.get("panel.bar") == 0, "dark again at once"

    bench.run(main())


def test_pulled_and_put_back() -> None:
    bench = ModuleBench(slot(1, "rak14003"))
    bar = bench.sampled[NAME]

    async def main() -> None:
        await bar.open()
        await bar.write("level", 5)
        bench.faults.inject("module-pulled", NAME)
        assert [r.status for r in await bench.read(NAME)] == [Status.ABSENT]
        bench.faults.clear("module-pulled", NAME)
        assert [r.value for r in await bench.read(NAME)] == [0]

    bench.run(main())


def test_another_chip_is_refused() -> None:
    bench = ModuleBench(slot(1, "rak14003"))
    bench.faults.inject("wrong-chip", NAME)

    async def main() -> None:
        assert [r.status for r in await bench.read(NAME)] == [Status.FAULT]

    bench.run(main())


def test_the_reset_line_is_high_while_it_is_used_and_afterwards() -> None:
    with open_modules(HEAD + slot(1, "rak14003")) as board:
        assert board.twins.slots[NAME].level(4)
    assert board.twins.expander_2.level(RESET_LINE)


def test_a_reset_of_the_chip_by_its_line_is_noticed() -> None:
    bench = ModuleBench(slot(1, "rak14003"))
    bar = bench.sampled[NAME]

    async def main() -> None:
        await bar.open()
        await bar.write("level", 5)
        bench.twins.i2c.transfer(0x26, b"\x02\x00")  # every latch of the slot's expander low
        assert bench.world.get("panel.bar") == 0
        assert [r.status for r in await bench.read(NAME)] != [Status.GOOD]
        assert [r.value for r in await bench.read(NAME)] == [0]

    bench.run(main())


def test_a_failed_close_lets_go_of_the_line() -> None:
    bench = ModuleBench(slot(1, "rak14003"))
    module = bench.sampled[NAME].placed.module
    module.open()
    bench.faults.inject("no-acknowledge", NAME)
    with pytest.raises(NoAcknowledge):
        module.close()
    bench.faults.clear("no-acknowledge", NAME)
    module.open()
    module.close()
