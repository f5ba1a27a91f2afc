"""What an SX1262 does on the air: it sends one packet, receives, or looks whether somebody sends.

Nothing runs by itself: `settle` lets happen what was due by then. Times are seconds on the clock.
"""

from __future__ import annotations

from math import inf

from ...registers.sx1262 import (
    BANDWIDTH_HZ,
    FREQUENCY_STEP_HZ,
    TIMEOUT_STEP_S,
    Command,
    Irq,
    Mode,
    Outcome,
)
from ..radio import Air, Heard, Receiver, Reception, Transmission
from ..radio_format import Format

WEAKER_DB = {(3, 5): 2.0, (2, 3): 5.0, (2, 2): 8.0}
"""What a setting of the amplifier gives less than its power byte. SX1261/2 table 13-21."""
SILENCE = 0xFF
"""The code of the lowest level."""


Listening = tuple[float, float, bool, float]
"""From, until, whether reception follows activity, and its time-out."""


class Modem:
    """`fallback` is the mode after a packet, `irq_mask` the events that are remembered at all.
    Threads: lane only."""

    fallback: Mode
    timer_until_preamble: bool
    _form: Format
    _single: bool
    _pointer: int
    _gain_db: float

    def __init__(self, air: Air, name: str) -> None:
        self.mode = Mode.STANDBY_RC
        self.outcome = Outcome.TAKEN
        self.irq, self._irq_mask = Irq(0), Irq(0)
        self.stats = [0, 0, 0]
        """Packets received, with a wrong checksum, with a damaged header."""
        self.buffer = bytearray(256)
        self._packet = (0, 0)
        """Length of the last packet, and where it begins."""
        self._levels = (0, 0, 0)
        """Of the last packet: RSSI, SNR, signal, as codes."""
        self._air, self._name = air, name
        self._sent: Transmission | None = None
        self._receiver: Receiver | None = None
        self._deadline = inf
        self._listening: Listening | None = None

    def obey(self, opcode: int, parameters: bytes) -> None:
        """Commands about events, counters and the buffer; others mean nothing here."""
        if opcode == Command.RESET_STATS:
            self.stats = [0, 0, 0]
        elif opcode == Command.CLEAR_IRQ_STATUS:
            self.irq &= ~int.from_bytes(parameters, "big")
        elif opcode == Command.SET_DIO_IRQ_PARAMS:
            self._irq_mask = Irq(int.from_bytes(parameters[:2], "big"))
        elif opcode == Command.WRITE_BUFFER:
            for offset, byte in enumerate(parameters[1:], parameters[0]):
                self.buffer[offset % len(self.buffer)] = byte

    def answer(self, opcode: int, parameters: bytes, count: int, now: float) -> bytes:
        """The `count` bytes that a reading command asks for."""
        match opcode:
            case Command.GET_STATS:
                return b"".join(number.to_bytes(2, "big") for number in self.stats)
            case Command.GET_IRQ_STATUS:
                return self.irq.to_bytes(2, "big")
            case Command.GET_RX_BUFFER_STATUS:
                return bytes(self._packet)
            case Command.GET_PACKET_STATUS:
                return bytes(self._levels)
            case Command.GET_RSSI_INST:
                return bytes([self._rssi(now)])
            case Command.READ_BUFFER:
                return bytes(self.buffer[(parameters[0] + n) % 256] for n in range(count))
        return b""

    def rest(self, mode: Mode, now: float) -> None:
        """Stop whatever it does and go to a mode in which it does nothing."""
        if self._sent is not None:
            self._sent.cut = now
        self.mode, self._sent, self._receiver, self._listening = mode, None, None, None

    def transmit(
        self, form: Format, payload: bytes, power_dbm: float, start: float, timeout: float
    ) -> None:
        """Send one packet; a `timeout` of 0 is none."""
        self.mode, self._deadline = Mode.TRANSMIT, start + timeout if timeout else inf
        self._sent = self._air.send(self._name, form, payload, power_dbm, start)

    def receive(
        self, form: Format, start: float, timeout: float, single: bool, base: int, gain_db: float
    ) -> None:
        """Receive from `start` on; a `timeout` of 0 is none."""
        self.mode, self._deadline = Mode.RECEIVE, start + timeout if timeout else inf
        self._form, self._single, self._pointer, self._gain_db = form, single, base, gain_db
        self._receiver = Receiver(self._air, self._name, form, start, gain_db)

    def detect(
        self, form: Format, start: float, end: float, goes_on: bool, timeout: float,
        base: int, gain_db: float,
    ) -> None:  # fmt: skip
        """Look whether somebody sends; when somebody does, receive if it `goes_on`, else rest."""
        self.receive(form, start, 0.0, True, base, gain_db)
        self._listening = start, end, goes_on, timeout

    def settle(self, now: float) -> None:
        """Let happen what was due by then."""
        if self._sent is not None:
            self._settle_sending(self._sent, now)
        if self._receiver is not None and self._listening is not None:
            self._settle_detection(self._receiver, self._listening, now)
        if self._receiver is not None and self._listening is None:
            self._settle_receiving(self._receiver, now)

    def _raise(self, event: Irq) -> None:
        self.irq |= event & self._irq_mask

    def _rssi(self, now: float) -> int:
        if self._receiver is None:
            return SILENCE
        return _level(self._air.level(self._name, self._form, now, self._gain_db))

    def _settle_sending(self, sent: Transmission, now: float) -> None:
        if now < min(sent.end, self._deadline):
            return
        if self._deadline < sent.end:
            self._time_out(self._deadline)
            return
        self._raise(Irq.TX_DONE)
        self.outcome = Outcome.TX_DONE
        self.rest(self.fallback, now)

    def _settle_detection(self, receiver: Receiver, listening: Listening, now: float) -> None:
        start, end, goes_on, timeout = listening
        if now < end:
            return
        found = receiver.active(start, end)
        self._raise(Irq.CAD_DONE | Irq.CAD_DETECTED if found else Irq.CAD_DONE)
        self._listening = None
        if found and goes_on:
            self._deadline = end + timeout if timeout else inf
        else:
            self.rest(Mode.STANDBY_RC, now)

    def _settle_receiving(self, receiver: Receiver, now: float) -> None:
        while events := receiver.heard(min(now, self._deadline)):
            for event in events:
                self._notice(event)
                if self._receiver is None:
                    return
        if now >= self._deadline:
            self._time_out(self._deadline)

    def _notice(self, event: Reception) -> None:
        if event.kind is Heard.PREAMBLE:
            self._raise(Irq.PREAMBLE_DETECTED)
            if self.timer_until_preamble:
                self._deadline = inf
        elif event.kind is Heard.HEADER:
            self._raise(Irq.HEADER_VALID)
            self._deadline = inf
        elif event.kind is Heard.DAMAGED_HEADER:
            self._raise(Irq.HEADER_ERROR)
            self.stats[2] += 1
        else:
            self._take(event)

    def _take(self, event: Reception) -> None:
        damaged = event.checked and not event.intact
        for offset, byte in enumerate(event.payload, self._pointer):
            self.buffer[offset % len(self.buffer)] = byte
        self._packet = len(event.payload), self._pointer
        self._levels = _level(event.rssi), _quarters(event.snr), _level(event.signal)
        self.stats[0] += 1
        self.stats[1] += damaged
        self._raise(Irq.RX_DONE | Irq.CRC_ERROR if damaged else Irq.RX_DONE)
        self.outcome = Outcome.PACKET_AVAILABLE
        if self._single:
            self.rest(self.fallback, event.time)
        else:
            self._pointer = (self._pointer + len(event.payload)) % len(self.buffer)

    def _time_out(self, at: float) -> None:
        self._raise(Irq.TIMEOUT)
        self.outcome = Outcome.TIMEOUT
        self.rest(Mode.STANDBY_RC, at)


def _level(dbm: float) -> int:
    """The code of a level: half decibels below 0 dBm. SX1261/2 13.5.3."""
    return max(0, min(255, round(-2 * dbm)))


def _quarters(decibels: float) -> int:
    """The code of a ratio: quarters of a decibel, signed. SX1261/2 13.5.3. Below -20 dB nothing is
    received."""
    return min(127, round(4 * decibels)) & 0xFF


def seconds_of(timeout: bytes) -> float:
    """Three bytes of a time-out."""
    return int.from_bytes(timeout, "big") * TIMEOUT_STEP_S


def is_modulation(parameters: bytes) -> bool:
    """Whether LoRa knows such a modulation. SX1261/2 13.4.5.2."""
    factor, bandwidth, rate, low_rate = parameters[:4]
    return 5 <= factor <= 12 and bandwidth in BANDWIDTH_HZ and 1 <= rate <= 4 and low_rate <= 1


def format_of(frequency: bytes, modulation: bytes, packet: bytes, sync_word: int) -> Format:
    """What a packet is like, from the parameters of three commands."""
    factor, bandwidth, rate, low_rate = modulation[:4]
    implicit, length, crc, inverted = packet[2:6]
    return Format(
        int.from_bytes(frequency[:4], "big") * FREQUENCY_STEP_HZ,
        {int(code): hertz for code, hertz in BANDWIDTH_HZ.items()}[bandwidth],
        factor, rate, bool(low_rate), int.from_bytes(packet[:2], "big"),
        explicit=not implicit, length=length, crc=bool(crc), inverted=bool(inverted),
        sync_word=sync_word,
    )  # fmt: skip


def power_of(amplifier: bytes, power: bytes) -> float:
    """The power at the antenna in dBm; the low power amplifier of an SX1261 is not there."""
    setting = int.from_bytes(power[:1], signed=True)
    return setting - WEAKER_DB.get((amplifier[0], amplifier[1]), 0.0)
