"""A virtual I2C bus: the same contract as the wire, with twins behind the addresses.

A twin sees what a chip sees: START with an address, bytes, a repeated START, STOP. Several twins
may answer one address; then reads are the AND of all (open drain) and writes go to all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from random import Random
from typing import NamedTuple, Protocol, runtime_checkable

from ..core.clock import Clock
from ..core.errors import BusTimeout, BusUnavailable, NoAcknowledge

STUCK_FOR = 0.025
"""Seconds after which the controller gives up a bus whose SDA stays low."""
STRETCH_LIMIT = 0.035
"""Seconds for which the controller lets a chip hold the clock (raspberrypi/linux, pull request
3068: CLKT of the BCM2835, 35 ms)."""


class I2cTwin(Protocol):
    """A simulated chip on the bus."""

    def addressed(self, address: int, read: bool) -> bool:
        """Whether the chip acknowledges this address. Asked of every twin at each START; a second
        call without `stop` in between is a repeated START."""
        ...

    def write(self, data: bytes) -> int:
        """Take the bytes of a write message; returns how many the chip acknowledged."""
        ...

    def read(self, count: int) -> bytes:
        """The next `count` bytes that the chip puts on the bus; 0xFF where it drives nothing."""
        ...

    def stop(self) -> None:
        """STOP. Called on every twin that was addressed in the transaction."""
        ...


class PoweredTwin(I2cTwin, Protocol):
    """A twin whose supply can fail."""

    addresses: tuple[int, ...]

    def power_cycle(self) -> None:
        """Take every register back to its reset value."""
        ...


@runtime_checkable
class WorkingTwin(PoweredTwin, Protocol):
    """A twin that measures or computes."""

    never_ready: bool
    """A fault: it never comes to an end."""


class MeasuringTwin(WorkingTwin, Protocol):
    """A twin that samples the world."""

    look: Callable[[], None]
    """Called before it samples."""


class Message(NamedTuple):
    """One message of a transaction: a write of `data`, or a read of `length` bytes."""

    address: int
    data: bytes = b""
    length: int = 0
    read: bool = False


class VirtualI2c:
    """One bus with its twins. `mute`, `clock_held`, `silent`, `deaf`, `stretching`, `owned`,
    `strangers` and `flips` are its faults. Threads: lane only.

    With `costs_time` each transfer takes its bits on the clock; a board in real time leaves that
    out. A twin stretches the clock by sleeping while it is read. Not modelled: arbitration, the
    time that a byte takes inside a message (a message takes effect at its end).
    """

    def __init__(
        self, clock: Clock, scl_hz: int = 100_000, *, costs_time: bool = True, seed: int = 1
    ) -> None:
        self.twins: list[I2cTwin] = []
        self.mute = False
        """SDA stuck low: every transfer ends in BusTimeout."""
        self.clock_held = False
        """SCL held low: every transfer ends in BusTimeout."""
        self.silent: set[int] = set()
        """Addresses that nobody acknowledges."""
        self.deaf: set[int] = set()
        """Addresses whose chip acknowledges its address and no byte."""
        self.stretching: set[int] = set()
        """Addresses whose chip holds SCL once it is called, until the controller gives up."""
        self.owned: dict[int, str] = {}
        """Address: the driver of the kernel that owns it, so that nobody else may."""
        self.strangers: dict[int, I2cTwin] = {}
        """Chips that answer instead of the right one."""
        self.flips: dict[int, float] = {}
        """Probability that a byte read from an address has one bit flipped."""
        self._clock = clock
        self._bit_s = 1 / scl_hz if costs_time else 0.0
        self._random = Random(f"{seed}/i2c")

    def transfer(self, address: int, write: bytes = b"", read: int = 0) -> bytes:
        """The narrow form of the contract (see `bus.i2c`)."""
        met: list[I2cTwin] = []
        try:
            if write or not read:
                self._write(address, write, met)
            return self._read(address, read, met) if read else b""
        finally:
            for twin in met:
                twin.stop()

    def messages(self, messages: Sequence[Message]) -> list[bytes]:
        """One transaction: START, the messages with repeated STARTs between them, STOP. Returns
        the bytes of every read message, in order.

        Raises NoAcknowledge and BusTimeout; the STOP happens in any case.
        """
        met: list[I2cTwin] = []
        answers = []
        try:
            for address, data, length, read in messages:
                if read:
                    answers.append(self._read(address, length, met))
                else:
                    self._write(address, data, met)
        finally:
            for twin in met:
                twin.stop()
        return answers

    def _write(self, address: int, data: bytes, met: list[I2cTwin]) -> None:
        answering = self._start(address, False, len(data), met)
        if data and (
            address in self.deaf or max([twin.write(data) for twin in answering]) < len(data)
        ):
            raise NoAcknowledge(address)

    def _read(self, address: int, length: int, met: list[I2cTwin]) -> bytes:
        answering = self._start(address, True, length, met)
        begin = self._clock.monotonic()
        if len(answering) == 1:
            answer = answering[0].read(length)
        else:
            answer = _wired_and([twin.read(length) for twin in answering])
        if self._clock.monotonic() - begin > STRETCH_LIMIT:
            raise BusTimeout(
                f"{address:#04x} holds the clock for longer than {STRETCH_LIMIT * 1e3:.0f} ms"
            )
        return self._damage(address, answer) if self.flips else answer

    def _start(self, address: int, read: bool, length: int, met: list[I2cTwin]) -> list[I2cTwin]:
        """START and the address; the bytes that follow take their time here as well."""
        if self._bit_s:
            self._clock.sleep((10 + 9 * length) * self._bit_s)
        if address in self.owned:
            raise BusUnavailable(
                f"{address:#04x} belongs to the kernel driver {self.owned[address]}; free it"
            )
        if self.mute:
            self._give_up("the bus does not become free: SDA is stuck low; look for a short")
        if self.clock_held or address in self.stretching:
            self._give_up("the transfer took too long; look for a chip that holds SCL low")
        if address in self.silent:
            answering = []
        elif address in self.strangers:
            stranger = self.strangers[address]
            answering = [stranger] if stranger.addressed(address, read) else []
        else:
            answering = [twin for twin in self.twins if twin.addressed(address, read)]
        if not answering:
            raise NoAcknowledge(address)
        for twin in answering:
            if twin not in met:
                met.append(twin)
        return answering

    def _give_up(self, why: str) -> None:
        if self._bit_s:
            self._clock.sleep(STUCK_FOR)
        raise BusTimeout(why)

    def _damage(self, address: int, data: bytes) -> bytes:
        rate = self.flips.get(address)
        if not rate:
            return data
        chance = self._random.random
        return bytes(b ^ 1 << int(chance() * 8) if chance() < rate else b for b in data)


def _wired_and(answers: list[bytes]) -> bytes:
    return bytes(reduce(int.__and__, column) for column in zip(*answers, strict=True))


class Stranger:
    """A chip that acknowledges and answers, and is not the one that belongs there: whatever is
    written is taken, every byte reads `answer`. Not modelled: anything else."""

    def __init__(self, answer: int = 0x5A) -> None:
        self._answer = bytes([answer])

    def addressed(self, address: int, read: bool) -> bool:
        return True

    def write(self, data: bytes) -> int:
        return len(data)

    def read(self, count: int) -> bytes:
        return self._answer * count

    def stop(self) -> None:
        return None
