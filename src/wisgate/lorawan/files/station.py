"""`station.conf` and `tc.uri` of Basics Station. Channels come from its server (`router_config`).

Source: https://doc.sm.tc/station, "Station Configuration", "Concentrator Design Reference v1.5" and
"Corecell".
"""

from __future__ import annotations

from ...core.eui import dashed
from ..channels import BoardPlan
from ..concentrators import Family
from . import gains
from .rendering import Value, as_json
from .target import Written, heading


def station_conf(board: Written) -> str:
    plan = board.plan
    new = plan.card.family is Family.SX1302
    conf: dict[str, Value] = {
        "device": f"{plan.card.bus}:{plan.card.path}" if new else plan.card.path,
        "lorawan_public": True,
        "clksrc": 0 if new else 1,
        **({"full_duplex": False} if new else {}),
        "pps": plan.card.gnss,
        "radio_0": _radio(plan, 0, new),
        "radio_1": _radio(plan, 1, new),
    }
    if not new:
        conf["tx_gain_lut"] = list(gains.sx1257())
    own: dict[str, Value] = {
        "routerid": dashed(board.eui),
        "log_file": "stderr",
        "log_level": "INFO",
        "log_size": 1_000_000,
        "log_rotate": 1,
    }
    return heading(board.plan) + as_json(
        {"SX1302_conf" if new else "SX1301_conf": conf, "station_conf": own}
    )


def _radio(plan: BoardPlan, number: int, new: bool) -> Value:
    region = plan.region
    radio: dict[str, Value] = {
        "type": "SX1250" if new else gains.old_radio(region),
        "rssi_offset": gains.rssi_offset(region) if new else -166.0,
        "tx_enable": number == 0 and plan.sends,
    }
    if new:
        radio["rssi_tcomp"] = gains.TEMPERATURE
        if gains.single_input(region):
            radio["single_input_mode"] = True
    if number == 0 and plan.sends:
        radio["antenna_gain"] = 0
        if new:
            radio["tx_gain_lut"] = gains.sx1250(region)
    return radio


def tc_uri(board: Written) -> str:
    """Where its server is."""
    return f"ws://{board.target.host}:{board.target.station_port}\n"
