"""A CAN bus: frames one after the other, lowest identifier first, and who acknowledges them.

Nodes hold what they want to send; `settle` lets the bus run up to a time. A frame that one node
sends reaches every other node of the same bit rate, and is acknowledged if one of these is there.
`shorted` makes every bit wrong that is sent. Nothing here runs by itself.
Not modelled: stuff bits (a frame takes the bits of its fields), the difference between receivers,
overload frames, a collision of two frames with one identifier.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum, auto
from math import inf
from typing import Protocol

from ..core.clock import Clock
from ..registers.mcp2518fd import LENGTHS

STANDARD_BITS, EXTENDED_BITS = 44, 64
"""Of a CAN 2.0 frame besides its payload, up to the end of frame. ISO 11898-1."""
FD_ARBITRATION_BITS, FD_EXTENDED_BITS, FD_PAYLOAD_BITS = 29, 19, 33
"""Of a CAN FD frame: what has the bit rate of the arbitration, more of it with an extended
identifier, and what has that of the payload."""
BETWEEN_BITS, ERROR_BITS = 3, 17
"""Between frames; an error flag with its delimiter."""


@dataclass(frozen=True)
class CanFrame:
    """One frame. `identifier` has 11 bits, or 29 if `extended`; `switched` is the faster payload of
    a frame that is `fd`."""

    identifier: int
    payload: bytes = b""
    extended: bool = False
    fd: bool = False
    switched: bool = False
    remote: bool = False

    def __post_init__(self) -> None:
        if len(self.payload) not in (LENGTHS if self.fd else LENGTHS[:9]):
            raise ValueError(f"no CAN frame has a payload of {len(self.payload)} bytes")

    def order(self) -> tuple[int, bool]:
        """Of two frames that begin together the lower one stays. A standard identifier beats the
        extended one that begins with it."""
        return self.identifier << (0 if self.extended else 18), self.extended

    def seconds(self, bit_s: float, payload_bit_s: float) -> float:
        """How long the bus is busy with it."""
        payload = 0 if self.remote else 8 * len(self.payload)
        if not self.fd:
            bits = (EXTENDED_BITS if self.extended else STANDARD_BITS) + payload
            return (bits + BETWEEN_BITS) * bit_s
        slow = FD_ARBITRATION_BITS + (FD_EXTENDED_BITS if self.extended else 0) + BETWEEN_BITS
        fast = payload_bit_s if self.switched else bit_s
        return slow * bit_s + (FD_PAYLOAD_BITS + payload) * fast


class Outcome(Enum):
    """Of one attempt to send."""

    SENT = auto()
    UNACKNOWLEDGED = auto()
    BIT_ERROR = auto()


class CanNode(Protocol):
    """Something on the bus. What returns a bool says whether anything has changed in the node."""

    @property
    def rates(self) -> tuple[float, float] | None:
        """Bits per second of arbitration and payload; None for a node that is not on the bus."""
        ...

    @property
    def active(self) -> bool:
        """Whether it acknowledges what it receives, and destroys what it does not understand."""
        ...

    @property
    def knows_fd(self) -> bool:
        """Whether a CAN FD frame is none of these."""
        ...

    def wakes(self) -> float:
        """When it has something to do by itself, if nothing happens before; infinity for never."""
        ...

    def arrive(self, at: float) -> None:
        """Time has come so far."""
        ...

    def offers(self, at: float) -> CanFrame | None:
        """What it wants to send at a time, if it may."""
        ...

    def attempted(self, frame: CanFrame, outcome: Outcome, at: float) -> bool:
        """The end of an attempt."""
        ...

    def received(self, frame: CanFrame, at: float) -> None:
        """A frame of another node has ended well."""
        ...

    def disturbed(self, at: float) -> bool:
        """A frame of another node was an error."""
        ...


@dataclass(frozen=True)
class _Attempt:
    sender: CanNode
    frame: CanFrame
    outcome: Outcome
    end: float


class CanBus:
    """Two wires and their nodes. Whoever changes a node settles the bus before. Threads: lane
    only."""

    def __init__(self, clock: Clock) -> None:
        self.nodes: list[CanNode] = []
        self._clock = clock
        self._shorted = False
        self.clear_since = clock.monotonic()
        """When the wires were separated last."""
        self._free = clock.monotonic()
        self._attempt: _Attempt | None = None

    @property
    def shorted(self) -> bool:
        """Whether the two wires touch."""
        return self._shorted

    @shorted.setter
    def shorted(self, shorted: bool) -> None:
        self.settle()
        self._shorted, self.clear_since = shorted, self._clock.monotonic()

    def settle(self) -> None:
        """Let happen what was due by now."""
        now = self._clock.monotonic()
        while True:
            if self._attempt is None:
                self._attempt = self._begin()
            if self._attempt is None:
                if self._free >= now:
                    return
                self._free = min([now, *self._wakes()])
            elif self._attempt.end > now + 1e-12:
                return
            else:
                self._finish(self._attempt, now)

    def _wakes(self) -> list[float]:
        return [at for node in self.nodes if (at := node.wakes()) > self._free]

    def _begin(self) -> _Attempt | None:
        """Arbitration among what the nodes offer."""
        for node in self.nodes:
            node.arrive(self._free)
        offers = [
            (frame.order(), index, node, frame)
            for index, node in enumerate(self.nodes)
            if node.rates is not None and (frame := node.offers(self._free)) is not None
        ]
        if not offers:
            return None
        _order, _index, sender, frame = min(offers, key=lambda offer: offer[:2])
        bit_s, payload_bit_s = (1 / rate for rate in sender.rates or ())
        takes = frame.seconds(bit_s, payload_bit_s)
        hearing = [n for n in self._others(sender) if _understands(n, sender, frame)]
        deaf = [n for n in self._others(sender) if n.active and n not in hearing]
        if self._shorted or deaf:
            return _Attempt(sender, frame, Outcome.BIT_ERROR, self._free + ERROR_BITS * bit_s)
        if not any(node.active for node in hearing):
            end = self._free + takes + ERROR_BITS * bit_s
            return _Attempt(sender, frame, Outcome.UNACKNOWLEDGED, end)
        return _Attempt(sender, frame, Outcome.SENT, self._free + takes)

    def _finish(self, attempt: _Attempt, now: float) -> None:
        sender, frame, at = attempt.sender, attempt.frame, attempt.end
        self._free, self._attempt = at, None
        changed = sender.attempted(frame, attempt.outcome, at)
        for node in self._others(sender):
            if attempt.outcome is not Outcome.SENT:
                changed |= node.disturbed(at)
            elif _understands(node, sender, frame):
                node.received(frame, at)
            else:
                node.disturbed(at)
        if not changed and attempt.outcome is not Outcome.SENT:
            # The same error again and again: nothing is learned from each of them.
            after = self._begin()
            if after and (after.frame, after.outcome) == (frame, attempt.outcome):
                self._free = max(self._free, now)

    def _others(self, sender: CanNode) -> list[CanNode]:
        return [node for node in self.nodes if node is not sender and node.rates is not None]


def _understands(node: CanNode, sender: CanNode, frame: CanFrame) -> bool:
    if node.rates is None or sender.rates is None or (frame.fd and not node.knows_fd):
        return False
    same = 2 if frame.switched else 1
    return node.rates[:same] == sender.rates[:same]


class CanPeer:
    """A node that repeats what it sends until somebody acknowledges it.

    Not modelled: its own error counters; it never goes to bus-off.
    """

    knows_fd = True

    def __init__(self, bus: CanBus, *, rates: tuple[float, float] = (500e3, 2e6)) -> None:
        self.heard: list[CanFrame] = []
        """Every frame that has arrived."""
        self._bus, self._rates, self._present = bus, rates, True
        self._queue: deque[CanFrame] = deque()
        bus.nodes.append(self)

    @property
    def rates(self) -> tuple[float, float] | None:
        return self._rates if self._present else None

    @property
    def active(self) -> bool:
        return self._present

    def plug(self, present: bool, rates: tuple[float, float] | None = None) -> None:
        """Take it from the bus or put it back, perhaps at another bit rate."""
        self._bus.settle()
        self._present = present
        self._rates = rates or self._rates

    def send(self, frame: CanFrame) -> None:
        """Queue a frame."""
        self._bus.settle()
        self._queue.append(frame)
        self._bus.settle()

    def wakes(self) -> float:
        return inf

    def arrive(self, at: float) -> None:
        return None

    def offers(self, at: float) -> CanFrame | None:
        return self._queue[0] if self._queue else None

    def attempted(self, frame: CanFrame, outcome: Outcome, at: float) -> bool:
        if outcome is Outcome.SENT:
            self._queue.popleft()
        return outcome is Outcome.SENT

    def received(self, frame: CanFrame, at: float) -> None:
        self.heard.append(frame)

    def disturbed(self, at: float) -> bool:
        return False
