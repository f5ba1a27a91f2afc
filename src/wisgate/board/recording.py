"""Records what a board answers while its modules are sampled, and samples them again without it.

A recording is a text: a line that says what it is, the user's file, then a line per call
(`bus.tape`). Played back, every module is opened and sampled as it was, its bytes come from the
recording, and its readings must be those of the recording: code that was changed since tells what
it does otherwise.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from heapq import heappop, heappush
from pathlib import Path
from typing import Any, TextIO

import msgspec

from ..bus.lane import InlineLane
from ..bus.spi import Spi
from ..bus.tape import PlayingTape, Tape, WritingTape, entries
from ..bus.taped import TapedHost, TapedI2c, TapedLines, TapedPwm, TapedSpi, TapedUart
from ..catalog.catalog import load as load_catalog
from ..config.load import load, read
from ..core import toml
from ..core.clock import Clock, VirtualClock
from ..core.errors import BusError, ChipError, ReplayDiffers, Unavailable, WisgateError
from ..core.points import Reading
from ..plan.plan import Plan, make
from .board import Ends, build
from .memory import forgetful
from .prompt import Prompt
from .runnable import demand_runnable

log = logging.getLogger(__name__)

MAGIC = "wisgate recording 1"
SAMPLE, OPEN, READ = "sample", "open", "read"


class Head(msgspec.Struct, frozen=True):
    """The first line of a recording."""

    wisgate: str
    begin_ns: int
    file: str
    text: str
    """Of the user's file."""


def record(
    file: Path, out: TextIO, clock: Clock, seconds: float, *, virtual: bool
) -> Iterator[list[Reading]]:
    """Sample every module of `file` at its intervals for `seconds`, and write every call of the
    board to `out`; yields what was read, a group at a time. Raises ConfigError, PlanConflict,
    BusUnavailable, Unavailable."""
    plan = make(load(file), load_catalog())
    plan.check()
    demand_runnable(plan)
    for host in plan.config.modbus:
        raise Unavailable(
            f"{host.where}: {host.name} is asked over the network, which no recording holds;"
            " take [[modbus]] out of a copy of the file"
        )
    text = file.read_text(encoding="utf-8")
    head = Head(MAGIC, clock.utc_ns(), str(file), text)
    out.write(msgspec.json.encode(head).decode() + "\n")
    tape = WritingTape(out, clock)
    with _opened(plan, _recorded(plan, clock, virtual, tape)) as prompt:
        yield from _sampled(prompt, tape, clock, seconds)


def replay(recording: TextIO) -> Iterator[list[Reading]]:
    """Play `recording` to its end; yields what is read. Raises ReplayDiffers when anything is not
    as it was."""
    head = _head(recording.readline())
    config = read(toml.parse(head.text, head.file), Path(head.file).parent, load_catalog())
    plan = make(config, load_catalog())
    demand_runnable(plan)
    clock = VirtualClock(head.begin_ns)
    tape = PlayingTape(entries(recording, 2), clock)
    with _opened(plan, _played(plan, clock, tape)) as prompt:
        while (entry := tape.next) is not None and entry.call in (OPEN, SAMPLE):
            name, group = entry.end, entry.arguments[0] if entry.arguments else ""
            yield from _step(prompt, tape, entry.call, name, group)
    if tape.next is not None:
        raise ReplayDiffers(f"the recording goes on with {tape.next.end} {tape.next.call}")


def _head(line: str) -> Head:
    try:
        head = msgspec.json.decode(line, type=Head)
    except msgspec.DecodeError as error:
        raise Unavailable(f"this is no recording: {error}; make one with wisgate record") from error
    if head.wisgate != MAGIC:
        raise Unavailable(f'this recording is a "{head.wisgate}"; this program plays "{MAGIC}"')
    return head


@contextmanager
def _opened(plan: Plan, ends: Ends) -> Iterator[Prompt]:
    prompt = Prompt(build(plan, ends, InlineLane))
    try:
        yield prompt
    except BaseException:
        with suppress(WisgateError):  # what went wrong first matters more
            prompt.close()
        raise
    try:
        prompt.close()
    except (BusError, ChipError) as error:
        log.warning("not closed cleanly: %s", error)


def _sampled(prompt: Prompt, tape: Tape, clock: Clock, seconds: float) -> Iterator[list[Reading]]:
    """One module after the other, each group when it is due."""
    begin = clock.monotonic()
    due: list[tuple[float, int, str, str, float]] = []
    for order, (name, group) in enumerate(prompt.groups()):
        yield from _step(prompt, tape, OPEN, name, group.name)
        heappush(due, (clock.monotonic(), order, name, group.name, group.interval))
    while due and due[0][0] - begin < seconds:
        at, order, name, group_name, interval = heappop(due)
        clock.sleep(max(0.0, at - clock.monotonic()))
        yield from _step(prompt, tape, SAMPLE, name, group_name)
        heappush(due, (max(at + interval, clock.monotonic()), order, name, group_name, interval))


def _step(prompt: Prompt, tape: Tape, call: str, name: str, group: str) -> Iterator[list[Reading]]:
    """Open or sample, told to the tape before; what came of it is told after."""
    tape.call(name, call, [group], lambda: None)
    try:
        readings = prompt.open_one(name) if call == OPEN else prompt.sample(name, group)
        result: list[Any] = [[r.name, r.value, r.status.value] for r in readings]
    except (BusError, ChipError) as error:
        readings, result = [], [type(error).__name__, str(error)]
    told = tape.call(name, READ, [group], lambda: result)
    if told != msgspec.json.decode(msgspec.json.encode(result)):
        raise ReplayDiffers(f"{name} {group}: recorded {told}; now {result}")
    if readings:
        yield [r._replace(name=f"{name}/{r.name}") for r in readings]


def _recorded(plan: Plan, clock: Clock, virtual: bool, tape: Tape) -> Ends:
    memory = forgetful()
    if virtual:
        from .twins import Twins

        ends = Twins(plan, clock, 1, None, memory).ends
    else:
        from .linux import open_ends

        ends = open_ends(plan, clock, memory)

    def selected(end: str, spi: Callable[[int, int], Spi]) -> Callable[[int, int], Spi]:
        return lambda hertz, mode: TapedSpi(end, spi(hertz, mode), tape)

    return replace(
        ends,
        host=TapedHost(ends.host, tape),
        i2c=TapedI2c("i2c-1", ends.i2c, tape),
        expanders={ref: TapedLines(ref, e, tape) for ref, e in ends.expanders.items()},
        host_lines=TapedLines("host", ends.host_lines, tape),
        uarts={name: TapedUart(f"{name}-uart", u, tape) for name, u in ends.uarts.items()},
        spis={name: selected(f"{name}-spi", s) for name, s in ends.spis.items()},
        pwms={name: TapedPwm(name, p, tape) for name, p in ends.pwms.items()},
    )


def _played(plan: Plan, clock: Clock, tape: Tape) -> Ends:
    """The same ends with nobody behind them."""
    slots = [p.slot.name for p in plan.driven]

    def selected(end: str) -> Callable[[int, int], Spi]:
        return lambda hertz, mode: TapedSpi(end, None, tape)

    return Ends(
        clock=clock,
        host=TapedHost(None, tape),
        i2c=TapedI2c("i2c-1", None, tape),
        expanders={
            c.ref: TapedLines(c.ref, None, tape) for c in plan.board.chips if c.part == "tpt29555"
        },
        host_lines=TapedLines("host", None, tape, interrupts=True),
        uarts={name: TapedUart(f"{name}-uart", None, tape) for name in slots},
        close=lambda: None,
        spis={name: selected(f"{name}-spi") for name in slots},
        memory=forgetful(),
        pwms={line.name: TapedPwm(line.name, None, tape) for line in plan.board.lines},
    )
