"""The UplinkFrames that ChirpStack v4 gets, in Protocol Buffers.

They are put together from parts, most of which are the same for many frames: fields may come in any
order, and what is written behind a message adds to it. To make and fill a message for each frame
takes nearly twice as long.
"""

from __future__ import annotations

from functools import lru_cache

from ..core.varint import varint
from .chirpstack_messages import RATES, Received, UplinkFrame
from .counter import pack
from .radio import Crc, Eui, Heard, Lora, Modulation, Moment

_NAMES = {rate: name for name, rate in RATES.items()}
_CRC = {Crc.NONE: "NO_CRC", Crc.BAD: "BAD_CRC", Crc.OK: "CRC_OK"}
_UINT32 = 0xFFFF_FFFF


def written(heard: Heard, board: int, dated: bool) -> bytes:
    """`board`: the number of the board that heard it best; `dated`: whether the clock of this host
    can be trusted."""
    best = heard.uplinks[0]
    phy = best.phy
    received = b"".join(
        (
            _way(heard.gateway, board, best.channel, best.rf_chain, best.antenna, best.crc),
            _rssi(best.rssi),
            _snr(best.snr),
            _at(best.at_ns) if dated else b"",
            b"" if best.gps_ms is None else _since_gps(best.gps_ms, best.fine_ns),
            _REPLAYED if heard.replayed else b"",
            _NUMBER,
            varint(heard.number & _UINT32),
            _CONTEXT,
            pack(best.moment),
        )
    )
    return b"".join(
        (
            _PHY,
            varint(len(phy)),
            phy,
            _sent(best.frequency, best.modulation),
            _RECEIVED,
            varint(len(received)),
            received,
        )
    )


# What stands before a value: its field, of some the length

_PHY = UplinkFrame(phy_payload=b" ").SerializeToString()[:-2]
_RECEIVED = UplinkFrame(rx_info=Received()).SerializeToString()[:-1]
_NUMBER = Received(uplink_id=1).SerializeToString()[:-1]
_MOMENT = pack(Moment("0" * 16, 0, 0))
_CONTEXT = Received(context=_MOMENT).SerializeToString()[: -len(_MOMENT)]

# Parts

_REPLAYED = Received(metadata={"replayed": "true"}).SerializeToString()


@lru_cache(maxsize=512)
def _sent(frequency: int, modulation: Modulation) -> bytes:
    """How it was sent."""
    frame = UplinkFrame()
    sent = frame.tx_info
    sent.frequency, target = frequency, sent.modulation
    if isinstance(modulation, Lora):
        target.lora.bandwidth = modulation.bandwidth
        target.lora.spreading_factor = modulation.spreading_factor
        target.lora.code_rate = _NAMES.get(modulation.coding_rate, "CR_UNDEFINED")
    else:
        target.fsk.datarate = modulation.bit_rate
        target.fsk.frequency_deviation = modulation.deviation
    part: bytes = frame.SerializeToString()
    return part


@lru_cache(maxsize=512)
def _way(gateway: Eui, board: int, channel: int, rf_chain: int, antenna: int, crc: Crc) -> bytes:
    """What heard it."""
    part: bytes = Received(
        gateway_id=gateway,
        board=board,
        channel=channel,
        rf_chain=rf_chain,
        antenna=antenna,
        crc_status=_CRC[crc],
    ).SerializeToString()
    return part


@lru_cache(maxsize=512)
def _rssi(rssi: float) -> bytes:
    part: bytes = Received(rssi=round(rssi)).SerializeToString()
    return part


@lru_cache(maxsize=512)
def _snr(snr: float | None) -> bytes:
    part: bytes = Received(snr=snr).SerializeToString()
    return part


@lru_cache(maxsize=64)
def _at(at_ns: int) -> bytes:
    """The frames of a datagram came at one moment."""
    received = Received()
    received.gw_time.FromNanoseconds(at_ns)
    part: bytes = received.SerializeToString()
    return part


def _since_gps(ms: int, fine_ns: int | None) -> bytes:
    """`fine_ns` counts from the last full second, which `ms` may have been rounded beyond."""
    received = Received()
    seconds, rest = divmod(ms, 1000)
    received.time_since_gps_epoch.seconds = seconds
    received.time_since_gps_epoch.nanos = rest * 1_000_000
    if fine_ns is not None:
        second = max(0, round((ms - fine_ns / 1e6) / 1000))
        received.fine_time_since_gps_epoch.seconds = second
        received.fine_time_since_gps_epoch.nanos = fine_ns
    part: bytes = received.SerializeToString()
    return part
