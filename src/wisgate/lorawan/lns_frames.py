"""What of the LNS protocol is a frame: a station takes it apart, and a server gets it so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from struct import Struct
from typing import Any

from ..core import eui as euis
from . import frames, lns
from .radio import Crc, Fsk, Lora, Modulation, Moment, Uplink

Rates = tuple[Modulation | None, ...]
"""By data rate."""

FSK_BIT_RATE = 50_000
"""The only one that LoRaWAN has."""
XTIME_BITS, SESSION_BITS = 48, 8
_JOIN = Struct("<BQQHI")
_MESSAGE = Struct("<BIBH")
_MIC = Struct("<I")
_WORD = 0xFFFFFFFF
_LONGEST_OPTIONS = 15
_NO_TIME_US = 1 << 53
"""GPS time of the year 2265; what is beyond, no server and no file has room for."""
_SECOND_NS = 1_000_000_000


def rates(drs: Sequence[tuple[int, int, int | bool]]) -> Rates:
    """The data rates of a router_config."""
    found: list[Modulation | None] = []
    for factor, khz, _ in drs[: lns.RATES]:
        if factor == 0:
            found.append(Fsk(FSK_BIT_RATE))
        elif 5 <= factor <= 12 and 0 < khz < 2000:
            found.append(Lora(factor, khz * 1000))
        else:
            found.append(None)
    return tuple(found)


def rate_of(modulation: Modulation, known: Rates) -> int | None:
    """The data rate; the lowest number, if it has several."""
    for number, other in enumerate(known):
        if isinstance(modulation, Fsk) and isinstance(other, Fsk):
            if modulation.bit_rate == other.bit_rate:
                return number
        elif (
            isinstance(modulation, Lora)
            and isinstance(other, Lora)
            and (modulation.spreading_factor, modulation.bandwidth)
            == (other.spreading_factor, other.bandwidth)
        ):
            return number
    return None


def phy(message: lns.Joining | lns.Message | lns.Proprietary) -> bytes:
    """The bytes on the air. Raises ValueError."""
    if isinstance(message, lns.Joining):
        return _JOIN.pack(
            message.first,
            int(euis.parse(message.join_eui), 16),
            int(euis.parse(message.dev_eui), 16),
            message.dev_nonce,
            message.mic & _WORD,
        )
    found = bytes.fromhex(message.payload)
    if isinstance(message, lns.Message):
        options = bytes.fromhex(message.options)
        if len(options) > _LONGEST_OPTIONS or (message.port < 0 and found):
            raise ValueError("no frame has such options or a payload without a port")
        head = _MESSAGE.pack(
            message.first, message.address & _WORD, message.control, message.counter
        )
        port = b"" if message.port < 0 else bytes((message.port,))
        found = head + options + port + found + _MIC.pack(message.mic & _WORD)
    if not 0 < len(found) <= frames.LONGEST:
        raise ValueError(f"{len(found)} bytes are no frame")
    return found


def uplink(message: lns.Heard, moment: Callable[[int], Moment], at_ns: int, known: Rates) -> Uplink:
    """What was heard. `moment` makes one of `xtime`, and is not asked for what is no frame. Raises
    ValueError for that, and for a data rate that is none of ours."""
    modulation = known[message.rate] if message.rate < len(known) else None
    if modulation is None:
        raise ValueError(f"DR{message.rate} is none")
    if not isinstance(message, lns.Joining | lns.Message | lns.Proprietary):
        raise ValueError("no frame")
    reception, frame = message.reception, phy(message)
    lora = isinstance(modulation, Lora)
    return Uplink(
        moment=moment(reception.xtime),
        at_ns=at_ns,
        phy=frame,
        frequency=message.frequency,
        modulation=modulation,
        rssi=reception.rssi,
        snr=reception.snr if lora else None,
        crc=Crc.OK,
        gps_ms=reception.gpstime // 1000 if 0 < reception.gpstime < _NO_TIME_US else None,
        fine_ns=reception.fts if 0 <= reception.fts < _SECOND_NS else None,
    )


def message(heard: Uplink, xtime: int, rctx: int, rate: int) -> lns.Heard | None:
    """What a station would say; None for what it does not pass on."""
    frame, common = heard.phy, _common(heard, xtime, rctx, rate)
    kind = frames.kind(frame)
    if kind is frames.Kind.PROPRIETARY:
        return lns.Proprietary(payload=frame.hex().upper(), **common)
    if kind is frames.Kind.JOIN_REQUEST:
        return lns.Joining(
            first=frame[0],
            join_eui=euis.dashed(f"{frames.join_eui(frame):016x}"),
            dev_eui=euis.dashed(f"{frames.dev_eui(frame):016x}"),
            dev_nonce=frames.dev_nonce(frame),
            mic=_mic(frame),
            **common,
        )
    if kind is frames.Kind.UNCONFIRMED_UP or kind is frames.Kind.CONFIRMED_UP:
        end = 8 + (frame[5] & _LONGEST_OPTIONS)
        body = frame[end : -frames.MIC_SIZE]
        return lns.Message(
            first=frame[0],
            address=_signed(frames.address(frame)),
            control=frame[5],
            counter=frames.counter(frame),
            options=frame[8:end].hex().upper(),
            port=body[0] if body else -1,
            payload=body[1:].hex().upper(),
            mic=_mic(frame),
            **common,
        )
    return None


def _common(heard: Uplink, xtime: int, rctx: int, rate: int) -> dict[str, Any]:
    """What is said of every frame."""
    at = heard.at_ns / 1e9
    reception = lns.Reception(
        xtime,
        rctx,
        (heard.gps_ms or 0) * 1000,
        -1 if heard.fine_ns is None else heard.fine_ns,
        round(heard.rssi),
        heard.snr or 0.0,
        at,
    )
    return {"rate": rate, "frequency": heard.frequency, "reference": at, "reception": reception}


def _mic(frame: bytes) -> int:
    return _signed(_MIC.unpack_from(frame, len(frame) - frames.MIC_SIZE)[0])


def _signed(word: int) -> int:
    return word - (1 << 32) if word >> 31 else word


def parts(xtime: int) -> tuple[int, int, int]:
    """Radio unit, session and microseconds."""
    session = xtime >> XTIME_BITS & (1 << SESSION_BITS) - 1
    unit = xtime >> XTIME_BITS + SESSION_BITS & 0x7F
    return unit, session, xtime & (1 << XTIME_BITS) - 1


def xtime(unit: int, session: int, counter: int) -> int:
    """Of its parts; what the counter has beyond its bits is left out."""
    high = unit << XTIME_BITS + SESSION_BITS | session << XTIME_BITS
    return high | counter & (1 << XTIME_BITS) - 1
