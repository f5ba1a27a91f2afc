"""The JSON of Semtech's UDP protocol: packets heard (`rxpk`), statuses (`stat`), packets to send
(`txpk`), answers to those (`txpk_ack`). Names and units are the protocol's."""

from __future__ import annotations

from typing import Annotated

import msgspec

Number = Annotated[int, msgspec.Meta(ge=0, le=255)]
Count = Annotated[int, msgspec.Meta(ge=0, lt=1 << 32)]
Milliseconds = Annotated[int, msgspec.Meta(ge=0, lt=1 << 43)]
"""Of GPS time; within some centuries, as what passes it on can carry it."""
Counter = Annotated[int, msgspec.Meta(ge=0, lt=1 << 32)]
"""Of microseconds."""
Level = Annotated[float, msgspec.Meta(ge=-1000, le=1000)]
"""dB or dBm; what is beyond is no level."""
Nanoseconds = Annotated[int, msgspec.Meta(ge=0, lt=1_000_000_000)]


class Rsig(msgspec.Struct, gc=False):
    """One antenna of a gateway with two (HAL v2)."""

    ant: Number = 0
    chan: Number | None = None
    lsnr: Level | None = None
    rssic: Level | None = None
    rssis: Level | None = None


class Rxpk(msgspec.Struct, omit_defaults=True, gc=False):
    """Old forwarders leave out `jver` and what came with it."""

    tmst: Counter
    freq: float
    modu: str
    datr: str | float
    payload: str = msgspec.field(name="data")
    codr: str | None = None
    stat: int | None = None
    rssi: Level | None = None
    lsnr: Level | None = None
    size: int | None = None
    chan: Number | None = None
    rfch: Number | None = None
    jver: int | None = None
    rssis: Level | None = None
    time: str | None = None
    tmms: Milliseconds | None = None
    ftime: Nanoseconds | None = None
    rsig: list[Rsig] | None = None


class Stat(msgspec.Struct, omit_defaults=True):
    time: str | None = None
    lati: Level | None = None
    long: Level | None = None
    alti: float | None = None
    rxnb: Count | None = None
    rxok: Count | None = None
    rxfw: Count | None = None
    ackr: Level | None = None
    dwnb: Count | None = None
    txnb: Count | None = None
    temp: Level | None = None


class Packets(msgspec.Struct, omit_defaults=True):
    rxpk: tuple[Rxpk, ...] = ()
    stat: Stat | None = None


class Txpk(msgspec.Struct, omit_defaults=True, kw_only=True):
    imme: bool | None = None
    tmst: Counter | None = None
    tmms: Milliseconds | None = None
    freq: float
    rfch: Number | None = None
    powe: Level | None = None
    ant: Number | None = None
    modu: str
    datr: str | float
    codr: str | None = None
    fdev: Annotated[int, msgspec.Meta(ge=0, le=200_000)] | None = None
    ipol: bool | None = None
    prea: Annotated[int, msgspec.Meta(ge=0, le=65535)] | None = None
    ncrc: bool | None = None
    nhdr: bool | None = None
    size: int | None = None
    payload: str = msgspec.field(name="data")


class OrderBody(msgspec.Struct):
    txpk: Txpk


class AckBody(msgspec.Struct):
    error: str | None = None
    warn: str | None = None
    value: float | None = None


class Ack(msgspec.Struct):
    txpk_ack: AckBody = msgspec.field(default_factory=AckBody)


class _Loose(msgspec.Struct):
    rxpk: list[msgspec.Raw] = []
    stat: msgspec.Raw = msgspec.Raw(b"null")


_loose = msgspec.json.Decoder(_Loose)
_rxpk = msgspec.json.Decoder(Rxpk)
_stat = msgspec.json.Decoder(Stat | None)


def rxpk_of_each(text: bytes | memoryview) -> tuple[Packets, int]:
    """What can be read of a text in which something cannot, and how much could not. Raises
    ValueError when nothing can be told apart in it."""
    loose = _loose.decode(text)
    packets, damaged, stat = [], 0, None
    for raw in loose.rxpk:
        try:
            packets.append(_rxpk.decode(raw))
        except ValueError:
            damaged += 1
    try:
        stat = _stat.decode(loose.stat)
    except ValueError:
        damaged += 1
    return Packets(tuple(packets), stat), damaged
