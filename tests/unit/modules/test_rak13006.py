"""RAK13006 on the virtual board, with one more node on its bus, and with two modules on one."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import pytest
from module_bench import HEAD, ModuleBench, slot

from wisgate.board.prompt import Prompt, open_modules
from wisgate.core.errors import ConfigError, NoAnswer, NotReady, OutputRefused
from wisgate.core.points import Reading, Status, Value
from wisgate.modules.rak13006 import state_of
from wisgate.registers.mcp2518fd import ErrorCounts

ONE, TWO = "wisblock-1", "wisblock-2"


def alone(**options: object) -> str:
    return HEAD + slot(1, "rak13006", **options)


TOLD: WeakKeyDictionary[Prompt, dict[str, dict[str, Value]]] = WeakKeyDictionary()


def read(board: Prompt, name: str = ONE) -> list[Reading]:
    readings = board.read(name)
    counters = TOLD.setdefault(board, {}).setdefault(name, {})
    counters |= {r.name: r.value for r in readings if r.name != "frame"}
    return readings


def counters(board: Prompt, name: str = ONE) -> dict[str, Value]:
    """Every counter as it was told last."""
    return dict(TOLD[board][name])


def fresh(board: Prompt, name: str) -> dict[str, Value]:
    """Every counter, now."""
    read(board, name)
    return counters(board, name)


def frames(readings: list[Reading]) -> list[Value]:
    return [r.value for r in readings if r.name == "frame"]


def listen(board: Prompt, seconds: float, name: str = ONE) -> list[Value]:
    """What is heard, looked at ten times a second."""
    heard: list[Value] = []
    for _ in range(round(10 * seconds)):
        board.sleep(0.1)
        heard += frames(read(board, name))
    return heard


def test_the_node_is_heard() -> None:
    """180 with level and pump twice a second, 181 with 0.1 °C every five."""
    with open_modules(alone()) as board:
        board.world.set("tank.level", 1.75)
        board.world.set("pump.running", 1)
        board.world.set("room.temperature", -5.3)
        read(board, ONE)
        heard = listen(board, 10)
        assert len(heard) == 22
        assert heard.count("180#D60601") in (19, 20)
        assert heard.count("181#CBFF") == 2
        now = fresh(board, ONE)
        assert now == {
            "received": 22, "sent": 0, "lost": 0, "transmit_errors": 0, "receive_errors": 0,
            "state": "active",
        }  # fmt: skip


def test_counters_are_told_when_they_move() -> None:
    with open_modules(alone()) as board:
        first = {r.name: r.value for r in board.read(ONE)}
        zeros = ("received", "sent", "lost", "transmit_errors", "receive_errors")
        assert first == dict.fromkeys(zeros, 0) | {"state": "active"}
        assert board.read(ONE) == []
        board.command(ONE, "send", frame="201#01")
        assert [(r.name, r.value) for r in board.read(ONE)] == [("sent", 1)]


def test_a_frame_moves_something() -> None:
    with open_modules(alone()) as board:
        for number, (frame, valve) in enumerate((("201#01", 1.0), ("201#00", 0.0)), 1):
            assert board.command(ONE, "send", frame=frame) == {"frame": frame, "sent": number}
            assert board.world.get("valve.open") == valve
        assert fresh(board, ONE)["sent"] == 2


@pytest.mark.parametrize(
    ("options", "frame"),
    [
        ({}, "123#0102030405060708"),
        ({}, "18DAF110#"),
        ({}, "7FF##1" + "5A" * 64),
        ({"payload_bitrate": "1MHz"}, "7FF##0" + "5A" * 12),
        ({"bitrate": "125kHz"}, "000#FF"),
        ({"bitrate": "1MHz", "payload_bitrate": "4MHz"}, "1FFFFFFF##100"),
    ],
)
def test_two_modules_talk(options: dict[str, object], frame: str) -> None:
    with open_modules(alone(**options) + slot(2, "rak13006", **options)) as board:
        board.twins.faults.inject("nobody-there", ONE)
        read(board, ONE), read(board, TWO)
        for here, there in ((ONE, TWO), (TWO, ONE)):
            board.command(here, "send", frame=frame)
            board.sleep(0.01)
            assert frames(read(board, there)) == [frame]
            assert frames(read(board, here)) == []


def test_a_busy_bus_loses_frames_and_says_so() -> None:
    with open_modules(alone()) as board:
        read(board, ONE)
        board.sleep(20)
        first = read(board, ONE)
        assert len(frames(first)) == 16
        assert counters(board)["lost"] == 1
        assert fresh(board, ONE)["lost"] == 1


def test_nobody_acknowledges() -> None:
    with open_modules(alone()) as board:
        read(board, ONE)
        board.twins.faults.inject("nobody-there", ONE)
        with pytest.raises(
            OutputRefused,
            match=r"^123#01: not acknowledged within 0.1 s, 128 transmit errors, passive; look at",
        ):
            board.command(ONE, "send", frame="123#01")
        assert fresh(board, ONE)["state"] == "passive"
        board.twins.faults.clear("nobody-there", ONE)
        board.command(ONE, "send", frame="201#01")  # the one before is not sent any more
        now = fresh(board, ONE)
        assert (now["sent"], now["transmit_errors"]) == (1, 127)


def test_a_short_circuit_ends_in_bus_off_and_passes() -> None:
    with open_modules(alone()) as board:
        read(board, ONE)
        board.twins.faults.inject("bus-shorted", ONE)
        with pytest.raises(OutputRefused, match="bus-off"):
            board.command(ONE, "send", frame="123#01")
        board.twins.faults.clear("bus-shorted", ONE)
        board.sleep(0.1)
        read(board, ONE)
        board.sleep(1)
        assert fresh(board, ONE)["state"] == "active"
        board.command(ONE, "send", frame="201#01")


def test_another_bit_rate_than_the_others() -> None:
    """The bus has the rate of the first module: the second understands nothing."""
    with open_modules(alone() + slot(2, "rak13006", bitrate="250kHz")) as board:
        read(board, ONE), read(board, TWO)
        board.sleep(5)
        readings = read(board, TWO)
        assert frames(readings) == []
        now = counters(board, TWO)
        assert now["received"] == 0
        assert isinstance(now["receive_errors"], int)
        assert now["receive_errors"] > 0
        assert now["state"] in ("warning", "passive")


def test_a_classic_bus_takes_no_can_fd() -> None:
    text = alone(fd=0).replace("fd = 0", "fd = false")
    with open_modules(text) as board:
        read(board, ONE)
        with pytest.raises(OutputRefused, match="CAN FD, and the option fd is false"):
            board.command(ONE, "send", frame="123##0AA")
        board.command(ONE, "send", frame="201#01")


def test_a_brown_out_is_noticed_and_it_starts_again() -> None:
    async def play(bench: ModuleBench) -> None:
        await bench.read(ONE)
        bench.faults.inject("brown-out", ONE)
        bench.clock.advance(0.01)
        assert {r.status for r in await bench.read(ONE)} == {Status.FAULT}
        assert {r.status for r in await bench.read(ONE)} == {Status.GOOD}

    bench = ModuleBench(slot(1, "rak13006"))
    bench.run(play(bench))


def test_pulled_and_put_back() -> None:
    async def play(bench: ModuleBench) -> None:
        await bench.read(ONE)
        bench.faults.inject("module-pulled", ONE)
        for _ in range(2):
            assert {r.status for r in await bench.read(ONE)} == {Status.ABSENT}
        bench.faults.clear("module-pulled", ONE)
        assert {r.status for r in await bench.read(ONE)} == {Status.GOOD}

    bench = ModuleBench(slot(1, "rak13006"))
    bench.run(play(bench))


def test_a_dead_controller() -> None:
    with open_modules(alone()) as board:
        board.twins.faults.inject("never-ready", ONE)
        with pytest.raises((NoAnswer, NotReady), match="MCP2518FD"):
            read(board, ONE)
        board.twins.faults.clear("never-ready", ONE)
        assert fresh(board, ONE)["state"] == "active"


def test_closed_it_acknowledges_nothing() -> None:
    with open_modules(alone() + slot(2, "rak13006")) as board:
        board.twins.faults.inject("nobody-there", ONE)
        read(board, ONE), read(board, TWO)
        board.command(TWO, "send", frame="123#")
        module = board._placed[ONE].module
        module.close()
        module.close()  # once is enough
        board.sleep(0.01)
        with pytest.raises(OutputRefused, match="not acknowledged"):
            board.command(TWO, "send", frame="123#")
        read(board, ONE)
        board.command(TWO, "send", frame="123#")


@pytest.mark.parametrize(
    ("options", "why"),
    [({"bitrate": "300kHz"}, "no bit timing for 300 kbit/s from 40 MHz"),
     ({"payload_bitrate": "3MHz"}, "no bit timing for 3000 kbit/s")],
)  # fmt: skip
def test_rates_that_the_oscillator_cannot_give(options: dict[str, object], why: str) -> None:
    with pytest.raises(ConfigError, match=why), open_modules(alone(**options)):
        pass


def test_what_is_no_frame() -> None:
    with open_modules(alone()) as board, pytest.raises(OutputRefused, match=r"frame: .*none"):
        board.command(ONE, "send", frame="hello")


def test_it_has_no_output() -> None:
    with open_modules(alone()) as board, pytest.raises(OutputRefused, match="rak13006"):
        board.write(ONE, "frame", "123#")


@pytest.mark.parametrize(
    ("raw", "state"),
    [(0, "active"), (0x0001_0060, "warning"), (0x0009_8000, "passive"), (0x0013_8000, "passive"),
     (0x003F_FFFF, "bus-off")],
)  # fmt: skip
def test_states(raw: int, state: str) -> None:
    assert state_of(ErrorCounts.decode(raw)) == state
