"""RAK12500 on twins: positions, the sky, and what can go wrong."""

from __future__ import annotations

import asyncio

import pytest
from fitted_module import SLOT, FittedModule
from module_bench import HAT, ModuleBench

from wisgate.core.errors import (
    ChecksumMismatch,
    NoAcknowledge,
    NotReady,
    OutputRefused,
    UnexpectedValue,
    WrongIdentity,
)
from wisgate.core.points import Status

PLACE = ["latitude", "longitude", "altitude", "speed", "accuracy"]


def outdoors() -> FittedModule:
    fitted = FittedModule("rak12500")
    for name, value in (
        ("place.latitude", 47.25), ("place.longitude", -8.5), ("place.altitude", 430.5),
        ("place.speed", 1.25), ("place.accuracy", 2.5), ("sky.satellites", 11),
    ):  # fmt: skip
        fitted.world.set(name, value)
    fitted.read()
    fitted.clock.advance(60)
    return fitted


def test_a_position() -> None:
    readings = outdoors().read()
    assert list(readings) == [*PLACE, "satellites", "fix"]
    assert {r.status for r in readings.values()} == {Status.GOOD}
    assert {name: r.value for name, r in readings.items()} == {
        "latitude": pytest.approx(47.25), "longitude": pytest.approx(-8.5),
        "altitude": pytest.approx(430.5), "speed": pytest.approx(1.25),
        "accuracy": pytest.approx(2.5), "satellites": 11, "fix": True,
    }  # fmt: skip


def test_without_a_fix_there_is_no_number() -> None:
    fitted = FittedModule("rak12500")
    for satellites in (0, 2):
        fitted.world.set("sky.satellites", satellites)
        fitted.clock.advance(5)
        readings = fitted.read()
        for name in PLACE:
            assert (readings[name].value, readings[name].status) == (None, Status.ABSENT)
        assert (readings["fix"].value, readings["fix"].status) == (False, Status.GOOD)
        assert readings["satellites"].value == satellites


def test_the_fix_comes_and_goes_with_the_sky() -> None:
    fitted = outdoors()
    assert fitted.values()["fix"] is True
    fitted.world.set("sky.satellites", 0)
    fitted.clock.advance(5)
    assert fitted.values()["latitude"] is None
    fitted.world.set("sky.satellites", 9)
    fitted.clock.advance(60)
    assert fitted.values()["latitude"] == pytest.approx(47.25)


def test_three_satellites_give_no_height() -> None:
    fitted = outdoors()
    fitted.world.set("sky.satellites", 3)
    fitted.clock.advance(5)
    readings = fitted.read()
    assert readings["fix"].value is True
    assert readings["latitude"].value == pytest.approx(47.25)
    assert (readings["altitude"].value, readings["altitude"].status) == (None, Status.ABSENT)


@pytest.mark.parametrize(
    ("latitude", "longitude"), [(0.0, 0.0), (-89.9999999, 179.9999999), (90.0, -180.0)]
)
def test_the_ends_of_the_world(latitude: float, longitude: float) -> None:
    fitted = outdoors()
    fitted.world.set("place.latitude", latitude)
    fitted.world.set("place.longitude", longitude)
    fitted.clock.advance(3)
    now = fitted.values()
    assert now["latitude"] == pytest.approx(latitude, abs=1e-7)
    assert now["longitude"] == pytest.approx(longitude, abs=1e-7)


def test_a_receiver_that_nobody_listened_to_for_an_hour() -> None:
    fitted = FittedModule("rak12500")
    fitted.clock.advance(3600)
    assert fitted.values()["fix"] is True


def test_its_sentences_are_silenced_once() -> None:
    fitted = FittedModule("rak12500")
    fitted.clock.advance(10)
    fitted.read()
    fitted.clock.advance(10)
    assert fitted.i2c.transfer(0x42, b"\xfd", 2) == b"\x00\x00"


def test_brown_out_loses_the_fix_and_nothing_else() -> None:
    fitted = outdoors()
    fitted.faults.inject("brown-out", SLOT)
    fixes = []
    for _ in range(30):
        fitted.clock.advance(2)
        fixes.append(fitted.values()["fix"])
    assert fixes[0] is False
    assert fixes == sorted(fixes)
    assert fitted.values()["latitude"] == pytest.approx(47.25)


@pytest.mark.parametrize("fault", ["no-acknowledge", "module-pulled"])
def test_absent_and_back(fault: str) -> None:
    fitted = outdoors()
    fitted.faults.inject(fault, SLOT)
    with pytest.raises(NoAcknowledge):
        fitted.read()
    fitted.faults.clear(fault, SLOT)
    fitted.module.open()
    fitted.clock.advance(60)
    fitted.read()
    fitted.clock.advance(60)
    assert fitted.values()["fix"] is True


def test_another_chip_at_its_address() -> None:
    fitted = outdoors()
    fitted.faults.inject("wrong-chip", SLOT)
    fitted.module.open()
    with pytest.raises(WrongIdentity, match="0x42"):
        fitted.read()


def test_damaged_bytes_are_no_place() -> None:
    fitted = outdoors()
    fitted.faults.inject("bit-flips", SLOT, rate=0.003)
    refused = 0
    for _ in range(40):
        try:
            now = fitted.values()
        except (ChecksumMismatch, NotReady, UnexpectedValue, WrongIdentity):
            refused += 1
        else:
            assert now["latitude"] == pytest.approx(47.25)
    assert 0 < refused < 40


def test_a_frozen_place_stays() -> None:
    fitted = outdoors()
    fitted.faults.inject("frozen-value", "place.latitude")
    fitted.world.set("place.latitude", 10.0)
    fitted.clock.advance(3)
    assert fitted.values()["latitude"] == pytest.approx(47.25)


def test_nothing_can_be_written_and_closing_needs_nobody() -> None:
    fitted = outdoors()
    with pytest.raises(OutputRefused, match="rak12500 has no writable"):
        fitted.module.write("latitude", 1.0)
    fitted.faults.inject("module-pulled", SLOT)
    fitted.module.close()


def test_on_a_hat_as_the_gateway_samples_it() -> None:
    bench = ModuleBench('[[slot]]\nslot = "sensor-a"\nmodule = "rak12500"\n', head=HAT)

    async def main() -> None:
        assert {r.name: r.value for r in await bench.read("sensor-a")}["fix"] is False
        await asyncio.sleep(60)
        readings = await bench.read("sensor-a")
        assert {r.status for r in readings} == {Status.GOOD}
        bench.faults.inject("module-pulled", "sensor-a")
        assert {r.status for r in await bench.read("sensor-a")} == {Status.ABSENT}
        bench.faults.clear("module-pulled", "sensor-a")
        assert {r.name: r.value for r in await bench.read("sensor-a")}["fix"] is False

    bench.run(main())
