"""Files of ChirpStack Concentratord, and of the forwarder that carries its frames to us.

Source: https://github.com/chirpstack/chirpstack-concentratord and chirpstack-udp-forwarder.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..channels import PER_BOARD, BoardPlan, Channel
from ..concentrators import Concentrator, Family
from .rendering import Value, as_toml
from .sx130x import KEEPALIVE_S
from .target import NOTE, Written

Table = tuple[str, Mapping[str, Value]]


def region_name(region: str) -> str:
    """As ChirpStack calls it: AS923, AS923_2 …"""
    return region.removesuffix("-1").replace("-", "_")


def concentratord(board: Written) -> str:
    plan, card = board.plan, board.plan.card
    gateway: dict[str, Value] = {
        "antenna_gain": 0,
        "lorawan_public": True,
        "model": _model(card),
        "model_flags": _flags(card),
        "com_dev_path": card.path,
    }
    if card.family is not Family.GHZ24:
        gateway |= {"region": region_name(plan.region.id), "gateway_id": board.eui}
    if card.slot_reset and card.family is Family.SX1302:
        # for USB too: without one it would pull the line of the first socket
        gateway |= {"sx1302_reset_chip": "/dev/gpiochip0", "sx1302_reset_pin": card.slot_reset.line}
    elif card.slot_reset and card.family is Family.SX1301:
        gateway["reset_pin"] = card.slot_reset.line
    own: dict[str, Value] = {"log_level": "INFO", "log_to_syslog": False, "stats_interval": "30s"}
    api = {"event_bind": _ipc("event", board), "command_bind": _ipc("command", board)}
    tables: list[Table] = [
        ("concentratord", own),
        ("concentratord.api", api),
        ("gateway", gateway),
    ]
    return as_toml([*tables, *_channels(plan)], NOTE)


def udp_forwarder(board: Written) -> str:
    """Concentratord itself does not speak UDP."""
    server = f"{board.target.host}:{board.target.udp_port}"
    urls = {"event_url": _ipc("event", board), "command_url": _ipc("command", board)}
    pace = {"keepalive_interval_secs": KEEPALIVE_S, "keepalive_max_failures": 12}
    tables: list[Table] = [
        ("udp_forwarder", {"log_level": "INFO", "log_to_syslog": False, "metrics_bind": ""}),
        ("[udp_forwarder.servers]", {"server": server, **pace}),
        ("concentratord", urls),
    ]
    return as_toml(tables, NOTE)


def _ipc(what: str, board: Written) -> str:
    return f"ipc:///tmp/concentratord_{what}_{board.name}"


def _model(card: Concentrator) -> str:
    number = card.module.removeprefix("rak").partition("-")[0]
    return f"rak_{number}"


def _flags(card: Concentrator) -> list[str]:
    usb = card.bus == "usb" and card.family is Family.SX1302
    return [*(["USB"] if usb else []), *(["GNSS"] if card.gnss else [])]


def _channels(plan: BoardPlan) -> list[Table]:
    if plan.card.family is Family.GHZ24:
        return [("[gateway.concentrator.channels]", _wide(c)) for c in plan.channels]
    frequencies = [c.frequency for c in plan.channels]
    padded = [*frequencies, *[0] * (PER_BOARD - len(frequencies))]
    found: list[Table] = [("gateway.concentrator", {"multi_sf_channels": padded})]
    if plan.wide:
        found.append(("gateway.concentrator.lora_std", _wide(plan.wide)))
    if plan.fsk:
        fsk = {"frequency": plan.fsk.frequency, "bandwidth": 125_000, "datarate": 50_000}
        found.append(("gateway.concentrator.fsk", fsk))
    return found


def _wide(channel: Channel) -> dict[str, Value]:
    return {
        "frequency": channel.frequency,
        "bandwidth": channel.bandwidth,
        "spreading_factor": channel.spreading_factor,
    }
