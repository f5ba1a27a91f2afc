"""The air between radios: LoRa packets, and what becomes of them on the way.

A packet is heard when frequency (a quarter of the bandwidth at most beside it), spreading factor,
bandwidth and polarity fit and the signal is strong enough; one with another sync word is heard and
dropped. Within half a decibel above the limit of the spreading factor the header is damaged, within
one decibel the payload. Two packets of one spreading factor that overlap damage each other unless
one is 6 dB stronger. `lost` is the share of packets that vanish, `set_loss` the path between two
radios.

Nothing here runs by itself: whoever listens asks what has happened up to now.
Not modelled: fading, drift of frequency, other spreading factors as noise, GFSK.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from math import log10
from random import Random

from ..core.clock import Clock
from .radio_format import LIMIT_DB, Format, milliwatts, noise

DAMAGED_HEADER_DB, DAMAGED_PAYLOAD_DB = 0.5, 1.0
CAPTURE_DB = 6.0
NEAR_DB = 40.0
LOCK_SYMBOLS = 5
"""Of the preamble, until a receiver has found it."""
KEPT = 256
"""Transmissions that are remembered."""


@dataclass
class Transmission:
    """A packet on the air from `start`; `cut` is when its sender gave up. `losses` are the paths as
    they were when it began."""

    number: int
    sender: str
    form: Format
    payload: bytes
    power_dbm: float
    start: float
    losses: Mapping[frozenset[str], float]
    loss_db: float
    cut: float = float("inf")

    @property
    def end(self) -> float:
        return self.start + self.form.seconds(len(self.payload))

    def over(self) -> float:
        """When the carrier ends."""
        return min(self.end, self.cut)


class Heard(Enum):
    """What a receiver notices, in this order."""

    PREAMBLE = auto()
    HEADER = auto()
    DAMAGED_HEADER = auto()
    PACKET = auto()


@dataclass(frozen=True)
class Reception:
    """Something heard at a time. A PACKET that is not `intact` has a payload all the same; whether
    its checksum tells is `checked`. `rssi` and `signal` are in dBm, `snr` in dB."""

    kind: Heard
    time: float
    payload: bytes = b""
    intact: bool = True
    checked: bool = True
    rssi: float = 0.0
    snr: float = 0.0
    signal: float = 0.0


class Air:
    """What several radios share. Threads: lane only."""

    def __init__(self, clock: Clock, *, seed: int = 1) -> None:
        self.lost = 0.0
        """Probability that a packet does not reach a receiver."""
        self.loss_db = 80.0
        """Between two radios that nothing else says anything of."""
        self.near: set[str] = set()
        """Radios on one board, NEAR_DB apart."""
        self.stations: list[Callable[[float], None]] = []
        """Each is told how far time has come, before anybody listens, so that it can send."""
        self._clock, self._seed = clock, seed
        self._losses: Mapping[frozenset[str], float] = {}
        self._sent: deque[Transmission] = deque(maxlen=KEPT)
        self._count = 0
        self._settling = False

    def set_loss(self, one: str, other: str, decibels: float) -> None:
        """The path between two radios, both ways, for packets that begin from now on."""
        self._losses = {**self._losses, frozenset((one, other)): decibels}

    def send(
        self, sender: str, form: Format, payload: bytes, power_dbm: float, start: float
    ) -> Transmission:
        """Put a packet on the air, now or a little later."""
        self._count += 1
        sent = Transmission(self._count, sender, form, payload, power_dbm, start, self._losses,
                            self.loss_db)  # fmt: skip
        self._sent.append(sent)
        return sent

    def settle(self, until: float) -> None:
        """Let every station say what it had to say by then; a station that listens for that
        purpose asks in vain."""
        if not self._settling:
            self._settling = True
            for speak in tuple(self.stations):
                speak(until)
            self._settling = False

    def strength(self, sent: Transmission, receiver: str) -> float:
        """What arrives at a receiver, in dBm."""
        ends = frozenset((sent.sender, receiver))
        loss = sent.losses.get(ends, NEAR_DB if ends <= self.near else sent.loss_db)
        return sent.power_dbm - loss

    def level(self, receiver: str, form: Format, at: float, gain_db: float = 0.0) -> float:
        """Noise and every carrier within the bandwidth, in dBm."""
        self.settle(at)
        watts = milliwatts(noise(form.bandwidth))
        for sent in self._sent:
            if sent.sender != receiver and sent.start <= at < sent.over() and _beside(sent, form):
                watts += milliwatts(self.strength(sent, receiver) + gain_db)
        return 10 * log10(watts)

    def candidates(self, receiver: str, form: Format, gain_db: float) -> list[Transmission]:
        """What a receiver with this format can hear, in the order of starting."""
        heard = [s for s in self._sent if s.sender != receiver and _fits(s.form, form)]
        limit = noise(form.bandwidth) + LIMIT_DB[form.spreading_factor]
        heard = [s for s in heard if self.strength(s, receiver) + gain_db >= limit]
        return sorted((s for s in heard if not self._vanishes(s, receiver)), key=lambda s: s.start)

    def disturbed(self, sent: Transmission, receiver: str, begin: float, end: float) -> bool:
        """Whether something else damages a packet between two times."""
        mine = self.strength(sent, receiver)
        return sent.cut < end or any(
            other is not sent
            and other.sender != receiver
            and other.start < end
            and other.over() > begin
            and other.form.spreading_factor == sent.form.spreading_factor
            and _beside(other, sent.form)
            and self.strength(other, receiver) > mine - CAPTURE_DB
            for other in self._sent
        )

    def _vanishes(self, sent: Transmission, receiver: str) -> bool:
        chance = Random(f"{self._seed}/air/{sent.number}/{receiver}").random()
        return chance < self.lost


class Receiver:
    """One receiver from `since` on. `gain_db` is negative when its antenna is badly connected."""

    def __init__(
        self, air: Air, name: str, form: Format, since: float, gain_db: float = 0.0
    ) -> None:
        self._air, self._name, self._form, self._gain_db = air, name, form, gain_db
        self._free = since
        self._locked: Transmission | None = None
        self._header_done = False

    def heard(self, until: float) -> list[Reception]:
        """What has happened since the last call, in order."""
        self._air.settle(until)
        found: list[Reception] = []
        while (event := self._next(until)) is not None:
            found.append(event)
        return found

    def active(self, begin: float, end: float) -> bool:
        """Whether a packet that fits is on the air between two times."""
        self._air.settle(end)
        heard = self._air.candidates(self._name, self._form, self._gain_db)
        return any(sent.start < end and sent.over() > begin for sent in heard)

    def _next(self, until: float) -> Reception | None:
        if self._locked is None:
            return self._lock(until)
        if not self._header_done:
            return self._header(self._locked, until)
        return self._packet(self._locked, until)

    def _lock(self, until: float) -> Reception | None:
        symbol = self._form.symbol_s
        for sent in self._air.candidates(self._name, self._form, self._gain_db):
            found = max(sent.start, self._free) + LOCK_SYMBOLS * symbol
            late = found > sent.start + sent.form.preamble * symbol + 1e-9
            if not late and found <= until and sent.cut > found:
                self._locked, self._header_done = sent, False
                return Reception(Heard.PREAMBLE, found)
        return None

    def _header(self, sent: Transmission, until: float) -> Reception | None:
        explicit = self._form.explicit
        end = sent.start + (sent.form.header_s if explicit else sent.form.start_s)
        if end > until:
            return None
        if sent.form.sync_word != self._form.sync_word:
            self._let_go(end)
            return self._next(until)
        self._header_done = True
        if not explicit:
            return self._next(until)
        weak = self._margin(sent) < DAMAGED_HEADER_DB
        if weak or not sent.form.explicit or self._disturbed(sent, sent.start, end):
            self._let_go(end)
            return Reception(Heard.DAMAGED_HEADER, end)
        return Reception(Heard.HEADER, end)

    def _packet(self, sent: Transmission, until: float) -> Reception | None:
        if sent.end > until:
            return None
        self._let_go(sent.end)
        signal = self._air.strength(sent, self._name) + self._gain_db
        floor = noise(self._form.bandwidth)
        return Reception(
            Heard.PACKET, sent.end, self._payload(sent), self._intact(sent),
            checked=sent.form.crc if self._form.explicit else self._form.crc,
            rssi=10 * log10(milliwatts(signal) + milliwatts(floor)),
            snr=signal - floor, signal=signal,
        )  # fmt: skip

    def _intact(self, sent: Transmission) -> bool:
        mine, theirs = self._form, sent.form
        if mine.low_rate != theirs.low_rate or mine.explicit != theirs.explicit:
            return False
        if not mine.explicit and (mine.length, mine.coding_rate, mine.crc) != (
            len(sent.payload), theirs.coding_rate, theirs.crc
        ):  # fmt: skip
            return False
        weak = self._margin(sent) < DAMAGED_PAYLOAD_DB
        return not weak and not self._disturbed(sent, sent.start, sent.end)

    def _payload(self, sent: Transmission) -> bytes:
        """Damaged bytes look like others; how many there are, an implicit header does not say."""
        length = len(sent.payload) if self._form.explicit else self._form.length
        payload = sent.payload[:length].ljust(length, b"\x00")
        return payload if self._intact(sent) else bytes(byte ^ 0x5A for byte in payload)

    def _margin(self, sent: Transmission) -> float:
        signal = self._air.strength(sent, self._name) + self._gain_db
        return signal - noise(self._form.bandwidth) - LIMIT_DB[self._form.spreading_factor]

    def _disturbed(self, sent: Transmission, begin: float, end: float) -> bool:
        return self._air.disturbed(sent, self._name, begin, end)

    def _let_go(self, free: float) -> None:
        self._locked, self._free = None, free


def _fits(theirs: Format, mine: Format) -> bool:
    return (
        abs(theirs.frequency - mine.frequency) <= mine.bandwidth / 4
        and (theirs.spreading_factor, theirs.bandwidth, theirs.inverted)
        == (mine.spreading_factor, mine.bandwidth, mine.inverted)
    )  # fmt: skip


def _beside(sent: Transmission, form: Format) -> bool:
    return abs(sent.form.frequency - form.frequency) < (sent.form.bandwidth + form.bandwidth) / 2
