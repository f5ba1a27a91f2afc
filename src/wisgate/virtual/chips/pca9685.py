"""PCA9685 twin, from NXP PCA9685 Rev. 4; written without looking at the driver.

World inputs: `oe_high`, the level at the OE pin, and `oscillator_hz`, which is several percent off
in a real chip. What is seen from outside: `high(channel)`, the share of time that a pin is high,
`period` in seconds; `changed` is called when either may be another.
It acknowledges the general call (software reset), All-Call from power-on, and sub-calls, for
writing and for reading; so a command meant for another chip at 0x70 moves its registers, and what
that chip answers is ANDed with one of them. Not modelled: the phase of the outputs to each other,
where in its period an output stops, high impedance (it counts as low), a clock at EXTCLK (there is
none), the test mode.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...core.clock import Clock
from ...registers.pca9685 import (
    CHANNEL,
    CHANNELS,
    COUNTS,
    OSCILLATOR_HZ,
    PRESCALE_MIN,
    SOFTWARE_RESET,
    SOFTWARE_RESET_ADDRESS,
    WAKE_S,
    AllCallAddress,
    AllOffHigh,
    AllOnLow,
    Mode1,
    Mode2,
    OffHigh,
    OnLow,
    Prescale,
    SubAddress1,
    SubAddress2,
    SubAddress3,
)

RESTART, EXTERNAL, INCREMENT, SLEEP = 0x80, 0x40, 0x20, 0x10
INVERTED, ON_ACKNOWLEDGE, TOTEM_POLE, OUTNE, OUTNE_HIGH = 0x10, 0x08, 0x04, 0x03, 0x01
FULL = 0x10
LAST_CHANNEL = OnLow.address + CHANNEL * CHANNELS - 1
TEST = 0xFF
CALLS = (
    (0x01, AllCallAddress.address), (0x08, SubAddress1.address),
    (0x04, SubAddress2.address), (0x02, SubAddress3.address),
)  # fmt: skip
"""A bit of MODE1, and the register with the address that it switches on. Table 5."""
HALF = (0xFF, 0x1F)
"""Bits of a low and of a high byte of a channel. Table 7."""


class Pca9685Twin:
    """Sixteen outputs with one frequency. Threads: lane only."""

    def __init__(self, clock: Clock, *, addresses: Sequence[int]) -> None:
        self.addresses = tuple(addresses)
        self.oe_high = False
        self.oscillator_hz = OSCILLATOR_HZ
        self.changed: Callable[[], None] = lambda: None
        self._clock = clock
        self._called = self._abandoned = self._reset_at_stop = False
        self._clear()

    # The wire.

    def addressed(self, address: int, read: bool) -> bool:
        self._called = address == SOFTWARE_RESET_ADDRESS and not read
        return self._called or address in self.addresses or address in self._calls()

    def write(self, data: bytes) -> int:
        if self._called:
            self._abandoned |= len(data) != 1 or data[0] != SOFTWARE_RESET
            self._reset_at_stop = not self._abandoned
            return int(bool(data) and data[0] == SOFTWARE_RESET)
        if not data or LAST_CHANNEL < data[0] < AllOnLow.address:
            return 0
        self._pointer = data[0]
        for value in data[1:]:
            self._store(self._pointer, value)
            self._advance()
        return len(data)

    def read(self, count: int) -> bytes:
        answer = bytearray()
        for _ in range(count):
            answer.append(self._file.get(self._pointer, 0))
            self._advance()
        return bytes(answer)

    def stop(self) -> None:
        reset, self._reset_at_stop, self._abandoned = self._reset_at_stop, False, False
        if reset:
            self.power_cycle()
        elif self._written:
            self._latch(range(CHANNELS))

    def power_cycle(self) -> None:
        """Back to the reset values: asleep, every output off."""
        self._clear()
        self.changed()

    # The pins.

    @property
    def period(self) -> float:
        """Seconds of one period of every output."""
        return COUNTS * (self._file[Prescale.address] + 1) / self.oscillator_hz

    def high(self, channel: int) -> float:
        """The share of time that a pin is high, 0 to 1."""
        mode = self._file[Mode2.address]
        if self.oe_high:
            return float(mode & OUTNE == OUTNE_HIGH and bool(mode & TOTEM_POLE))
        share = self._share(channel)
        return 1 - share if mode & INVERTED else share

    # Inside.

    def _clear(self) -> None:
        words = (Mode1, Mode2, SubAddress1, SubAddress2, SubAddress3, AllCallAddress, Prescale)
        self._file = {word.address: word.reset for word in words}
        for channel in range(CHANNELS):
            self._file |= dict.fromkeys(range(_first(channel), _first(channel) + CHANNEL), 0)
            self._file[_first(channel) + OffHigh.address - OnLow.address] = OffHigh.reset
        self._shown = [self._counts(channel) for channel in range(CHANNELS)]
        self._pointer, self._awake_since = 0, self._clock.monotonic()
        self._written = False

    def _calls(self) -> set[int]:
        mode = self._file[Mode1.address]
        return {self._file[register] >> 1 for mask, register in CALLS if mode & mask}

    def _advance(self) -> None:
        if self._file[Mode1.address] & INCREMENT:
            ends = (LAST_CHANNEL, Prescale.address, TEST)
            self._pointer = 0 if self._pointer in ends else self._pointer + 1

    def _store(self, register: int, value: int) -> None:
        if register == Mode1.address:
            self._set_mode(value)
        elif register == Mode2.address:
            self._file[register] = value & 0x1F
            self.changed()
        elif register <= AllCallAddress.address:
            self._file[register] = value & 0xFE
        elif register <= LAST_CHANNEL:
            self._store_count(register, value)
        elif register <= AllOffHigh.address:
            for channel in range(CHANNELS):
                self._store_count(register - AllOnLow.address + _first(channel), value)
        elif register == Prescale.address and self._file[Mode1.address] & SLEEP:
            self._file[register] = max(PRESCALE_MIN, value)

    def _store_count(self, register: int, value: int) -> None:
        self._file[register] = value & HALF[register & 1]
        if not self._file[Mode2.address] & ON_ACKNOWLEDGE:
            self._written = True
        elif register & 3 == OffHigh.address & 3:
            self._latch([(register - OnLow.address) // CHANNEL])

    def _set_mode(self, value: int) -> None:
        before = self._file[Mode1.address]
        kept = before & RESTART
        awake = not before & SLEEP and self._stable
        if value & RESTART and awake and not value & SLEEP:
            kept = 0
        if value & SLEEP and not before & SLEEP and any(map(self._runs, range(CHANNELS))):
            kept = RESTART
        if before & SLEEP and not value & SLEEP:
            self._awake_since = self._clock.monotonic()
        kept |= before & EXTERNAL or (value & EXTERNAL if before & value & SLEEP else 0)
        self._file[Mode1.address] = kept | value & ~(RESTART | EXTERNAL)
        self.changed()

    @property
    def _stable(self) -> bool:
        return self._clock.monotonic() - self._awake_since >= WAKE_S

    def _latch(self, channels: Sequence[int]) -> None:
        """Show what the registers hold, and begin anew after a sleep. 7.3.1.1, 7.3.2 OCH."""
        for channel in channels:
            self._shown[channel] = self._counts(channel)
        self._file[Mode1.address] &= ~RESTART
        self._written = False
        self.changed()

    def _counts(self, channel: int) -> tuple[int, int]:
        low, high, off_low, off_high = (self._file[_first(channel) + n] for n in range(CHANNEL))
        return low | high << 8, off_low | off_high << 8

    def _runs(self, channel: int) -> bool:
        return not self._shown[channel][1] & FULL << 8

    def _share(self, channel: int) -> float:
        on, off = self._shown[channel]
        if not self._runs(channel) or self._file[Mode1.address] & (SLEEP | RESTART | EXTERNAL):
            return 0.0
        if not self._stable:
            return 0.0
        if on & FULL << 8:
            return 1.0
        return (off - on) % COUNTS / COUNTS


def _first(channel: int) -> int:
    return OnLow.address + CHANNEL * channel
