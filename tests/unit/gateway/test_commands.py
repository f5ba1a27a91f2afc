"""Commands of modules: between two samplings, with checked arguments, and errors that say so."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from scripted_module import LOOP, ScriptedModule, sampled

from wisgate.board.virtual_time import run
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import BusTimeout, ChipError, OutputRefused, UnexpectedValue
from wisgate.core.points import Status


class Bench:
    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.module = ScriptedModule()
        self.sampled = sampled(self.module, self.clock)

    def run(self, main: Coroutine[Any, Any, None]) -> None:
        run(main, self.clock)


def test_a_command_gets_base_units_and_gives_its_result() -> None:
    bench = Bench()

    async def main() -> None:
        assert await bench.sampled.command("beep", {"for": "2min"}) == {"for": 120.0}

    bench.run(main())
    assert bench.module.done == ["open", "begin beep", "end beep"]


@pytest.mark.parametrize(
    ("name", "given", "told"),
    [
        ("bep", {}, 'wisblock-1 has no command "bep"; did you mean "beep"?'),
        ("beep", {}, 'beep needs "for": How long'),
        ("beep", {"for": 3}, "beep: for: 3 has no unit"),
    ],
)
def test_what_is_wrong_is_refused_before_the_module_hears_of_it(
    name: str, given: dict[str, Any], told: str
) -> None:
    bench = Bench()

    async def main() -> None:
        with pytest.raises(OutputRefused) as refused:
            await bench.sampled.command(name, given)
        assert str(refused.value).startswith(told)

    bench.run(main())
    assert bench.module.done == []


def test_a_command_waits_for_a_sampling_and_a_sampling_for_a_command() -> None:
    bench = Bench()
    bench.module.steps = [0.5]

    async def main() -> None:
        sampling = asyncio.create_task(bench.sampled.sample(LOOP))
        await asyncio.sleep(0.1)
        await bench.sampled.command("beep", {"for": "1s"})
        await sampling

    bench.run(main())
    assert bench.module.done == ["open", "begin loop", "end loop", "begin beep", "end beep"]
    assert bench.clock.monotonic() == pytest.approx(1.0)


def test_a_wire_that_fails_is_told_and_the_module_opened_again() -> None:
    bench = Bench()

    async def main() -> None:
        bench.module.failures = [BusTimeout("the bus is stuck")]
        with pytest.raises(BusTimeout):
            await bench.sampled.command("beep", {"for": "1s"})
        assert bench.sampled.lost == "the bus is stuck"
        assert [r.status for r in await bench.sampled.sample(LOOP)] == [Status.GOOD] * 2
        assert bench.sampled.lost == ""

    bench.run(main())
    assert bench.module.done.count("open") == 2


def test_a_chip_that_refuses_leaves_the_module_open() -> None:
    bench = Bench()

    async def main() -> None:
        bench.module.failures = [UnexpectedValue("no card")]
        with pytest.raises(UnexpectedValue):
            await bench.sampled.command("beep", {"for": "1s"})
        await bench.sampled.sample(LOOP)

    bench.run(main())
    assert bench.module.done.count("open") == 1


def test_our_own_mistake_is_a_chip_error_and_the_module_rests(tracebacks: list[str]) -> None:
    bench = Bench()

    async def main() -> None:
        bench.module.failures = [ZeroDivisionError("oops")]
        with pytest.raises(ChipError, match="wisblock-1: unexpected: ZeroDivisionError"):
            await bench.sampled.command("beep", {"for": "1s"})
        with pytest.raises(OutputRefused, match="takes no commands"):
            await bench.sampled.command("beep", {"for": "1s"})

    bench.run(main())
    (told,) = tracebacks
    assert "ZeroDivisionError" in told
    tracebacks.clear()


def test_a_closed_module_takes_no_commands() -> None:
    bench = Bench()

    async def main() -> None:
        await bench.sampled.close()
        with pytest.raises(OutputRefused, match="it is closed"):
            await bench.sampled.command("beep", {"for": "1s"})

    bench.run(main())


@pytest.mark.parametrize("ending", ["close", "pause and resume"])
def test_a_command_under_way_ends_with_the_module(ending: str) -> None:
    bench = Bench()

    async def main() -> None:
        bench.module.steps = [10.0, 10.0]
        beeping = asyncio.create_task(bench.sampled.command("beep", {"for": "1s"}))
        await asyncio.sleep(15)
        await bench.sampled.pause()
        if ending == "pause and resume":
            await bench.sampled.resume()
        with pytest.raises(OutputRefused, match="wisblock-1 was closed meanwhile; try again"):
            await beeping

    bench.run(main())
    again = ["open"] if ending == "pause and resume" else []
    assert bench.module.done == ["open", "begin beep", "close", *again]
