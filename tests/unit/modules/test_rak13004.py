"""RAK13004 on the virtual board: off unless somebody said so, and one address only."""

from __future__ import annotations

import pytest
from module_bench import HAT, HEAD, ModuleBench, slot

from wisgate.board.prompt import open_modules
from wisgate.core.errors import NoAcknowledge, OutputRefused
from wisgate.core.points import Status, Value

NAME = "wisblock-2"
ENABLE_LINE = 14
SERVO = slot(2, "rak13004", out0="angle", out1="pulse")


def registers(bench: ModuleBench, output: int) -> str:
    return bench.twins.i2c.transfer(0x40, bytes([6 + 4 * output]), 4).hex()


def test_a_lamp_is_dimmed() -> None:
    with open_modules(HEAD + slot(2, "rak13004", frequency="200Hz")) as board:
        for percent in (100.0, 25.0, 0.0, 50):
            board.write(NAME, "pwm1", percent)
            assert board.world.get("panel.lamp") == pytest.approx(percent / 100, abs=1e-3)
            readings = {r.name: r for r in board.read(NAME)}
            assert (readings["pwm1"].value, readings["pwm1"].status) == (percent, Status.GOOD)
            assert readings["pwm0"].value == 0.0
    assert board.world.get("panel.lamp") == 0.0, "off at the end"


@pytest.mark.parametrize("degrees", [-90.0, -45.0, 0.0, 45.0, 90.0])
def test_a_servo_goes_to_its_angle(degrees: float) -> None:
    with open_modules(HEAD + SERVO) as board:
        board.write(NAME, "angle0", degrees)
        board.sleep(1)
        assert board.world.get("panel.servo") == pytest.approx(degrees, abs=0.5)
        readings = {r.name: r.value for r in board.read(NAME)}
        assert readings["angle0"] == degrees


def test_a_servo_of_another_make() -> None:
    bench = ModuleBench(slot(2, "rak13004", out0="angle", pulse_min="1ms", pulse_max="2ms"))
    module = bench.sampled[NAME].placed.module
    module.open()
    for degrees, counts in ((-90, 205), (0, 307), (90, 410)):
        module.write("angle0", degrees)
        assert registers(bench, 0) == f"0000{counts & 0xFF:02x}{counts >> 8:02x}"


def test_a_pulse_in_microseconds() -> None:
    """9.5: 307 counts are 1.50 ms at 50 Hz."""
    bench = ModuleBench(SERVO)
    module = bench.sampled[NAME].placed.module
    module.open()
    module.write("pulse1", 1500.0)
    assert registers(bench, 1) == "00003301"
    module.write("pulse1", 0)
    assert registers(bench, 1) == "00000010"


def test_channels_are_those_of_the_options() -> None:
    bench = ModuleBench(slot(2, "rak13004", out0="angle", out15="pulse"))
    (group,) = bench.sampled[NAME].placed.module.groups
    names = [c.name for c in group.channels]
    assert names == ["angle0", *(f"pwm{n}" for n in range(1, 15)), "pulse15"]


@pytest.mark.parametrize(
    ("channel", "value", "told"),
    [
        ("pwm2", 100.1, r"pwm2 takes 0 to 100 %, not 100.1"),
        ("pwm2", -1, r"pwm2 takes 0 to 100 %, not -1"),
        ("pwm2", True, r"pwm2 takes a number, not True"),
        ("pwm2", "50", r"pwm2 takes a number, not '50'"),
        ("angle0", 90.5, r"angle0 takes -90 to 90 deg, not 90.5"),
        ("pulse1", 20000, r"pulse1 takes 0 to 19988.* us, not 20000"),
        ("pulse1", -1, r"pulse1 takes 0 to 19988.* us, not -1"),
        ("pwm0", 10, r"no writable channel 'pwm0'"),
    ],
)
def test_what_is_refused(channel: str, value: Value, told: str) -> None:
    with open_modules(HEAD + SERVO) as board, pytest.raises(OutputRefused, match=told):
        board.write(NAME, channel, value)
    assert board.twins.slots[NAME].driven(6), "high: outputs stay disabled"


def test_the_second_address_is_given_up_before_anything_else() -> None:
    """0x70 is the climate chip of the board."""
    bench = ModuleBench(slot(2, "rak13004"))
    chip = next(t for t in bench.twins.i2c.twins if 0x40 in getattr(t, "addresses", ()))
    assert chip.addressed(0x70, False)
    chip.stop()
    module = bench.sampled[NAME].placed.module
    module.open()
    assert not chip.addressed(0x70, False)
    chip.stop()


def test_climate_chip_and_outputs_do_not_disturb_each_other() -> None:
    bench = ModuleBench(slot(2, "rak13004"))

    async def main() -> None:
        await bench.sampled[NAME].open()
        await bench.sampled[NAME].write("pwm11", 100.0)
        for _ in range(3):
            assert {r.status for r in await bench.read("climate")} == {Status.GOOD}
            assert {r.status for r in await bench.read(NAME)} == {Status.GOOD}

    bench.run(main())


def test_outputs_are_enabled_by_the_first_that_is_set() -> None:
    with open_modules(HEAD + slot(2, "rak13004")) as board:
        assert board.twins.expander_2.level(ENABLE_LINE), "disabled"
        assert {r.value for r in board.read(NAME)} == {0.0}
        board.write(NAME, "pwm1", 40.0)
        assert not board.twins.expander_2.level(ENABLE_LINE)
    assert board.twins.expander_2.level(ENABLE_LINE)


def test_outputs_are_off_before_they_are_enabled_again() -> None:
    bench = ModuleBench(slot(2, "rak13004"))
    module = bench.sampled[NAME].placed.module
    module.open()
    module.write("pwm1", 100.0)
    module.close()
    module.open()
    module.write("pwm2", 50.0)
    assert registers(bench, 1)[-2:] == "10", "full off"


@pytest.mark.parametrize("target", [NAME, "expander-2"])
def test_after_a_brown_out_everything_is_off_and_says_fault_once(target: str) -> None:
    bench = ModuleBench(slot(2, "rak13004"))
    outputs = bench.sampled[NAME]

    async def main() -> None:
        await outputs.open()
        await outputs.write("pwm1", 60.0)
        bench.faults.inject("brown-out", target)
        assert {(r.value, r.status) for r in await bench.read(NAME)} == {(None, Status.FAULT)}
        assert bench.world.get("panel.lamp") == 0.0
        assert {(r.value, r.status) for r in await bench.read(NAME)} == {(0.0, Status.GOOD)}
        await outputs.write("pwm1", 30.0)
        assert bench.world.get("panel.lamp") == pytest.approx(0.3, abs=1e-3)

    bench.run(main())


def test_somebody_else_who_writes_is_a_fault() -> None:
    bench = ModuleBench(slot(2, "rak13004"))

    async def main() -> None:
        await bench.sampled[NAME].open()
        await bench.sampled[NAME].write("pwm1", 60.0)
        bench.twins.i2c.transfer(0x40, b"\x0a\x00\x10\x00\x00")
        assert {r.status for r in await bench.read(NAME)} == {Status.FAULT}
        assert bench.world.get("panel.lamp") == 0.0

    bench.run(main())


def test_pulled_and_put_back() -> None:
    bench = ModuleBench(slot(2, "rak13004"))

    async def main() -> None:
        await bench.sampled[NAME].open()
        await bench.sampled[NAME].write("pwm1", 60.0)
        bench.faults.inject("module-pulled", NAME)
        assert {r.status for r in await bench.read(NAME)} == {Status.ABSENT}
        bench.faults.clear("module-pulled", NAME)
        assert {r.value for r in await bench.read(NAME)} == {0.0}

    bench.run(main())


def test_another_chip_is_refused() -> None:
    bench = ModuleBench(slot(2, "rak13004"))
    bench.faults.inject("wrong-chip", "0x40")

    async def main() -> None:
        assert {r.status for r in await bench.read(NAME)} == {Status.FAULT}

    bench.run(main())


def test_a_chip_that_does_not_answer_is_still_disabled_at_close() -> None:
    bench = ModuleBench(slot(2, "rak13004"))
    module = bench.sampled[NAME].placed.module
    module.open()
    module.write("pwm1", 60.0)
    bench.faults.inject("no-acknowledge", "0x40")
    with pytest.raises(NoAcknowledge):
        module.close()
    assert bench.twins.expander_2.driven(ENABLE_LINE), "high: disabled"
    bench.faults.clear("no-acknowledge", "0x40")
    module.open()


def test_on_a_hat() -> None:
    with open_modules(HAT + slot("io-1", "rak13004")) as board:
        board.write("io-1", "pwm1", 50.0)
        assert not board.twins.slots["io-1"].level(6)
        assert board.world.get("panel.lamp") == pytest.approx(0.5, abs=1e-3)
    assert board.twins.slots["io-1"].level(6)
