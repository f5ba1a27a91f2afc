"""`global_conf.json` of packet_forwarder, for the SX1301.

Source: https://github.com/Lora-net/packet_forwarder, lora_pkt_fwd/cfg.
"""

from __future__ import annotations

from ..channels import BoardPlan
from . import gains
from .rendering import Value, as_json
from .sx130x import channels, gateway
from .target import Written, heading


def global_conf(board: Written) -> str:
    plan = board.plan
    conf: dict[str, Value] = {
        "lorawan_public": True,
        "clksrc": 1,
        "antenna_gain": 0,
        "radio_0": _radio(plan, 0),
        "radio_1": _radio(plan, 1),
        **channels(plan, implicit=False),
        **{f"tx_lut_{n}": row for n, row in enumerate(gains.sx1257())},
    }
    return heading(board.plan) + as_json({"SX1301_conf": conf, "gateway_conf": gateway(board)})


def _radio(plan: BoardPlan, number: int) -> Value:
    radio: dict[str, Value] = {
        "enable": True,
        "type": gains.old_radio(plan.region),
        "freq": plan.centres[number],
        "rssi_offset": -166.0,
        "tx_enable": number == 0 and plan.sends,
    }
    if number == 0 and plan.sends:
        radio |= {"tx_freq_min": plan.lowest_tx, "tx_freq_max": plan.highest_tx}
    return radio
