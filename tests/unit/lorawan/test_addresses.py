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
    number = addresses.net_id_number(net_id)
    low, high = addresses.address_number(lowest), addresses.address_number(highest)
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


@pytest.mark.parametrize(
    "text", ["0016c001ff000001", "00-16-C0-01-FF-00-00-01", "00:16:c0:01:ff:00:00:01"]
)
def test_ways_of_writing_an_eui(text):
    assert addresses.eui_number(text) == 0x0016C001FF000001
    assert addresses.eui_text(0x0016C001FF000001) == "0016c001ff000001"
    assert addresses.oui(addresses.eui_number(text)) == 0x0016C0


@pytest.mark.parametrize(
    ("eui", "text"),
    [(0x0016C001FF000001, "16:c001:ff00:1"), (0x11000001, "::1100:1"), (0, "::"), (1, "::1"),
     (0x0001000000000000, "1::"), (0x0001000000000002, "1::2"), (0x0001000200000003, "1:2:0:3")],
)  # fmt: skip
def test_as_basics_station_writes_it(eui, text):
    assert addresses.id6_text(eui) == text
    assert addresses.id6_number(text) == eui


@given(st.lists(st.sampled_from([0, 1, 0x10, 0xFFFF]), min_size=4, max_size=4))
def test_every_short_form_both_ways(groups):
    eui = int("".join(f"{g:04x}" for g in groups), 16)
    assert addresses.id6_number(addresses.id6_text(eui)) == eui


def test_the_other_ways_are_taken_where_basics_station_is_spoken():
    assert addresses.id6_number("00-16-c0-01-ff-00-00-01") == 0x0016C001FF000001
    assert addresses.id6_number("0016c001ff000001") == 0x0016C001FF000001


@pytest.mark.parametrize("text", ["", "1::2::3", "1:2:3", "::12345", "1:2:3:4::", "x", "1:2:3:g"])
def test_no_short_form(text):
    with pytest.raises(ValueError, match="is not an EUI"):
        addresses.id6_number(text)


@pytest.mark.parametrize(
    ("read", "text"),
    [(addresses.eui_number, "0016c001ff00001"), (addresses.eui_number, "0x16c001ff000001"),
     (addresses.address_number, "26011bd"), (addresses.address_number, "26011bdaa"),
     (addresses.net_id_number, "13"), (addresses.net_id_number, "+00013")],
)  # fmt: skip
def test_what_is_none(read, text):
    with pytest.raises(ValueError, match=r"is not an? .* hexadecimal digits"):
        read(text)
    assert addresses.address_text(0x26011BDA) == "26011bda"
