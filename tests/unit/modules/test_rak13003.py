"""RAK13003 on the virtual board: inputs, outputs, counters, and inputs again."""

from __future__ import annotations

import pytest
from module_bench import HAT, HEAD, ModuleBench, slot

from wisgate.board.prompt import open_modules
from wisgate.core.errors import ConfigError, NoAcknowledge, OutputRefused
from wisgate.core.points import Status, Value
from wisgate.modules.pulses import PulseCounter

NAME = "wisblock-1"
OUT = slot(1, "rak13003", io2="output", io7="output", io15="output")


def quiet(bench_or_board: object) -> None:
    """Every terminal at ground."""
    for n in range(16):
        bench_or_board.world.set(f"panel.io{n}", 0)  # type: ignore[attr-defined]


def directions(bench: ModuleBench) -> str:
    return bench.twins.i2c.transfer(0x20, b"\x00", 2).hex()


def test_fourteen_inputs_unless_somebody_says_otherwise() -> None:
    with open_modules(HEAD + slot(1, "rak13003")) as board:
        quiet(board)
        for n in (0, 6, 8, 14):
            board.world.set(f"panel.io{n}", 1)
        readings = {r.name: r for r in board.read(NAME)}
    assert list(readings) == [f"in{n}" for n in range(16) if n not in (7, 15)]
    assert [name for name, r in readings.items() if r.value] == ["in0", "in6", "in8", "in14"]
    assert {r.status for r in readings.values()} == {Status.GOOD}


def test_an_output_is_an_input_until_it_is_written() -> None:
    bench = ModuleBench(OUT)
    module = bench.sampled[NAME].placed.module
    module.open()
    assert directions(bench) == "ffff"
    module.write("out2", True)
    assert directions(bench) == "fbff"
    module.write("out15", False)
    assert directions(bench) == "fb7f"
    assert bench.twins.i2c.transfer(0x20, b"\x12", 1)[0] & 4
    module.close()
    assert directions(bench) == "ffff"
    assert bench.twins.i2c.transfer(0x20, b"\x0c", 2) == b"\x00\x00", "no pull-up either"


def test_the_level_comes_before_the_direction() -> None:
    bench = ModuleBench(OUT)
    quiet(bench)
    twin = next(t for t in bench.twins.i2c.twins if 0x20 in getattr(t, "addresses", ()))
    seen: list[bool | None] = []
    twin.watch(2, lambda level: seen.append(twin.driven(2)))  # type: ignore[attr-defined]
    module = bench.sampled[NAME].placed.module
    module.open()
    module.write("out2", True)
    assert seen == [True], "never driven low before"


def test_outputs_switch_and_tell_what_was_commanded() -> None:
    with open_modules(HEAD + OUT) as board:
        for on in (True, True, False, True):
            board.write(NAME, "out7", on)
            board.write(NAME, "out2", not on)
            readings = {r.name: r.value for r in board.read(NAME)}
            assert (readings["out7"], readings["out2"]) == (on, not on)
            assert readings["out15"] is False


@pytest.mark.parametrize("value", [1, 0.0, "on", None])
def test_only_true_and_false(value: Value) -> None:
    with open_modules(HEAD + OUT) as board, pytest.raises(OutputRefused, match="out2 takes true"):
        board.write(NAME, "out2", value)


@pytest.mark.parametrize("channel", ["in0", "out0", "count0", "out16"])
def test_other_channels_cannot_be_written(channel: str) -> None:
    with open_modules(HEAD + OUT) as board, pytest.raises(OutputRefused, match=channel):
        board.write(NAME, channel, True)


@pytest.mark.parametrize("line", [7, 15])
@pytest.mark.parametrize("use", ["input", "counter"])
def test_two_lines_are_no_inputs(line: int, use: str) -> None:
    table = slot(1, "rak13003", **{f"io{line}": use})
    with pytest.raises(ConfigError, match=f"io{line}"), open_modules(HEAD + table):
        pass


def test_a_short_is_a_fault_of_one_line() -> None:
    bench = ModuleBench(OUT)
    outputs = bench.sampled[NAME]

    async def main() -> None:
        await outputs.open()
        await outputs.write("out2", True)
        await outputs.write("out7", True)
        bench.twins.i2c.transfer(0x20, b"\x02\x04")  # inverted: line 2 reads low
        readings = {r.name: r for r in await bench.read(NAME)}
        assert (readings["out2"].value, readings["out2"].status) == (None, Status.FAULT)
        assert (readings["out7"].value, readings["out7"].status) == (True, Status.GOOD)

    bench.run(main())


def test_somebody_else_who_writes_is_a_fault_and_everything_an_input() -> None:
    bench = ModuleBench(OUT)
    outputs = bench.sampled[NAME]

    async def main() -> None:
        await outputs.open()
        await outputs.write("out2", True)
        bench.twins.i2c.transfer(0x20, b"\x14\x00\x00")
        assert {r.status for r in await bench.read(NAME)} == {Status.FAULT}
        assert directions(bench) == "ffff"

    bench.run(main())


def test_after_a_brown_out_every_line_is_an_input_and_says_fault_once() -> None:
    bench = ModuleBench(OUT)
    outputs = bench.sampled[NAME]

    async def main() -> None:
        await outputs.open()
        await outputs.write("out2", False)
        bench.faults.inject("brown-out", NAME)
        assert {r.status for r in await bench.read(NAME)} == {Status.FAULT}
        readings = await bench.read(NAME)
        assert {r.status for r in readings} == {Status.GOOD}
        assert directions(bench) == "ffff"

    bench.run(main())


def test_pulled_and_put_back() -> None:
    bench = ModuleBench(OUT)
    outputs = bench.sampled[NAME]

    async def main() -> None:
        await outputs.open()
        await outputs.write("out2", True)
        bench.faults.inject("module-pulled", NAME)
        assert {r.status for r in await bench.read(NAME)} == {Status.ABSENT}
        with pytest.raises(NoAcknowledge):
            await outputs.write("out2", True)
        bench.faults.clear("module-pulled", NAME)
        assert {r.status for r in await bench.read(NAME)} == {Status.GOOD}

    bench.run(main())


def test_another_chip_is_refused() -> None:
    bench = ModuleBench(OUT)
    bench.faults.inject("wrong-chip", NAME)

    async def main() -> None:
        assert {r.status for r in await bench.read(NAME)} == {Status.FAULT}

    bench.run(main())


@pytest.mark.parametrize(("stays", "value"), [(True, True), (False, False)])
def test_an_input_that_moved_must_stay(stays: bool, value: bool) -> None:
    bench = ModuleBench(slot(1, "rak13003", debounce="20ms"))
    quiet(bench)
    module = bench.sampled[NAME].placed.module
    module.open()
    bench.world.set("panel.io3", 1)
    steps = module.sample(module.groups[0])
    assert next(steps) == pytest.approx(0.02)
    if not stays:
        bench.world.set("panel.io3", 0)
    with pytest.raises(StopIteration) as done:
        next(steps)
    assert {r.name: r.value for r in done.value.value}["in3"] is value


def test_without_a_move_nothing_is_waited_for() -> None:
    bench = ModuleBench(slot(1, "rak13003", debounce="20ms"))
    quiet(bench)
    module = bench.sampled[NAME].placed.module
    module.open()
    with pytest.raises(StopIteration):
        next(module.sample(module.groups[0]))


def test_pull_ups() -> None:
    for text, expected in (("", b"\x7f\x7f"), ("pull_up = false\n", b"\x00\x00")):
        bench = ModuleBench(slot(1, "rak13003") + text)
        bench.sampled[NAME].placed.module.open()
        assert bench.twins.i2c.transfer(0x20, b"\x0c", 2) == expected


def test_a_counter_sees_a_pulse_between_two_samples() -> None:
    with open_modules(HEAD + slot(1, "rak13003", io4="counter", io12="counter")) as board:
        quiet(board)
        board.read(NAME)
        for _ in range(3):
            for level in (1, 0):
                board.world.set("panel.io4", level)
                board.sleep(0.01)
            readings = {r.name: r.value for r in board.read(NAME)}
        assert readings["count12"] == 0
        assert readings["in0"] is False
        board.world.set("panel.io12", 1)
        readings = {r.name: r.value for r in board.read(NAME)}
        assert readings["count12"] == 1
        assert {r.name: r.value for r in board.read(NAME)}["count12"] == 1


def test_counts_survive_a_brown_out() -> None:
    bench = ModuleBench(slot(1, "rak13003", io4="counter"))
    quiet(bench)

    async def count() -> int:
        return int(next(r.value for r in await bench.read(NAME) if r.name == "count4") or 0)

    async def main() -> None:
        await bench.read(NAME)
        bench.world.set("panel.io4", 1)
        assert await count() == 1
        bench.faults.inject("brown-out", NAME)
        await bench.read(NAME)
        assert await count() == 1

    bench.run(main())


@pytest.mark.parametrize("line", [4, 12])
def test_what_a_counter_makes_of_what_it_sees(line: int) -> None:
    bit = 1 << line
    counter = PulseCounter([line])
    counter.begin(0)
    counter.see(bit, 0, 0)
    assert counter.counts == {line: 1}
    counter.see(bit, 0, 0)
    assert counter.counts == {line: 1}, "it stays high"
    counter.see(bit, bit, 0)
    assert counter.counts == {line: 2}, "low and high again"
    counter.see(0, bit, 0)
    assert counter.counts == {line: 2}, "fell"
    counter.see(0, bit, bit)
    assert counter.counts == {line: 3}, "a pulse"
    counter.see(bit, bit, bit)
    assert counter.counts == {line: 4}, "rose, and was captured"
    other = 1 << (line + 8) % 16
    counter.see(0, other, bit)
    assert counter.counts == {line: 4}, "what another port captured says nothing"
    counter.begin(bit)
    counter.see(bit, 0, 0)
    assert counter.counts == {line: 4}, "begun anew, and kept"


def test_a_reset_line_where_it_is_known() -> None:
    bench = ModuleBench(slot(1, "rak13003", reset="IO4", io2="output"))
    module = bench.sampled[NAME].placed.module
    module.open()
    assert bench.twins.slots[NAME].driven(4), "high: not reset"
    module.write("out2", True)
    bench.twins.i2c.transfer(0x26, b"\x02\x00")
    bench.twins.i2c.transfer(0x26, b"\x02\xff")
    assert directions(bench) == "ffff", "the chip was reset"
    module.open()
    module.close()
    assert bench.twins.slots[NAME].level(4)


def test_on_a_hat_the_reset_pin_has_a_line() -> None:
    with open_modules(HAT + slot("io-2", "rak13003", reset="RESET", io0="output")) as board:
        assert board.twins.lines.driven(27)
        board.write("io-2", "out0", True)
        assert {r.name: r.value for r in board.read("io-2")}["out0"] is True
