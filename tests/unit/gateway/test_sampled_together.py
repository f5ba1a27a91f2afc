"""What becomes of a module that samples several groups in one go, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

import pytest
from scripted_module import LEVEL, ScriptedModule, sampled

from wisgate.board.virtual_time import run
from wisgate.core.clock import VIRTUAL_START_NS, VirtualClock
from wisgate.core.errors import NoAcknowledge, UnexpectedValue
from wisgate.core.points import Answer, Group, Reading, Status
from wisgate.core.units import Seconds
from wisgate.gateway.sampler import RESTART_S
from wisgate.gateway.turns import Turn, keep_sampling

A, B, C = (Group(name, (LEVEL,), Seconds(1)) for name in "abc")
GOOD, ABSENT, FAULT = [Status.GOOD], [Status.ABSENT], [Status.FAULT]


class Joined(ScriptedModule):
    """Answers together for every group but those `apart`; `seconds` pass after each answer."""

    def __init__(self) -> None:
        super().__init__((A, B, C))
        self.clock = VirtualClock()
        self.apart: set[Group] = set()
        self.crash: Exception | None = None
        self.seconds = 0.0

    async def sample_together(self, groups: Sequence[Group]) -> Mapping[str, Answer | None]:
        self._do("together " + "".join(group.name for group in groups))
        answers: dict[str, Answer | None] = {}
        for group in groups:
            answer = [Reading("level", 2.0)], self.clock.monotonic()
            answers[group.name] = answer if group not in self.apart else None
            await asyncio.sleep(self.seconds)
        if self.crash is not None:
            raise self.crash
        return answers


class Bench:
    def __init__(self) -> None:
        self.module = Joined()
        self.clock = self.module.clock
        self.sampled = sampled(self.module, self.clock)
        self.counters = self.sampled._counters

    def run(self, main: Coroutine[Any, Any, None]) -> None:
        run(main, self.clock)

    async def turn(self, *groups: Group) -> list[list[Status]]:
        """As a turn does it: together what can be, the rest one by one."""
        together = await self.sampled.sample_together(groups)
        both = [(group, together.get(group.name)) for group in groups]
        found = [await self.sampled.sample(g) if r is None else r for g, r in both]
        return [[reading.status for reading in readings] for readings in found]


def test_answers_are_dated_when_they_came_and_counted() -> None:
    bench = Bench()
    bench.module.seconds, bench.module.apart = 0.25, {B}

    async def main() -> None:
        await bench.sampled.open()
        await asyncio.sleep(2)
        assert await bench.sampled.sample_together((A, B, C)) == {
            "a": [Reading("level", 2.0, time_ns=VIRTUAL_START_NS + 2_000_000_000)],
            "b": None,
            "c": [Reading("level", 2.0, time_ns=VIRTUAL_START_NS + 2_500_000_000)],
        }
        assert bench.clock.monotonic() == pytest.approx(2.75)

    bench.run(main())
    assert bench.counters == {"samples": 2}
    assert bench.module.done == ["open", "together abc"]


def test_a_module_that_is_not_open_is_opened_by_its_groups() -> None:
    bench = Bench()
    bench.module.open_failures = [NoAcknowledge(0x41)] * 2

    async def main() -> None:
        assert await bench.turn(A, B) == [ABSENT, ABSENT]
        assert await bench.turn(A, B) == [GOOD, GOOD]
        assert await bench.turn(A, B) == [GOOD, GOOD]

    bench.run(main())
    assert bench.module.done[-1] == "together ab"
    assert bench.module.done.count("together ab") == 1
    assert bench.counters == {"failures": 2, "samples": 4}


def test_what_is_lost_and_answers_together_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()

    async def main() -> None:
        await bench.sampled.open()
        bench.module.apart, bench.module.failures = {B}, [UnexpectedValue("a loose wire")]
        assert await bench.turn(A, B, C) == [GOOD, FAULT, GOOD]
        assert bench.sampled.lost == "a loose wire"
        bench.module.apart = set()
        assert await bench.turn(A, B, C) == [GOOD] * 3
        assert bench.sampled.lost == ""

    bench.run(main())
    assert caplog.messages == [
        "wisblock-1: a loose wire", "wisblock-1: answers again after 1 failures"
    ]  # fmt: skip


def test_who_fails_together_rests_and_is_sampled_one_by_one_from_then_on(
    tracebacks: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    bench = Bench()
    bench.module.crash = KeyError("a mistake")

    async def main() -> None:
        await bench.sampled.open()
        assert await bench.turn(A, B) == [FAULT, FAULT]
        assert bench.sampled.lost == "unexpected: KeyError('a mistake')"
        await asyncio.sleep(RESTART_S + 0.1)
        for _ in range(20):
            assert await bench.turn(A, B) == [GOOD, GOOD]
            await asyncio.sleep(1)
        assert bench.sampled.lost == ""

    bench.run(main())
    assert len(tracebacks) == 1
    tracebacks.clear()
    assert bench.module.done.count("together ab") == 1
    assert bench.counters["unexpected"] == 1
    assert caplog.messages == [
        "wisblock-1: unexpected; rests for 5 s", "wisblock-1: answers again after 1 failures"
    ]  # fmt: skip


def test_nothing_is_asked_together_while_it_rests_or_is_paused(tracebacks: list[str]) -> None:
    bench = Bench()

    async def main() -> None:
        await bench.sampled.open()
        await bench.sampled.pause()
        assert await bench.turn(A, B) == [[], []]
        await bench.sampled.resume()
        assert await bench.turn(A, B) == [GOOD, GOOD]
        bench.module.failures = [KeyError("a mistake")]
        await bench.sampled.sample(A)
        assert await bench.turn(A, B) == [FAULT, FAULT]
        await bench.sampled.pause()
        await bench.sampled.resume()
        assert bench.sampled.opened
        assert await bench.turn(A, B) == [FAULT, FAULT]

    bench.run(main())
    tracebacks.clear()
    assert bench.module.done.count("together ab") == 1


def test_a_pause_meanwhile_ends_with_a_resume() -> None:
    bench = Bench()
    bench.module.seconds = 1.0

    async def main() -> None:
        await bench.sampled.open()
        under_way = asyncio.create_task(bench.turn(A, B))
        await asyncio.sleep(0.5)
        await bench.sampled.pause()
        await bench.sampled.resume()
        assert bench.clock.monotonic() == pytest.approx(2.0)  # after what was under way
        await under_way
        assert await bench.turn(A, B) == [GOOD, GOOD]

    bench.run(main())


def test_a_cancelled_turn_leaves_the_module_free() -> None:
    bench = Bench()
    bench.module.seconds = 60.0

    async def main() -> None:
        await bench.sampled.open()
        under_way = asyncio.create_task(bench.turn(A, B))
        await asyncio.sleep(1)
        under_way.cancel()
        await asyncio.wait([under_way])
        assert under_way.cancelled()
        bench.module.seconds = 0.0
        assert await asyncio.wait_for(bench.turn(C), 1) == [GOOD]

    bench.run(main())


@pytest.mark.parametrize(
    ("groups", "done"), [((A,), ["begin a", "end a"]), ((A, B), ["together ab"])]
)
def test_who_is_alone_in_its_turn_is_sampled_by_itself(
    groups: tuple[Group, ...], done: list[str]
) -> None:
    """Which asks again over a new connection when the old one was closed meanwhile."""
    bench = Bench()

    async def main() -> None:
        await bench.sampled.open()
        turn = Turn(bench.sampled, groups, 0.0)
        keep = keep_sampling(turn, bench.clock, lambda *_: None, bench.counters)
        task = asyncio.create_task(keep)
        await asyncio.sleep(0.5)
        task.cancel()
        await asyncio.wait([task])

    bench.run(main())
    assert bench.module.done == ["open", *done]


@pytest.mark.parametrize("apart", [set(), {B}, {A, B, C}])
def test_who_fails_to_take_one_group_takes_the_others(apart: set[Group]) -> None:
    bench = Bench()
    bench.module.apart = apart
    taken: list[int] = []

    def take(_: object, readings: Sequence[Reading]) -> None:
        taken.append(len(readings))
        if len(taken) == 1:
            raise KeyError("a mistake")

    async def main() -> None:
        await bench.sampled.open()
        turn = Turn(bench.sampled, (A, B, C), 0.0)
        with pytest.raises(KeyError, match="a mistake"):
            await keep_sampling(turn, bench.clock, take, bench.counters)

    bench.run(main())
    assert taken == [1, 1, 1]
