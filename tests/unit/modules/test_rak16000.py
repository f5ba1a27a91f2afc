"""RAK16000 on the virtual board: volts, amperes either way, and what is beyond them."""

from __future__ import annotations

import asyncio

import pytest
from module_bench import HEAD, ModuleBench, slot

from wisgate.board.prompt import open_modules
from wisgate.core.errors import NoAcknowledge, NotReady, OutputRefused, Saturated, WrongIdentity
from wisgate.core.points import Status

ONE = HEAD + slot(2, "rak16000")


@pytest.mark.parametrize(
    ("volts", "amperes"), [(12.0, 0.1234), (24.0, 3.0), (5.0, -1.5), (0.0, 0.0), (26.0, 3.1999)]
)
def test_voltage_current_and_power(volts: float, amperes: float) -> None:
    with open_modules(ONE) as board:
        board.world.set("load.volts", volts)
        board.world.set("load.amps", amperes)
        readings = {r.name: r for r in board.read("wisblock-2")}
    assert list(readings) == ["voltage", "current", "power"]
    assert {r.status for r in readings.values()} == {Status.GOOD}
    assert readings["voltage"].value == pytest.approx(volts, abs=0.002)
    assert readings["current"].value == pytest.approx(amperes, abs=5.1e-5)
    assert readings["power"].value == pytest.approx(volts * amperes, abs=0.01)


def test_another_shunt_and_another_address() -> None:
    with open_modules(HEAD + slot(1, "rak16000", address=0x45, shunt="10mΩ")) as board:
        board.world.set("load.amps", 20.0)
        board.twins.i2c.transfer(0x45)
        assert board.read("wisblock-1")[1].value == pytest.approx(20.0)


@pytest.mark.parametrize("amperes", [3.2, 5.0, -3.2, -5.0])
def test_beyond_the_shunt_is_saturated_and_no_loss(amperes: float) -> None:
    bench = ModuleBench(slot(2, "rak16000"))

    async def main() -> None:
        bench.world.set("load.amps", 1.0)
        await bench.read("wisblock-2")
        bench.world.set("load.amps", amperes)
        assert {r.status for r in await bench.read("wisblock-2")} == {Status.SATURATED}
        assert {r.value for r in await bench.read("wisblock-2")} == {None}
        assert bench.sampled["wisblock-2"].lost == ""
        bench.world.set("load.amps", 1.0)
        assert (await bench.read("wisblock-2"))[1].value == pytest.approx(1.0)

    bench.run(main())
    assert bench.counters["failures"] == 0


def test_at_a_prompt_saturation_is_an_error() -> None:
    with open_modules(ONE) as board:
        board.world.set("load.amps", 4.0)
        with pytest.raises(Saturated, match="shunt code"):
            board.read("wisblock-2")


def test_a_conversion_that_never_ends() -> None:
    bench = ModuleBench(slot(2, "rak16000"))

    async def main() -> None:
        await bench.read("wisblock-2")
        bench.faults.inject("never-ready", "wisblock-2")
        assert {r.status for r in await bench.read("wisblock-2")} == {Status.FAULT}
        assert bench.counters["retries"] == 1
        bench.faults.clear("never-ready", "wisblock-2")
        assert {r.status for r in await bench.read("wisblock-2")} == {Status.GOOD}

    bench.run(main())
    with open_modules(ONE) as board:
        board.twins.faults.inject("never-ready", "wisblock-2")
        with pytest.raises(NotReady):
            board.read("wisblock-2")


@pytest.mark.parametrize("fault", ["no-acknowledge", "module-pulled"])
def test_absent_and_back(fault: str) -> None:
    bench = ModuleBench(slot(2, "rak16000"))

    async def main() -> None:
        await bench.read("wisblock-2")
        bench.faults.inject(fault, "wisblock-2")
        for _ in range(3):
            assert {r.status for r in await bench.read("wisblock-2")} == {Status.ABSENT}
        bench.faults.clear(fault, "wisblock-2")
        assert {r.status for r in await bench.read("wisblock-2")} == {Status.GOOD}

    bench.run(main())


def test_a_brown_out_never_gives_a_wrong_value() -> None:
    """The chip comes back converting by itself, in its widest ranges: that is right, too."""
    bench = ModuleBench(slot(2, "rak16000"))
    bench.world.set("load.volts", 12.0)
    bench.world.set("load.amps", 2.0)

    async def main() -> None:
        await bench.read("wisblock-2")
        for moment in (0.0, 0.0003, 0.0008, 0.0015):
            reading = asyncio.create_task(bench.read("wisblock-2"))
            await asyncio.sleep(moment)
            bench.faults.inject("brown-out", "wisblock-2")
            for r in await reading:
                assert r.value is None or r.value in (
                    pytest.approx(12.0), pytest.approx(2.0), pytest.approx(24.0)
                )  # fmt: skip
        assert {r.status for r in await bench.read("wisblock-2")} == {Status.GOOD}

    bench.run(main())


def test_another_chip_at_its_address() -> None:
    bench = ModuleBench(slot(2, "rak16000"))
    bench.faults.inject("wrong-chip", "wisblock-2")

    async def main() -> None:
        await bench.sampled["wisblock-2"].open()
        assert "an INA219" in bench.sampled["wisblock-2"].lost
        assert {r.status for r in await bench.read("wisblock-2")} == {Status.FAULT}

    bench.run(main())
    with pytest.raises(WrongIdentity):
        bench.sampled["wisblock-2"].placed.module.open()


def test_two_of_them_at_two_addresses() -> None:
    bench = ModuleBench(slot(1, "rak16000", address=0x40), slot(2, "rak16000"))

    async def main() -> None:
        async with asyncio.TaskGroup() as tasks:
            for name in ("wisblock-1", "wisblock-2"):
                tasks.create_task(bench.read(name))

    bench.run(main())
    assert bench.counters["failures"] == 0


def test_nothing_can_be_written_and_a_pulled_one_cannot_be_closed() -> None:
    bench = ModuleBench(slot(2, "rak16000"))
    module = bench.sampled["wisblock-2"].placed.module
    with pytest.raises(OutputRefused, match="rak16000 has no writable"):
        module.write("voltage", 1.0)
    module.close()
    bench.faults.inject("module-pulled", "wisblock-2")
    with pytest.raises(NoAcknowledge):
        module.close()
