"""A node of a CAN bus that tells something by itself, and does what it is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf

from .can import CanBus, CanFrame, Outcome


@dataclass(frozen=True)
class Cyclic:
    """A frame that is sent every `period` seconds with what `payload` gives then."""

    identifier: int
    period: float
    payload: Callable[[], bytes]


class CyclicNode:
    """`takes` says what is done with the payload of an identifier. One frame waits per identifier:
    what nobody took is replaced by what is newer. Threads: lane only.

    Not modelled: its own error counters; it never goes to bus-off.
    """

    knows_fd = True

    def __init__(
        self,
        bus: CanBus,
        begin: float,
        sends: list[Cyclic],
        takes: Mapping[int, Callable[[bytes], None]],
        *,
        rates: tuple[float, float] = (500e3, 2e6),
    ) -> None:
        self._bus, self._rates, self._present = bus, rates, True
        self._due = [(begin + cyclic.period, cyclic) for cyclic in sends]
        self._takes = takes
        self._waiting: dict[int, CanFrame] = {}
        bus.nodes.append(self)

    @property
    def rates(self) -> tuple[float, float] | None:
        return self._rates if self._present else None

    @property
    def active(self) -> bool:
        return self._present

    def plug(self, present: bool) -> None:
        """Take it from the bus or put it back."""
        self._bus.settle()
        self._present = present

    def leave(self) -> None:
        """Go for ever."""
        self._bus.settle()
        self._bus.nodes.remove(self)

    def wakes(self) -> float:
        return min((due for due, _cyclic in self._due), default=inf)

    def arrive(self, at: float) -> None:
        for place, (due, cyclic) in enumerate(self._due):
            if due <= at:
                missed = int((at - due) / cyclic.period)
                self._due[place] = due + (missed + 1) * cyclic.period, cyclic
                self._waiting[cyclic.identifier] = CanFrame(cyclic.identifier, cyclic.payload())

    def offers(self, at: float) -> CanFrame | None:
        return min(self._waiting.values(), key=CanFrame.order) if self._waiting else None

    def attempted(self, frame: CanFrame, outcome: Outcome, at: float) -> bool:
        if outcome is Outcome.SENT:
            self._waiting.pop(frame.identifier, None)
        return outcome is Outcome.SENT

    def received(self, frame: CanFrame, at: float) -> None:
        if frame.identifier in self._takes and not frame.extended:
            self._takes[frame.identifier](frame.payload)

    def disturbed(self, at: float) -> bool:
        return False
