"""Semtech's UDP protocol between a packet forwarder and its server (GWMP), versions 1 and 2: the
datagrams. What is in their JSON stands in `packets.py`.

Source: PROTOCOL.TXT of https://github.com/Lora-net/packet_forwarder and sx1302_hal.
"""

from __future__ import annotations

import struct
from enum import IntEnum

import msgspec

from .packets import Ack, OrderBody, Packets, Rxpk, Stat, Txpk, rxpk_of_each
from .radio import Eui, Verdict

VERSIONS = (1, 2)
LARGEST = 65_507
"""Bytes; UDP has room for no more. A forwarder tells of 255 packets at most in one."""


class Kind(IntEnum):
    PUSH = 0
    PUSH_ACK = 1
    PULL = 2
    PULL_RESP = 3
    PULL_ACK = 4
    TX_ACK = 5


_HEAD = struct.Struct(">BHB")
_NAMED = struct.Struct(">BHBQ")


class Push(msgspec.Struct, frozen=True, kw_only=True):
    """PUSH_DATA: what a board heard, and what it tells of itself."""

    version: int
    token: int
    eui: Eui
    packets: tuple[Rxpk, ...] = ()
    damaged: int = 0
    """How many packets could not be read."""
    stat: Stat | None = None


class Pull(msgspec.Struct, frozen=True):
    """PULL_DATA: where a forwarder takes downlinks."""

    version: int
    token: int
    eui: Eui


class Answer(msgspec.Struct, frozen=True):
    """TX_ACK. `error` is "" for a downlink that was queued, `warning` what was changed about it."""

    token: int
    eui: Eui
    error: str = ""
    warning: str = ""
    value: float | None = None


class Order(msgspec.Struct, frozen=True):
    """PULL_RESP: a downlink."""

    version: int
    token: int
    packet: Txpk


VERDICTS = {
    "": Verdict.QUEUED,
    "NONE": Verdict.QUEUED,
    "TOO_LATE": Verdict.TOO_LATE,
    "TOO_EARLY": Verdict.TOO_EARLY,
    "COLLISION_PACKET": Verdict.COLLISION_PACKET,
    "COLLISION_BEACON": Verdict.COLLISION_BEACON,
    "TX_FREQ": Verdict.TX_FREQUENCY,
    "TX_POWER": Verdict.TX_POWER,
    "GPS_UNLOCKED": Verdict.GPS_UNLOCKED,
}
"""What an error of TX_ACK means; any other is a refusal."""
ERRORS = {
    Verdict.QUEUED: "",
    Verdict.EMITTED: "",
    Verdict.TOO_LATE: "TOO_LATE",
    Verdict.TOO_EARLY: "TOO_EARLY",
    Verdict.COLLISION_PACKET: "COLLISION_PACKET",
    Verdict.COLLISION_BEACON: "COLLISION_BEACON",
    Verdict.TX_FREQUENCY: "TX_FREQ",
    Verdict.TX_POWER: "TX_POWER",
    Verdict.GPS_UNLOCKED: "GPS_UNLOCKED",
    Verdict.QUEUE_FULL: "COLLISION_PACKET",
    Verdict.DUTY_CYCLE: "COLLISION_PACKET",
    Verdict.DWELL_TIME: "TX_FREQ",
    Verdict.NO_BOARD: "TOO_LATE",
    Verdict.REFUSED: "TX_FREQ",
}
"""What a server is told: nearest to the truth among the words that the protocol has. A stock
forwarder says COLLISION_PACKET for a full queue, too; a sub-band without air time left is not free
either, at another time or elsewhere it may be. Of NO_ANSWER a server is told nothing, as by a
forwarder that says nothing."""

_packets = msgspec.json.Decoder(Packets)
_order = msgspec.json.Decoder(OrderBody)
_ack = msgspec.json.Decoder(Ack)
_encode = msgspec.json.Encoder().encode


def from_gateway(datagram: bytes) -> Push | Pull | Answer:
    """What a forwarder says. Raises ValueError."""
    version, token, kind, number = _named(datagram)
    eui = f"{number:016x}"
    try:
        return _said(datagram, version, token, kind, eui)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _said(datagram: bytes, version: int, token: int, kind: int, eui: Eui) -> Push | Pull | Answer:
    if kind == Kind.PUSH:
        return _push(datagram, version, token, eui)
    if kind == Kind.PULL:
        return Pull(version, token, eui)
    if kind == Kind.TX_ACK:
        return _answer(datagram, token, eui)
    raise ValueError(f"kind {kind} does not come from a gateway")


def _named(datagram: bytes) -> tuple[int, int, int, int]:
    if len(datagram) < _NAMED.size:
        raise ValueError(f"{len(datagram)} bytes are no datagram of a gateway")
    version, token, kind, number = _NAMED.unpack_from(datagram)
    if version not in VERSIONS:
        raise ValueError(f"version {version} is unknown")
    return version, token, kind, number


def _push(datagram: bytes, version: int, token: int, eui: Eui) -> Push:
    text = memoryview(datagram)[_NAMED.size :]
    damaged = 0
    try:
        found = _packets.decode(text)
    except ValueError:  # one bad packet must not cost the others
        found, damaged = rxpk_of_each(text)
    return Push(
        version=version,
        token=token,
        eui=eui,
        packets=found.rxpk,
        damaged=damaged,
        stat=found.stat,
    )


def _answer(datagram: bytes, token: int, eui: Eui) -> Answer:
    text = datagram[_NAMED.size :].strip(b"\0 \r\n\t")
    if not text:
        return Answer(token, eui)
    found = _ack.decode(text).txpk_ack
    return Answer(token, eui, found.error or "", found.warn or "", found.value)


def acknowledged(datagram: bytes) -> int | None:
    """The token that a server acknowledges, pushed or pulled; None for something else."""
    if len(datagram) >= _HEAD.size:
        version, token, kind = _HEAD.unpack_from(datagram)
        if version in VERSIONS and kind in (Kind.PUSH_ACK, Kind.PULL_ACK):
            return int(token)
    return None


def order(datagram: bytes) -> Order:
    """What a server wants sent. Raises ValueError."""
    if len(datagram) < _HEAD.size:
        raise ValueError(f"{len(datagram)} bytes are no datagram of a server")
    version, token, kind = _HEAD.unpack_from(datagram)
    if version not in VERSIONS or kind != Kind.PULL_RESP:
        raise ValueError(f"version {version}, kind {kind} is no order of a server")
    try:
        body = _order.decode(memoryview(datagram)[_HEAD.size :])
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return Order(version, token, body.txpk)


def acknowledge(datagram: bytes) -> bytes:
    """What acknowledges PUSH_DATA or PULL_DATA that could be read: at once, for a forwarder does
    not send it again."""
    kind = Kind.PUSH_ACK if datagram[3] == Kind.PUSH else Kind.PULL_ACK
    return datagram[:3] + bytes((kind,))


def push(token: int, eui: Eui, packets: tuple[Rxpk, ...], stat: Stat | None = None) -> bytes:
    head = _NAMED.pack(2, token, Kind.PUSH, int(eui, 16))
    return head + _encode(Packets(packets, stat))


def pull(token: int, eui: Eui) -> bytes:
    return _NAMED.pack(2, token, Kind.PULL, int(eui, 16))


def pull_resp(version: int, token: int, packet: Txpk) -> bytes:
    return _HEAD.pack(version, token, Kind.PULL_RESP) + _encode(OrderBody(packet))


def tx_ack(token: int, eui: Eui, error: str) -> bytes:
    """With an empty body for what was taken, as the stock forwarder has it."""
    head = _NAMED.pack(2, token, Kind.TX_ACK, int(eui, 16))
    return head + _encode({"txpk_ack": {"error": error}}) if error else head
