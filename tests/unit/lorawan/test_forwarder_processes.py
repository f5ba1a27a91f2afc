"""Real processes: a tiny program in the place of a forwarder, and the line that resets its card."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from wisgate.bus.lane import InlineLane
from wisgate.bus.lines import Output
from wisgate.core.clock import SystemClock
from wisgate.core.errors import BusUnavailable, Unavailable
from wisgate.lorawan.concentrators import Family, Reset
from wisgate.lorawan.job import Job
from wisgate.lorawan.processes import PACKET_FORWARDERS, end_former, find, start
from wisgate.lorawan.resetting import LineReset
from wisgate.lorawan.supervisor import Phase, Supervisor

EUI = "0016c001ff000001"
DEADLINE_S = 20.0
FORWARDER = """
import pathlib, signal, sys
print("conf:", pathlib.Path("global_conf.json").read_text(), flush=True)
signal.signal(signal.SIGTERM, signal.SIG_IGN if "stubborn" in sys.argv else signal.SIG_DFL)
pathlib.Path("ready").touch()
if "fails" in sys.argv:
    print("ERROR: [main] failed to start the concentrator", flush=True)
    sys.exit(3)
signal.pause()
"""


@pytest.fixture
def job(tmp_path: Path) -> Callable[..., Job]:
    script = tmp_path / "forwarder.py"
    script.write_text(FORWARDER)

    def make(*words: str) -> Job:
        folder = tmp_path / "run"
        files = {"global_conf.json": "here"}
        return Job("mpcie-1", EUI, sys.executable, (str(script), *words), folder, files)

    return make


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not condition():  # noqa: ASYNC110 - nobody tells when a process has come so far
            await asyncio.sleep(0.01)


def phases(supervisor: Supervisor) -> list[Phase]:
    return [s.phase for s in supervisor.states]


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_it_runs_in_its_folder_and_ends_when_asked(job: Callable[..., Job]) -> None:
    async def main() -> None:
        one = job()
        one.write(last_good=False)
        process = await start(one)
        await until((one.folder / "ready").exists)
        process.terminate()
        assert await process.wait() == -signal.SIGTERM
        assert process.last_words == "conf: here"

    asyncio.run(main())


def test_last_words_and_code_of_one_that_fails(job: Callable[..., Job]) -> None:
    async def main() -> None:
        one = job("fails")
        one.write(last_good=False)
        process = await start(one)
        assert await process.wait() == 3
        assert process.last_words == "ERROR: [main] failed to start the concentrator"
        process.terminate()  # too late, and harmless

    asyncio.run(main())


def test_a_line_without_an_end_does_not_fill_the_memory(tmp_path: Path) -> None:
    async def main() -> None:
        words = ("-c", "print('x' * 100_000, end=''); print('\\nend')")
        process = await start(Job("a", EUI, sys.executable, words, tmp_path, {}))
        assert await process.wait() == 0
        assert process.last_words == "end"

    asyncio.run(main())


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    async def main() -> None:
        with pytest.raises(Unavailable, match="/no/such: No such file or directory; check"):
            await start(Job("a", EUI, "/no/such", (), tmp_path, {}))

    asyncio.run(main())


def test_what_an_earlier_run_left_is_ended_first(job: Callable[..., Job]) -> None:
    async def main() -> None:
        one = job("stubborn")
        one.write(last_good=False)
        first = await start(one)
        pid = int((one.folder / "forwarder.pid").read_text())
        await until((one.folder / "ready").exists)
        second = await start(one)
        assert await first.wait() == -signal.SIGKILL
        await until(lambda: gone(pid))
        second.kill()
        await second.wait()

    asyncio.run(main())


def test_a_number_that_another_process_has_by_now_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "forwarder.pid").write_text(str(os.getpid()))
    end_former(tmp_path)
    (tmp_path / "forwarder.pid").write_text("no number")
    end_former(tmp_path)


def test_a_supervisor_of_a_real_process(job: Callable[..., Job]) -> None:
    async def never(reset: Reset) -> None:
        raise AssertionError("this card has no line")

    async def main() -> None:
        one = job()
        supervisor = Supervisor([one], start, never, lambda eui: False, SystemClock())
        async with asyncio.TaskGroup() as group:
            group.create_task(supervisor.run())
            await until((one.folder / "ready").exists)
            supervisor.told(EUI)
            assert phases(supervisor) == [Phase.RUNNING]
            pid = int((one.folder / "forwarder.pid").read_text())
            os.kill(pid, signal.SIGKILL)
            await until(lambda: phases(supervisor) == [Phase.RESTING])
            assert supervisor.states[0].trouble == "ended with code -9: conf: here"
            supervisor.stop()
        assert phases(supervisor) == [Phase.STOPPED]

    asyncio.run(main())


def test_programs_are_found_by_their_names() -> None:
    installed = {"lora_pkt_fwd": "/usr/bin/lora_pkt_fwd"}
    names = PACKET_FORWARDERS[Family.SX1302]
    assert find(names, lambda name: installed.get(name)) == "/usr/bin/lora_pkt_fwd"
    with pytest.raises(Unavailable, match=r"looked for lora_pkt_fwd_sx1302, .*; write program"):
        find(names, lambda name: None)


# The reset


class Watched:
    """A GPIO chip whose lines tell what is done to them."""

    interrupts = False

    def __init__(self, busy: bool = False) -> None:
        self.log: list[object] = []
        self.busy = busy

    def request(self, offset: int, settings: object, consumer: str) -> Watched:
        if self.busy:
            raise BusUnavailable(f"line {offset} is taken")
        self.log.append((offset, settings, consumer))
        return self

    def get(self) -> bool:
        return False

    def set(self, value: bool) -> None:
        self.log.append(value)

    def edges(self) -> list[object]:
        return []

    def release(self) -> None:
        self.log.append("release")


def test_a_card_is_reset_by_a_pulse_that_begins_and_ends_low() -> None:
    chip = Watched()

    async def main() -> None:
        pulse = LineReset({"host": (chip, InlineLane("gpio"))})  # type: ignore[dict-item]
        await pulse(Reset("host", 17, pulse=0.001))

    asyncio.run(main())
    assert chip.log == [
        (17, Output(False), "lorawan reset"), False, True, False, "release",
    ]  # fmt: skip


def test_a_line_that_cannot_be_had_is_told() -> None:
    async def main() -> None:
        taken = LineReset({"host": (Watched(busy=True), InlineLane("x"))})  # type: ignore[dict-item]
        with pytest.raises(BusUnavailable, match="line 17 is taken"):
            await taken(Reset("host", 17))
        with pytest.raises(BusUnavailable, match="this board has no chip U9"):
            await LineReset({})(Reset("U9", 3))

    asyncio.run(main())
