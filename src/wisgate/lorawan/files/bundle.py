"""Every file for every board of a plan, by the name under which it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ..channels import ChannelPlan
from ..concentrators import Family
from ..radio import Eui
from . import concentratord, ghz24, router_config, station, sx1301, sx1302
from .gateway_bridge import FIRST_PORT, gateway_bridge, topic_prefix
from .target import Target, Written

GLOBAL_CONF: dict[Family, Callable[[Written], str]] = {
    Family.SX1301: sx1301.global_conf,
    Family.SX1302: sx1302.global_conf,
    Family.GHZ24: ghz24.global_conf,
}


@dataclass
class Bundle:
    files: dict[str, str] = field(default_factory=dict)
    """"mpcie-1/global_conf.json": text."""
    notes: list[str] = field(default_factory=list)
    """Why a board has none."""


def bundle(plan: ChannelPlan, euis: Mapping[str, Eui], target: Target) -> Bundle:
    """`euis`: by the names of cards."""
    found = Bundle()
    for board in plan.boards:
        card = board.card
        if not euis.get(card.name):
            found.notes.append(
                f"{card.name}: no files without its EUI; write it by --eui {card.name}=EUI or as "
                f"eui of its [[lorawan.board]]"
            )
        elif card.named and not card.path:
            found.notes.append(
                f"{card.name}: no files as long as it is not found on USB; plug it in, or write "
                f"--path {card.name}=/dev/serial/by-path/…"
            )
        else:
            found.files |= of_board(Written(board, euis[card.name], target))
    for number, region in enumerate(plan.regions):
        first = next(b for b in plan.boards if b.region is region)
        name = f"chirpstack/{topic_prefix(first)}.toml"
        found.files[name] = gateway_bridge(first, FIRST_PORT + number)
    return found


def of_board(board: Written) -> dict[str, str]:
    card = board.plan.card
    files = {"global_conf.json": GLOBAL_CONF[card.family](board)}
    if card.family is not Family.GHZ24:
        files["router_config.json"] = router_config.as_file(board.plan)
    if card.named and board.plan.sends:  # Concentratord cannot be told not to
        files |= {
            "concentratord.toml": concentratord.concentratord(board),
            "udp-forwarder.toml": concentratord.udp_forwarder(board),
        }
    if card.named and card.family is not Family.GHZ24:
        files |= {
            "station/station.conf": station.station_conf(board),
            "station/tc.uri": station.tc_uri(board),
        }
    return {f"{card.name}/{name}": text for name, text in files.items()}
