"""The RAK9155 as a unit whose registers the catalog knows, on the line of a RAK5802."""

from __future__ import annotations

import pytest
from module_bench import HEAD, ModuleBench, slot

from wisgate.board.prompt import open_modules
from wisgate.catalog.catalog import load
from wisgate.core.points import Reading, Status
from wisgate.core.quantities import parse

UNIT = '[[slot.unit]]\nname = "battery"\nmodel = "rak9155"\n'
FILE = HEAD + slot(1, "rak5802") + UNIT


def by_name(readings: list[Reading]) -> dict[str, Reading]:
    return {reading.name.removeprefix("battery_"): reading for reading in readings}


@pytest.mark.parametrize(
    ("volts", "charge", "current", "mode"),
    [(13.28, 0.75, 4.0, 3), (12.9, 0.4, -4.0, 2), (14.6, 1.0, 1.0, 5), (10.0, 0.0, 0.0, 6)],
)
def test_what_the_pack_tells(volts: float, charge: float, current: float, mode: int) -> None:
    with open_modules(FILE) as board:
        for quantity, value in (("voltage", volts), ("charge", charge), ("current", current)):
            board.world.set(f"battery.{quantity}", value)
        seen = by_name(list(board.read("wisblock-1")))
    assert seen["voltage"].value == pytest.approx(volts, abs=0.0051)
    assert seen["charge"].value == pytest.approx(100 * charge, abs=0.02)
    assert (seen["mode"].value, seen["flags"].value) == (mode, 0)
    assert {reading.status for reading in seen.values()} == {Status.GOOD}


def test_its_points() -> None:
    bench = ModuleBench(slot(1, "rak5802") + UNIT)
    points = {p.point.name: p.point for p in bench.board.plan.config.slots[0].points}
    assert list(points) == [
        f"battery_{name}" for name in ("voltage", "remaining", "full", "charge", "flags", "mode")
    ]
    assert (points["battery_voltage"].unit, points["battery_voltage"].decimals) == ("V", 2)
    assert (points["battery_charge"].unit, points["battery_charge"].decimals) == ("%", 1)
    assert not any(point.writable for point in points.values())


def test_another_address() -> None:
    with open_modules(HEAD + slot(1, "rak5802") + UNIT + "id = 42\n") as board:
        seen = by_name(list(board.read("wisblock-1")))
    assert seen["voltage"].value is None  # the unit 42 has other registers


def test_a_pack_that_is_gone_has_no_charge() -> None:
    bench = ModuleBench(slot(1, "rak5802") + UNIT)

    async def main() -> None:
        assert by_name(await bench.read("wisblock-1"))["charge"].status is Status.GOOD
        bench.faults.inject("serial-silence", "wisblock-1")
        seen = by_name(await bench.read("wisblock-1"))
        assert {(r.value, r.status) for r in seen.values()} == {(None, Status.ABSENT)}
        bench.faults.clear("serial-silence", "wisblock-1")
        bench.clock.advance(60)
        assert by_name(await bench.read("wisblock-1"))["charge"].status is Status.GOOD
        for lane in bench.lanes:
            lane.longest_hold = 0.0  # a unit that is silent takes its time-out

    bench.run(main())


def test_a_full_capacity_of_nothing_is_a_fault_and_no_number() -> None:
    with open_modules(FILE) as board:
        _climate, battery = board.twins.slots["wisblock-1"].uart.twins
        battery.tables.holding[0x6006] = 0  # type: ignore[union-attr]
        seen = by_name(list(board.read("wisblock-1")))
    assert (seen["charge"].value, seen["charge"].status) == (None, Status.FAULT)
    assert seen["full"].value == 0


def test_registers_are_those_of_the_channels() -> None:
    entry = load().modules["rak9155"]
    assert entry.unit_id == 0x6E
    assert [r.name for r in entry.registers] == [c.name for c in entry.channels]
    for register, channel in zip(entry.registers, entry.channels, strict=True):
        assert (register.title, register.unit) == (channel.title, channel.unit)
    low, high = (parse(text).si for text in entry.channels[0].range or ())
    assert (low, high) == (10.0, 14.6)
