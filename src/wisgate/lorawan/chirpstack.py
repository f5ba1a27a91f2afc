"""What ChirpStack v4 is told in its messages, and what it asks for in them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from .chirpstack_messages import (
    CODE_RATES,
    ConnState,
    DownlinkTxAck,
    GatewayStats,
    UplinkFrame,
)
from .counter import pack, unpack
from .frames import Kind, kind
from .radio import (
    After,
    AtGps,
    Crc,
    Downlink,
    Due,
    Eui,
    Fsk,
    Heard,
    Immediately,
    Lora,
    Modulation,
    Result,
    Shot,
    Status,
    Verdict,
)

PREAMBLE = 8
"""What ChirpStack means when it leaves it out: symbols of LoRa, as in every LoRaWAN downlink."""
FSK_PREAMBLE = 5
"""Bytes."""
_JOIN, _WINDOW, _CLASS_B, _CLASS_C = 3, 2, 1, 0
"""Priorities."""
_UINT32 = 0xFFFF_FFFF

STATUSES = {
    Verdict.QUEUED: "OK",
    Verdict.EMITTED: "OK",
    Verdict.IGNORED: "IGNORED",
    Verdict.TOO_LATE: "TOO_LATE",
    Verdict.TOO_EARLY: "TOO_EARLY",
    Verdict.COLLISION_PACKET: "COLLISION_PACKET",
    Verdict.COLLISION_BEACON: "COLLISION_BEACON",
    Verdict.TX_FREQUENCY: "TX_FREQ",
    Verdict.TX_POWER: "TX_POWER",
    Verdict.GPS_UNLOCKED: "GPS_UNLOCKED",
    Verdict.QUEUE_FULL: "QUEUE_FULL",
    Verdict.DUTY_CYCLE: "DUTY_CYCLE_OVERFLOW",
    Verdict.DWELL_TIME: "DUTY_CYCLE_OVERFLOW",
    Verdict.NO_ANSWER: "INTERNAL_ERROR",
    Verdict.NO_BOARD: "INTERNAL_ERROR",
    Verdict.REFUSED: "INTERNAL_ERROR",
}
"""ChirpStack has no word for a limit of the time on the air but that of the duty cycle, and none
for a forwarder that stays silent: what may not have been sent is no success."""
INTERNAL_ERROR = "INTERNAL_ERROR"
_RATES = {
    "CR_4_5": "4/5", "CR_4_6": "4/6", "CR_4_7": "4/7", "CR_4_8": "4/8",
    "CR_LI_4_5": "4/5LI", "CR_LI_4_6": "4/6LI", "CR_LI_4_8": "4/8LI",
}  # fmt: skip
"""As forwarders write them; the others are of LR-FHSS."""
_RATE_NUMBERS = {rate: CODE_RATES.index(name) for name, rate in _RATES.items()}
_RATES_BY_NUMBER = {number: rate for rate, number in _RATE_NUMBERS.items()}
_CRC = {Crc.NONE: 0, Crc.BAD: 1, Crc.OK: 2}


# To ChirpStack


def uplink(heard: Heard, board: int, dated: bool) -> Any:
    """An UplinkFrame. `board`: the number of the board that heard it best; `dated`: whether the
    clock of this host can be trusted."""
    best = heard.uplinks[0]
    frame = UplinkFrame(phy_payload=best.phy)
    frame.tx_info.CopyFrom(_sent(best.frequency, best.modulation))
    received = frame.rx_info
    received.gateway_id, received.uplink_id = heard.gateway, heard.number & _UINT32
    received.rssi, received.channel = round(best.rssi), best.channel
    received.rf_chain, received.board, received.antenna = best.rf_chain, board, best.antenna
    received.context, received.crc_status = pack(best.moment), _CRC[best.crc]
    if best.snr is not None:
        received.snr = best.snr
    if dated:
        at = received.gw_time
        at.seconds, at.nanos = divmod(best.at_ns, 10**9)
    if best.gps_ms is not None:
        _since_gps(received, best.gps_ms, best.fine_ns)
    if heard.replayed:
        received.metadata["replayed"] = "true"
    return frame


@lru_cache(maxsize=512)
def _sent(frequency: int, modulation: Modulation) -> Any:
    """How it was sent, as an UplinkFrame has it; not to be altered."""
    sent = UplinkFrame().tx_info
    sent.frequency, target = frequency, sent.modulation
    if isinstance(modulation, Lora):
        target.lora.bandwidth = modulation.bandwidth
        target.lora.spreading_factor = modulation.spreading_factor
        target.lora.code_rate = _RATE_NUMBERS.get(modulation.coding_rate, 0)
    else:
        target.fsk.datarate = modulation.bit_rate
        target.fsk.frequency_deviation = modulation.deviation
    return sent


def _since_gps(received: Any, ms: int, fine_ns: int | None) -> None:
    """`fine_ns` counts from the last full second, which `ms` may have been rounded beyond."""
    seconds, rest = divmod(ms, 1000)
    received.time_since_gps_epoch.seconds = seconds
    received.time_since_gps_epoch.nanos = rest * 1_000_000
    if fine_ns is not None:
        second = max(0, round((ms - fine_ns / 1e6) / 1000))
        received.fine_time_since_gps_epoch.seconds = second
        received.fine_time_since_gps_epoch.nanos = fine_ns


def stats(gateway: Eui, status: Status, dated: bool, metadata: Mapping[str, str]) -> Any:
    """The GatewayStats of one board of a gateway. ChirpStack adds up the counts that it gets."""
    told = GatewayStats(
        gateway_id=gateway,
        rx_packets_received=status.received,
        rx_packets_received_ok=status.received_ok,
        tx_packets_received=status.downlinks,
        tx_packets_emitted=status.emitted,
        metadata=metadata,
    )
    if dated:
        told.time.seconds, told.time.nanos = divmod(status.at_ns, 10**9)
    if status.latitude is not None and status.longitude is not None:
        told.location.latitude, told.location.longitude = status.latitude, status.longitude
        told.location.altitude = status.altitude or 0.0
    return told


def connection(gateway: Eui, online: bool) -> Any:
    """The ConnState of a gateway."""
    return ConnState(gateway_id=gateway, state="ONLINE" if online else "OFFLINE")


def answer(result: Result) -> Any:
    """The DownlinkTxAck: a status for each item."""
    found = result.downlink
    return _answer(found.gateway, int(found.identity), [STATUSES[v] for v in result.verdicts])


def refusal(gateway: Eui, frame: Any) -> Any:
    """The DownlinkTxAck for a DownlinkFrame that cannot be made out."""
    return _answer(gateway, frame.downlink_id, [INTERNAL_ERROR] * len(frame.items))


def _answer(gateway: Eui, downlink_id: int, statuses: list[str]) -> Any:
    items = [{"status": status} for status in statuses]
    return DownlinkTxAck(gateway_id=gateway, downlink_id=downlink_id, items=items)


# From ChirpStack


def downlink(upstream: str, gateway: Eui, frame: Any) -> Downlink:
    """What a DownlinkFrame asks for. Raises ValueError."""
    if frame.gateway_id and frame.gateway_id.lower() != gateway:
        raise ValueError(f"for gateway {frame.gateway_id}, on the topic of {gateway}")
    if not frame.items:
        raise ValueError("without an item")
    shots = tuple(_shot(item) for item in frame.items)
    return Downlink(
        upstream=upstream,
        identity=str(frame.downlink_id),
        gateway=gateway,
        shots=shots,
        priority=_priority(shots[0]),
    )


def _priority(shot: Shot) -> int:
    if kind(shot.phy) is Kind.JOIN_ACCEPT:
        return _JOIN
    return {After: _WINDOW, AtGps: _CLASS_B, Immediately: _CLASS_C}[type(shot.due)]


def _shot(item: Any) -> Shot:
    """LoRaWAN has checksums on the way up only. ChirpStack fills `no_crc` for frames of its mesh,
    which are not inverted, and leaves it out elsewhere."""
    asked = item.tx_info
    if not item.phy_payload or not asked.frequency:
        raise ValueError("an item without a payload or a frequency")
    common = {"phy": item.phy_payload, "frequency": asked.frequency, "power": float(asked.power)}
    due = _due(asked)
    match asked.modulation.WhichOneof("parameters"):
        case "lora":
            lora = asked.modulation.lora
            rate = _RATES_BY_NUMBER.get(lora.code_rate)
            if rate is None:
                raise ValueError(f"code rate {lora.code_rate}, which no board here can send")
            inverted = lora.polarization_inversion
            return Shot(
                **common,
                due=due,
                modulation=Lora(lora.spreading_factor, lora.bandwidth, rate),
                inverted=inverted,
                preamble=lora.preamble or PREAMBLE,
                crc=not (inverted or lora.no_crc),
                antenna=asked.antenna,
            )
        case "fsk":
            fsk = asked.modulation.fsk
            return Shot(
                **common,
                due=due,
                modulation=Fsk(fsk.datarate, fsk.frequency_deviation),
                inverted=False,
                preamble=FSK_PREAMBLE,
                crc=True,
                antenna=asked.antenna,
            )
    raise ValueError("an item with neither LoRa nor FSK")


def _due(asked: Any) -> Due:
    match asked.timing.WhichOneof("parameters"):
        case "immediately":
            return Immediately()
        case "delay":
            delay = asked.timing.delay.delay
            return After(unpack(asked.context), delay.seconds * 1_000_000 + delay.nanos // 1000)
        case "gps_epoch":
            since = asked.timing.gps_epoch.time_since_gps_epoch
            return AtGps(since.seconds * 1000 + since.nanos // 1_000_000)
    raise ValueError("an item without a time")
