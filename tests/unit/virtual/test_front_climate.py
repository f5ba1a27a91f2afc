"""The fronts of the climate, light and air modules: what is in the world reaches the chip."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from wisgate.bus.lines import Input
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import BusTimeout, NoAcknowledge
from wisgate.virtual.faults import FaultKind
from wisgate.virtual.plant.air import Air
from wisgate.virtual.plant.weather import Pressure, Sun
from wisgate.virtual.rak6421 import VirtualRak6421
from wisgate.virtual.world import World

ADDRESSES = {
    "rak1901": 0x70, "rak1902": 0x5C, "rak1903": 0x44, "rak1906": 0x76, "rak12019": 0x53,
    "rak12037": 0x61,
}  # fmt: skip
RDY_LINE = 22


def hat(module: str, slot: str = "io-1", **options: object) -> VirtualRak6421:
    """A HAT with one module, up for long enough for every chip, in still air."""
    made = VirtualRak6421(
        VirtualClock(), modules={slot: module}, options={slot: options}, costs_time=False
    )
    made.clock.sleep(3)
    return made


def ask(made: VirtualRak6421, address: int, write: str, count: int, wait: float = 0.0) -> str:
    """Write, wait, read in transactions of their own."""
    if write:
        made.i2c.transfer(address, bytes.fromhex(write))
    made.clock.sleep(wait)
    return made.i2c.transfer(address, read=count).hex()


@pytest.mark.parametrize("module", ADDRESSES)
def test_a_module_is_pulled_and_put_back(module: str) -> None:
    made = hat(module)
    made.i2c.transfer(ADDRESSES[module])
    made.faults.inject(FaultKind.MODULE_PULLED, "io-1")
    with pytest.raises(NoAcknowledge):
        made.i2c.transfer(ADDRESSES[module])
    made.faults.clear(FaultKind.MODULE_PULLED, "io-1")
    made.clock.sleep(3)
    made.i2c.transfer(ADDRESSES[module])


@pytest.mark.parametrize("module", ADDRESSES)
def test_a_silent_chip(module: str) -> None:
    made = hat(module)
    made.faults.inject(FaultKind.NO_ACKNOWLEDGE, "io-1")
    with pytest.raises(NoAcknowledge):
        made.i2c.transfer(ADDRESSES[module])


@pytest.mark.parametrize(
    ("module", "address"), [("rak1902", 0x5D), ("rak1903", 0x45), ("rak1906", 0x77)]
)
def test_an_address_that_was_strapped(module: str, address: int) -> None:
    made = hat(module, address=address)
    made.i2c.transfer(address)
    with pytest.raises(NoAcknowledge):
        made.i2c.transfer(ADDRESSES[module])


def test_rak1901_sees_the_room() -> None:
    made = hat("rak1901")
    made.world.set("room.temperature", 42.5)
    made.world.set("room.humidity", 0.4)
    assert ask(made, 0x70, "7866", 6, 0.013) == "8000a2666693"


def test_rak1902_sees_weather_and_room() -> None:
    made = hat("rak1902")
    made.world.set("weather.pressure", 126000)
    made.world.set("room.temperature", 85)
    made.i2c.transfer(0x5C, b"\x11\x11")
    made.clock.sleep(0.014)
    assert ask(made, 0x5C, "28", 5) == "00c04e3421"


def test_rak1903_sees_the_light() -> None:
    made = hat("rak1903")
    made.world.set("light.illuminance", 2818.56)
    made.i2c.transfer(0x44, b"\x01\xca\x10")
    made.clock.sleep(0.9)
    assert ask(made, 0x44, "00", 2) == "789a"


def test_rak12019_sees_light_and_ultraviolet() -> None:
    made = hat("rak12019")
    made.world.set("light.illuminance", 500)
    made.world.set("light.uv_index", 6)
    made.i2c.transfer(0x53, b"\x00\x02")
    made.clock.sleep(0.11)
    assert ask(made, 0x53, "0d", 3) == "c40900"
    made.i2c.transfer(0x53, b"\x04\x02\x04")
    made.i2c.transfer(0x53, b"\x00\x0a")
    made.clock.sleep(0.41)
    assert ask(made, 0x53, "10", 3) == "e83500"


def measured_gas(made: VirtualRak6421) -> bytes:
    made.i2c.transfer(0x76, bytes.fromhex("5A74 6465 7110 7201 7425"))
    made.clock.sleep(0.2)
    return bytes.fromhex(ask(made, 0x76, "1d", 15))


def test_rak1906_sees_room_weather_and_air() -> None:
    made = hat("rak1906")
    made.world.set("room.temperature", 19.311347590139484)
    made.world.set("room.humidity", 0.25204869782610617)
    made.world.set("weather.pressure", 100977.52000826117)
    made.world.set("air.gas_resistance", 3503.1322770601932)
    field = measured_gas(made)
    assert field[2:10].hex() == "601e90755dc041b4"
    assert field[13:].hex() == "a6bb"


def test_the_heater_of_a_rak1906_breaks() -> None:
    made = hat("rak1906")
    made.faults.inject(FaultKind.HEATER_BROKEN, "io-1")
    assert measured_gas(made)[14] & 0x30 == 0x20
    made.faults.clear(FaultKind.HEATER_BROKEN, "io-1")
    assert measured_gas(made)[14] & 0x30 == 0x30


def started(**options: object) -> VirtualRak6421:
    made = hat("rak12037")
    made.i2c.transfer(0x61, bytes.fromhex("0010000081"))
    made.clock.sleep(4.1)
    return made


def test_rak12037_sees_air_and_room() -> None:
    made = started()
    made.world.set("air.co2", 812.5)
    made.world.set("room.temperature", -3.75)
    made.world.set("room.humidity", 0.935)
    assert ask(made, 0x61, "0300", 18, 0.0031) == "444b5c20005dc070d300008142bb84000081"


def test_the_rdy_pin_is_high_until_the_measurement_is_read() -> None:
    made = hat("rak12037")
    line = made.lines.request(RDY_LINE, Input(), "test")
    assert not line.get()
    made.i2c.transfer(0x61, bytes.fromhex("0010000081"))
    assert not line.get()
    made.clock.sleep(2.1)
    assert line.get()
    ask(made, 0x61, "0300", 18, 0.0031)
    assert not line.get()
    made.clock.sleep(2)
    assert line.get()
    made.pull("io-1")
    assert not line.get()


def test_a_chip_that_boots_is_not_ready() -> None:
    made = started()
    line = made.lines.request(RDY_LINE, Input(), "test")
    made.faults.inject(FaultKind.BROWN_OUT, "io-1")
    assert not line.get()


@pytest.mark.parametrize(("parameters", "given_up"), [({}, True), ({"seconds": 0.03}, False)])
def test_the_clock_is_held(parameters: dict[str, float], given_up: bool) -> None:
    made = started()
    made.faults.inject(FaultKind.CLOCK_STRETCH, "io-1", **parameters)
    begin = made.clock.monotonic()
    if given_up:
        with pytest.raises(BusTimeout):
            ask(made, 0x61, "d100", 3, 0.0031)
    else:
        assert ask(made, 0x61, "d100", 3, 0.0031) == "0342f3"
        assert made.clock.monotonic() - begin > 0.03
    made.faults.clear(FaultKind.CLOCK_STRETCH, "io-1")
    assert ask(made, 0x61, "d100", 3, 0.0031) == "0342f3"


@pytest.mark.parametrize("module", ADDRESSES)
def test_never_ready_reaches_the_chip(module: str) -> None:
    made = hat(module)
    twin = next(t for t in made.i2c.twins if ADDRESSES[module] in getattr(t, "addresses", ()))
    made.faults.inject(FaultKind.NEVER_READY, "io-1")
    assert twin.never_ready  # type: ignore[attr-defined]
    made.faults.clear(FaultKind.NEVER_READY, "io-1")
    assert not twin.never_ready  # type: ignore[attr-defined]


def test_rak16000_still_sees_the_load() -> None:
    made = hat("rak16000", shunt=0.1)
    made.world.set("load.volts", 12.0)
    made.world.set("load.amps", 0.25)
    made.clock.sleep(0.01)
    ask(made, 0x41, "02", 2)
    made.clock.sleep(0.01)
    assert ask(made, 0x41, "02", 2) == "5dc2"
    assert ask(made, 0x41, "01", 2) == "09c4"


def days(*processes: type) -> Iterator[World]:
    """Every ten minutes of two days."""
    clock = VirtualClock()
    world = World(clock, 1, [process() for process in processes])
    for _ in range(288):
        clock.advance(600)
        world.catch_up()
        yield world


def test_the_air_of_two_days() -> None:
    co2, gas = zip(
        *((w.get("air.co2"), w.get("air.gas_resistance")) for w in days(Air)), strict=True
    )
    assert 400 < min(co2) < 650
    assert 750 < max(co2) < 2000
    assert 50e3 < min(gas) < max(gas) < 300e3


def test_the_weather_of_two_days() -> None:
    pressures = [w.get("weather.pressure") for w in days(Pressure)]
    assert 95e3 < min(pressures) < max(pressures) < 107e3
    assert max(pressures) - min(pressures) > 100


def test_the_sun_of_two_days() -> None:
    lights = [(w.get("light.illuminance"), w.get("light.uv_index")) for w in days(Sun)]
    assert lights[0] == (8.0, 0.0), "night, and a lamp"
    assert 20e3 < max(lux for lux, _ in lights) < 60_008
    assert 2 < max(uv for _, uv in lights) <= 7
    assert min(lux for lux, _ in lights) == 8.0
