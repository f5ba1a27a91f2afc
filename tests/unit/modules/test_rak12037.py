"""RAK12037 on the virtual board: air, what is set, a calibration, and what goes wrong."""

from __future__ import annotations

import pytest
from module_bench import HEAD, ModuleBench, slot

from wisgate.board.prompt import open_modules
from wisgate.core.errors import NotReady, OutputRefused
from wisgate.core.points import Reading, Status

AT = "wisblock-2"
ONE = HEAD + slot(2, "rak12037")


def asked(made: ModuleBench, command: str) -> int:
    """A setting, as the chip tells it."""
    made.twins.i2c.transfer(0x61, bytes.fromhex(command))
    made.clock.advance(0.004)
    return int.from_bytes(made.twins.i2c.transfer(0x61, read=3)[:2], "big")


@pytest.mark.parametrize(
    ("ppm", "celsius", "fraction"),
    [(420.0, 21.0, 0.45), (1500.0, -10.0, 0.9), (10_000.0, 50.0, 0.0)],
)
def test_air(ppm: float, celsius: float, fraction: float) -> None:
    with open_modules(ONE) as board:
        board.world.set("air.co2", ppm)
        board.world.set("room.temperature", celsius)
        board.world.set("room.humidity", fraction)
        readings = board.read(AT)
    assert [r.name for r in readings] == ["co2", "temperature", "humidity"]
    assert {r.status for r in readings} == {Status.GOOD}
    assert [r.value for r in readings] == pytest.approx([ppm, celsius, fraction * 100], abs=1e-3)


@pytest.mark.parametrize("ppm", [350.0, 20_000.0])
def test_beyond_what_the_chip_is_made_for(ppm: float) -> None:
    with open_modules(ONE) as board:
        board.world.set("air.co2", ppm)
        readings = board.read(AT)
    assert [r.status for r in readings] == [Status.UNCERTAIN, Status.GOOD, Status.GOOD]
    assert readings[0].value == pytest.approx(ppm)


def test_the_first_sampling_waits_for_a_value_and_the_next_does_not() -> None:
    with open_modules(ONE) as board:
        board.read(AT)
        assert 4.0 < board.clock.monotonic() < 8.5, "up, then two measurements"
        board.sleep(10)
        begin = board.clock.monotonic()
        board.read(AT)
        assert board.clock.monotonic() - begin < 0.02
        board.read(AT)
        assert 0.2 < board.clock.monotonic() - begin < 2.3, "the chip measures every two seconds"


def told(made: ModuleBench) -> list[bytes]:
    """From here on, whatever is written to the bus."""
    written: list[bytes] = []
    transfer = made.twins.i2c.transfer

    def listen(address: int, write: bytes = b"", read: int = 0) -> bytes:
        written.append(write)
        return transfer(address, write, read)

    made.twins.i2c.transfer = listen  # type: ignore[method-assign]
    return written


def settings(written: list[bytes]) -> set[str]:
    """The commands with an argument among them."""
    return {write[:2].hex() for write in written if len(write) == 5}


def test_settings_are_written_when_they_differ() -> None:
    made = ModuleBench(slot(2, "rak12037", altitude="430m", self_calibration=True))
    written = told(made)

    async def main() -> None:
        await made.read(AT)
        assert settings(written) == {"5102", "5306", "0010"}
        assert asked(made, "5102") == 430
        assert asked(made, "5306") == 1
        assert asked(made, "4600") == 2

    made.run(main())


def test_settings_that_are_kept_are_not_written_again() -> None:
    made = ModuleBench(slot(2, "rak12037", altitude="430m"))

    async def main() -> None:
        await made.read(AT)
        made.faults.inject("brown-out", AT)
        await made.read(AT)
        written = told(made)
        made.sampled[AT].opened = False
        assert {r.status for r in await made.read(AT)} == {Status.GOOD}
        assert settings(written) == {"0010"}

    made.run(main())


def test_an_interval_of_another_program_is_set_back() -> None:
    made = ModuleBench(slot(2, "rak12037"))
    made.clock.advance(2.5)
    made.twins.i2c.transfer(0x61, bytes.fromhex("4600003C39"))

    async def main() -> None:
        await made.read(AT)
        assert asked(made, "4600") == 2

    made.run(main())


def test_a_calibration() -> None:
    with open_modules(ONE) as board:
        board.world.set("air.co2", 425.0)
        board.read(AT)
        with pytest.raises(OutputRefused, match=r"two minutes first: try again in 1\d\d s"):
            board.command(AT, "calibrate", reference=425)
        board.sleep(121)
        assert board.command(AT, "calibrate", reference=425) == {"reference": 425}
        assert board.read(AT)[0].value == pytest.approx(425)


@pytest.mark.parametrize("reference", [399, 2001, None, "fresh"])
def test_calibrations_that_the_chip_does_not_take(reference: object) -> None:
    with open_modules(ONE) as board:
        board.read(AT)
        board.sleep(121)
        with pytest.raises(OutputRefused):
            board.command(AT, "calibrate", reference=reference)  # type: ignore[arg-type]


def test_a_chip_that_measures_no_more() -> None:
    made = ModuleBench(slot(2, "rak12037"))

    async def main() -> None:
        await made.read(AT)
        made.faults.inject("never-ready", AT)
        await made.read(AT)  # what was measured before may wait
        assert {r.status for r in await made.read(AT)} == {Status.FAULT}
        made.faults.clear("never-ready", AT)
        assert {r.status for r in await made.read(AT)} == {Status.GOOD}

    made.run(main())
    with open_modules(ONE) as board:
        board.twins.faults.inject("never-ready", AT)
        with pytest.raises(NotReady, match="0x61"):
            board.read(AT)


@pytest.mark.parametrize("fault", ["no-acknowledge", "module-pulled"])
def test_absent_and_back(fault: str) -> None:
    made = ModuleBench(slot(2, "rak12037"))

    async def main() -> None:
        await made.read(AT)
        made.faults.inject(fault, AT)
        for _ in range(2):
            assert {r.status for r in await made.read(AT)} == {Status.ABSENT}
        made.faults.clear(fault, AT)
        assert {r.status for r in await made.read(AT)} == {Status.GOOD}

    made.run(main())


def test_a_brown_out_never_gives_a_wrong_value() -> None:
    made = ModuleBench(slot(2, "rak12037"))
    made.world.set("air.co2", 777.0)

    async def main() -> None:
        await made.read(AT)
        made.faults.inject("brown-out", AT)
        seen: list[Reading] = []
        for _ in range(3):
            seen += await made.read(AT)
        assert {r.value for r in seen if r.name == "co2"} <= {None, 777.0}
        assert seen[-1].status is Status.GOOD

    made.run(main())


def test_damaged_bytes_and_another_chip_are_no_reading() -> None:
    for fault, parameters in (("bit-flips", {"rate": 1.0}), ("wrong-chip", {})):
        made = ModuleBench(slot(2, "rak12037"))

        async def main(made: ModuleBench = made, fault: str = fault,
                       parameters: dict[str, float] = parameters) -> None:  # fmt: skip
            made.faults.inject(fault, AT, **parameters)
            assert {r.status for r in await made.read(AT)} == {Status.FAULT}
            assert "checksum" in made.sampled[AT].lost
            made.faults.clear(fault, AT)
            assert {r.status for r in await made.read(AT)} == {Status.GOOD}

        made.run(main())


def test_nothing_can_be_written_and_closed_it_goes_on() -> None:
    with open_modules(ONE) as board:
        board.read(AT)
        with pytest.raises(OutputRefused, match="rak12037 has no writable"):
            board.write(AT, "co2", 1.0)
        board.close()
        board.sleep(10)
        board.twins.i2c.transfer(0x61, b"\x02\x02")
        board.sleep(0.004)
        assert board.twins.i2c.transfer(0x61, read=3)[:2] == b"\0\1"
