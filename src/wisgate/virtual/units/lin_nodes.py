"""Nodes of a LIN bus: a responder that answers headers, and a commander that sends them. From LIN
2.x as the modules sheet 4.7 gives it; written without looking at the client.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

Content = Callable[[], bytes]
"""Where the bytes of a frame come from, each time it is sent."""

REQUEST, DIAGNOSTIC_ANSWER = 0x3C, 0x3D
"""Frames of the commander and of responders for diagnosis; their checksum is always classic."""
GO_TO_SLEEP = bytes.fromhex("00FFFFFFFFFFFFFF")
READY_S = 0.1
"""The longest time from a wake-up until a responder answers."""
IDLE_SLEEP_S = 4.0
"""A silence after which a responder goes to sleep by itself; 4 to 10 s are allowed."""


def protected(identifier: int) -> int:
    """The identifier with its two parity bits."""
    bits = [identifier >> n & 1 for n in range(6)]
    even = bits[0] ^ bits[1] ^ bits[2] ^ bits[4]
    odd = 1 ^ bits[1] ^ bits[3] ^ bits[4] ^ bits[5]
    return identifier | even << 6 | odd << 7


def checksum(identifier: int, content: bytes, *, classic: bool) -> int:
    """Inverted sum with carry, over the protected identifier too unless `classic`."""
    total = 0 if classic or identifier in (REQUEST, DIAGNOSTIC_ANSWER) else protected(identifier)
    for byte in content:
        total += byte
        total = total - 0xFF if total > 0xFF else total
    return total ^ 0xFF


class Responder:
    """A node that answers. `publishes` says which frames it fills, `takes` which it listens to,
    with their number of bytes. Threads: lane only."""

    def __init__(
        self,
        publishes: Mapping[int, Content],
        takes: Mapping[int, int] | None = None,
        *,
        classic: bool = False,
    ) -> None:
        self.publishes = dict(publishes)
        self.takes = {**(takes or {}), REQUEST: 8}
        self.taken: dict[int, bytes] = {}
        """What it heard last of each frame that it takes."""
        self.errors = 0
        """Frames whose checksum was wrong, and answers of its own that did not get through."""
        self.silent = False
        """A fault: it answers nothing."""
        self.spoiled = False
        """A fault: its checksums are wrong."""
        self.cut: int | None = None
        """A fault: it stops after so many bytes."""
        self._classic = classic
        self._asleep = False
        self._heard_at = self._ready_at = float("-inf")

    def power_up(self, now: float) -> None:
        """Begin awake; what was taken is forgotten."""
        self.taken.clear()
        self._asleep, self._heard_at, self._ready_at = False, now, float("-inf")

    def asleep(self, now: float) -> bool:
        """Whether it sleeps: told to, or after a long silence. `now` in seconds, monotonic."""
        return self._asleep or now - self._heard_at > IDLE_SLEEP_S

    def wake(self, now: float) -> None:
        """The line was dominant long enough."""
        if self.asleep(now):
            self._asleep, self._ready_at = False, now + READY_S
        self._heard_at = now

    def notice(self, now: float) -> None:
        """The line moves, which keeps it awake."""
        if not self.asleep(now):
            self._heard_at = now

    def answer(self, identifier: int, now: float) -> bytes | None:
        """What it puts on the line after this header, checksum included."""
        content = self.publishes.get(identifier)
        if content is None or self.silent or self.asleep(now) or now < self._ready_at:
            return None
        sent = content()
        check = checksum(identifier, sent, classic=self._classic) ^ (0x55 if self.spoiled else 0)
        return (sent + bytes([check]))[: self.cut]

    def hear(self, identifier: int, response: bytes, now: float) -> None:
        """A response of the right length for a frame that it takes."""
        if identifier not in self.takes or self.asleep(now) or now < self._ready_at:
            return
        content, check = response[:-1], response[-1]
        if check != checksum(identifier, content, classic=self._classic):
            self.errors += 1
            return
        self.taken[identifier] = content
        if identifier == REQUEST and content == GO_TO_SLEEP:
            self._asleep = True


class Slot(NamedTuple):
    """One entry of a schedule: a header, the time until the next one in seconds, and what the
    commander itself publishes after it, or how many bytes it awaits."""

    identifier: int
    seconds: float
    content: Content | None = None
    size: int = 8


class Commander:
    """A node that sends headers, over and over, and hears what is answered. It stops after a
    go-to-sleep of its own and begins anew when it is woken. Threads: lane only."""

    def __init__(
        self, schedule: Sequence[Slot], begin: float = 0.0, *, classic: bool = False
    ) -> None:
        """`begin` is when the first header goes out, in monotonic seconds."""
        self.answers: dict[int, bytes] = {}
        """The last good answer to each of its headers."""
        self.errors = 0
        """Answers whose checksum was wrong."""
        self.asleep = False
        self.next_at = begin
        self._schedule, self._classic = tuple(schedule), classic
        self._position = 0

    def wake(self, now: float) -> None:
        """Begin the schedule anew after a wake-up."""
        if self.asleep:
            self.asleep, self._position, self.next_at = False, 0, now + READY_S

    def catch_up(self, to: float) -> None:
        """Leave out whole rounds of the schedule that nobody listened to."""
        whole = sum(slot.seconds for slot in self._schedule)
        if self.next_at < to:
            self.next_at += (to - self.next_at) // whole * whole

    def step(self) -> tuple[int, bytes | None]:
        """The identifier of the next header, and the response if it is its own."""
        identifier, seconds, content, _size = self._schedule[self._position]
        self._position = (self._position + 1) % len(self._schedule)
        self.next_at += seconds
        if content is None:
            return identifier, None
        sent = content()
        self.asleep = identifier == REQUEST and sent == GO_TO_SLEEP
        return identifier, sent + bytes([checksum(identifier, sent, classic=self._classic)])

    def hear(self, identifier: int, response: bytes) -> None:
        """What was answered to one of its headers, when it has the length of one of them."""
        if all((identifier, len(response) - 1) != (s.identifier, s.size) for s in self._schedule):
            return
        content, check = response[:-1], response[-1]
        if check == checksum(identifier, content, classic=self._classic):
            self.answers[identifier] = content
        else:
            self.errors += 1
