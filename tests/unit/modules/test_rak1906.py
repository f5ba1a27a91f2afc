"""RAK1906 on a virtual HAT: four quantities, a heater, and air that no chip is made for."""

from __future__ import annotations

import asyncio

import pytest
from hat_bench import AT, bench, refuses_another_chip, statuses, survives, text

from wisgate.board.prompt import open_modules
from wisgate.core.errors import ConfigError, OutputRefused
from wisgate.core.points import Status


@pytest.mark.parametrize(
    ("celsius", "fraction", "pascals", "ohms"),
    [(21.0, 0.45, 101_325.0, 80e3), (-20.0, 0.9, 70_000.0, 3e3), (60.0, 0.1, 109_000.0, 2e6)],
)
def test_environment(celsius: float, fraction: float, pascals: float, ohms: float) -> None:
    with open_modules(text("rak1906")) as board:
        board.world.set("room.temperature", celsius)
        board.world.set("room.humidity", fraction)
        board.world.set("weather.pressure", pascals)
        board.world.set("air.gas_resistance", ohms)
        readings = {r.name: r for r in board.read(AT)}
    assert list(readings) == ["temperature", "humidity", "pressure", "gas"]
    assert {r.status for r in readings.values()} == {Status.GOOD}
    assert readings["temperature"].value == pytest.approx(celsius, abs=0.01)
    assert readings["humidity"].value == pytest.approx(fraction * 100, abs=0.1)
    assert readings["pressure"].value == pytest.approx(pascals / 100, abs=0.02)
    assert readings["gas"].value == pytest.approx(ohms, rel=0.01)


@pytest.mark.parametrize(
    ("quantity", "value", "channel"),
    [("room.temperature", 90.0, "temperature"), ("weather.pressure", 29_000.0, "pressure"),
     ("weather.pressure", 111_000.0, "pressure")],
)  # fmt: skip
def test_beyond_what_the_chip_is_made_for(quantity: str, value: float, channel: str) -> None:
    with open_modules(text("rak1906")) as board:
        board.world.set(quantity, value)
        uncertain = {r.name for r in board.read(AT) if r.status is Status.UNCERTAIN}
    assert uncertain == {channel}


def test_a_broken_heater_costs_the_gas_and_nothing_else() -> None:
    made = bench("rak1906")

    async def main() -> None:
        made.faults.inject("heater-broken", AT)
        readings = {r.name: r for r in await made.read(AT)}
        assert (readings.pop("gas").status, len(readings)) == (Status.FAULT, 3)
        assert {r.status for r in readings.values()} == {Status.GOOD}
        made.faults.clear("heater-broken", AT)
        assert await statuses(made) == {Status.GOOD}

    made.run(main())
    assert made.counters["failures"] == 0


def test_without_gas_there_is_no_heat() -> None:
    with open_modules(text("rak1906", gas=False)) as board:
        board.read(AT)
        begin = board.clock.monotonic()
        readings = board.read(AT)
        took = board.clock.monotonic() - begin
        heater = board.twins.i2c.transfer(0x76, b"\x71", 1)
    assert [r.name for r in readings] == ["temperature", "humidity", "pressure"]
    assert took < 0.015
    assert heater == b"\x00"


def test_another_heater() -> None:
    with open_modules(text("rak1906", heater="200degC", heating="1s")) as board:
        board.read(AT)
        begin = board.clock.monotonic()
        readings = board.read(AT)
        took = board.clock.monotonic() - begin
        code, duration = (
            board.twins.i2c.transfer(0x76, b"\x5a", 1),
            board.twins.i2c.transfer(0x76, b"\x64", 1),
        )
    assert readings[-1].status is Status.GOOD
    assert took == pytest.approx(1.02, abs=0.01)
    assert duration == bytes([2 << 6 | 63])
    assert code[0] < 0x74, "less than for 320 °C"


@pytest.mark.parametrize("options", [{"heater": "410degC"}, {"heating": "5s"}])
def test_heaters_that_the_chip_does_not_have(options: dict[str, object]) -> None:
    with pytest.raises(ConfigError), open_modules(text("rak1906", **options)):
        pass


def test_what_it_survives() -> None:
    survives("rak1906", silent=Status.FAULT)


def test_a_brown_out_in_the_middle_never_gives_a_wrong_value() -> None:
    made = bench("rak1906")
    made.world.set("room.temperature", 25.0)

    async def main() -> None:
        await made.read(AT)
        for moment in (0.0, 0.005, 0.1, 0.155):
            reading = asyncio.create_task(made.read(AT))
            await asyncio.sleep(moment)
            made.faults.inject("brown-out", AT)
            temperature = (await reading)[0]
            assert temperature.value in (None, pytest.approx(25.0, abs=0.01))
        assert await statuses(made) == {Status.GOOD}

    made.run(main())


def test_another_chip_at_its_address() -> None:
    refuses_another_chip("rak1906", "a BME680 0x61")


def test_nothing_can_be_written() -> None:
    module = bench("rak1906").sampled[AT].placed.module
    with pytest.raises(OutputRefused, match="rak1906 has no writable"):
        module.write("gas", 1.0)
    module.close()
