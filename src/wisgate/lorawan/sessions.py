"""Sessions of one's own motes: which frames are theirs, genuine and new, and the readings that
become of them. LoRaWAN 1.0.x; nothing is ever sent."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from ..config.model import PointConfig
from ..config.radios import MoteConfig
from ..core.complaints import Complaints
from ..core.points import Kind, Point, Reading, Status, Value, fitting
from . import crypto, frames
from .codecs.base import Codec, Decoded, Raw
from .codecs.cayenne import Cayenne
from .codecs.javascript import JavaScript, Script
from .crypto import Keys, widened
from .frames import Message
from .key_files import read_keys
from .radio import Heard

log = logging.getLogger(__name__)

HALF = 0x10000
AHEAD = 2
"""Upper halves of the counter that are tried: this many frames times 65,536 may be missed."""
AT_FIRST = 256
"""Upper halves that are tried for a session of which nothing is known yet."""


class Delivery(msgspec.Struct, frozen=True):
    """A new, genuine frame of one mote, its payload plain."""

    session: Session
    counter: int
    port: int | None
    payload: bytes
    heard: Heard

    def decode(self) -> Decoded:
        """Blocks as long as the codec does. What only the network is told (port 0), and an empty
        frame, have no fields."""
        if not self.port:
            return Decoded({})
        return self.session.codec.decode(self.payload, self.port, self.heard.best.at_ns)


class Session:
    """One mote. `counter` is that of its last frame, 32 bits; -1 before the first."""

    def __init__(self, config: MoteConfig, keys: Keys, codec: Codec, counter: int = -1) -> None:
        self.config, self.keys, self.codec, self.counter = config, keys, codec, counter
        self._complaints = Complaints(log, config.name)

    @property
    def mark(self) -> str:
        """What its counter is kept under: another session of the same address has another."""
        seed = self.config.address.to_bytes(4, "big") + self.keys.network
        return hashlib.sha256(seed).hexdigest()[:16]

    def accepts(self, phy: bytes, sent: Message) -> int | None:
        """The counter of a new frame of this session; None for any other."""
        most = AT_FIRST if self.counter < 0 else AHEAD
        lowest = widened(sent.counter, self.counter)
        for counter in range(lowest, min(lowest + most * HALF, 1 << 32), HALF):
            if crypto.genuine(phy, sent, self.keys.network, counter):
                return counter
        if self.config.counter_resets and sent.counter <= self.counter:
            again = sent.counter != self.counter & 0xFFFF
            if again and crypto.genuine(phy, sent, self.keys.network, sent.counter):
                return sent.counter
        return None

    def repeats(self, phy: bytes, sent: Message) -> bool:
        """Whether a frame is the last one once more, or an older one."""
        last = (self.counter & ~0xFFFF) | sent.counter
        older = (last, last - HALF)
        return any(
            0 <= c <= self.counter and crypto.genuine(phy, sent, self.keys.network, c)
            for c in older
        )

    def readings(self, delivery: Delivery, decoded: Decoded) -> list[Reading]:
        """Of the points whose fields the frame has, under their names; a field without a usable
        value is a fault, and so is each that a failing codec did not give."""
        best = delivery.heard.best
        fields: dict[str, Value] = decoded.fields | {
            "radio.rssi": best.rssi,
            "radio.counter": delivery.counter,
        }
        if best.snr is not None:
            fields["radio.snr"] = best.snr
        for text in (decoded.error, *decoded.warnings):
            if text:
                self._complaints.tell(text, f"codec: {text}")
        found = []
        for point in self.config.points:
            if point.channel in fields:
                found.append(self._reading(point, fields[point.channel], best.at_ns))
            elif decoded.error:
                found.append(Reading(point.point.name, None, Status.FAULT, best.at_ns))
        return found

    def _reading(self, point: PointConfig, value: Value, at_ns: int) -> Reading:
        if value is not None:
            try:
                value = _fitted(point.point, value)
                return Reading(point.point.name, value, Status.GOOD, at_ns)
            except ValueError as error:
                self._complaints.tell(point.channel, str(error))
        return Reading(point.point.name, None, Status.FAULT, at_ns)


class Sessions:
    """Threads: the event loop only; `Delivery.decode` in one other."""

    def __init__(self, sessions: Sequence[Session]) -> None:
        self.sessions = sessions
        self.counters: Counter[str] = Counter()
        """`delivered`, `repeated` (the last frame or an older one once more), `foreign` (an address
        of ours, keys of somebody else)."""
        self._by_address: dict[int, list[Session]] = defaultdict(list)
        for session in sessions:
            self._by_address[session.config.address].append(session)

    @classmethod
    def opened(cls, motes: Sequence[MoteConfig], kept: Mapping[str, int]) -> Sessions:
        """For the motes of the file: reads their keys and tries their codecs. `kept` are counters
        by the mark of their session. Raises Unavailable."""
        scripts: dict[Path, Script] = {}
        found = []
        for mote in motes:
            session = Session(mote, read_keys(mote.keys_file), _codec(mote, scripts))
            session.counter = kept.get(session.mark, -1)
            found.append(session)
        for script in scripts.values():
            script.check()
        return cls(found)

    @property
    def kept(self) -> dict[str, int]:
        """What is to be there at the next start."""
        return {s.mark: s.counter for s in self.sessions if s.counter >= 0}

    def take(self, heard: Heard) -> Delivery | None:
        """The frame of a mote of ours, once; None for anything else. Costs 1 µs for a frame of
        somebody else, 20 µs for one of ours."""
        phy = heard.best.phy
        if frames.kind(phy) not in frames.MESSAGES_UP:
            return None
        candidates = self._by_address.get(frames.address(phy))
        sent = frames.decode(phy) if candidates else None
        if not candidates or not isinstance(sent, Message):
            return None
        for session in candidates:
            counter = session.accepts(phy, sent)
            if counter is not None:
                session.counter = counter
                self.counters["delivered"] += 1
                payload = crypto.reveal(sent, session.keys, counter)
                return Delivery(session, counter, sent.port, payload, heard)
        repeated = any(session.repeats(phy, sent) for session in candidates)
        self.counters["repeated" if repeated else "foreign"] += 1
        return None


def _codec(mote: MoteConfig, scripts: dict[Path, Script]) -> Codec:
    if mote.script is None:
        return Cayenne() if mote.codec == "cayenne" else Raw()
    script = scripts.setdefault(mote.script, Script(mote.script))
    return JavaScript(script, dict(mote.variables))


def _fitted(point: Point, value: Value) -> Value:
    """In the type that the file says. Raises ValueError."""
    if point.kind is Kind.BOOL and value in (0, 1):
        return bool(value)
    if point.kind is Kind.INT and isinstance(value, float) and value.is_integer():
        return fitting(point, int(value))
    return fitting(point, value)
