"""RAK13005 on the virtual board: a climate node, a damper, and whoever else is on the bus."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

import pytest
from module_bench import HEAD, ModuleBench, slot

from wisgate.board.prompt import Prompt, open_modules
from wisgate.bus.trace import TracedUart
from wisgate.catalog.catalog import load
from wisgate.core.errors import BusUnavailable, NoAcknowledge, NoAnswer, OutputRefused
from wisgate.core.points import Reading, Status

FRAMES = """
[[slot.frame]]
id = 0x10
name = "room"
size = 3
signals = [
    { name = "warmth", bit = 0, length = 16, signed = true, scale = 0.01, unit = "Cel" },
    { name = "damp", bit = 16, unit = "%" },
]
[[slot.frame]]
id = 0x11
name = "order"
publisher = "gateway"
signals = [{ name = "position", bit = 0, unit = "%", initial = 5 }]
[[slot.frame]]
id = 0x12
name = "damper"
signals = [{ name = "position", bit = 0, unit = "%" }, { name = "moving", bit = 8, length = 1 }]
"""
LISTENED = FRAMES.replace('publisher = "gateway"\n', "").replace(", initial = 5", "")
SCHEDULES = """
[[slot.schedule]]
name = "slow"
entries = [{ frame = "room", delay = "50ms" }]
[[slot.schedule]]
name = "damper-only"
entries = [{ frame = "order" }, { frame = "damper" }, { frame = "damper" }]
"""
ANSWER = """
[[slot.frame]]
id = 0x20
name = "state"
publisher = "gateway"
signals = [{ name = "level", bit = 0, scale = 0.5, unit = "%", initial = 21 }]
[[slot.frame]]
id = 0x10
name = "room"
size = 3
signals = [{ name = "warmth", bit = 0, length = 16, signed = true, scale = 0.01, unit = "Cel" }]
"""


def setup(more: str = FRAMES, **options: object) -> str:
    return HEAD + slot(1, "rak13005", **options) + more


def values(board: Prompt) -> dict[str, object]:
    return {reading.name: reading.value for reading in board.read("wisblock-1")}


def by_name(readings: list[Reading]) -> dict[str, Reading]:
    return {reading.name: reading for reading in readings}


def run(bench: ModuleBench, main: Coroutine[Any, Any, None]) -> None:
    """A frame holds the serial lane for as long as its answer may take; nobody else is in it."""

    async def whole() -> None:
        await main
        for lane in bench.lanes:
            if lane.name.endswith("uart"):
                lane.longest_hold = 0.0

    bench.run(whole())


def settle(board: Prompt) -> dict[str, object]:
    """A first run wakes the nodes; the second finds everybody up."""
    values(board)
    return values(board)


@pytest.mark.parametrize(
    ("celsius", "humidity"), [(21.5, 0.45), (-40.0, 0.0), (-0.01, 1.0), (0.0, 0.5), (85.0, 0.07)]
)
def test_what_the_climate_node_says(celsius: float, humidity: float) -> None:
    with open_modules(setup()) as board:
        board.world.set("room.temperature", celsius)
        board.world.set("room.humidity", humidity)
        seen = settle(board)
    assert seen["room_warmth"] == pytest.approx(celsius, abs=0.006)
    assert seen["room_damp"] == pytest.approx(humidity * 100, abs=0.51)


@pytest.mark.parametrize("slot_name", [1, 2])
@pytest.mark.parametrize("baud", [2400, 4800, 9600, 10400, 19200, 20000])
def test_every_rate_in_both_slots(slot_name: int, baud: int) -> None:
    file = HEAD + slot(slot_name, "rak13005", baud=baud, interval="2s") + FRAMES
    with open_modules(file) as board:
        name = f"wisblock-{slot_name}"
        board.read(name)
        seen = by_name(list(board.read(name)))
    assert seen["room_warmth"].status is Status.GOOD
    assert (seen["frames"].value, seen["errors"].value) == (6, 0)


def test_the_damper_goes_where_it_is_told() -> None:
    with open_modules(setup()) as board:
        settle(board)
        board.world.set("damper.position", 0.0)
        board.world.release("damper.position")
        board.write("wisblock-1", "order_position", 30)
        values(board)
        board.sleep(0.5)
        assert values(board)["damper_moving"] is True
        board.sleep(6)
        seen = values(board)
        assert (seen["order_position"], seen["damper_position"]) == (30, 30)
        assert seen["damper_moving"] is False
        assert board.world.get("damper.position") == pytest.approx(0.3)


def test_the_safe_position_is_sent_at_the_start_and_at_the_end() -> None:
    with open_modules(setup()) as board:
        values(board)
        board.sleep(2)
        assert board.world.get("damper.target") == pytest.approx(0.05)
        board.write("wisblock-1", "order_position", 80)
        values(board)
        assert board.world.get("damper.target") == pytest.approx(0.8)
        board.close()
        assert board.world.get("damper.target") == pytest.approx(0.05)
        assert not board.twins.slots["wisblock-1"].driven(6)


@pytest.mark.parametrize(
    ("channel", "value", "says"),
    [
        ("order_position", 256, "does not fit 8 bits"),
        ("order_position", -1, "does not fit 8 bits"),
        ("order_position", True, "takes a number"),
        ("order_position", "far", "takes a number"),
        ("damper_position", 5, "no writable channel"),
        ("frames", 5, "no writable channel"),
        ("nothing", 5, "no writable channel"),
    ],
)
def test_what_is_refused(channel: str, value: object, says: str) -> None:
    with open_modules(setup()) as board, pytest.raises(OutputRefused, match=says):
        board.write("wisblock-1", channel, value)  # type: ignore[arg-type]


def test_a_schedule_is_run_in_its_order_and_time() -> None:
    with open_modules(setup(FRAMES + SCHEDULES)) as board:
        settle(board)
        begin = board.clock.monotonic()
        seen = values(board)
        assert board.clock.monotonic() - begin == pytest.approx(0.05, abs=2e-3)
        assert "room_warmth" in seen
        assert "damper_position" not in seen
        answer = board.command("wisblock-1", "schedule", table="damper-only")
        assert answer == {"schedule": "damper-only"}
        before = values(board)["frames"]
        seen = values(board)
        assert "room_warmth" not in seen
        assert int(str(seen["frames"])) - int(str(before)) == 3
        log = str(board.command("wisblock-1", "log", count=3)["frames"]).splitlines()
        assert [line[:2] for line in log] == ["11", "12", "12"]
        with pytest.raises(OutputRefused, match="there are: slow, damper-only"):
            board.command("wisblock-1", "schedule", table="fast")


def test_sleep_and_wake() -> None:
    with open_modules(setup()) as board:
        settle(board)
        board.command("wisblock-1", "sleep")
        for _ in range(3):
            assert values(board) == {"frames": 7, "errors": 0, "asleep": True}
            board.sleep(1)
        board.command("wisblock-1", "wake")
        seen = values(board)
        assert seen["asleep"] is False
        assert seen["room_warmth"] is not None


def test_a_node_wakes_the_bus() -> None:
    with open_modules(setup()) as board:
        settle(board)
        board.command("wisblock-1", "sleep")
        values(board)
        bus = board.twins.slots["wisblock-1"].uart.twins[0]
        bus.wake_up()  # type: ignore[union-attr]
        board.sleep(0.01)
        assert values(board)["asleep"] is False
        assert values(board)["room_warmth"] is not None


def test_nodes_that_fell_asleep_are_woken_first() -> None:
    with open_modules(setup()) as board:
        settle(board)
        for _ in range(3):
            board.sleep(30)
            assert values(board)["room_warmth"] is not None


def test_ask() -> None:
    with open_modules(setup()) as board:
        board.world.set("damper.position", 0.25)
        settle(board)
        assert board.command("wisblock-1", "ask", id=0x12, size=2)["bytes"] is not None
        assert board.command("wisblock-1", "ask", id=0x30) == {"bytes": None}


def test_a_frame_that_nobody_answers_is_absent_alone() -> None:
    more = '[[slot.frame]]\nid = 0x2A\nname = "ghost"\nsignals = [{ name = "x", bit = 0 }]\n'
    bench = ModuleBench(slot(1, "rak13005") + FRAMES + more)

    async def main() -> None:
        await bench.read("wisblock-1")
        seen = by_name(await bench.read("wisblock-1"))
        assert (seen["ghost_x"].value, seen["ghost_x"].status) == (None, Status.ABSENT)
        assert seen["room_warmth"].status is Status.GOOD
        assert seen["errors"].value == 0

    run(bench, main())


@pytest.mark.parametrize(
    "fault", [("bus-dominant", "wisblock-1"), ("serial-silence", "wisblock-1")]
)
def test_a_dead_line_is_absent_and_comes_back(fault: tuple[str, str]) -> None:
    bench = ModuleBench(slot(1, "rak13005") + FRAMES)

    async def main() -> None:
        await bench.read("wisblock-1")
        bench.faults.inject(*fault)
        for _ in range(2):
            statuses = {r.status for r in await bench.read("wisblock-1")}
            assert statuses == {Status.ABSENT}
            bench.clock.advance(5)
        bench.faults.clear(*fault)
        bench.clock.advance(5)
        await bench.read("wisblock-1")
        seen = by_name(await bench.read("wisblock-1"))
        assert seen["room_warmth"].status is Status.GOOD

    run(bench, main())


def test_without_the_supply_at_the_terminal() -> None:
    with open_modules(setup()) as board:
        settle(board)
        board.world.set("lin.supply", 0.0)
        with pytest.raises(NoAnswer, match=r"5\.5 to 27 V"):
            board.read("wisblock-1")
        board.world.release("lin.supply")
        board.sleep(1)


def test_another_node_with_the_same_identifier() -> None:
    bench = ModuleBench(slot(1, "rak13005") + FRAMES)

    async def main() -> None:
        await bench.read("wisblock-1")
        bench.faults.inject("collision", "wisblock-1")
        bench.clock.advance(1)
        await bench.read("wisblock-1")
        seen = by_name(await bench.read("wisblock-1"))
        assert seen["room_warmth"].status is Status.FAULT
        assert seen["room_warmth"].value is None
        assert int(str(seen["errors"].value)) > 0

    run(bench, main())


def test_noise_is_never_a_value() -> None:
    bench = ModuleBench(slot(1, "rak13005") + FRAMES)
    bench.world.set("room.temperature", 20.0)
    seen: set[Status] = set()

    async def main() -> None:
        bench.faults.inject("serial-noise", "wisblock-1", rate=0.03)
        for _ in range(60):
            bench.clock.advance(1)
            reading = by_name(await bench.read("wisblock-1")).get("room_warmth")
            if reading is not None:
                seen.add(reading.status)
                assert reading.value is None or reading.value == pytest.approx(20.0)

    run(bench, main())
    assert Status.GOOD in seen
    assert seen & {Status.FAULT, Status.ABSENT}


def test_the_port_goes_and_comes() -> None:
    bench = ModuleBench(slot(1, "rak13005") + FRAMES)

    async def main() -> None:
        await bench.read("wisblock-1")
        bench.faults.inject("port-gone", "wisblock-1")
        assert {r.status for r in await bench.read("wisblock-1")} == {Status.FAULT}
        bench.faults.clear("port-gone", "wisblock-1")
        bench.clock.advance(5)
        await bench.read("wisblock-1")
        assert by_name(await bench.read("wisblock-1"))["room_damp"].status is Status.GOOD

    run(bench, main())


@pytest.mark.parametrize("fault", ["brown-out", "module-pulled"])
def test_after_a_brown_out_and_after_it_was_pulled(fault: str) -> None:
    bench = ModuleBench(slot(1, "rak13005") + FRAMES)

    async def main() -> None:
        await bench.read("wisblock-1")
        bench.faults.inject(fault, "wisblock-1" if fault == "module-pulled" else "board")
        bench.clock.advance(1)
        await bench.read("wisblock-1")
        bench.faults.clear(fault, "wisblock-1" if fault == "module-pulled" else "board")
        for _ in range(4):
            bench.clock.advance(5)
            seen = by_name(await bench.read("wisblock-1"))
        assert seen["room_warmth"].status is Status.GOOD

    run(bench, main())


def test_a_monitor_hears_and_says_nothing() -> None:
    with open_modules(setup("log = true\n" + LISTENED, role="monitor")) as board:
        board.sleep(1.0)
        seen: dict[str, Reading] = {}
        events: list[str] = []
        for _ in range(5):
            readings = list(board.read("wisblock-1"))
            events += [str(r.value) for r in readings if r.name == "frame"]
            seen |= by_name(readings)
            board.sleep(0.5)
        bus = board.twins.slots["wisblock-1"].uart
        assert bus.twins
        temperature = board.world.get("room.temperature")
    assert seen["room_warmth"].value == pytest.approx(temperature, abs=0.3)
    assert seen["damper_position"].status is Status.GOOD
    assert seen["errors"].value == 0
    assert "20 -" in events
    assert {event[:2] for event in events} == {"10", "11", "12", "20"}


def test_a_responder_answers_in_time() -> None:
    with open_modules(setup(ANSWER, role="responder")) as board:
        bus = board.twins.slots["wisblock-1"].uart.twins[0]
        seen = values(board)
        assert seen["state_level"] == 21
        assert isinstance(seen["turnaround"], float)
        assert 0 < seen["turnaround"] < 0.002
        assert bus.commander.answers[0x20] == bytes([42])  # type: ignore[union-attr]
        board.write("wisblock-1", "state_level", 87.5)
        assert values(board)["state_level"] == 87.5
        assert bus.commander.answers[0x20] == bytes([175])  # type: ignore[union-attr]
        assert bus.commander.errors == 0  # type: ignore[union-attr]
        assert seen["room_warmth"] == pytest.approx(21, abs=4)


def test_a_responder_hears_that_it_shall_sleep() -> None:
    with open_modules(setup(ANSWER, role="responder")) as board:
        values(board)
        with pytest.raises(OutputRefused, match='no command "sleep"'):
            board.command("wisblock-1", "sleep")


def test_a_sampling_costs_what_the_catalog_says() -> None:
    more = (
        '[[slot.frame]]\nid = 0x10\nname = "all"\nsize = 3\nsignals = [{ name = "x", bit = 0 }]\n'
    )
    bench = ModuleBench(slot(1, "rak13005") + more)
    entry = load().modules["rak13005"].conversation[0]

    async def main() -> None:
        await bench.read("wisblock-1")
        uart = bench.board.ends.uarts["wisblock-1"]
        assert isinstance(uart, TracedUart)
        before = uart.counters.bytes
        await bench.read("wisblock-1")
        # Five bytes less than a frame of eight.
        assert uart.counters.bytes - before == entry.writes + entry.reads - 5

    run(bench, main())


def test_both_lines_are_let_go_when_the_expander_does_not_answer() -> None:
    bench = ModuleBench(slot(1, "rak13005") + FRAMES)

    async def main() -> None:
        await bench.read("wisblock-1")
        module = bench.sampled["wisblock-1"].placed.module
        bench.faults.inject("no-acknowledge", "expander-2")
        with pytest.raises(NoAcknowledge):
            module.close()
        bench.faults.clear("no-acknowledge", "expander-2")
        module.open()
        assert bench.board.surroundings.board.slots["wisblock-1"].driven(6)  # type: ignore[union-attr]

    run(bench, main())


def test_a_board_without_a_serial_line() -> None:
    with open_modules(setup()) as board, pytest.raises((BusUnavailable, OutputRefused)):
        board.write("wisblock-1", "asleep", True)
