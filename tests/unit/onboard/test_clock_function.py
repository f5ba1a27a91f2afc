"""The real-time clock, ours or the kernel's, on twins."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from module_bench import HEAD, ModuleBench

from wisgate.board.prompt import Prompt, open_modules
from wisgate.bus.host import ClockChip
from wisgate.core.clock import VIRTUAL_START_NS
from wisgate.core.errors import OutputRefused
from wisgate.core.points import Status

START = VIRTUAL_START_NS / 1e9


def read(board: Prompt) -> dict[str, object]:
    return {r.name: r.value for r in board.read("clock")}


def kernels(board: Prompt, time: float | None) -> None:
    """Give the clock to the kernel."""
    board.twins.host.owners[0x51] = "rtc-pcf85063"
    board.twins.host.clock_of_kernel = ClockChip("rtc-pcf85063 1-0051", "1-0051", time)


def test_a_clock_that_kept_the_time() -> None:
    with open_modules(HEAD) as board:
        assert read(board) == {"intact": True, "offset": 0}
        board.twins.rtc.crystal_ppm = 100.0
        board.sleep(86400)
        assert read(board) == {"intact": True, "offset": 8}


def test_the_clock_output_is_switched_off() -> None:
    with open_modules(HEAD) as board:
        board.read("clock")
        assert board.twins.i2c.transfer(0x51, b"\x01", 1)[0] & 7 == 7


def test_a_clock_that_lost_the_time_is_set_when_the_computer_knows_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with open_modules(HEAD) as board:
        board.twins.rtc.backup = False
        monkeypatch.setattr(board.twins.host, "time_synchronized", lambda: False)
        board.twins.faults.inject("brown-out", "clock")
        for _ in range(2):
            intact, offset = board.read("clock")
            assert (intact.value, intact.status) == (False, Status.GOOD)
            assert (offset.value, offset.status) == (None, Status.FAULT)
        monkeypatch.setattr(board.twins.host, "time_synchronized", lambda: True)
        assert not read(board)["intact"]
        board.sleep(3600)
        assert read(board) == {"intact": True, "offset": 0}


def test_set() -> None:
    with open_modules(HEAD) as board:
        board.twins.rtc.keep(START + 500)
        assert read(board)["offset"] == 500
        told = board.command("clock", "set")
        assert told == {"utc": datetime.fromtimestamp(START, UTC).isoformat()}
        board.sleep(10)
        assert abs(float(str(read(board)["offset"]))) <= 1


def test_wake_and_no_wake() -> None:
    with open_modules(HEAD) as board:
        told = board.command("clock", "wake", after="8h")
        assert told == {"utc": datetime.fromtimestamp(START + 8 * 3600, UTC).isoformat()}
        board.sleep(8 * 3600 - 2)
        assert not board.twins.i2c.transfer(0x51, b"\x01", 1)[0] & 0x40
        board.sleep(3)
        assert board.twins.i2c.transfer(0x51, b"\x01", 1)[0] & 0xC0 == 0xC0
        assert board.command("clock", "no_wake") == {"utc": None}
        assert not board.twins.i2c.transfer(0x51, b"\x01", 1)[0] & 0xC0
    assert not board.twins.i2c.transfer(0x51, b"\x01", 1)[0] & 0xC0


def test_an_alarm_outlives_the_gateway() -> None:
    with open_modules(HEAD) as board:
        board.command("clock", "wake", after="60s")
    board.sleep(61)
    assert board.twins.i2c.transfer(0x51, b"\x01", 1)[0] & 0xC0 == 0xC0


@pytest.mark.parametrize("after", ["59s", "29d"])
def test_what_the_alarm_cannot_do(after: str) -> None:
    with open_modules(HEAD) as board, pytest.raises(OutputRefused, match="after"):
        board.command("clock", "wake", after=after)


def test_through_the_kernel() -> None:
    with open_modules(HEAD) as board:
        kernels(board, START + 7)
        board.twins.faults.inject("no-acknowledge", "clock")  # nobody may talk to it
        assert read(board) == {"intact": True, "offset": 7}
        board.command("clock", "wake", after="2min")
        assert board.twins.host.alarm == START + 120
        board.command("clock", "no_wake")
        assert board.twins.host.alarm is None
        with pytest.raises(OutputRefused, match="hwclock --systohc"):
            board.command("clock", "set")
        kernels(board, None)
        assert read(board) == {"intact": False, "offset": None}


def test_a_kernel_without_an_alarm_says_so() -> None:
    with open_modules(HEAD) as board:
        board.twins.host.owners[0x51] = "rtc-pcf85063"
        with pytest.raises(OutputRefused, match="no clock"):
            board.command("clock", "wake", after="2min")
        assert read(board) == {"intact": False, "offset": None}


@pytest.mark.parametrize(
    ("fault", "status"), [("no-acknowledge", Status.ABSENT), ("wrong-chip", Status.FAULT)]
)
def test_faults_come_and_go(fault: str, status: Status) -> None:
    bench = ModuleBench()

    async def main() -> None:
        bench.faults.inject(fault, "clock")
        assert {r.status for r in await bench.read("clock")} == {status}
        bench.faults.clear(fault, "clock")
        assert {r.status for r in await bench.read("clock")} == {Status.GOOD}

    bench.run(main())


def test_what_it_does_not_know() -> None:
    module = ModuleBench().sampled["clock"].placed.module
    with pytest.raises(OutputRefused, match="its command is set"):
        module.write("offset", 0.0)
