"""RAK5811 on the virtual board: from volts at the terminal to statuses, and every fault."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from module_bench import HEAD, ModuleBench, slot

from wisgate.board.prompt import Prompt, open_modules
from wisgate.core.errors import NotReady, OutputRefused, UnexpectedValue, WrongIdentity
from wisgate.core.points import Hold, Reading, Release, Status
from wisgate.modules.rak5811 import Rak5811

ONE = HEAD + slot(1, "rak5811")
LINES = {1: 1, 2: 9}
"""slot: the expander's line of IO1. Modules sheet 4.3."""
CODE_V = 125e-6
TERMINAL_V = 0.20833e-3
"""Of one code, at the terminal. Modules sheet 4.3."""


def codes(*values: int) -> Callable[[], float]:
    """What drives the pin of the ADC: a code per conversion, over and over."""
    turn = -1

    def volts() -> float:
        nonlocal turn
        turn += 1
        return values[turn % len(values)] * CODE_V

    return volts


def at(board: Prompt, code: int) -> Reading:
    """A reading while the pin of the ADC has exactly the voltage of `code`."""
    board.twins.slots["wisblock-1"].ain(1, lambda: code * CODE_V)
    return board.read("wisblock-1")[0]


@pytest.mark.parametrize(
    ("code", "volts"), [(0, 0.0), (4800, 1.0), (12000, 2.5), (24000, 5.0), (25440, 5.3)]
)
def test_the_vectors_of_the_sheet(code: int, volts: float) -> None:
    with open_modules(ONE) as board:
        assert at(board, code).value == pytest.approx(volts, abs=1e-9)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (-40, Status.GOOD), (0, Status.GOOD), (24000, Status.GOOD),
        (24001, Status.UNCERTAIN), (25440, Status.UNCERTAIN),  # above 5.0 V
        (25441, Status.SATURATED), (26400, Status.SATURATED),  # above 5.3 V
    ],
)  # fmt: skip
@pytest.mark.parametrize("average", [1, 3, 16])
def test_thresholds_to_the_last_code_of_the_converter(
    code: int, status: Status, average: int
) -> None:
    with open_modules(HEAD + slot(1, "rak5811", average=average)) as board:
        reading = at(board, code)
    assert reading.status is status
    if status.carries_value:
        assert reading.value == pytest.approx(code * TERMINAL_V, rel=1e-4)
    else:
        assert reading.value is None


@pytest.mark.parametrize("number", [1, 2])
def test_a_pressure_in_either_slot(number: int) -> None:
    with open_modules(HEAD + slot(number, "rak5811")) as board:
        assert board.twins.expander_2.driven(LINES[number])
        for volts in (0.0, 0.5, 2.5, 4.5, 5.0):
            board.world.set("pressure.volts", volts)
            (reading,) = board.read(f"wisblock-{number}")
            assert (reading.name, reading.status) == ("a1", Status.GOOD)
            assert reading.value == pytest.approx(volts, abs=0.0003)
    assert not board.twins.expander_2.level(LINES[number]), "the supply is off at the end"


def test_more_than_the_input_stands_is_no_number() -> None:
    with open_modules(ONE) as board:
        for volts, status in ((5.2, Status.UNCERTAIN), (5.4, Status.SATURATED)):
            board.world.set("pressure.volts", volts)
            assert board.read("wisblock-1")[0].status is status
        board.world.set("pressure.volts", 24.0)
        (reading,) = board.read("wisblock-1")
        assert (reading.value, reading.status) == (None, Status.SATURATED)


@pytest.mark.parametrize("average", [1, 2, 4, 16])
def test_a_mean_of_that_many_conversions(average: int) -> None:
    """Codes 0, 800, 1600, … : the mean tells how many were taken."""
    with open_modules(HEAD + slot(1, "rak5811", average=average)) as board:
        board.twins.slots["wisblock-1"].ain(1, codes(*range(0, 12800, 800)))
        before = board.clock.monotonic()
        (reading,) = board.read("wisblock-1")
        assert board.clock.monotonic() - before >= 0.5 + average * 10.5e-3 - 0.01
    mean = 800 * (average - 1) / 2
    assert reading.value == pytest.approx(mean * TERMINAL_V, rel=1e-4)


def test_one_clipped_conversion_spoils_the_mean() -> None:
    with open_modules(HEAD + slot(1, "rak5811", average=4)) as board:
        board.twins.slots["wisblock-1"].ain(1, codes(12000, 12000, 25441, 12000))
        (reading,) = board.read("wisblock-1")
        assert (reading.value, reading.status) == (None, Status.SATURATED)


def test_the_mean_decides_whether_the_range_is_left() -> None:
    with open_modules(HEAD + slot(1, "rak5811", average=2)) as board:
        board.twins.slots["wisblock-1"].ain(1, codes(23000, 24500))
        assert board.read("wisblock-1")[0].status is Status.GOOD
        board.twins.slots["wisblock-1"].ain(1, codes(23900, 24500))
        assert board.read("wisblock-1")[0].status is Status.UNCERTAIN


@pytest.mark.parametrize(("warm_up", "least"), [("50ms", 0.05), ("3s", 3.0)])
def test_the_first_reading_waits_for_the_sensor(warm_up: str, least: float) -> None:
    with open_modules(HEAD + slot(1, "rak5811", warm_up=warm_up)) as board:
        board.read("wisblock-1")
        assert least < board.clock.monotonic() < least + 0.05
        before = board.clock.monotonic()
        board.read("wisblock-1")
        assert board.clock.monotonic() - before < 0.05


def test_an_open_wire_reads_as_zero() -> None:
    """2.5 MΩ to ground: the module cannot tell."""
    with open_modules(ONE) as board:
        board.twins.faults.inject("open-loop", "wisblock-1")
        (reading,) = board.read("wisblock-1")
        assert (reading.value, reading.status) == (0.0, Status.GOOD)
        board.twins.faults.clear("open-loop", "wisblock-1")
        board.world.set("pressure.volts", 2.5)
        assert board.read("wisblock-1")[0].value == pytest.approx(2.5, abs=0.0003)


def test_a_pulled_module_reads_as_zero_and_comes_back() -> None:
    with open_modules(ONE) as board:
        board.world.set("pressure.volts", 2.5)
        board.read("wisblock-1")
        board.twins.faults.inject("module-pulled", "wisblock-1")
        assert board.read("wisblock-1")[0].value == 0.0
        board.twins.faults.clear("module-pulled", "wisblock-1")
        board.sleep(0.1)
        assert board.read("wisblock-1")[0].value == pytest.approx(2.5, abs=0.0003)


def test_a_frozen_value_stays() -> None:
    with open_modules(ONE) as board:
        board.world.set("pressure.volts", 1.0)
        board.twins.faults.inject("frozen-value", "pressure.volts")
        board.world.set("pressure.volts", 3.0)
        assert board.read("wisblock-1")[0].value == pytest.approx(1.0, abs=0.0003)


def test_an_adc_that_never_gets_ready() -> None:
    with open_modules(HEAD + slot(1, "rak5811", average=4)) as board:
        board.twins.faults.inject("never-ready", "adc")
        with pytest.raises(NotReady):
            board.read("wisblock-1")
        board.twins.faults.clear("never-ready", "adc")
        assert board.read("wisblock-1")[0].status is Status.GOOD


def test_another_chip_at_the_address_of_the_adc() -> None:
    with open_modules(ONE) as board:
        board.twins.faults.inject("wrong-chip", "adc")
        with pytest.raises(WrongIdentity):
            board.read("wisblock-1")


@pytest.mark.parametrize("target", ["expander-2", "board"])
def test_after_a_brown_out_it_says_fault_and_the_supply_comes_back(target: str) -> None:
    """The weak pull-up of a reset expander may keep the sensor alive: not good enough."""
    bench = ModuleBench(slot(1, "rak5811"))

    async def main() -> None:
        assert (await bench.read("wisblock-1"))[0].status is Status.GOOD
        bench.faults.inject("brown-out", target)
        assert not bench.twins.expander_2.driven(1)
        assert (await bench.read("wisblock-1"))[0].status is Status.FAULT
        assert bench.twins.expander_2.driven(1), "on again at once"
        assert (await bench.read("wisblock-1"))[0].status is Status.GOOD

    bench.run(main())


def test_a_supply_that_somebody_switched_off_is_no_zero() -> None:
    with open_modules(ONE) as board:
        board.read("wisblock-1")
        board.twins.i2c.transfer(0x26, bytes([2, 0]))
        board.sleep(0.1)
        with pytest.raises(UnexpectedValue, match="the sensor supply is off"):
            board.read("wisblock-1")
        assert board.read("wisblock-1")[0].status is Status.GOOD


@pytest.mark.parametrize("target", ["expander-2", "adc"])
def test_no_acknowledge(target: str) -> None:
    bench = ModuleBench(slot(1, "rak5811"))

    async def main() -> None:
        await bench.read("wisblock-1")
        bench.faults.inject("no-acknowledge", target)
        (reading,) = await bench.read("wisblock-1")
        assert (reading.value, reading.status) == (None, Status.ABSENT)
        bench.faults.clear("no-acknowledge", target)
        assert (await bench.read("wisblock-1"))[0].status is Status.GOOD

    bench.run(main())


def test_a_mute_bus_and_back() -> None:
    bench = ModuleBench(slot(1, "rak5811"))

    async def main() -> None:
        await bench.read("wisblock-1")
        bench.faults.inject("mute-bus", "i2c")
        assert (await bench.read("wisblock-1"))[0].status is Status.FAULT
        bench.faults.clear("mute-bus", "i2c")
        assert (await bench.read("wisblock-1"))[0].status is Status.GOOD
        for lane in bench.lanes:
            lane.longest_hold = 0.0  # the bus itself took longer to be given up

    bench.run(main())


def test_beside_a_rak5801_each_gets_its_own_conversions() -> None:
    bench = ModuleBench(slot(1, "rak5801"), slot(2, "rak5811", average=4))
    for number, code in ((1, 8000), (2, 20000)):
        bench.twins.slots[f"wisblock-{number}"].ain(1, lambda code=code: code * CODE_V)
    wanted = {"wisblock-1": 8000 * CODE_V / 149.9e-3, "wisblock-2": 20000 * CODE_V / 0.6}
    seen: list[tuple[str, Reading]] = []

    async def keep(name: str, pause: float) -> None:
        for _ in range(30):
            seen.extend((name, r) for r in await bench.read(name))
            await asyncio.sleep(pause)

    async def main() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(keep("wisblock-1", 0.0031))
            tasks.create_task(keep("wisblock-2", 0.0047))

    bench.run(main())
    assert len(seen) == 60
    assert {r.status for _, r in seen} == {Status.GOOD}
    assert all(r.value == pytest.approx(wanted[name]) for name, r in seen)


def test_the_adc_is_given_back_between_the_conversions_of_a_mean() -> None:
    bench = ModuleBench(slot(1, "rak5811", average=3))
    module = bench.sampled["wisblock-1"].placed.module
    module.open()
    bench.clock.advance(1.0)
    steps = []
    for step in module.sample(module.groups[0]):
        steps.append(step)
        if not isinstance(step, Hold | Release):
            bench.clock.advance(step)
    assert [type(s) for s in steps] == [Hold, float, Release] * 3


def test_nothing_can_be_written() -> None:
    with open_modules(ONE) as board, pytest.raises(OutputRefused, match="rak5811 has no writable"):
        board.write("wisblock-1", "a1", 4.0)


def test_an_expander_that_does_not_answer_lets_go_of_the_line() -> None:
    bench = ModuleBench(slot(1, "rak5811"))
    module = bench.sampled["wisblock-1"].placed.module
    assert isinstance(module, Rak5811)
    module.close()
    module.open()
    bench.faults.inject("no-acknowledge", "expander-2")
    with pytest.raises(Exception, match="0x26"):
        module.close()
    bench.faults.clear("no-acknowledge", "expander-2")
    module.open()
    assert bench.twins.expander_2.driven(1)
