"""The SHTC3 of the board, sampled on twins."""

from __future__ import annotations

import pytest
from module_bench import HEAD, ModuleBench

from wisgate.board.prompt import open_modules
from wisgate.chips.sensirion import crc8
from wisgate.chips.shtc3 import Shtc3
from wisgate.core.errors import OutputRefused, WrongIdentity
from wisgate.core.points import Reading, Status
from wisgate.onboard.climate import Climate


def statuses(readings: list[Reading]) -> set[Status]:
    return {r.status for r in readings}


@pytest.mark.parametrize(
    ("celsius", "humidity"), [(21.5, 0.45), (-40.0, 0.0), (125.0, 0.999), (0.0, 0.5)]
)
def test_what_the_board_feels(celsius: float, humidity: float) -> None:
    with open_modules(HEAD) as board:
        board.world.set("room.temperature", celsius)
        board.world.set("room.humidity", humidity)
        temperature, damp = board.read("climate")
    assert (temperature.name, damp.name) == ("temperature", "humidity")
    assert temperature.value == pytest.approx(celsius, abs=0.003)
    assert damp.value == pytest.approx(humidity * 100, abs=0.002)


def test_the_chip_sleeps_between_samplings() -> None:
    with open_modules(HEAD) as board:
        board.read("climate")
        board.sleep(1)
        with pytest.raises(Exception, match="0x70"):
            board.twins.i2c.transfer(0x70, b"\x78\x66")
        assert len(board.read("climate")) == 2


@pytest.mark.parametrize(
    ("fault", "target", "status"),
    [
        ("no-acknowledge", "climate", Status.ABSENT),
        ("never-ready", "climate", Status.ABSENT),  # busy and absent look the same on the wire
        ("wrong-chip", "climate", Status.FAULT),
        ("mute-bus", "i2c", Status.FAULT),
    ],
)
def test_faults_come_and_go(fault: str, target: str, status: Status) -> None:
    bench = ModuleBench()

    async def main() -> None:
        assert statuses(await bench.read("climate")) == {Status.GOOD}
        bench.faults.inject(fault, target)
        assert statuses(await bench.read("climate")) == {status}
        assert statuses(await bench.read("climate")) == {status}
        bench.faults.clear(fault, target)
        bench.clock.advance(1)
        assert statuses(await bench.read("climate")) == {Status.GOOD}
        for lane in bench.lanes if fault == "mute-bus" else ():
            lane.longest_hold = 0.0  # giving up a stuck bus takes the lane by itself

    bench.run(main())


def test_damaged_bytes_are_never_a_value() -> None:
    bench = ModuleBench()
    bench.world.set("room.temperature", 25.0)
    seen: set[Status] = set()

    async def main() -> None:
        bench.faults.inject("bit-flips", "climate", rate=0.2)
        for _ in range(100):
            bench.clock.advance(1)
            temperature, _ = await bench.read("climate")
            seen.add(temperature.status)
            assert temperature.value is None or temperature.value == pytest.approx(25.0, abs=0.003)

    bench.run(main())
    assert seen == {Status.GOOD, Status.FAULT}


def test_after_a_brown_out_it_goes_on() -> None:
    bench = ModuleBench()

    async def main() -> None:
        await bench.read("climate")
        bench.faults.inject("brown-out", "climate")
        bench.clock.advance(1)
        assert statuses(await bench.read("climate")) == {Status.GOOD}

    bench.run(main())


class Impostor:
    """Every word of its answers is `word`, with a good checksum."""

    def __init__(self, word: int) -> None:
        self._frame = word.to_bytes(2, "big")
        self._frame += bytes([crc8(self._frame)])

    def transfer(self, address: int, write: bytes = b"", read: int = 0) -> bytes:
        return self._frame * (read // 3)


def test_a_chip_of_the_family_that_is_another_one_is_not_believed() -> None:
    climate = Climate(Shtc3(Impostor(0x1234)))
    steps = climate.sample(climate.groups[0])
    next(steps)
    with pytest.raises(WrongIdentity, match="0x1234"):
        next(steps)


def test_nothing_can_be_written() -> None:
    bench = ModuleBench()
    module = bench.sampled["climate"].placed.module
    assert isinstance(module, Climate)
    with pytest.raises(OutputRefused, match="climate has no writable"):
        module.write("temperature", 20.0)
    module.close()
