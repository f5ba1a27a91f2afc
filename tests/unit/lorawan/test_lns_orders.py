from __future__ import annotations

from typing import Any

import pytest
from radio_bench import ROOF
from recorded import LNS

from wisgate.lorawan import lns, lns_frames
from wisgate.lorawan.lns_orders import Orders
from wisgate.lorawan.radio import After, AtGps, Due, Fsk, Immediately, Lora, Moment

CONFIG = next(x["msg"] for x in LNS if x["msg"].get("msgtype") == "router_config")
DRS = [tuple(rate) for rate in CONFIG["DRs"]]
UPLINK = 7_000_000


def at(xtime: int, delay: int) -> After | None:
    """An uplink at UPLINK; what is 100 s away is the past."""
    return After(Moment(ROOF, 1, UPLINK), xtime + delay - UPLINK) if xtime < 100_000_000 else None


def orders(region: str = "EU868", eirp: float | None = 16.0) -> Orders:
    return Orders(lns.RouterConfig(DRS, region, eirp), lns_frames.rates(DRS), at)


def order(**changes: Any) -> lns.Downlink:
    values: dict[str, Any] = {"kind": 0, "pdu": "60A6", "delay": 1, "xtime": UPLINK}
    return lns.Downlink(**values | changes)


RX1 = {"rx1_rate": 5, "rx1_frequency": 868_100_000}
RX2 = {"rx2_rate": 0, "rx2_frequency": 869_525_000}


def after(seconds: int) -> Due:
    return After(Moment(ROOF, 1, UPLINK), seconds * 1_000_000)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (RX1 | RX2, [(868_100_000, after(1)), (869_525_000, after(2))]),
        (RX1 | RX2 | {"delay": 5}, [(868_100_000, after(5)), (869_525_000, after(6))]),
        (RX1 | {"delay": 0}, [(868_100_000, after(1))]),
        (RX2 | {"delay": None}, [(869_525_000, after(2))]),
        (RX1 | RX2 | {"xtime": 100_000_000}, []),
        (RX2 | {"kind": 2, "xtime": 0}, [(869_525_000, Immediately())]),
        (RX1 | RX2 | {"kind": 2}, [(868_100_000, after(1)), (869_525_000, Immediately())]),
        (RX1 | RX2 | {"kind": 2, "xtime": 100_000_000}, [(869_525_000, Immediately())]),
        (
            {"kind": 1, "rate": 3, "frequency": 869_525_000, "gpstime": 1_400_000_000_123_456},
            [(869_525_000, AtGps(1_400_000_000_123))],
        ),
    ],
)
def test_windows(changes, expected):
    assert [(s.frequency, s.due) for s in orders().shots(order(**changes))] == expected


def test_a_shot():
    first, second = orders().shots(order(**RX1, **RX2))
    assert (first.phy, first.modulation, first.power) == (b"\x60\xa6", Lora(7, 125_000), 16.0)
    assert (first.inverted, first.preamble, first.crc) == (True, 8, False)
    assert (second.modulation, second.power) == (Lora(12, 125_000), 27.0)


@pytest.mark.parametrize(
    ("changes", "rate", "expected"),
    [
        ({}, 7, (5, True)),
        ({"preamble": 10, "checksum": 1}, 7, (5, True)),
        ({"checksum": 0}, 7, (5, False)),
        ({}, 5, (8, False)),
        ({"preamble": 0, "checksum": 0}, 5, (8, False)),
        ({"preamble": 10, "checksum": 1}, 5, (10, True)),
    ],
)
def test_preamble_and_checksum(changes, rate, expected):
    """Data rate 7 is FSK: 5 bytes whatever is asked (FSK_PRMBL_LEN of ral_lgw.c)."""
    shot = orders().shots(order(rx1_rate=rate, rx1_frequency=868_800_000, **changes))[0]
    assert isinstance(shot.modulation, Fsk) == (rate == 7)
    assert (shot.preamble, shot.crc) == expected


def test_a_planned_frame_of_fsk():
    shot = orders().planned(lns.Planned(pdu="60A6", rate=7, frequency=868_800_000, ontime=5))
    assert shot is not None
    assert (shot.preamble, shot.crc) == (5, True)


@pytest.mark.parametrize(
    ("region", "eirp", "power"),
    [("EU863", 16.0, 27.0), ("US902", 26.0, 26.0), ("CN470", None, 14.0)],
)
def test_power(region, eirp, power):
    assert orders(region, eirp).shots(order(**RX2))[0].power == power


@pytest.mark.parametrize(
    "changes",
    [
        {},
        RX1 | {"pdu": ""},
        RX1 | {"pdu": "6"},
        RX1 | {"pdu": "00" * 256},
        RX1 | {"rx1_rate": 8},
        {"rx1_rate": 5},
        {"rx2_frequency": 869_525_000},
        {"kind": 1, "rate": 3, "frequency": 869_525_000},
        {"kind": 1, "gpstime": 5, "frequency": 869_525_000},
        {"kind": 1, "gpstime": 5, "rate": 3},
    ],
)
def test_what_makes_no_sense(changes):
    with pytest.raises(ValueError, match=r"."):
        orders().shots(order(**changes))


def test_schedules():
    plan = {"pdu": "60A6", "rate": 3, "frequency": 869_525_000}
    found = orders().planned(lns.Planned(**plan, gpstime=1_400_000_000_123_456))
    assert found is not None
    assert (found.due, found.power) == (AtGps(1_400_000_000_123), 27.0)
    found = orders().planned(lns.Planned(**plan, ontime=1_400_000_000))
    assert found is not None
    assert found.due == AtGps(1_400_000_000_000)
    found = orders().planned(lns.Planned(**plan, xtime=UPLINK + 3_000_000))
    assert found is not None
    assert found.due == after(3)
    assert orders().planned(lns.Planned(**plan, xtime=100_000_000)) is None
