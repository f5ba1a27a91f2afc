"""Forwarders that work, end, hang, or do not start; in virtual time, with processes that do what a
test says."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from wisgate.board import virtual_time
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import BusUnavailable, Unavailable
from wisgate.lorawan.concentrators import Reset
from wisgate.lorawan.job import Job
from wisgate.lorawan.supervisor import (
    END_S,
    NEXT_S,
    REST_S,
    SILENT_S,
    STEADY_S,
    TRIES,
    ForwarderState,
    Phase,
    Supervisor,
)

A, B = "0016c001ff000001", "0016c001ff000002"
CONF = "global_conf.json"


class ScriptedProcess:
    """Runs until it is told to end; `stubborn` ends by a kill only."""

    def __init__(self, stubborn: bool) -> None:
        self.stubborn = stubborn
        self.last_words = ""
        self.signals: list[str] = []
        self._ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def wait(self) -> int:
        return await asyncio.shield(self._ended)

    def terminate(self) -> None:
        self.signals.append("terminate")
        if not self.stubborn:
            self.end(0)

    def kill(self) -> None:
        self.signals.append("kill")
        self.end(-9)

    def end(self, code: int, last_words: str = "") -> None:
        self.last_words = last_words
        if not self._ended.done():
            self._ended.set_result(code)


class Bench:
    """A supervisor with all that it starts and resets."""

    def __init__(self, folder: Path, *euis: str, reset: bool = False) -> None:
        self.clock = VirtualClock()
        self.folder = folder
        self.jobs = [
            Job(f"mpcie-{n}", eui, "/opt/fwd", (), folder / f"mpcie-{n}", {CONF: f"new {n}"},
                Reset("host", 17) if reset else None)
            for n, eui in enumerate(euis or (A,), 1)
        ]  # fmt: skip
        self.log: list[tuple[float, str]] = []
        self.processes: list[ScriptedProcess] = []
        self.stubborn = False
        self.refuses: Exception | None = None
        self.no_reset: Exception | None = None
        self.connected: set[str] = set()
        self.on_start: Callable[[ScriptedProcess], None] = lambda process: None
        self.supervisor = Supervisor(
            self.jobs, self.start, self.pulse, self.connected.__contains__, self.clock
        )

    async def start(self, job: Job) -> ScriptedProcess:
        self.log.append((round(self.clock.monotonic(), 3), f"start {job.name}"))
        if self.refuses:
            raise self.refuses
        self.processes.append(ScriptedProcess(self.stubborn))
        self.on_start(self.processes[-1])
        return self.processes[-1]

    async def pulse(self, reset: Reset) -> None:
        self.log.append((round(self.clock.monotonic(), 3), f"reset {reset.line}"))
        if self.no_reset:
            raise self.no_reset

    @property
    def state(self) -> ForwarderState:
        return self.supervisor.states[0]

    def conf(self, name: str = "mpcie-1") -> str:
        return (self.folder / name / CONF).read_text()

    def phase(self, place: int = 0) -> Phase:
        return self.supervisor.states[place].phase

    def run(self, script: Callable[[], Awaitable[None]]) -> None:
        async def main() -> None:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.supervisor.run())
                await asyncio.sleep(0.01)
                try:
                    await script()
                finally:
                    self.supervisor.stop()

        virtual_time.run(main(), self.clock)
        assert {s.phase for s in self.supervisor.states} == {Phase.STOPPED}

    async def alive(self, seconds: float, *euis: str) -> None:
        """Words of boards every 10 s."""
        for _ in range(int(seconds / 10)):
            for eui in euis or (A,):
                self.supervisor.told(eui)
            await asyncio.sleep(10)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_forwarder_runs_with_our_files_as_soon_as_it_is_heard_of(bench: Bench) -> None:
    async def script() -> None:
        assert bench.phase() is Phase.STARTING
        assert bench.conf() == "new 1"
        await asyncio.sleep(3)
        bench.supervisor.told(B)
        assert bench.phase() is Phase.STARTING
        bench.supervisor.told(A)
        assert (bench.state.phase, bench.state.starts) == (Phase.RUNNING, 1)
        assert bench.state.since_ns == bench.clock.utc_ns()
        await bench.alive(3600)
        assert (bench.state.phase, len(bench.processes)) == (Phase.RUNNING, 1)

    bench.run(script)
    assert bench.processes[0].signals == ["terminate"]


def test_it_is_reset_before_every_start(tmp_path: Path) -> None:
    bench = Bench(tmp_path, A, reset=True)

    async def script() -> None:
        bench.processes[0].end(1)
        await asyncio.sleep(2 * REST_S)

    bench.run(script)
    assert [what for _, what in bench.log] == [
        "reset 17", "start mpcie-1", "reset 17", "start mpcie-1",
    ]  # fmt: skip


def test_what_ends_is_started_again_after_a_rest(bench: Bench) -> None:
    async def script() -> None:
        await bench.alive(30)
        bench.processes[0].end(1, "ERROR: failed to start the concentrator")
        await asyncio.sleep(1)
        assert bench.phase() is Phase.RESTING
        assert bench.state.trouble == ("ended with code 1: ERROR: failed to start the concentrator")
        bench.supervisor.told(A)
        assert bench.phase() is Phase.RESTING
        await asyncio.sleep(REST_S - 1.5)
        assert len(bench.processes) == 1
        await asyncio.sleep(1)
        assert len(bench.processes) == 2
        bench.supervisor.told(A)
        assert (bench.state.phase, bench.state.trouble) == (Phase.RUNNING, "")

    bench.run(script)


def test_rests_grow_the_longer_it_does_not_work(bench: Bench) -> None:
    bench.on_start = lambda process: process.end(1)

    async def script() -> None:
        await asyncio.sleep(4 * 3600)

    bench.run(script)
    times = [at for at, _ in bench.log]
    rests = [b - a for a, b in pairwise(times)]
    assert rests[0] == pytest.approx(REST_S, abs=0.1)
    assert max(rests[-20:]) > 50
    assert all(rest < 70 for rest in rests)
    assert len(bench.log) < 500


def test_a_rest_is_short_again_after_it_worked(bench: Bench) -> None:
    bench.on_start = lambda process: process.end(1)

    async def script() -> None:
        await asyncio.sleep(4 * 3600)
        bench.on_start = lambda process: None
        await asyncio.sleep(80)
        await bench.alive(60)
        bench.processes[-1].end(1)
        starts = bench.state.starts
        await asyncio.sleep(REST_S + 1)
        assert bench.state.starts == starts + 1

    bench.run(script)


def test_words_that_come_after_the_end_say_nothing(bench: Bench) -> None:
    async def script() -> None:
        bench.processes[0].end(1)
        await asyncio.sleep(1)
        bench.supervisor.told(A)
        assert bench.phase() is Phase.RESTING
        await asyncio.sleep(1)
        assert len(bench.processes) == 1

    bench.run(script)


def test_a_silent_forwarder_is_ended_and_started_again(bench: Bench) -> None:
    async def script() -> None:
        await bench.alive(60)
        await asyncio.sleep(SILENT_S - 11)
        assert bench.phase() is Phase.RUNNING
        await asyncio.sleep(2)
        assert bench.phase() is Phase.RESTING
        assert bench.state.trouble == "not heard of for 100 s"
        assert bench.processes[0].signals == ["terminate"]
        await asyncio.sleep(2 * REST_S)
        assert bench.phase() is Phase.STARTING

    bench.run(script)


def test_one_that_is_never_heard_of_is_started_again(bench: Bench) -> None:
    async def script() -> None:
        await asyncio.sleep(SILENT_S + 2 * REST_S)
        assert bench.state.starts == 2

    bench.run(script)


def test_a_station_that_hears_nothing_is_left_alone_as_long_as_it_is_connected(
    bench: Bench,
) -> None:
    bench.connected.add(A)

    async def script() -> None:
        bench.supervisor.told(A)
        await asyncio.sleep(3600)
        assert (bench.phase(), bench.state.starts) == (Phase.RUNNING, 1)
        bench.connected.clear()
        await asyncio.sleep(SILENT_S + 1)
        assert bench.phase() is Phase.RESTING

    bench.run(script)


def test_one_that_does_not_end_is_killed(bench: Bench) -> None:
    bench.stubborn = True

    async def script() -> None:
        await bench.alive(10)

    bench.run(script)
    assert bench.processes[0].signals == ["terminate", "kill"]
    assert bench.clock.monotonic() == pytest.approx(10 + END_S, abs=0.1)


def test_a_program_that_is_not_there_is_told(bench: Bench) -> None:
    bench.refuses = Unavailable("/opt/fwd: No such file or directory; check the path")

    async def script() -> None:
        assert bench.state.trouble == "/opt/fwd: No such file or directory; check the path"
        bench.refuses = None
        await asyncio.sleep(2 * REST_S)
        assert bench.phase() is Phase.STARTING

    bench.run(script)


def test_a_card_that_cannot_be_reset_is_not_started(tmp_path: Path) -> None:
    bench = Bench(tmp_path, A, reset=True)
    bench.no_reset = BusUnavailable("line 17 is busy")

    async def script() -> None:
        await asyncio.sleep(REST_S / 2)
        assert (bench.state.phase, bench.state.trouble) == (Phase.RESTING, "line 17 is busy")

    bench.run(script)
    assert bench.processes == []


def test_cards_are_started_in_turn(tmp_path: Path) -> None:
    bench = Bench(tmp_path, A, B)

    async def script() -> None:
        await asyncio.sleep(5)
        assert [s.phase for s in bench.supervisor.states] == [Phase.STARTING, Phase.WAITING]
        bench.supervisor.told(A)
        await asyncio.sleep(1)
        assert [s.phase for s in bench.supervisor.states] == [Phase.RUNNING, Phase.STARTING]

    bench.run(script)


def test_one_that_is_silent_holds_the_next_up_for_a_while_only(tmp_path: Path) -> None:
    bench = Bench(tmp_path, A, B)

    async def script() -> None:
        await asyncio.sleep(NEXT_S + 1)

    bench.run(script)
    assert bench.log == [(0.0, "start mpcie-1"), (NEXT_S, "start mpcie-2")]


def test_one_that_fails_takes_nothing_else_down(tmp_path: Path) -> None:
    bench = Bench(tmp_path, A, B)

    async def script() -> None:
        bench.processes[0].end(1)
        await asyncio.sleep(1)
        await bench.alive(600, B)
        states = bench.supervisor.states
        assert states[1].phase is Phase.RUNNING
        assert states[1].starts == 1
        assert bench.log[1] == (0.01, "start mpcie-2")
        assert states[0].starts > 1

    bench.run(script)


def test_stopping_before_the_second_was_started_starts_no_more(tmp_path: Path) -> None:
    bench = Bench(tmp_path, A, B)

    async def script() -> None:
        await asyncio.sleep(1)
        bench.supervisor.stop()
        await asyncio.sleep(NEXT_S)
        bench.jobs.clear()

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(bench.supervisor.run())
            await asyncio.sleep(0.01)
            await script()

    virtual_time.run(main(), bench.clock)
    assert [what for _, what in bench.log] == ["start mpcie-1"]


# Files that worked


def test_files_are_kept_when_they_worked_for_a_while(bench: Bench) -> None:
    kept = bench.folder / "mpcie-1" / "last-good" / CONF

    async def script() -> None:
        await bench.alive(STEADY_S - 10)
        assert not kept.exists()
        await bench.alive(20)
        assert kept.read_text() == "new 1"

    bench.run(script)


def with_last_good(folder: Path, text: str) -> Bench:
    bench = Bench(folder)
    kept = folder / "mpcie-1" / "last-good"
    kept.mkdir(parents=True)
    (kept / CONF).write_text(text)
    return bench


def test_new_files_that_do_not_work_are_given_up_for_the_last_good_ones(tmp_path: Path) -> None:
    bench = with_last_good(tmp_path, "old")
    found: list[str] = []

    def begin(process: ScriptedProcess) -> None:
        found.append(bench.conf())
        if found[-1] == "new 1":
            process.end(1)

    bench.on_start = begin

    async def script() -> None:
        await asyncio.sleep(TRIES * 2 * REST_S)
        assert found == ["new 1"] * TRIES + ["old"]
        bench.supervisor.told(A)
        assert bench.phase() is Phase.RUNNING
        assert bench.state.fallback
        await bench.alive(300)
        bench.processes[-1].end(1)
        await asyncio.sleep(2 * REST_S)
        assert found[-1] == "old"

    bench.run(script)


def test_files_that_worked_once_are_not_given_up(tmp_path: Path) -> None:
    bench = with_last_good(tmp_path, "old")

    async def script() -> None:
        bench.supervisor.told(A)
        bench.on_start = lambda process: process.end(1)
        bench.processes[0].end(1)
        await asyncio.sleep(600)
        assert bench.state.starts > TRIES
        assert bench.conf() == "new 1"
        assert not bench.state.fallback

    bench.run(script)


def test_without_other_files_that_worked_the_new_ones_go_on(tmp_path: Path) -> None:
    bench = with_last_good(tmp_path, "new 1")
    bench.on_start = lambda process: process.end(1)

    async def script() -> None:
        await asyncio.sleep(120)
        assert bench.state.starts > TRIES
        assert not bench.state.fallback

    bench.run(script)


def test_a_folder_that_cannot_be_written_is_a_failure_like_others(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    bench = Bench(tmp_path)
    bench.jobs[0] = replace(bench.jobs[0], folder=tmp_path / "file" / "inner")
    bench.supervisor = Supervisor(
        bench.jobs, bench.start, bench.pulse, bench.connected.__contains__, bench.clock
    )

    async def script() -> None:
        assert bench.phase() is Phase.RESTING
        assert "Not a directory" in bench.state.trouble

    bench.run(script)


@pytest.mark.parametrize(
    ("stubborn", "signals"), [(False, ["terminate"]), (True, ["terminate", "kill"])]
)
def test_a_gateway_that_closes_leaves_no_process(
    bench: Bench, stubborn: bool, signals: list[str]
) -> None:
    bench.stubborn = stubborn

    async def main() -> None:
        task = asyncio.ensure_future(bench.supervisor.run())
        await asyncio.sleep(5)
        bench.supervisor.told(A)
        await asyncio.sleep(5)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    virtual_time.run(main(), bench.clock)
    assert bench.processes[0].signals == signals
