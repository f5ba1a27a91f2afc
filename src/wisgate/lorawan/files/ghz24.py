"""`global_conf.json` of gateway_2g4_hal.

Source: https://github.com/Lora-net/gateway_2g4_hal, packet_forwarder.
"""

from __future__ import annotations

from .rendering import Value, as_json
from .sx130x import gateway
from .target import Written, heading


def global_conf(board: Written) -> str:
    plan = board.plan
    conf: dict[str, Value] = {
        "tty_path": plan.card.path,
        "lorawan_public": True,
        "antenna_gain": 0,
    }
    for channel in plan.channels:
        conf[f"chan_{channel.radio}"] = {
            "enable": True,
            "freq": channel.frequency,
            "bandwidth": channel.bandwidth,
            "spread_factor": channel.spreading_factor,
            "rssi_offset": 0.0,
        }
    conf["tx"] = {"enable": True, "tx_freq_min": plan.lowest_tx, "tx_freq_max": plan.highest_tx}
    return heading(board.plan) + as_json({"radio_conf": conf, "gateway_conf": gateway(board)})
