"""What a server tells Basics Station first: its region and its channels.

Source: https://doc.sm.tc/station, "The LNS Protocol", router_config.
"""

from __future__ import annotations

from ...catalog.regions import Rate, Region
from ..channels import BoardPlan
from .rendering import Value, as_json
from .sx130x import channels

MOST_RATES = 16


def router_config(plan: BoardPlan) -> dict[str, Value]:
    """The message, without the time. Station takes `sx1301_conf` for the SX1302 and SX1303 too."""
    region = plan.region
    radios: dict[str, Value] = {
        f"radio_{number}": {"enable": True, "freq": centre}
        for number, centre in enumerate(plan.centres)
    }
    return {
        "msgtype": "router_config",
        "NetID": None,
        "JoinEui": None,
        "region": region.station,
        "hwspec": "sx1301/1",
        "freq_range": [region.lowest, region.highest],
        "DRs": rates(region),
        "max_eirp": region.gateway_power,
        "sx1301_conf": [{**radios, **channels(plan, implicit=False)}],
    }


def rates(region: Region) -> list[Value]:
    """Sixteen rows of spreading factor, bandwidth in kHz and whether it is for downlinks only."""
    return [_row(region.rate(number)) for number in range(MOST_RATES)]


def _row(rate: Rate | None) -> Value:
    if rate is None:
        return [-1, 0, 0]
    return [rate.spreading_factor, rate.bandwidth // 1000, int(not rate.up)]


def as_file(plan: BoardPlan) -> str:
    return as_json(router_config(plan))
