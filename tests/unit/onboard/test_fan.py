"""The fan after its curve, on twins: it cools, it fails, and it ends at full speed."""

from __future__ import annotations

import pytest
from module_bench import HEAD, ModuleBench

from wisgate.board.prompt import open_modules
from wisgate.chips.emc2301 import Emc2301
from wisgate.core.errors import OutputRefused, Unavailable
from wisgate.core.points import Reading, Status
from wisgate.core.units import Seconds
from wisgate.onboard.fan import Fan, along

FAN = "[onboard.fan]\n"
CURVE = ((45.0, 0.3), (70.0, 1.0))


def values(readings: list[Reading]) -> dict[str, object]:
    return {r.name: r.value for r in readings}


@pytest.mark.parametrize(
    ("celsius", "drive"),
    [(-20, 0.3), (44.9, 0.3), (45, 0.3), (57.5, 0.65), (70, 1.0), (70.1, 1.0), (110, 1.0)],
)
def test_along_the_curve(celsius: float, drive: float) -> None:
    assert along(CURVE, celsius) == pytest.approx(drive)


@pytest.mark.parametrize(("x", "y"), [(0, 5), (1, 5), (1.5, 4), (2, 3), (3, 6), (4, 9), (9, 9)])
def test_a_curve_may_have_any_number_of_points(x: float, y: float) -> None:
    assert along(((1, 5), (2, 3), (4, 9)), x) == pytest.approx(y)
    assert along(((3, 7),), x) == 7


@pytest.mark.parametrize(("celsius", "drive"), [(20.0, 29.8), (57.5, 65.1), (90.0, 100.0)])
def test_it_follows_the_processor(celsius: float, drive: float) -> None:
    with open_modules(HEAD + FAN) as board:
        board.world.set("cpu.temperature", celsius)
        for _ in range(10):
            board.read("fan")
            board.sleep(2)
        read = values(board.read("fan"))
    assert read["drive"] == pytest.approx(drive, abs=0.2)
    assert read["speed"] == pytest.approx(4200 * drive / 100, rel=0.02)
    assert (read["stalled"], read["no_start"]) == (False, False)


def test_the_curve_of_the_file_and_the_poles() -> None:
    table = FAN + 'curve = [["20degC", "50%"], ["30degC", "60%"]]\npoles = 4\n'
    with open_modules(HEAD + table) as board:
        board.world.set("cpu.temperature", 25.0)
        board.twins.fan.poles = 4.0
        for _ in range(10):
            board.read("fan")
            board.sleep(2)
        read = values(board.read("fan"))
    assert read["drive"] == pytest.approx(55, abs=0.3)
    assert read["speed"] == pytest.approx(4200 * 0.55, rel=0.02)


def test_closed_it_runs_at_full_speed() -> None:
    with open_modules(HEAD + FAN) as board:
        for _ in range(3):
            board.read("fan")
            board.sleep(2)
        assert board.twins.fan.duty < 1
    board.sleep(1)
    board.twins.i2c.transfer(0x2F, b"\x30", 1)
    assert board.twins.fan.duty == 1.0


def test_without_a_temperature_it_runs_at_full_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    with open_modules(HEAD + FAN) as board:

        def nothing() -> float:
            raise Unavailable("no zone")

        board.read("fan")
        monkeypatch.setattr(board.twins.host, "cpu_temperature", nothing)
        board.sleep(2)
        board.read("fan")
        board.sleep(2)
        assert values(board.read("fan"))["drive"] == 100.0


def test_a_gateway_that_is_gone_leaves_it_at_full_speed() -> None:
    with open_modules(HEAD + FAN) as board:
        for _ in range(3):
            board.sleep(2)
            board.read("fan")
        board.sleep(3.9)
        board.twins.fan.advance(board.clock.monotonic())
        assert board.twins.fan.duty < 1
        board.sleep(0.2)
        board.twins.fan.advance(board.clock.monotonic())
        assert board.twins.fan.duty == 1.0


def test_sampled_seldom_it_has_no_watchdog_to_fear() -> None:
    with open_modules(HEAD + FAN + 'interval = "30s"\n') as board:
        board.world.set("cpu.temperature", 20.0)
        board.read("fan")
        board.sleep(30)
        assert values(board.read("fan"))["drive"] == pytest.approx(29.8, abs=0.2)


def test_a_fan_that_is_held_is_a_fault_and_turns_again() -> None:
    bench = ModuleBench(FAN)

    async def main() -> None:
        for _ in range(4):
            await bench.read("fan")
            bench.clock.advance(2)
        bench.world.set("fan.speed", 0.0)
        bench.clock.advance(2)
        await bench.read("fan")
        bench.clock.advance(2)
        speed, drive, stalled, no_start = await bench.read("fan")
        assert (speed.status, speed.value) == (Status.FAULT, None)
        assert (drive.status, stalled.value, no_start.value) == (Status.GOOD, True, False)
        bench.world.release("fan.speed")
        for _ in range(4):
            bench.clock.advance(2)
            speed, _, stalled, _ = await bench.read("fan")
        assert (speed.status, stalled.value) == (Status.GOOD, False)

    bench.run(main())


def test_a_fan_that_is_not_there_does_not_start() -> None:
    bench = ModuleBench(FAN)
    bench.world.set("fan.speed", 0.0)

    async def main() -> None:
        await bench.sampled["fan"].open()
        bench.clock.advance(2)
        await bench.read("fan")
        bench.clock.advance(2)
        speed, _, stalled, no_start = await bench.read("fan")
        assert (speed.status, stalled.value, no_start.value) == (Status.FAULT, True, True)

    bench.run(main())


def test_after_a_brown_out_it_is_set_up_again() -> None:
    bench = ModuleBench(FAN + 'interval = "10s"\n')
    bench.world.set("cpu.temperature", 20.0)

    async def main() -> None:
        await bench.read("fan")
        bench.faults.inject("brown-out", "fan")
        bench.clock.advance(10)
        await bench.read("fan")
        for _ in range(2):
            bench.clock.advance(10)
            speed, drive, _, _ = await bench.read("fan")
        assert drive.value == pytest.approx(29.8, abs=0.2)
        assert speed.value == pytest.approx(4200 * 0.298, rel=0.02)

    bench.run(main())


@pytest.mark.parametrize(
    ("fault", "status"), [("no-acknowledge", Status.ABSENT), ("wrong-chip", Status.FAULT)]
)
def test_faults_come_and_go(fault: str, status: Status) -> None:
    bench = ModuleBench(FAN)

    async def main() -> None:
        assert {r.status for r in await bench.read("fan")} == {Status.GOOD}
        bench.faults.inject(fault, "fan")
        assert {r.status for r in await bench.read("fan")} == {status}
        bench.faults.clear(fault, "fan")
        assert {r.status for r in await bench.read("fan")} == {Status.GOOD}

    bench.run(main())


def test_it_is_not_sampled_unless_the_file_has_it() -> None:
    assert "fan" not in ModuleBench().sampled


def test_nothing_can_be_written() -> None:
    bench = ModuleBench(FAN)
    with pytest.raises(OutputRefused, match="follows its curve"):
        bench.sampled["fan"].placed.module.write("drive", 20.0)


def test_by_itself_it_has_the_curve_of_the_catalog() -> None:
    bench = ModuleBench(FAN)
    fan = Fan(Emc2301(bench.twins.i2c), bench.twins.host, interval=Seconds(2.0))
    bench.world.set("cpu.temperature", 57.5)
    fan.open()
    assert bench.twins.i2c.transfer(0x2F, b"\x20", 1) == b"\x60"
