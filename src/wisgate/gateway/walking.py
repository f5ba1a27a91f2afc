"""Walks through what a module does in steps: each step is a job in its lane, and what lies between
two steps is awaited on the event loop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from ..bus.lane import Lane
from ..core.errors import BusUnavailable, WisgateError
from ..core.points import Await, Hold, Release, Step

log = logging.getLogger(__name__)

T = TypeVar("T")


class Holds:
    """Who may use a chip that several modules share. Threads: the event loop only."""

    def __init__(self) -> None:
        self._locks: dict[int, asyncio.Lock] = {}

    def lock(self, chip: object) -> asyncio.Lock:
        return self._locks.setdefault(id(chip), asyncio.Lock())


def _never() -> None:
    return None


async def walk(
    steps: Generator[Step, Any, T], lane: Lane, holds: Holds,
    ended: Callable[[], WisgateError | None] = _never,
) -> T:  # fmt: skip
    """Walk through one sampling, write or command to its end; a held chip is released at any end.
    `ended`, asked in the lane before each step, says what is thrown into the steps instead. Raises
    what the steps raise."""
    held: asyncio.Lock | None = None
    answer: Any = None
    try:
        while True:
            step = await lane.run(partial(_next, steps, answer, ended))
            answer = None
            match step:
                case _End():
                    return step.result
                case Await():
                    answer = await _awaited(step)
                case Hold():
                    if held is not None:
                        raise RuntimeError("a sampling holds one chip at a time; release it first")
                    lock = holds.lock(step.chip)
                    await lock.acquire()
                    held = lock
                case Release():
                    if held is not None:
                        held.release()
                    held = None
                case _:
                    await asyncio.sleep(step)
    except asyncio.CancelledError:
        with suppress(BusUnavailable):  # of a lane that is closed
            await lane.run(partial(_abandon, steps))
        raise
    finally:
        if held is not None:
            held.release()


async def _awaited(step: Await) -> Any:
    """What came, or the error that is to be thrown into the steps."""
    try:
        return await step.start()
    except WisgateError as error:
        return error


@dataclass(frozen=True)
class _End(Generic[T]):
    """What the steps returned."""

    result: T


def _abandon(steps: Generator[Step, Any, Any]) -> None:
    """End steps in the middle: what their `finally` does belongs into the lane. What it yields is
    awaited by nobody (RuntimeError), and a wire that fails is told by who closes the module. Raises
    nothing, so that who was cancelled ends."""
    try:
        steps.close()
    except (RuntimeError, WisgateError) as error:
        log.debug("ended in the middle: %s", error)
    except Exception:
        log.exception("unexpected while ending in the middle")


def _next(
    steps: Generator[Step, Any, T], given: Any, ended: Callable[[], WisgateError | None]
) -> Step | _End[T]:
    try:
        given = ended() or given
        return steps.throw(given) if isinstance(given, WisgateError) else steps.send(given)
    except StopIteration as done:
        return _End(done.value)
