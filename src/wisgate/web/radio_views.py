"""From the radio to the bodies of the API."""

from __future__ import annotations

from typing import Any

from ..catalog.regions import Region
from ..gateway.payloads import time_text
from ..lorawan.addresses import address_text, eui_text
from ..lorawan.frames import JoinRequest, Message, RejoinRequest, decode, kind
from ..lorawan.radio import Fsk, Heard, Lora, Modulation, Result
from ..lorawan.watching import Entry, decisive, shot_number
from .contract import Radio
from .radio_shapes import (
    AirTimeView,
    CopyView,
    FrameView,
    RadioBoardView,
    RadioGatewayView,
    RadioView,
    UpstreamView,
)

NOT_LORAWAN = "not LoRaWAN"


def radio_view(radio: Radio) -> RadioView:
    known = radio.hub.boards.gateways
    return RadioView(
        gateways=[RadioGatewayView(r, known.get(r)) for r in radio.config.regions],
        boards=_boards(radio),
        upstreams=_upstreams(radio),
        air_time=[
            AirTimeView(
                used.band.gateway,
                used.band.low,
                used.band.high,
                used.used_us / 1e6,
                used.band.allowed_us / 1e6 if used.band.limited else None,
            )
            for used in radio.air_time()
        ],
        waiting=radio.queue.held,
        lost=radio.queue.dropped,
        counters=dict(radio.counters()),
        verdicts={verdict.value: count for verdict, count in radio.watch.verdicts.items()},
    )


def _boards(radio: Radio) -> list[RadioBoardView]:
    """Those that the file names, then those that came by themselves."""
    named = {b.eui: b for b in radio.config.boards if b.eui}
    there = {b.eui: b for b in radio.hub.boards}
    found = []
    for eui in dict.fromkeys((*named, *there)):
        config, board, seen = named.get(eui), there.get(eui), radio.watch.board(eui)
        status = seen.status
        found.append(
            RadioBoardView(
                eui=eui,
                name=config.name if config else "",
                slot=config.slot if config else "",
                region=radio.hub.boards.region(eui),
                silent=board is None or board.silent,
                heard=seen.heard,
                sent=seen.sent,
                last=time_text(seen.heard_ns) if seen.heard_ns else None,
                temperature=status.temperature if status else None,
                version=status.version if status else "",
            )
        )
    return found


def _upstreams(radio: Radio) -> list[UpstreamView]:
    types = {u.name: u.type for u in radio.config.upstreams}
    return [
        UpstreamView(
            name=name,
            type=types.get(name, ""),
            connected=state.connected,
            error=state.error,
            since=time_text(state.since_ns) if state.since_ns else None,
            delivered=state.delivered,
            replayed=state.replayed,
            expired=state.expired,
            refused=state.refused,
            lag=state.lag,
        )
        for name, state in ((name, d.state) for name, d in radio.deliveries.items())
    ]


def frame_view(radio: Radio, entry: Entry) -> FrameView:
    what = entry.what
    return _uplink(radio, entry, what) if isinstance(what, Heard) else _sent(radio, entry, what)


def _uplink(radio: Radio, entry: Entry, heard: Heard) -> FrameView:
    best = heard.best
    region = radio.regions.get(heard.region)
    copies = [
        CopyView(u.moment.board, u.rssi, u.snr, u.channel, u.moment.counter) for u in heard.uplinks
    ]
    return FrameView(
        number=entry.number,
        time=time_text(entry.at_ns),
        up=True,
        gateway=heard.gateway,
        frequency=best.frequency,
        air_time=_air_time(best.modulation, len(best.phy)),
        copies=copies,
        **_rate(best.modulation, region, down=False),
        **_frame(best.phy),
    )


def _sent(radio: Radio, entry: Entry, result: Result) -> FrameView:
    downlink = result.downlink
    shot = downlink.shots[shot_number(result)]
    region = radio.regions.get(_region_of(radio, downlink.gateway))
    return FrameView(
        number=entry.number,
        time=time_text(entry.at_ns),
        up=False,
        gateway=downlink.gateway,
        frequency=shot.frequency,
        air_time=_air_time(shot.modulation, len(shot.phy), preamble=shot.preamble, crc=shot.crc),
        upstream=downlink.upstream,
        verdict=decisive(result).value,
        power=shot.power,
        board=result.board,
        **_rate(shot.modulation, region, down=True),
        **_frame(shot.phy),
    )


def _region_of(radio: Radio, gateway: str) -> str:
    known = radio.hub.boards.gateways.items()
    return next((region for region, eui in known if eui == gateway), "")


def _air_time(modulation: Modulation, size: int, **more: Any) -> float | None:
    try:
        return round(modulation.airtime(size, **more), 6)
    except ValueError:  # asked for by an upstream, and refused
        return None


def _rate(modulation: Modulation, region: Region | None, *, down: bool) -> dict[str, Any]:
    lora = modulation if isinstance(modulation, Lora) else None
    return {
        "rate": region.index_of(modulation, down=down) if region else None,
        "spreading_factor": lora.spreading_factor if lora else None,
        "bandwidth": lora.bandwidth if lora else None,
        "bit_rate": modulation.bit_rate if isinstance(modulation, Fsk) else None,
    }


def _frame(phy: bytes) -> dict[str, Any]:
    found = kind(phy)
    shown: dict[str, Any] = {
        "kind": NOT_LORAWAN if found is None else found.name.lower().replace("_", " "),
        "phy": phy.hex(),
        "size": len(phy),
    }
    match decode(phy):
        case Message() as message:
            shown["dev_addr"] = address_text(message.address)
            shown["counter"], shown["port"] = message.counter, message.port
        case JoinRequest() as request:
            shown["join_eui"] = eui_text(request.join_eui)
            shown["dev_eui"], shown["counter"] = eui_text(request.dev_eui), request.dev_nonce
        case RejoinRequest() as request:
            shown["dev_eui"] = eui_text(request.dev_eui)
    return shown
