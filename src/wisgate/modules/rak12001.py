"""RAK12001 fingerprint reader on a serial line. Modules sheet 6.1 and 6.9.

The reader is asked for a finger at every sampling; one that comes is looked for in its library,
once until it leaves, the reader was silent, or another may have come. Templates stay in the reader:
nothing here asks for one, or logs one.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..bus.uart import Uart
from ..config.model import SlotConfig
from ..core.clock import Clock
from ..core.errors import NoAnswer, OutputRefused
from ..core.points import (
    Channel,
    Commanding,
    Conversation,
    Group,
    Kind,
    Reading,
    Sampling,
    Value,
)
from ..core.units import Seconds
from ..protocols.fingerprint import Capture, FingerprintReader, Match
from .outputs import not_writable
from .wires import Wires

BAUD = 57600  # 8N1; modules sheet 6.1
LOOK_S = 0.2  # between two images while an enrolling waits for a finger
NOBODY = -1

PRESENT = Channel("present", kind=Kind.BOOL, decimals=0)
PAGE = Channel("page", kind=Kind.INT, decimals=0)
FINGER = Channel("finger", kind=Kind.INT, decimals=0, event=True)


class Rak12001:
    """One reader. Threads: lane only."""

    def __init__(self, uart: Uart, clock: Clock, *, interval: Seconds = Seconds(0.5)) -> None:
        self.groups = (Group("finger", (PRESENT, PAGE, FINGER), interval),)
        self._uart, self._clock = uart, clock
        self._reader = FingerprintReader(uart, clock)
        self._capacity = 0
        self._page: int | None = None  # of the finger that lies there; None: not looked for yet

    @classmethod
    def fit(cls, wires: Wires, config: SlotConfig) -> Rak12001:
        """The module in a slot: UART1; its touch line is left alone (modules sheet 6.9)."""
        return cls(wires.serial(), wires.clock, interval=Seconds(config.interval))

    def open(self) -> None:
        """Set the baud rate; the reader itself is asked by the first sampling. Raises BusError."""
        self._uart.set_baud(BAUD)
        self._uart.flush()
        self._forget()

    def sample(self, group: Group) -> Sampling:
        """Look for a finger. Raises BusError, ChipError."""
        yield from self._start()
        seen = self._look()
        if seen is Capture.NO_FINGER:
            self._page = None
            return self._readings(False)
        if self._page is not None or seen is Capture.FAILED:
            return self._readings(True)
        yield Seconds(0.0)
        if not self._reader.extract(1):
            return self._readings(True)  # too poor an image: the next one may be better
        yield Seconds(0.0)
        match = self._reader.search(self._capacity)
        self._page = match.page if match else NOBODY
        return [*self._readings(True), Reading(FINGER.name, self._page)]

    def command(self, name: str, arguments: Mapping[str, Value]) -> Commanding:
        """Work with the library. Raises OutputRefused, BusError, ChipError."""
        yield from self._start()
        match name:
            case "search":
                match = yield from self._searched()
                page, score = (match.page, match.score) if match else (NOBODY, 0)
                if page != self._page:
                    self._page = None  # who lies there has changed: the next sampling tells
                return {"page": page, "score": score}
            case "enroll":
                page = self._existing(arguments["page"])
                yield from self._enroll(page, _seconds(arguments["patience"]))
                return {"page": page, "count": self._reader.count()}
            case "delete":
                self._reader.delete(self._existing(arguments["page"]))
                self._page = None  # whoever lies there may be unknown now
            case "empty":
                self._reader.empty()
                self._page = None
        return {"count": self._reader.count(), "capacity": self._capacity}

    def write(self, channel: str, value: Value) -> None:
        not_writable("rak12001", channel)

    def close(self) -> None:
        """Nothing of it is an output."""

    def _start(self) -> Conversation[None]:
        """See that it is there and has the password of the factory, once after each `open` or
        loss."""
        if not self._capacity:
            self._reader.verify_password()
            yield Seconds(0.0)
            self._capacity = self._reader.parameters().capacity
            yield Seconds(0.0)

    def _look(self) -> Capture:
        """Take an image. While a reader is silent its finger may change, and so may the reader."""
        try:
            return self._reader.capture()
        except NoAnswer:
            self._forget()
            raise

    def _forget(self) -> None:
        self._capacity, self._page = 0, None

    def _readings(self, present: bool) -> list[Reading]:
        page = NOBODY if self._page is None else self._page
        return [Reading(PRESENT.name, present), Reading(PAGE.name, page)]

    def _searched(self) -> Conversation[Match | None]:
        if self._look() is Capture.NO_FINGER:
            raise OutputRefused("no finger on the reader; lay one on it and try again")
        yield Seconds(0.0)
        self._take_features(1)
        yield Seconds(0.0)
        return self._reader.search(self._capacity)

    def _enroll(self, page: int, patience: Seconds) -> Conversation[None]:
        """Two images of the same finger, lifted in between."""
        self._page = None  # another one may lie there afterwards, however this ends
        for buffer in (1, 2):
            yield from self._wait(True, patience, "no finger came")
            self._take_features(buffer)
            if buffer == 1:
                yield from self._wait(False, patience, "the finger was not lifted")
        if not self._reader.combine():
            raise OutputRefused("two different fingers, or one that moved; try again")
        yield Seconds(0.0)
        self._reader.store(page)

    def _wait(self, present: bool, patience: Seconds, otherwise: str) -> Conversation[None]:
        """Until a finger is there, or none. Raises OutputRefused."""
        wanted = Capture.TAKEN if present else Capture.NO_FINGER
        deadline = self._clock.monotonic() + patience
        while self._look() is not wanted:
            if self._clock.monotonic() >= deadline:
                raise OutputRefused(f"{otherwise} within {patience:g} s; try again")
            yield Seconds(LOOK_S)

    def _take_features(self, buffer: int) -> None:
        if not self._reader.extract(buffer):
            raise OutputRefused("the image is too poor; clean finger and window and try again")

    def _existing(self, page: Value) -> int:
        """A page of the library. Raises OutputRefused."""
        number = int(page) if page is not None else NOBODY
        if not 0 <= number < self._capacity:
            raise OutputRefused(f"there is no page {number}; pages are 0 to {self._capacity - 1}")
        return number


def _seconds(value: Value) -> Seconds:
    return Seconds(float(value) if value is not None else 0.0)
