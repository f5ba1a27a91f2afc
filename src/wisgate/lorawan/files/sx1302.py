"""`global_conf.json` of sx1302_hal, for the SX1302 and SX1303.

Source: https://github.com/Lora-net/sx1302_hal, packet_forwarder.
"""

from __future__ import annotations

from ...catalog.regions import Lbt
from ..channels import BoardPlan
from . import gains
from .rendering import Value, as_json
from .sx130x import channels, gateway
from .target import Written, heading

SENT_AT_MOST_MS = 4000
"""How long one may send after a channel was found free."""


def global_conf(board: Written) -> str:
    plan = board.plan
    conf: dict[str, Value] = {
        "com_type": plan.card.bus.upper(),
        "com_path": plan.card.path,
        "lorawan_public": True,
        "clksrc": 0,
        "antenna_gain": 0,
        "full_duplex": False,
        "fine_timestamp": {"enable": False, "mode": "all_sf"},
    }
    rule = plan.region.lbt
    if plan.card.listens and rule and rule.required:
        conf["sx1261_conf"] = {"rssi_offset": 20, "lbt": _lbt(plan, rule)}
    conf |= {
        "radio_0": _radio(plan, 0),
        "radio_1": _radio(plan, 1),
        "chan_multiSF_All": {"spreading_factor_enable": [5, 6, 7, 8, 9, 10, 11, 12]},
        **channels(plan, implicit=True),
    }
    return heading(board.plan) + as_json({"SX130x_conf": conf, "gateway_conf": gateway(board)})


def _radio(plan: BoardPlan, number: int) -> Value:
    region = plan.region
    radio: dict[str, Value] = {"enable": True, "type": "SX1250"}
    if gains.single_input(region):
        radio["single_input_mode"] = True
    radio |= {
        "freq": plan.centres[number],
        "rssi_offset": gains.rssi_offset(region),
        "rssi_tcomp": gains.TEMPERATURE,
        "tx_enable": number == 0 and plan.sends,
    }
    if number == 0 and plan.sends:
        radio |= {
            "tx_freq_min": plan.lowest_tx,
            "tx_freq_max": plan.highest_tx,
            "tx_gain_lut": gains.sx1250(region),
        }
    return radio


def _lbt(plan: BoardPlan, rule: Lbt) -> Value:
    """Every channel on which we may send: those of RX1 and that of RX2."""
    sent_on = sorted({plan.region.rx2.frequency, *(c.frequency for c in plan.channels)})
    channel: dict[str, Value] = {
        "bandwidth": 125_000,
        "scan_time_us": round(rule.listen * 1e6),
        "transmit_time_ms": SENT_AT_MOST_MS,
    }
    return {
        "enable": True,
        "rssi_target": round(rule.threshold),
        "channels": [{"freq_hz": frequency, **channel} for frequency in sent_on],
    }
