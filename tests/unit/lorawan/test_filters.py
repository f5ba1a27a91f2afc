from __future__ import annotations

import pytest
from radio_bench import DATA, JOIN, heard

from wisgate.config.radios import FilterConfig
from wisgate.lorawan.filters import only
from wisgate.lorawan.frames import RejoinRequest, encode

ANSWER = b"\x60" + DATA[1:]
ACCEPT = b"\x20" + bytes(16)
PROPRIETARY = b"\xe0\xaa"
TO_NETWORK = encode(RejoinRequest(type=0, net_id=0x13, dev_eui=0x70B3D57ED0000001, counter=1))
TO_JOIN_EUI = encode(RejoinRequest(type=1, join_eui=1, dev_eui=0x70B3D57ED0000001, counter=1))


@pytest.mark.parametrize("phy", [DATA, b"\x80" + DATA[1:], JOIN, TO_NETWORK, TO_JOIN_EUI])
def test_without_filters_every_uplink_passes(phy: bytes) -> None:
    assert only(FilterConfig())(heard(phy))


@pytest.mark.parametrize("phy", [ANSWER, ACCEPT, PROPRIETARY, b"", b"\x40\x01", JOIN[:-1]])
def test_what_nobody_gets(phy: bytes) -> None:
    assert not only(FilterConfig())(heard(phy))


def test_proprietary_if_wanted() -> None:
    assert only(FilterConfig(proprietary=True))(heard(PROPRIETARY))


def test_regions() -> None:
    wanted = only(FilterConfig(regions=("EU868",)))
    assert wanted(heard())
    assert not wanted(heard(region="ISM2400"))


@pytest.mark.parametrize(
    ("config", "passes"),
    [
        (FilterConfig(net_ids=(0x13,)), True),  # 26000000/7
        (FilterConfig(net_ids=(0x00,)), False),
        (FilterConfig(net_ids=(0x00, 0x13)), True),
        (FilterConfig(dev_addrs=((0x26000001, 32),)), True),
        (FilterConfig(dev_addrs=((0x26000002, 32),)), False),
        (FilterConfig(dev_addrs=((0x26000000, 31),)), True),
        (FilterConfig(dev_addrs=((0, 0),)), True),
        (FilterConfig(net_ids=(0x00,), dev_addrs=((0x26000000, 8),)), True),
        (FilterConfig(join_euis=((5, 5),), ouis=(0,)), True),  # those judge joins
    ],
)
def test_addresses(config: FilterConfig, passes: bool) -> None:
    assert only(config)(heard(DATA)) is passes


@pytest.mark.parametrize(
    ("config", "passes"),
    [
        (FilterConfig(join_euis=((1, 1),)), True),
        (FilterConfig(join_euis=((0, 0), (2, 9))), False),
        (FilterConfig(ouis=(0x70B3D5,)), True),
        (FilterConfig(ouis=(0xAC1F09,)), False),
        (FilterConfig(join_euis=((1, 1),), ouis=(0xAC1F09,)), False),
        (FilterConfig(net_ids=(0x00,), dev_addrs=((0, 32),)), True),  # those judge data
    ],
)
def test_joins(config: FilterConfig, passes: bool) -> None:
    assert only(config)(heard(JOIN)) is passes


@pytest.mark.parametrize(
    ("phy", "config", "passes"),
    [
        (TO_NETWORK, FilterConfig(net_ids=(0x13,)), True),
        (TO_NETWORK, FilterConfig(net_ids=(0x14,)), False),
        (TO_NETWORK, FilterConfig(join_euis=((9, 9),)), True),
        (TO_NETWORK, FilterConfig(ouis=(0xAC1F09,)), False),
        (TO_JOIN_EUI, FilterConfig(join_euis=((1, 1),)), True),
        (TO_JOIN_EUI, FilterConfig(join_euis=((9, 9),)), False),
        (TO_JOIN_EUI, FilterConfig(net_ids=(0x14,)), True),
    ],
)
def test_rejoins(phy: bytes, config: FilterConfig, passes: bool) -> None:
    assert only(config)(heard(phy)) is passes
