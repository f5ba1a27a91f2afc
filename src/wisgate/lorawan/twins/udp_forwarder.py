"""Semtech's packet forwarder as a server sees it: what it tells, and what it answers to requests.

Seen on a running forwarder for SX1302 chips (the recorded session in the tests); its limits of time
stand in its source, `jitqueue.c`. It answers less than one would think: a request due in the past
is TOO_EARLY, for it compares without a sign; one that it cannot read gets no answer; what cannot be
sent at the last moment is dropped without a word.

Not modelled: GPS, beacons, listening before talk.
"""

from __future__ import annotations

import base64
import binascii
import re
import time
from collections import deque
from random import Random

import msgspec

from ..radio import Eui, Fsk, Lora, Modulation
from .channel import Hearing, Place, Transmission

PUSH, PUSH_ACK, PULL, PULL_RESP, PULL_ACK, TX_ACK = range(6)
VERSION = 2
MOST_IN_A_DATAGRAM = 255
QUEUE = 32
START_US, MARGIN_US, AHEAD_US = 1_500, 1_000, 40_000
"""Of the chip to begin, between two packets, and by which the queue is ahead of the chip."""
EARLIEST_US = START_US + MARGIN_US + AHEAD_US
LATEST_US = 512_000_000
AT_ONCE_US = 2 * AHEAD_US
"""After which a request without a time goes out."""
COUNTER = 1 << 32
_WAITED_FOR = 8
"""Datagrams whose acknowledgement still counts."""
_RATE = re.compile(r"SF(5|6|7|8|9|10|11|12)BW(125|250|500)")
_CODE_RATES = ("4/5", "4/6", "4/7", "4/8")
_DEFAULT_PREAMBLE = {Lora: 8, Fsk: 5}


class _Request(msgspec.Struct):
    """`txpk`; what is mandatory has no default."""

    freq: float
    rfch: int
    modu: str
    datr: str | int
    size: int
    payload: str = msgspec.field(name="data")
    imme: bool = False
    tmst: int | None = None
    tmms: int | None = None
    powe: int = 0
    codr: str = ""
    fdev: int | None = None
    ipol: bool = False
    prea: int | None = None
    ncrc: bool = False
    nhdr: bool = False


class _Response(msgspec.Struct):
    txpk: _Request


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """What its files say."""

    eui: Eui
    place: Place = Place()
    radios: tuple[int, int] = (867_500_000, 868_500_000)
    """Centre frequencies; the first may send."""
    lowest: int = 863_000_000
    highest: int = 870_000_000
    powers: tuple[int, ...] = tuple(range(12, 28))
    """dBm of its gain table."""
    warns: bool = True
    """Whether a power beside the table is replaced with a warning; older ones refuse it."""


class UdpForwarder:
    """Plain: it has no clock and no socket. Every `now` is µs, such as `Air.now()`; its counter is
    `now` and what `start` makes of it."""

    def __init__(self, setup: Setup, now: int, counter: int = 0) -> None:
        """`counter` is what its counter shows at `now`."""
        self.setup = setup
        self._chance = Random(setup.eui)
        self.restart(now, counter)

    def restart(self, now: int, counter: int = 0) -> None:
        """The chip and the program begin anew: nothing is queued any more."""
        self._ahead = counter - now
        self._heard: deque[str] = deque()
        self._queue: list[Transmission] = []
        """In the order in which they begin."""
        self._busy_until = 0
        self._counts = dict.fromkeys(("rxnb", "rxok", "rxfw", "dwnb", "txnb"), 0)
        self._pushed: deque[bytes] = deque(maxlen=_WAITED_FOR)
        self._acknowledged = self._sent = 0
        self.dropped = 0
        """Downlinks that were queued and never sent."""

    def counter(self, now: int) -> int:
        return (now + self._ahead) % COUNTER

    # What it tells

    def hear(self, hearing: Hearing) -> None:
        """Keep a packet for the next datagram."""
        self._counts["rxnb"] += 1
        self._counts["rxok"] += 1
        self._counts["rxfw"] += 1
        self._heard.append(self._packet(hearing))

    def hear_damaged(self) -> None:
        """A packet with a wrong checksum, which is counted only."""
        self._counts["rxnb"] += 1

    def push(self) -> bytes | None:
        """PUSH_DATA with what was heard; None for nothing."""
        if not self._heard:
            return None
        packets = [self._heard.popleft() for _ in range(min(len(self._heard), MOST_IN_A_DATAGRAM))]
        return self._pushing(f'{{"rxpk":[{",".join(packets)}]}}')

    def push_statistics(self, unix_s: float, temperature: float = 31.5) -> bytes:
        """PUSH_DATA with counts since the last one."""
        moment = time.strftime("%Y-%m-%d %H:%M:%S GMT", time.gmtime(unix_s))
        share = 100.0 * self._acknowledged / self._sent if self._sent else 0.0
        counts = self._counts
        told = (
            f'{{"stat":{{"time":"{moment}","rxnb":{counts["rxnb"]},"rxok":{counts["rxok"]},'
            f'"rxfw":{counts["rxfw"]},"ackr":{share:.1f},"dwnb":{counts["dwnb"]},'
            f'"txnb":{counts["txnb"]},"temp":{temperature:.1f}}}}}'
        )
        self._counts = dict.fromkeys(counts, 0)
        self._acknowledged = self._sent = 0
        return self._pushing(told)

    def pull(self) -> bytes:
        """PULL_DATA: opens the way for downlinks."""
        return self._head(PULL)

    def _pushing(self, text: str) -> bytes:
        datagram = self._head(PUSH) + text.encode()
        self._pushed.append(datagram[1:3])
        self._sent += 1
        return datagram

    def _head(self, kind: int) -> bytes:
        token = self._chance.randbytes(2)
        return bytes([VERSION]) + token + bytes([kind]) + bytes.fromhex(self.setup.eui)

    def _packet(self, hearing: Hearing) -> str:
        sent = hearing.transmission
        apart = [abs(sent.frequency - centre) for centre in self.setup.radios]
        lora = isinstance(sent.modulation, Lora)
        kind = (
            f'"modu":"LORA","datr":"SF{sent.modulation.spreading_factor}'
            f'BW{sent.modulation.bandwidth // 1000}","codr":"{sent.modulation.coding_rate}",'
            if isinstance(sent.modulation, Lora)
            else f'"modu":"FSK","datr":{sent.modulation.bit_rate},'
        )
        quality = f'"rssis":{hearing.rssi:.0f},"lsnr":{hearing.snr:.1f},"foff":0,' if lora else ""
        return (
            f'{{"jver":1,"tmst":{self.counter(sent.ends)},"chan":{hearing.channel},'
            f'"rfch":{apart.index(min(apart))},"freq":{sent.frequency / 1e6:.6f},'
            f'"mid": {hearing.channel},"stat":1,{kind}{quality}"rssi":{hearing.rssi:.0f},'
            f'"size":{len(sent.phy)},"data":"{base64.b64encode(sent.phy).decode()}"}}'
        )

    # What it is told

    def take(self, datagram: bytes, now: int) -> bytes | None:
        """What it answers to a datagram of the server; None for nothing."""
        if len(datagram) < 4 or datagram[0] != VERSION:
            return None
        token, kind = datagram[1:3], datagram[3]
        if kind == PUSH_ACK and token in self._pushed:
            self._pushed.remove(token)
            self._acknowledged += 1
        if kind != PULL_RESP:
            return None
        answer = self._requested(datagram[4:], now)
        if answer is None:
            return None
        eui = bytes.fromhex(self.setup.eui)
        return bytes([VERSION]) + token + bytes([TX_ACK]) + eui + answer.encode()

    def _requested(self, text: bytes, now: int) -> str | None:
        """The JSON of the TX_ACK, "" for none; None for no answer at all."""
        try:
            asked = msgspec.json.decode(text, type=_Response).txpk
            modulation = _modulation(asked)
            payload = base64.b64decode(
                asked.payload + "=" * (-len(asked.payload) % 4), validate=True
            )
        except (msgspec.DecodeError, ValueError, binascii.Error):
            return None
        if asked.rfch != 0 or not 0 < asked.size <= 255:
            return None
        if not asked.imme and asked.tmst is None:
            return None if asked.tmms is None else _error("GPS_UNLOCKED")
        self._counts["dwnb"] += 1
        frequency = round(asked.freq * 1e6)
        if not self.setup.lowest <= frequency <= self.setup.highest:
            return _error("TX_FREQ")
        powers = self.setup.powers
        power = max((p for p in powers if p <= asked.powe), default=min(powers))
        if power != asked.powe and not self.setup.warns:
            return _error("TX_POWER")
        sent = Transmission(
            sender=self.setup.eui, place=self.setup.place, begins=now,
            phy=payload[: asked.size].ljust(asked.size, b"\0"), frequency=frequency,
            modulation=modulation, power=float(power), inverted=asked.ipol,
            preamble=asked.prea or _DEFAULT_PREAMBLE[type(modulation)], crc=not asked.ncrc,
            implicit_header=asked.nhdr,
        )  # fmt: skip
        refused = self._enqueue(sent, None if asked.imme else asked.tmst, now)
        if refused:
            return _error(refused)
        warned = f'{{"txpk_ack":{{"warn":"TX_POWER","value":{power}}}}}'
        return warned if power != asked.powe else ""

    # Its queue

    def _enqueue(self, sent: Transmission, tmst: int | None, now: int) -> str:
        """Queue it; else why not."""
        if tmst is None:
            begins = self._gap(sent, now + AT_ONCE_US)
        else:
            ahead = (tmst - self.counter(now)) % COUNTER
            if ahead <= EARLIEST_US:
                return "TOO_LATE"
            if ahead > LATEST_US:
                return "TOO_EARLY"
            begins = now + ahead
        placed = msgspec.structs.replace(sent, begins=begins)
        if len(self._queue) >= QUEUE or any(_collide(placed, other) for other in self._queue):
            return "COLLISION_PACKET"
        self._queue.append(placed)
        self._queue.sort(key=lambda each: each.begins)
        return ""

    def _gap(self, sent: Transmission, begins: int) -> int:
        """The first time from `begins` on at which it collides with nothing."""
        for other in self._queue:
            placed = msgspec.structs.replace(sent, begins=begins)
            if _collide(placed, other):
                begins = other.ends + START_US + AHEAD_US + 2 * MARGIN_US
        return begins

    @property
    def next_due(self) -> int | None:
        """When `programmed` has to be asked again."""
        return self._queue[0].begins - AHEAD_US if self._queue else None

    def programmed(self, now: int) -> list[Transmission]:
        """What goes to the chip now, to be sent at its time."""
        found = []
        while self._queue and self._queue[0].begins - AHEAD_US <= now:
            sent = self._queue.pop(0)
            if sent.begins < self._busy_until:
                self.dropped += 1
                continue
            self._busy_until = sent.ends
            self._counts["txnb"] += 1
            found.append(sent)
        return found


def _modulation(asked: _Request) -> Modulation:
    """Raises ValueError."""
    if asked.modu == "LORA":
        found = _RATE.fullmatch(str(asked.datr))
        if found is None or asked.codr not in _CODE_RATES:
            raise ValueError(f"{asked.datr} {asked.codr}")
        return Lora(int(found[1]), int(found[2]) * 1000, asked.codr)
    if asked.modu != "FSK" or not isinstance(asked.datr, int) or asked.fdev is None:
        raise ValueError(asked.modu)
    return Fsk(asked.datr, asked.fdev)


def _error(name: str) -> str:
    return f'{{"txpk_ack":{{"error":"{name}"}}}}'


def _collide(one: Transmission, other: Transmission) -> bool:
    """Whether the chip has too little time between them."""
    first, second = sorted((one, other), key=lambda each: each.begins)
    return second.begins - first.ends <= START_US + AHEAD_US + MARGIN_US
