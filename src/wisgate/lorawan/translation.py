"""What of the JSON of a packet forwarder is an `Uplink`, a `Shot` or a `Status`, and back."""

from __future__ import annotations

from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache

from . import rates
from .packets import Rsig, Rxpk, Stat, Txpk
from .radio import (
    FSK_PREAMBLE,
    LORA_PREAMBLE,
    AtGps,
    Crc,
    Due,
    Eui,
    Fsk,
    Lora,
    Modulation,
    Moment,
    Shot,
    Status,
    Uplink,
)

LONGEST = 255
"""Bytes in a LoRa packet."""
LORAWAN_DEVIATION = 25_000
"""Hz, of FSK."""
WEAKEST = -150.0
"""dBm, of a packet that nothing is said about."""
_CRC = {1: Crc.OK, 0: Crc.NONE, -1: Crc.BAD}
_LOWEST_MHZ, _HIGHEST_MHZ = 100.0, 2600.0


class Flaw(Enum):
    """Why a packet is no frame for us."""

    PAYLOAD = "bad_payload"
    SIZE = "bad_size"
    FREQUENCY = "bad_frequency"
    RATE = "bad_rate"
    CHECKSUM = "bad_checksum"
    LR_FHSS = "lr_fhss"
    """Not for networks of this kind: no board that we know hears it."""


class _Flawed(Exception):
    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.value)
        self.flaw = flaw


def _payload(text: str, size: int | None) -> bytes:
    """Bytes from Base64, its padding there or not. Raises _Flawed."""
    missing = -len(text) % 4
    try:
        found = a2b_base64(text + "=" * missing if missing else text, strict_mode=True)
    except (Base64Error, ValueError):
        raise _Flawed(Flaw.PAYLOAD) from None
    if size is not None and size != len(found):
        raise _Flawed(Flaw.SIZE)
    if not 0 < len(found) <= LONGEST:
        raise _Flawed(Flaw.SIZE)
    return found


def _written(phy: bytes) -> str:
    return b2a_base64(phy, newline=False).decode("ascii")


@lru_cache(maxsize=512)
def _modulation(modu: str, datr: str | float, codr: str | None, fdev: int | None) -> Modulation:
    """Raises _Flawed."""
    try:
        if modu == "LORA" and isinstance(datr, str):
            return rates.lora(datr, codr or "")
        if modu == "FSK" and not isinstance(datr, str):
            return rates.fsk(datr, fdev or 0)
    except ValueError:
        raise _Flawed(Flaw.RATE) from None
    raise _Flawed(Flaw.LR_FHSS if modu == "LR-FHSS" else Flaw.RATE)


@lru_cache(maxsize=512)
def _frequency(mhz: float) -> int:
    """Hz, rounded: 867.1 is not a number that floats have. Raises _Flawed."""
    if not _LOWEST_MHZ <= mhz < _HIGHEST_MHZ:
        raise _Flawed(Flaw.FREQUENCY)
    return round(mhz * 1e6)


def uplink(packet: Rxpk, moment: Callable[[int], Moment], at_ns: int) -> Uplink | Flaw:
    """What was heard. `moment` makes one of `tmst`, and is not asked for a packet that is none.
    Without RSSI it counts as far away."""
    try:
        return _uplink(packet, moment, at_ns)
    except _Flawed as error:
        return error.flaw


def _uplink(packet: Rxpk, moment: Callable[[int], Moment], at_ns: int) -> Uplink:
    phy = _payload(packet.payload, packet.size)
    crc = _CRC.get(1 if packet.stat is None else packet.stat)
    if crc is None:
        raise _Flawed(Flaw.CHECKSUM)
    antenna, rssi, snr, channel = 0, packet.rssi, packet.lsnr, packet.chan
    if packet.rsig:
        best = max(packet.rsig, key=_strength)
        antenna, snr = best.ant, best.lsnr
        rssi = best.rssic if best.rssic is not None else best.rssis
        channel = best.chan if best.chan is not None else channel
    frequency = _frequency(packet.freq)
    modulation = _modulation(packet.modu, packet.datr, packet.codr, None)
    return Uplink(
        moment=moment(packet.tmst),
        at_ns=at_ns,
        phy=phy,
        frequency=frequency,
        modulation=modulation,
        rssi=WEAKEST if rssi is None else rssi,
        snr=snr,
        channel=channel or 0,
        rf_chain=packet.rfch or 0,
        antenna=antenna,
        crc=crc,
        gps_ms=packet.tmms,
        fine_ns=packet.ftime,
    )


def _strength(signal: Rsig) -> tuple[float, float]:
    return (
        WEAKEST if signal.lsnr is None else signal.lsnr,
        WEAKEST if signal.rssic is None else signal.rssic,
    )


def rxpk(heard: Uplink, tmst: int, at_ns: int | None = None) -> Rxpk:
    """`at_ns`: when it was heard, for one that was not passed on at once."""
    modulation = heard.modulation
    return Rxpk(
        jver=1,
        tmst=tmst,
        time=None if at_ns is None else _time(at_ns),
        tmms=heard.gps_ms,
        ftime=heard.fine_ns,
        chan=heard.channel,
        rfch=heard.rf_chain,
        freq=heard.frequency / 1e6,
        stat=heard.crc.value,
        modu="LORA" if isinstance(modulation, Lora) else "FSK",
        datr=rates.written(modulation),
        codr=modulation.coding_rate if isinstance(modulation, Lora) else None,
        rssi=round(heard.rssi),
        lsnr=heard.snr,
        size=len(heard.phy),
        payload=_written(heard.phy),
    )


def _time(at_ns: int) -> str:
    at = datetime.fromtimestamp(at_ns // 1_000_000_000, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at_ns % 1_000_000_000 // 1000:06d}Z"


def status(stat: Stat, board: Eui, at_ns: int) -> Status:
    return Status(
        board=board,
        at_ns=at_ns,
        received=stat.rxnb or 0,
        received_ok=stat.rxok or 0,
        forwarded=stat.rxfw or 0,
        acknowledged=stat.ackr,
        downlinks=stat.dwnb or 0,
        emitted=stat.txnb or 0,
        temperature=stat.temp,
        latitude=stat.lati,
        longitude=stat.long,
        altitude=stat.alti,
    )


def stat(status: Status) -> Stat:
    at = datetime.fromtimestamp(status.at_ns // 1_000_000_000, UTC)
    return Stat(
        time=f"{at:%Y-%m-%d %H:%M:%S} GMT",
        lati=status.latitude,
        long=status.longitude,
        alti=status.altitude,
        rxnb=status.received,
        rxok=status.received_ok,
        rxfw=status.forwarded,
        ackr=status.acknowledged,
        dwnb=status.downlinks,
        txnb=status.emitted,
        temp=status.temperature,
    )


def txpk(shot: Shot, moment: Moment | None) -> Txpk:
    """The order to send `shot` at `moment` of the board's counter, or as `shot.due` says."""
    modulation = shot.modulation
    fsk = isinstance(modulation, Fsk)
    gps = shot.due.gps_ms if isinstance(shot.due, AtGps) and moment is None else None
    return Txpk(
        imme=moment is None and gps is None,
        tmst=None if moment is None else moment.counter & 0xFFFFFFFF,
        tmms=gps,
        freq=shot.frequency / 1e6,
        rfch=shot.rf_chain or 0,
        powe=round(shot.power),
        ant=shot.antenna or None,
        modu="FSK" if fsk else "LORA",
        datr=rates.written(modulation),
        codr=None if isinstance(modulation, Fsk) else modulation.coding_rate,
        fdev=modulation.deviation or LORAWAN_DEVIATION if isinstance(modulation, Fsk) else None,
        ipol=None if fsk else shot.inverted,
        prea=None if shot.preamble == LORA_PREAMBLE and not fsk else shot.preamble,
        ncrc=not shot.crc,
        nhdr=True if shot.implicit_header else None,
        size=len(shot.phy),
        payload=_written(shot.phy),
    )


def shot(packet: Txpk, due: Due, power: float) -> Shot | Flaw:
    """What a server wants sent; `power` counts if it names none."""
    try:
        return _shot(packet, due, power)
    except _Flawed as error:
        return error.flaw


def _shot(packet: Txpk, due: Due, power: float) -> Shot:
    fsk = packet.modu == "FSK"
    preamble = FSK_PREAMBLE if fsk else LORA_PREAMBLE
    return Shot(
        phy=_payload(packet.payload, None),
        frequency=_frequency(packet.freq),
        modulation=_modulation(packet.modu, packet.datr, packet.codr, packet.fdev),
        power=power if packet.powe is None else packet.powe,
        due=due,
        inverted=not fsk and bool(packet.ipol),
        preamble=preamble if packet.prea is None else packet.prea,
        crc=not packet.ncrc,
        implicit_header=bool(packet.nhdr),
        antenna=packet.ant or 0,
    )
