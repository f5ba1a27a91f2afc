"""RAK13001 on the virtual board: off unless somebody said on, and no input that nobody reads."""

from __future__ import annotations

import pytest
from module_bench import HEAD, ModuleBench, slot

from wisgate.board.prompt import open_modules
from wisgate.bus.lines import LineAt
from wisgate.bus.trace import TracedI2c
from wisgate.catalog.catalog import load
from wisgate.chips.tpt29555 import Tpt29555
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import (
    BusUnavailable,
    ConfigError,
    NoAcknowledge,
    OutputRefused,
    PlanConflict,
    UnexpectedValue,
)
from wisgate.core.points import Status, Value
from wisgate.modules.rak13001 import Rak13001
from wisgate.virtual.board import VirtualRak7391

LINES = {1: 4, 2: 12}
"""slot: the expander's line of IO4. Modules sheet 4.4."""
ON = 1 << 12 - 8
"""Line 12 in port 1."""


class Traced:
    """A relay in slot 2 over a traced bus; `drives` is whether the pin was driven high, at each
    change."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.board = VirtualRak7391(self.clock, modules={"wisblock-2": "rak13001"})
        self.trace: list[str] = []
        i2c = TracedI2c(self.board.i2c, self.clock, self.trace.append)
        self.relay = Rak13001(LineAt(Tpt29555(i2c, 0x26), 12, "wisblock-2 rak13001 IO4"))
        self.drives: list[bool] = []
        self.board.expander_2.watch(
            12, lambda level: self.drives.append(self.board.expander_2.driven(12))
        )

    @property
    def writes(self) -> list[tuple[int, int]]:
        """(register, value) of every write to port 1, as bytes on the wire."""
        lines = [line.split() for line in self.trace if "->" not in line and line[:3] == "26:"]
        return [(int(w[1], 16), int(w[2], 16)) for w in lines if w[1] in ("03", "07")]


@pytest.mark.parametrize("on_before", [None, True, False])
def test_the_latch_is_low_before_the_line_becomes_an_output(on_before: bool | None) -> None:
    """After a reset every latch is 1: direction first would be a pulse."""
    made = Traced()
    if on_before is not None:
        made.relay.open()
        made.relay.write("relay", on_before)
        made.board.faults.inject("brown-out", "expander-2")
        del made.trace[:], made.drives[:]
    made.relay.open()
    assert made.writes[0][0] == 0x03
    assert 0x07 in [register for register, _ in made.writes]
    assert not any(value & ON for register, value in made.writes if register == 0x03)
    assert True not in made.drives
    made.clock.advance(1)
    assert made.board.world.get("valve.open") == 0.0


@pytest.mark.parametrize("number", [1, 2])
def test_it_switches_and_tells_what_was_commanded(number: int) -> None:
    name = f"wisblock-{number}"
    with open_modules(HEAD + slot(number, "rak13001")) as board:
        for on in (True, True, False, True):
            board.write(name, "relay", on)
            board.sleep(0.02)
            assert board.twins.expander_2.driven(LINES[number]) is on
            assert board.world.get("valve.open") == float(on)
            (reading,) = board.read(name)
            assert (reading.name, reading.value, reading.status) == ("relay", on, Status.GOOD)
    assert not board.twins.expander_2.level(LINES[number]), "off at the end"


def test_the_valve_takes_its_time_and_lets_the_pressure_fall() -> None:
    with open_modules(HEAD + slot(2, "rak13001")) as board:
        board.read("wisblock-2")
        board.write("wisblock-2", "relay", True)
        assert board.world.get("valve.open") == 0.0, "a contact takes 10 ms"
        before = board.world.get("pressure.volts")
        board.sleep(1)
        assert board.world.get("valve.open") == 1.0
        assert board.world.get("pressure.volts") < before - 0.5


def test_beside_a_rak13007_each_has_its_own_contact() -> None:
    with open_modules(HEAD + slot(1, "rak13001") + slot(2, "rak13007")) as board:
        board.write("wisblock-1", "relay", True)
        board.sleep(0.02)
        assert [board.world.get(n) for n in ("valve.open", "pump.running")] == [1.0, 0.0]
        board.write("wisblock-2", "relay", True)
        board.write("wisblock-1", "relay", False)
        board.sleep(0.02)
        assert [board.world.get(n) for n in ("valve.open", "pump.running")] == [0.0, 1.0]


@pytest.mark.parametrize("value", [1, 0, 1.0, "on", None])
def test_only_true_and_false(value: Value) -> None:
    with (
        open_modules(HEAD + slot(2, "rak13001")) as board,
        pytest.raises(OutputRefused, match="relay takes true or false"),
    ):
        board.write("wisblock-2", "relay", value)
    assert not board.twins.expander_2.driven(12)


def test_the_input_is_no_channel() -> None:
    with (
        open_modules(HEAD + slot(2, "rak13001")) as board,
        pytest.raises(OutputRefused, match="rak13001 has no writable channel 'input'"),
    ):
        board.write("wisblock-2", "input", True)


def test_no_input_takes_no_line() -> None:
    module = load().modules["rak13001"]
    default = {o.name: o.default for o in module.options}
    assert [u.signal for u in module.used(default)] == ["IO4", "3V3_S"]
    with open_modules(HEAD + slot(2, "rak13001")) as board:
        directions = board.twins.i2c.transfer(0x26, b"\x07", 1)[0]
        assert directions == 0xFF & ~ON, "no other line is touched"


@pytest.mark.parametrize("number", [1, 2])
def test_the_isolated_input_is_read_and_counted(number: int) -> None:
    name = f"wisblock-{number}"
    with open_modules(HEAD + slot(number, "rak13001", input="IO3")) as board:
        seen = []
        for volts in (0, 24, 24, 0, 12):
            board.world.set("field.volts", volts)
            board.sleep(1)
            relay, energised, count = board.read(name)
            assert relay.value is False
            seen.append((energised.value, count.value))
        assert seen == [(False, 0), (True, 1), (True, 1), (False, 1), (True, 2)]


def test_a_level_that_is_too_short_does_not_count() -> None:
    with open_modules(HEAD + slot(1, "rak13001", input="IO3", debounce="500ms")) as board:
        for volts, seconds in ((24, 0.2), (0, 0.4), (24, 0.2), (24, 0.4), (24, 0.2)):
            board.world.set("field.volts", volts)
            _, energised, count = board.read("wisblock-1")
            board.sleep(seconds)
        _, energised, count = board.read("wisblock-1")
        assert (energised.value, count.value) == (True, 1)


def test_without_the_option_there_is_no_input() -> None:
    with open_modules(HEAD + slot(1, "rak13001")) as board:
        assert [r.name for r in board.read("wisblock-1")] == ["relay"]


def test_an_input_on_a_signal_that_nobody_knows_is_refused_with_its_line() -> None:
    text = HEAD + slot(2, "rak13001", input="SW1")
    with pytest.raises((ConfigError, PlanConflict), match="SW1"), open_modules(text):
        pass


@pytest.mark.parametrize("on", [True, False])
def test_after_a_brown_out_the_relay_ends_off_and_says_fault(on: bool) -> None:
    bench = ModuleBench(slot(2, "rak13001"))
    relay = bench.sampled["wisblock-2"]

    async def main() -> None:
        await relay.open()
        await relay.write("relay", on)
        bench.faults.inject("brown-out", "expander-2")
        (reading,) = await bench.read("wisblock-2")
        assert (reading.value, reading.status) == (None, Status.FAULT)
        assert not bench.twins.expander_2.level(12), "driven low again at once, not pulled up"
        (reading,) = await bench.read("wisblock-2")
        assert (reading.value, reading.status) == (False, Status.GOOD)

    bench.run(main())
    bench.clock.advance(1)
    assert bench.world.get("valve.open") == 0.0


def test_a_line_that_somebody_else_switched_is_a_fault() -> None:
    made = Traced()
    made.relay.open()
    made.board.i2c.transfer(0x26, b"\x03\xff")
    with pytest.raises(UnexpectedValue, match="reads on, commanded was off"):
        next(made.relay.sample(made.relay.groups[0]))


def test_an_expander_that_does_not_answer() -> None:
    bench = ModuleBench(slot(2, "rak13001"))
    relay = bench.sampled["wisblock-2"]

    async def main() -> None:
        await relay.open()
        await relay.write("relay", True)
        bench.faults.inject("no-acknowledge", "expander-2")
        assert [r.status for r in await bench.read("wisblock-2")] == [Status.ABSENT]
        with pytest.raises(NoAcknowledge):
            await relay.write("relay", False)
        bench.faults.clear("no-acknowledge", "expander-2")
        await relay.write("relay", True)
        assert [r.value for r in await bench.read("wisblock-2")] == [True]

    bench.run(main())


def test_pulled_and_put_back_it_follows_the_line() -> None:
    """The module has no identity: only the contact knows that it was away."""
    with open_modules(HEAD + slot(2, "rak13001")) as board:
        board.write("wisblock-2", "relay", True)
        board.sleep(0.02)
        board.twins.faults.inject("module-pulled", "wisblock-2")
        assert board.world.get("valve.open") == 0.0
        assert board.read("wisblock-2")[0].value is True
        board.twins.faults.clear("module-pulled", "wisblock-2")
        board.sleep(0.02)
        assert board.world.get("valve.open") == 1.0


def test_without_open_it_says_so_and_close_does_nothing() -> None:
    made = Traced()
    made.relay.close()
    assert made.trace == []
    with pytest.raises(BusUnavailable):
        made.relay.write("relay", True)
    with pytest.raises(BusUnavailable):
        next(made.relay.sample(made.relay.groups[0]))


def test_a_failed_close_lets_go_of_the_line() -> None:
    made = Traced()
    made.relay.open()
    made.relay.write("relay", True)
    made.board.faults.inject("no-acknowledge", "expander-2")
    with pytest.raises(NoAcknowledge):
        made.relay.close()
    made.board.faults.clear("no-acknowledge", "expander-2")
    made.relay.open()
    assert not made.board.expander_2.driven(12)
