"""What of the JSON of a packet forwarder is an `Uplink`, a `Shot` or a `Status`, and back."""

from __future__ import annotations

from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64
from datetime import UTC, datetime

from . import rates
from .packets import Rsig, Rxpk, Stat, Txpk
from .radio import AtGps, Crc, Due, Eui, Fsk, Lora, Modulation, Moment, Shot, Status, Uplink

LONGEST = 255
"""Bytes in a LoRa packet."""
LORAWAN_PREAMBLE = 8
LORAWAN_DEVIATION = 25_000
"""Hz, of FSK."""
WEAKEST = -150.0
"""dBm, of a packet that nothing is said about."""
_CRC = {1: Crc.OK, 0: Crc.NONE, -1: Crc.BAD}
_FREQUENCIES = range(100_000_000, 2_600_000_000)


class Unfit(ValueError):
    """A packet that is no frame for us. `reason` is what it is counted under."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


def payload(text: str, size: int | None) -> bytes:
    """Bytes from Base64, its padding there or not. Raises Unfit."""
    try:
        found = a2b_base64(text + "=" * (-len(text) % 4), strict_mode=True)
    except (Base64Error, ValueError):
        raise Unfit("bad_payload", "the payload is no Base64") from None
    if size is not None and size != len(found):
        raise Unfit("bad_size", f"{len(found)} bytes, and size says {size}")
    if not 0 < len(found) <= LONGEST:
        raise Unfit("bad_size", f"{len(found)} bytes are no packet")
    return found


def _written(phy: bytes) -> str:
    return b2a_base64(phy, newline=False).decode("ascii")


def modulation_of(packet: Rxpk | Txpk) -> Modulation:
    """Raises Unfit."""
    datr = packet.datr
    if packet.modu == "LORA" and isinstance(datr, str):
        try:
            return rates.lora(datr, packet.codr or "")
        except ValueError as error:
            raise Unfit("bad_rate", str(error)) from None
    if packet.modu == "FSK" and not isinstance(datr, str):
        try:
            return rates.fsk(datr, getattr(packet, "fdev", None) or 0)
        except ValueError as error:
            raise Unfit("bad_rate", str(error)) from None
    if packet.modu == "LR-FHSS":
        raise Unfit("lr_fhss", "LR-FHSS is not for networks of this kind")
    raise Unfit("bad_rate", f"modulation {packet.modu[:20]!r} with {str(datr)[:20]!r} is unknown")


def frequency_of(packet: Rxpk | Txpk) -> int:
    """Hz, rounded: 867.1 is not a number that floats have. Raises Unfit."""
    frequency = round(packet.freq * 1e6) if -1e4 < packet.freq < 1e4 else 0
    if frequency not in _FREQUENCIES:
        raise Unfit("bad_frequency", f"{packet.freq} MHz is no frequency of a board")
    return frequency


def uplink(packet: Rxpk, moment: Moment, at_ns: int) -> Uplink:
    """Raises Unfit. Without RSSI it counts as far away."""
    phy = payload(packet.data, packet.size)
    crc = _CRC.get(1 if packet.stat is None else packet.stat)
    if crc is None:
        raise Unfit("bad_packet", f"the checksum is neither good nor bad: {packet.stat}")
    antenna, rssi, snr, channel = 0, packet.rssi, packet.lsnr, packet.chan
    if packet.rsig:
        best = max(packet.rsig, key=_strength)
        antenna, snr = best.ant, best.lsnr
        rssi = best.rssic if best.rssic is not None else best.rssis
        channel = best.chan if best.chan is not None else channel
    return Uplink(
        moment=moment,
        at_ns=at_ns,
        phy=phy,
        frequency=frequency_of(packet),
        modulation=modulation_of(packet),
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
        data=_written(heard.phy),
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
        prea=None if shot.preamble == LORAWAN_PREAMBLE else shot.preamble,
        ncrc=not shot.crc,
        nhdr=True if shot.implicit_header else None,
        size=len(shot.phy),
        data=_written(shot.phy),
    )


def shot(packet: Txpk, due: Due, power: float) -> Shot:
    """What a server wants sent; `power` counts if it names none. Raises Unfit."""
    fsk = packet.modu == "FSK"
    return Shot(
        phy=payload(packet.data, None),
        frequency=frequency_of(packet),
        modulation=modulation_of(packet),
        power=power if packet.powe is None else packet.powe,
        due=due,
        inverted=not fsk and bool(packet.ipol),
        preamble=LORAWAN_PREAMBLE if packet.prea is None else packet.prea,
        crc=not packet.ncrc,
        implicit_header=bool(packet.nhdr),
        antenna=packet.ant or 0,
    )
