"""The LNS protocol of Basics Station: JSON messages over a websocket, one struct each. What of them
is a frame stands in `lns_frames.py`. Names and units are the protocol's.

Source: https://doc.sm.tc/station/tcproto.html; s2e.c and lorawan.c of
https://github.com/lorabasics/basicstation for what it leaves open.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

LARGEST = 64 * 1024
"""Bytes in a message; a router_config has some thousands."""
RATES = 16
DISCOVERY_PATH = "/router-info"
"""Where a station asks for its server."""
PROTOCOL = 2
DEV_EUI = "01-01-01-01-01-01-01-01"
"""Of nobody; but without one a station does not tell that it sent a frame (issue 71 of
basicstation)."""

Octet = Annotated[int, msgspec.Meta(ge=0, le=0xFF)]
Word = Annotated[int, msgspec.Meta(ge=0, le=0xFFFF)]
Signed = Annotated[int, msgspec.Meta(ge=-(1 << 31), lt=1 << 32)]
"""32 bits, as a station writes them (signed) or a server may."""
Hertz = Annotated[int, msgspec.Meta(ge=0, lt=1 << 32)]
"""0 where no frequency is meant."""
Channel = Annotated[int, msgspec.Meta(gt=0, lt=1 << 32)]
"""In Hz."""
Rate = Annotated[int, msgspec.Meta(ge=0, lt=RATES)]
Xtime = Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]
"""Bits 62-56: radio unit, 55-48: session, 47-0: µs."""
Level = Annotated[float, msgspec.Meta(ge=-1000, le=1000)]


class Reception(msgspec.Struct, gc=False):
    """`upinfo`. `gpstime` in µs, 0 without GPS; `fts` in ns since the pulse, -1 without."""

    xtime: Xtime
    rctx: int = 0
    gpstime: int = 0
    fts: int = -1
    rssi: Level = 0.0
    snr: Level = 0.0
    rxtime: float = 0.0


class Heard(msgspec.Struct, tag_field="msgtype", kw_only=True):
    """What all uplinks have."""

    rate: Rate = msgspec.field(name="DR")
    frequency: Channel = msgspec.field(name="Freq")
    reference: float = msgspec.field(name="RefTime", default=0.0)
    reception: Reception = msgspec.field(name="upinfo")


class Joining(Heard, tag="jreq", kw_only=True):
    first: Octet = msgspec.field(name="MHdr")
    join_eui: str = msgspec.field(name="JoinEui")
    dev_eui: str = msgspec.field(name="DevEui")
    dev_nonce: Word = msgspec.field(name="DevNonce")
    mic: Signed = msgspec.field(name="MIC")


class Rejoining(Joining, tag="rejoin", kw_only=True):
    """A station takes it for a join request, fields and all."""


class Message(Heard, tag="updf", kw_only=True):
    first: Octet = msgspec.field(name="MHdr")
    address: Signed = msgspec.field(name="DevAddr")
    control: Octet = msgspec.field(name="FCtrl")
    counter: Word = msgspec.field(name="FCnt")
    options: str = msgspec.field(name="FOpts")
    port: Annotated[int, msgspec.Meta(ge=-1, le=0xFF)] = msgspec.field(name="FPort")
    """-1: there is none."""
    payload: str = msgspec.field(name="FRMPayload")
    mic: Signed = msgspec.field(name="MIC")


class Proprietary(Heard, tag="propdf", kw_only=True):
    """`payload` is the whole frame."""

    payload: str = msgspec.field(name="FRMPayload")


class Version(msgspec.Struct, tag_field="msgtype", tag="version", kw_only=True):
    """The first message of a station."""

    station: str = ""
    firmware: str | None = None
    package: str | None = None
    model: str | None = None
    protocol: int = PROTOCOL
    features: str | list[str] = ""


class Sent(msgspec.Struct, tag_field="msgtype", tag="dntxed", kw_only=True, omit_defaults=True):
    """A frame was on the air. There is no message for one that was not. Old servers and stations
    say `seqno`."""

    diid: int | None = None
    seqno: int | None = None
    rate: int | None = msgspec.field(name="DR", default=None)
    frequency: int | None = msgspec.field(name="Freq", default=None)
    dev_eui: str | None = msgspec.field(name="DevEui", default=None)
    rctx: int = 0
    xtime: int = 0
    txtime: float = 0.0
    gpstime: int = 0


class Timesync(msgspec.Struct, tag_field="msgtype", tag="timesync", omit_defaults=True):
    """`txtime` is the station's own; the answer has it and `gpstime` in µs."""

    txtime: float | None = None
    gpstime: int | None = None
    xtime: int | None = None


class Downlink(msgspec.Struct, tag_field="msgtype", tag="dnmsg", kw_only=True, omit_defaults=True):
    kind: Annotated[int, msgspec.Meta(ge=0, le=2)] = msgspec.field(name="dC")
    """0, 1, 2: class A, B, C."""
    dev_eui: str = msgspec.field(name="DevEui", default="")
    diid: int | None = None
    seqno: int | None = None
    pdu: str
    priority: Octet = 0
    delay: Annotated[int, msgspec.Meta(ge=0, le=15)] | None = msgspec.field(
        name="RxDelay", default=None
    )
    """Seconds; 0 is 1."""
    rx1_rate: Rate | None = msgspec.field(name="RX1DR", default=None)
    rx1_frequency: Hertz = msgspec.field(name="RX1Freq", default=0)
    rx2_rate: Rate | None = msgspec.field(name="RX2DR", default=None)
    rx2_frequency: Hertz = msgspec.field(name="RX2Freq", default=0)
    rate: Rate | None = msgspec.field(name="DR", default=None)
    frequency: Hertz = msgspec.field(name="Freq", default=0)
    gpstime: int = 0
    """µs."""
    xtime: Xtime = 0
    rctx: int = 0
    preamble: Word | None = None
    checksum: bool | Octet | None = msgspec.field(name="addcrc", default=None)
    now: float | None = msgspec.field(name="MuxTime", default=None)


class Planned(msgspec.Struct, omit_defaults=True):
    """One frame of a schedule; at `gpstime` (µs) or `ontime` (s), or at `xtime`."""

    pdu: str
    rate: Rate = msgspec.field(name="DR")
    frequency: Hertz = msgspec.field(name="Freq")
    diid: int | None = None
    priority: Octet = 0
    gpstime: int = 0
    ontime: int = 0
    xtime: Xtime = 0
    rctx: int = 0


class Schedule(msgspec.Struct, tag_field="msgtype", tag="dnsched"):
    schedule: list[Planned]


class RouterConfig(msgspec.Struct, tag_field="msgtype", tag="router_config"):
    """What we use of it: data rates as (SF, kHz, downlinks only), SF 0 for FSK, -1 for none; the
    networks and the ranges of JoinEUIs that the server wants, nothing for all."""

    rates: list[tuple[int, int, int | bool]] = msgspec.field(name="DRs")
    region: str = ""
    max_eirp: Level | None = None
    net_ids: list[int] | None = msgspec.field(name="NetID", default=None)
    join_euis: list[tuple[int, int]] | None = msgspec.field(name="JoinEui", default=None)


class Discovery(msgspec.Struct, omit_defaults=True):
    """Question and answer of `/router-info`. EUIs as ID6, or as a number."""

    router: str | int
    muxs: str | None = None
    uri: str | None = None
    error: str | None = None


FromStation = Joining | Rejoining | Message | Proprietary | Version | Sent | Timesync
FromServer = RouterConfig | Downlink | Schedule | Timesync


class _Any(msgspec.Struct):
    msgtype: str = ""


_station: msgspec.json.Decoder[FromStation] = msgspec.json.Decoder(FromStation)
_server: msgspec.json.Decoder[FromServer] = msgspec.json.Decoder(FromServer)
_any = msgspec.json.Decoder(_Any)
_discovery = msgspec.json.Decoder(Discovery)
_encode = msgspec.json.Encoder().encode
_STATION_KINDS = {"jreq", "rejoin", "updf", "propdf", "version", "dntxed", "timesync"}
_SERVER_KINDS = {"router_config", "dnmsg", "dnsched", "timesync"}


def from_station(text: str | bytes) -> FromStation | str:
    """What a station says; the name of a message that means nothing to us. Raises ValueError."""
    try:
        return _station.decode(text)
    except (ValueError, RecursionError) as error:
        return _other(text, _STATION_KINDS, error)


def from_server(text: str | bytes) -> FromServer | str:
    """What a server says; the name of a message that means nothing to us. Raises ValueError."""
    try:
        return _server.decode(text)
    except (ValueError, RecursionError) as error:
        return _other(text, _SERVER_KINDS, error)


def _other(text: str | bytes, known: set[str], error: Exception) -> str:
    try:
        kind = _any.decode(text).msgtype
    except RecursionError:
        kind = ""
    if not kind or kind in known:
        raise ValueError(str(error)) from None
    return kind


def discovery(text: str | bytes) -> Discovery:
    """Raises ValueError."""
    try:
        return _discovery.decode(text)
    except RecursionError as error:
        raise ValueError(str(error)) from None


def written(message: Any) -> str:
    """As text, which is what websockets of this protocol carry."""
    return _encode(message).decode("utf-8")
