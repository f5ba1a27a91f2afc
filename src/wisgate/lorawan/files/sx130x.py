"""What files of the SX1301 and of the SX1302/SX1303 have in common."""

from __future__ import annotations

from ..channels import PER_BOARD, BoardPlan
from .rendering import Value
from .target import Written

KEEPALIVE_S = 10
"""How often it asks for downlinks; we take a board for gone when it does not."""


def channels(board: BoardPlan, implicit: bool) -> dict[str, Value]:
    """`chan_multiSF_0` … `chan_FSK`. `implicit`: whether the wide channel has settings for headers
    that are left out, as the SX1302 wants them."""
    found: dict[str, Value] = {}
    for number in range(PER_BOARD):
        if number < len(board.channels):
            channel = board.channels[number]
            found[f"chan_multiSF_{number}"] = {
                "enable": True, "radio": channel.radio, "if": board.offset(channel),
            }  # fmt: skip
        else:
            found[f"chan_multiSF_{number}"] = {"enable": False}
    wide, fsk = board.wide, board.fsk
    found["chan_Lora_std"] = {"enable": False}
    found["chan_FSK"] = {"enable": False}
    if wide:
        headers: dict[str, Value] = {
            "implicit_hdr": False, "implicit_payload_length": 17, "implicit_crc_en": False,
            "implicit_coderate": 1,
        }  # fmt: skip
        found["chan_Lora_std"] = {
            "enable": True, "radio": wide.radio, "if": board.offset(wide),
            "bandwidth": wide.bandwidth, "spread_factor": wide.spreading_factor,
            **(headers if implicit else {}),
        }  # fmt: skip
    if fsk:
        found["chan_FSK"] = {
            "enable": True, "radio": fsk.radio, "if": board.offset(fsk), "bandwidth": 125_000,
            "datarate": 50_000,
        }  # fmt: skip
    return found


def gateway(board: Written) -> dict[str, Value]:
    """`gateway_conf`."""
    target = board.target
    conf: dict[str, Value] = {
        "gateway_ID": board.eui.upper(),
        "server_address": target.host,
        "serv_port_up": target.udp_port,
        "serv_port_down": target.udp_port,
        "keepalive_interval": KEEPALIVE_S,
        "stat_interval": 30,
        "push_timeout_ms": 100,
        "forward_crc_valid": True,
        "forward_crc_error": False,
        "forward_crc_disabled": False,
    }
    if board.plan.card.gnss:
        conf["gps_tty_path"] = "/dev/ttyAMA0"
    return conf
