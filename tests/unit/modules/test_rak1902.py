"""RAK1902 on a virtual HAT: weather, and the air outside of what the chip is made for."""

from __future__ import annotations

import pytest
from hat_bench import (
    AT,
    bench,
    closes_and_cannot_be_closed_when_pulled,
    refuses_another_chip,
    survives,
    text,
)

from wisgate.board.prompt import open_modules
from wisgate.core.errors import OutputRefused
from wisgate.core.points import Status


@pytest.mark.parametrize(
    ("pascals", "celsius"), [(101_325.0, 21.5), (26_000.0, -40.0), (126_000.0, 85.0)]
)
def test_pressure_and_temperature(pascals: float, celsius: float) -> None:
    with open_modules(text("rak1902")) as board:
        board.world.set("weather.pressure", pascals)
        board.world.set("room.temperature", celsius)
        pressure, temperature = board.read(AT)
    assert (pressure.name, temperature.name) == ("pressure", "temperature")
    assert {pressure.status, temperature.status} == {Status.GOOD}
    assert pressure.value == pytest.approx(pascals / 100, abs=2e-4)
    assert temperature.value == pytest.approx(celsius)


@pytest.mark.parametrize("pascals", [25_900.0, 126_100.0])
def test_beyond_what_the_chip_is_made_for(pascals: float) -> None:
    with open_modules(text("rak1902")) as board:
        board.world.set("weather.pressure", pascals)
        pressure, temperature = board.read(AT)
    assert pressure.status is Status.UNCERTAIN
    assert pressure.value == pytest.approx(pascals / 100, abs=2e-4)
    assert temperature.status is Status.GOOD


def test_at_its_other_address() -> None:
    with open_modules(text("rak1902", address=0x5D)) as board:
        assert board.read(AT)[0].status is Status.GOOD
        board.twins.i2c.transfer(0x5D)


def test_a_result_that_another_program_left_is_not_read() -> None:
    made = bench("rak1902")
    made.world.set("weather.pressure", 90_000.0)
    made.twins.i2c.transfer(0x5C, b"\x10\x50")  # 75 Hz
    made.clock.advance(1.0)
    made.world.set("weather.pressure", 101_325.0)

    async def main() -> None:
        pressure, _temperature = await made.read(AT)
        assert pressure.value == pytest.approx(1013.25, abs=2e-4)

    made.run(main())
    assert made.counters["failures"] == 0


def test_what_it_survives() -> None:
    survives("rak1902", silent=Status.FAULT)


def test_another_chip_at_its_address() -> None:
    refuses_another_chip("rak1902", "an LPS22HB 0xb1")


def test_closing_stops_the_chip() -> None:
    closes_and_cannot_be_closed_when_pulled("rak1902")


def test_nothing_can_be_written() -> None:
    with pytest.raises(OutputRefused, match="rak1902 has no writable"):
        bench("rak1902").sampled[AT].placed.module.write("pressure", 1.0)
