"""EUIs, DevAddrs and NetIDs, as numbers and as people and protocols write them. LoRaWAN Backend
Interfaces 1.1, annex 3: which network a DevAddr belongs to."""

from __future__ import annotations

import re

_HIGHEST_EUI, _HIGHEST_ADDRESS, _HIGHEST_NET_ID = 2**64 - 1, 2**32 - 1, 2**24 - 1
_NETWORK_BITS = (6, 6, 9, 11, 12, 13, 15, 17)
"""By the type of a NetID: how many of its lowest bits are in the DevAddr, behind as many ones as
the type says and a zero."""
_TYPE_SHIFT = 21
_SEPARATORS = re.compile("[-:. ]")


def eui_text(eui: int) -> str:
    """Sixteen lower-case digits, most significant byte first."""
    return f"{eui:016x}"


def eui_number(text: str) -> int:
    """Of "0016c001ff000001", "00-16-C0-…", "00:16:c0:…". Raises ValueError."""
    return _number(text, 16, "an EUI")


def address_text(address: int) -> str:
    return f"{address:08x}"


def address_number(text: str) -> int:
    """Of a DevAddr such as "26011bda". Raises ValueError."""
    return _number(text, 8, "a DevAddr")


def net_id_number(text: str) -> int:
    """Of a NetID such as "000013". Raises ValueError."""
    return _number(text, 6, "a NetID")


def _number(text: str, digits: int, what: str) -> int:
    bare = _SEPARATORS.sub("", text)
    if not re.fullmatch(f"[0-9a-fA-F]{{{digits}}}", bare):
        raise ValueError(f"{text!r} is not {what}: {digits} hexadecimal digits")
    return int(bare, 16)


def oui(eui: int) -> int:
    """Whose block an EUI is from: its highest 24 bits."""
    return eui >> 40


def id6_text(eui: int) -> str:
    """As Basics Station writes an EUI: four groups of 16 bits, a run of zeros as "::"."""
    groups = [f"{eui >> shift & 0xFFFF:x}" for shift in (48, 32, 16, 0)]
    runs = [(n, m) for n in range(4) for m in range(n + 2, 5) if set(groups[n:m]) == {"0"}]
    if not runs:
        return ":".join(groups)
    start, end = max(runs, key=lambda run: (run[1] - run[0], -run[0]))
    return ":".join(groups[:start]) + "::" + ":".join(groups[end:])


def id6_number(text: str) -> int:
    """The reverse of `id6_text`; takes the other ways of writing an EUI, too. Raises ValueError."""
    left, short, right = text.partition("::")
    head = left.split(":") if left else []
    tail = right.split(":") if right else []
    if not short and len(head) != 4:
        return eui_number(text)
    missing = 4 - len(head) - len(tail)
    groups = [*head, *["0"] * missing, *tail]
    if (short and missing < 1) or not all(re.fullmatch("[0-9a-fA-F]{1,4}", g) for g in groups):
        raise ValueError(f"{text!r} is not an EUI: four groups of up to four hexadecimal digits")
    return int("".join(group.zfill(4) for group in groups), 16)


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
