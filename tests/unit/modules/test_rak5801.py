"""RAK5801 on the virtual board: from milliamperes in the loop to statuses, and every fault."""

from __future__ import annotations

import asyncio

import pytest
from module_bench import HEAD, ModuleBench, slot

from wisgate.board.prompt import Prompt, open_modules
from wisgate.core.errors import NotReady, OutputRefused, UnexpectedValue, WrongIdentity
from wisgate.core.points import Hold, Reading, Release, Status
from wisgate.modules.rak5801 import Rak5801, loop_status

ONE = HEAD + slot(1, "rak5801")
LINES = {1: 1, 2: 9}
"""slot: the expander's line of IO1. Modules sheet 4.1."""
CODE_V = 125e-6


def at(board: Prompt, code: int) -> Reading:
    """A reading while the pin of the ADC has exactly the voltage of `code`."""
    board.twins.slots["wisblock-1"].ain(1, lambda: code * CODE_V)
    return board.read("wisblock-1")[0]


@pytest.mark.parametrize(
    ("milliamperes", "status"),
    [
        (-0.1, Status.FAULT), (0.0, Status.FAULT), (3.5999, Status.FAULT),
        (3.6, Status.UNCERTAIN), (3.7999, Status.UNCERTAIN), (3.8, Status.GOOD),
        (20.5, Status.GOOD), (20.5001, Status.UNCERTAIN), (20.9999, Status.UNCERTAIN),
        (21.0, Status.FAULT), (25.0, Status.FAULT),
    ],
)  # fmt: skip
def test_namur_ne43(milliamperes: float, status: Status) -> None:
    assert loop_status(milliamperes) is status


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (4317, Status.FAULT), (4318, Status.UNCERTAIN),  # 3.6 mA
        (4556, Status.UNCERTAIN), (4557, Status.GOOD),  # 3.8 mA
        (24583, Status.GOOD), (24584, Status.UNCERTAIN),  # 20.5 mA
        (25183, Status.UNCERTAIN), (25184, Status.FAULT),  # 21.0 mA
        (26239, Status.FAULT), (26240, Status.SATURATED), (26400, Status.SATURATED),  # 3.28 V
    ],
)  # fmt: skip
def test_thresholds_to_the_last_code_of_the_converter(code: int, status: Status) -> None:
    with open_modules(ONE) as board:
        reading = at(board, code)
    assert reading.status is status
    if status.carries_value:
        assert reading.value == pytest.approx(code * CODE_V / 149.9 * 1e3)
    else:
        assert reading.value is None


@pytest.mark.parametrize("number", [1, 2])
def test_a_level_in_either_slot(number: int) -> None:
    with open_modules(HEAD + slot(number, "rak5801")) as board:
        assert board.twins.expander_2.driven(LINES[number])
        for level, milliamperes in ((0.0, 4.0), (1.75, 12.0), (3.5, 20.0)):
            board.world.set("tank.level", level)
            (reading,) = board.read(f"wisblock-{number}")
            assert reading.value == pytest.approx(milliamperes, abs=0.001)
            assert reading.status is Status.GOOD
    assert not board.twins.expander_2.level(LINES[number]), "the supply is off at the end"


def test_a_calibrated_transfer() -> None:
    with open_modules(HEAD + slot(1, "rak5801", transfer="148.5Ω")) as board:
        assert at(board, 12000).value == pytest.approx(12000 * CODE_V / 148.5 * 1e3)


@pytest.mark.parametrize(("warm_up", "least"), [("50ms", 0.05), ("3s", 3.0)])
def test_the_first_reading_waits_for_the_transmitter(warm_up: str, least: float) -> None:
    with open_modules(HEAD + slot(1, "rak5801", warm_up=warm_up)) as board:
        board.read("wisblock-1")
        assert least < board.clock.monotonic() < least + 0.05
        before = board.clock.monotonic()
        board.read("wisblock-1")
        assert board.clock.monotonic() - before < 0.05


def test_open_loop() -> None:
    with open_modules(ONE) as board:
        board.twins.faults.inject("open-loop", "wisblock-1")
        (reading,) = board.read("wisblock-1")
        assert (reading.value, reading.status) == (None, Status.FAULT)
        board.twins.faults.clear("open-loop", "wisblock-1")
        assert board.read("wisblock-1")[0].status is Status.GOOD


def test_a_pulled_module_reads_as_an_open_loop_and_comes_back() -> None:
    with open_modules(ONE) as board:
        assert board.read("wisblock-1")[0].status is Status.GOOD
        board.twins.faults.inject("module-pulled", "wisblock-1")
        assert board.read("wisblock-1")[0].status is Status.FAULT
        board.twins.faults.clear("module-pulled", "wisblock-1")
        board.sleep(0.1)
        assert board.read("wisblock-1")[0].status is Status.GOOD


def test_a_frozen_value_stays() -> None:
    with open_modules(ONE) as board:
        board.world.set("tank.level", 1.0)
        board.twins.faults.inject("frozen-value", "tank.level")
        board.world.set("tank.level", 3.0)
        assert board.read("wisblock-1")[0].value == pytest.approx(4 + 16 / 3.5, abs=0.001)


def test_an_adc_that_never_gets_ready() -> None:
    with open_modules(ONE) as board:
        board.twins.faults.inject("never-ready", "adc")
        with pytest.raises(NotReady):
            board.read("wisblock-1")
        board.twins.faults.clear("never-ready", "adc")
        assert board.read("wisblock-1")[0].status is Status.GOOD


def test_a_conversion_that_somebody_gave_up_on_is_waited_for() -> None:
    """The first result would be that of the other input."""
    with open_modules(ONE) as board:
        board.read("wisblock-1")
        board.twins.i2c.transfer(0x4B, bytes([0x01, 0xC3, 0x83]))
        before = board.clock.monotonic()
        assert at(board, 12000).value == pytest.approx(12000 * CODE_V / 149.9 * 1e3)
        assert 20.5e-3 < board.clock.monotonic() - before < 25.5e-3, "two tries, a conversion"


def test_a_start_is_given_up_after_two_conversions() -> None:
    bench = ModuleBench(slot(1, "rak5801"))
    module = bench.sampled["wisblock-1"].placed.module
    module.open()
    bench.clock.advance(1.0)
    bench.faults.inject("never-ready", "adc")
    bench.twins.i2c.transfer(0x4B, bytes([0x01, 0xC3, 0x83]))
    steps = module.sample(module.groups[0])
    assert isinstance(next(steps), Hold)
    assert [next(steps) for _ in range(4)] == [pytest.approx(5e-3)] * 4
    with pytest.raises(NotReady, match="another conversion"):
        next(steps)


def test_another_chip_at_the_address_of_the_adc() -> None:
    with open_modules(ONE) as board:
        board.twins.faults.inject("wrong-chip", "adc")
        with pytest.raises(WrongIdentity):
            board.read("wisblock-1")


@pytest.mark.parametrize("target", ["expander-2", "board"])
def test_after_a_brown_out_it_says_fault_and_the_supply_comes_back(target: str) -> None:
    """The weak pull-up of a reset expander may keep the loop alive: that is not good enough."""
    bench = ModuleBench(slot(1, "rak5801"))

    async def main() -> None:
        assert (await bench.read("wisblock-1"))[0].status is Status.GOOD
        bench.faults.inject("brown-out", target)
        assert not bench.twins.expander_2.driven(1)
        assert (await bench.read("wisblock-1"))[0].status is Status.FAULT
        assert bench.twins.expander_2.driven(1), "on again at once"
        assert (await bench.read("wisblock-1"))[0].status is Status.GOOD

    bench.run(main())


def test_a_supply_that_somebody_switched_off_is_no_open_loop() -> None:
    with open_modules(ONE) as board:
        board.read("wisblock-1")
        board.twins.i2c.transfer(0x26, bytes([2, 0]))
        board.sleep(0.1)
        with pytest.raises(UnexpectedValue, match="the loop supply is off"):
            board.read("wisblock-1")
        assert board.read("wisblock-1")[0].status is Status.GOOD


@pytest.mark.parametrize("target", ["expander-2", "adc"])
def test_no_acknowledge(target: str) -> None:
    bench = ModuleBench(slot(1, "rak5801"))

    async def main() -> None:
        await bench.read("wisblock-1")
        bench.faults.inject("no-acknowledge", target)
        (reading,) = await bench.read("wisblock-1")
        assert (reading.value, reading.status) == (None, Status.ABSENT)
        bench.faults.clear("no-acknowledge", target)
        assert (await bench.read("wisblock-1"))[0].status is Status.GOOD

    bench.run(main())


def test_a_mute_bus_and_back() -> None:
    bench = ModuleBench(slot(1, "rak5801"))

    async def main() -> None:
        await bench.read("wisblock-1")
        bench.faults.inject("mute-bus", "i2c")
        assert (await bench.read("wisblock-1"))[0].status is Status.FAULT
        bench.faults.clear("mute-bus", "i2c")
        assert (await bench.read("wisblock-1"))[0].status is Status.GOOD
        for lane in bench.lanes:
            lane.longest_hold = 0.0  # the bus itself took longer to be given up

    bench.run(main())


def test_two_slots_never_get_each_others_conversion() -> None:
    bench = ModuleBench(slot(1, "rak5801"), slot(2, "rak5801"))
    for number, code in ((1, 8000), (2, 20000)):
        bench.twins.slots[f"wisblock-{number}"].ain(1, lambda code=code: code * CODE_V)
    wanted = {"wisblock-1": 8000 * CODE_V / 149.9e-3, "wisblock-2": 20000 * CODE_V / 149.9e-3}
    seen: list[tuple[str, Reading]] = []

    async def keep(name: str, pause: float) -> None:
        for _ in range(60):
            seen.extend((name, r) for r in await bench.read(name))
            await asyncio.sleep(pause)

    async def main() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(keep("wisblock-1", 0.0031))
            tasks.create_task(keep("wisblock-2", 0.0047))

    bench.run(main())
    assert len(seen) == 120
    assert {r.status for _, r in seen} == {Status.GOOD}
    assert all(r.value == pytest.approx(wanted[name]) for name, r in seen)


def test_opening_one_slot_leaves_the_conversion_of_the_other_alone() -> None:
    bench = ModuleBench(slot(1, "rak5801"), slot(2, "rak5801", warm_up="50ms"))

    async def main() -> None:
        await bench.read("wisblock-1")
        running = asyncio.create_task(bench.read("wisblock-1"))
        begun = bench.clock.monotonic()
        await asyncio.sleep(0.002)
        await bench.sampled["wisblock-2"].open()
        assert bench.clock.monotonic() - begun < 0.0105, "in the middle of the conversion"
        assert (await running)[0].status is Status.GOOD
        assert (await bench.read("wisblock-2"))[0].status is Status.GOOD

    bench.run(main())
    assert bench.counters["failures"] == 0


def test_the_adc_is_held_from_trigger_to_collect() -> None:
    bench = ModuleBench(slot(1, "rak5801"))
    module = bench.sampled["wisblock-1"].placed.module
    module.open()
    bench.clock.advance(1.0)
    steps = []
    for step in module.sample(module.groups[0]):
        steps.append(step)
        if not isinstance(step, Hold | Release):
            bench.clock.advance(step)
    assert [type(s) for s in steps] == [Hold, float, Release]
    assert steps[0].chip is steps[2].chip


def test_nothing_can_be_written() -> None:
    with open_modules(ONE) as board, pytest.raises(OutputRefused, match="rak5801 has no writable"):
        board.write("wisblock-1", "a1", 4.0)


def test_an_expander_that_does_not_answer_lets_go_of_the_line() -> None:
    bench = ModuleBench(slot(1, "rak5801"))
    module = bench.sampled["wisblock-1"].placed.module
    assert isinstance(module, Rak5801)
    module.close()
    module.open()
    bench.faults.inject("no-acknowledge", "expander-2")
    with pytest.raises(Exception, match="0x26"):
        module.close()
    bench.faults.clear("no-acknowledge", "expander-2")
    module.open()
    assert bench.twins.expander_2.driven(1)
