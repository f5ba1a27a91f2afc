"""What `doctor` says of a part of the box, and what it may ask to find out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from ..bus.host import Host
from ..bus.lane import Lane
from ..catalog.facts import Fitted
from ..core.errors import BusError
from ..core.points import Reading
from ..plan.resources import ADC_REF, Placement

if TYPE_CHECKING:
    from .gateway import Gateway

T = TypeVar("T")


class Level(StrEnum):
    OK = "ok"
    UNKNOWN = "unknown"
    """It could not be found out; nothing says that it is wrong."""
    WARNING = "warning"
    """It works, and somebody should look at it."""
    DIFFERENCE = "difference"
    """It is not as the plan says, or does not do what it is for."""


@dataclass(frozen=True)
class Verdict:
    """`name` is the same for the same trouble, whatever has it ("no-acknowledge"); "fine" when
    there is none. `expected` and `cure` only where something is wrong."""

    level: Level
    name: str
    subject: str
    """What was looked at, the thing first: "wisblock-1: rak5801"."""
    found: str
    expected: str = ""
    cure: str = ""


def fine(subject: str, found: str) -> Verdict:
    return Verdict(Level.OK, "fine", subject, found)


def unknown(subject: str, found: str, name: str = "not-known", cure: str = "") -> Verdict:
    return Verdict(Level.UNKNOWN, name, subject, found, cure=cure)


@dataclass
class Box:
    """One examination: the opened gateway, and what the checks before have found out.
    Threads: the event loop only."""

    gateway: Gateway
    host_lane: Lane
    """Where the computer is asked: reading its files may take a moment."""
    alone: bool
    """Whether the gateway runs only for this examination: then nobody has connected its sinks."""
    since: float = 0.0
    """Monotonic seconds; what went wrong before is history."""
    watched: dict[str, list[Reading]] = field(default_factory=dict)
    """By point: its readings, taken apart from each other while the box was watched."""
    explained: dict[str, str] = field(default_factory=dict)
    """What has a cause elsewhere, or is known to fail: a slot, a function, the `ref` of a chip or
    a bus, and the cause in words."""

    async def host(self, ask: Callable[[Host], T]) -> T:
        """Ask the computer."""
        host = self.gateway.board.ends.host
        return await self.host_lane.run(lambda: ask(host))

    async def owner(self, address: int) -> str:
        """The kernel driver that owns an address of i2c-1; "" when it is free."""
        return await self.host(lambda host: host.driver_of(1, address))

    async def on_i2c(self, job: Callable[[], T]) -> T:
        """Do a short conversation on i2c-1, between those of the gateway. Raises what it raises."""
        lane = next(lane for lane in self.gateway.board.lanes if lane.name == "i2c-1")
        return await lane.run(job)

    async def answers(self, address: int) -> bool:
        """Whether somebody takes this address of i2c-1, asked without a byte."""
        i2c = self.gateway.board.ends.i2c
        try:
            await self.on_i2c(lambda: i2c.transfer(address))
        except BusError:
            return False
        return True


Check = Callable[[Box], Awaitable[Sequence[Verdict]]]
"""A file of `checks/`: it looks at one kind of thing and never raises a WisgateError."""


def address_of(box: Box, chip: Fitted) -> int:
    """The I2C address of a chip of the board, with the straps of the file."""
    plan = box.gateway.board.plan
    return plan.adc_address if chip.ref == ADC_REF else chip.address or 0


def explain_users(box: Box, ref: str, why: str) -> None:
    """Whoever needs the chip `ref` has its trouble from there."""
    plan = box.gateway.board.plan
    box.explained[ref] = why
    for function in plan.board.onboard:
        if function.chip == ref:
            box.explained[function.name] = why
    for placement in plan.driven:
        signals = (
            plan.wiring.signal(placement.slot, use.signal)
            for use in placement.module.used(placement.options)
        )
        if any(signal is not None and signal.chip == ref for signal in signals):
            box.explained[placement.slot.name] = why


def addresses(placement: Placement) -> list[int]:
    """I2C addresses of a module: what the user chose comes in place of the first one."""
    shipped = [chip.address for chip in placement.module.chips if chip.address is not None]
    chosen = placement.address
    return [chosen, *shipped[1:]] if chosen is not None else shipped
