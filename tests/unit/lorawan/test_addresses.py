"""EUIs, DevAddrs and NetIDs: LoRaWAN Backend Interfaces 1.1 and RP002 say which bits are whose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wisgate.lorawan import addresses


@pytest.mark.parametrize(
    ("lowest", "highest", "net_id"),
    [
        ("00000000", "01ffffff", "000000"),
        ("02000000", "03ffffff", "000001"),
        ("26000000", "27ffffff", "000013"),  # The Things Network
        ("7e000000", "7fffffff", "00003f"),
        ("80000000", "80ffffff", "200000"),
        ("bf000000", "bfffffff", "20003f"),
        ("c0000000", "c00fffff", "400000"),
        ("e0020000", "e003ffff", "600001"),
        ("e0060000", "e007ffff", "600003"),
        ("f0000000", "f0007fff", "800000"),
        ("f8002000", "f8003fff", "a00001"),
        ("fc00fc00", "fc00ffff", "c0003f"),
        ("fe000080", "fe0000ff", "e00001"),
        ("feffff80", "feffffff", "e1ffff"),
    ],
)
def test_which_network_an_address_is_of(lowest, highest, net_id):
    number, low, high = int(net_id, 16), int(lowest, 16), int(highest, 16)
    assert (addresses.net_id(low), addresses.net_id(high)) == (number, number)
    first, length = addresses.block(number)
    assert (first, first + (1 << (32 - length)) - 1) == (low, high)


def test_the_block_of_no_network():
    assert addresses.net_id(0xFF000000) is None
    assert addresses.net_id(0xFFFFFFFF) is None


@given(st.integers(0, 0xFEFFFFFF))
def test_every_address_is_in_the_block_of_its_network(address):
    first, length = addresses.block(addresses.net_id(address))
    assert address >> (32 - length) == first >> (32 - length)


def test_as_people_read_them():
    assert addresses.eui_text(0x0016C001FF000001) == "0016c001ff000001"
    assert addresses.address_text(0x1BDA) == "00001bda"
    assert addresses.oui(0x0016C001FF000001) == 0x0016C0
