"""EUIs, DevAddrs and NetIDs, as numbers and as people and protocols write them. LoRaWAN Backend
Interfaces 1.1, annex 3: which network a DevAddr belongs to."""

from __future__ import annotations

_NETWORK_BITS = (6, 6, 9, 11, 12, 13, 15, 17)
"""By the type of a NetID: how many of its lowest bits are in the DevAddr, behind as many ones as
the type says and a zero."""
_TYPE_SHIFT = 21


def eui_text(number: int) -> str:
    """Sixteen lower-case digits, most significant byte first."""
    return f"{number:016x}"


def address_text(address: int) -> str:
    return f"{address:08x}"


def oui(eui: int) -> int:
    """Whose block an EUI is from: its highest 24 bits."""
    return eui >> 40


def net_id(address: int) -> int | None:
    """The NetID whose network gave this DevAddr; None for the one block that is no network's."""
    kind = 32 - (~address & 0xFFFFFFFF).bit_length()  # how many ones it begins with
    if kind >= len(_NETWORK_BITS):
        return None
    bits = _NETWORK_BITS[kind]
    network = address >> (32 - kind - 1 - bits) & ((1 << bits) - 1)
    return kind << _TYPE_SHIFT | network


def block(net_id: int) -> tuple[int, int]:
    """The lowest DevAddr of a network and how many leading bits all of its DevAddrs share."""
    kind = net_id >> _TYPE_SHIFT
    bits = _NETWORK_BITS[kind]
    length = kind + 1 + bits
    network = net_id & ((1 << bits) - 1)
    ones = ((1 << kind) - 1) << 1
    return (ones << bits | network) << (32 - length), length
