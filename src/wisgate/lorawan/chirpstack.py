"""What ChirpStack v4 is told in its messages but for uplinks (`chirpstack_uplinks.py`), and what it
asks for in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .chirpstack_messages import (
    CODE_RATES,
    RATES,
    ConnState,
    DownlinkTxAck,
    GatewayStats,
)
from .counter import unpack
from .frames import Kind, kind
from .radio import (
    FSK_PREAMBLE,
    LORA_PREAMBLE,
    After,
    AtGps,
    Downlink,
    Due,
    Eui,
    Fsk,
    Immediately,
    Lora,
    Result,
    Shot,
    Status,
    Verdict,
)

_JOIN, _WINDOW, _CLASS_B, _CLASS_C = 3, 2, 1, 0
"""Priorities."""

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
_RATES = {CODE_RATES.index(name): rate for name, rate in RATES.items()}


# To ChirpStack


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
            rate = _RATES.get(lora.code_rate)
            if rate is None:
                raise ValueError(f"code rate {lora.code_rate}, which no board here can send")
            inverted = lora.polarization_inversion
            return Shot(
                **common,
                due=due,
                modulation=Lora(lora.spreading_factor, lora.bandwidth, rate),
                inverted=inverted,
                preamble=lora.preamble or LORA_PREAMBLE,
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
