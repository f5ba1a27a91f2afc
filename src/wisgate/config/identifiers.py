"""Readers of the numbers by which LoRaWAN names things: EUIs, NetIDs, addresses. All raise Misfit
for what is none."""

from __future__ import annotations

import re

from ..core import eui as euis
from .readers import Misfit, Reader, shown

_ADDRESSES = re.compile(r"(?:0[xX])?([0-9A-Fa-f]{8})/(\d{1,2})")
EUI_LIKE = '"0016C001FF000001"'


def eui() -> Reader[str]:
    """Sixteen lower-case digits, from any of the notations in use."""

    def read(value: object) -> str:
        found = _eui(value)
        if found.strip("0") == "":
            raise Misfit(f"{shown(value)} is the EUI of nobody; write the one of the board")
        return found

    return Reader("sixteen hexadecimal digits, with - or : between bytes or without", read)


def _eui(value: object) -> str:
    try:
        return euis.parse(value if isinstance(value, str) else "")
    except ValueError:
        cure = f"write sixteen hexadecimal digits, such as {EUI_LIKE}"
        raise Misfit(f"{shown(value)} is no EUI; {cure}") from None


def digits(count: int, what: str, example: str) -> Reader[int]:
    """A number of `count` hexadecimal digits."""
    pattern = re.compile(rf"(?:0[xX])?([0-9A-Fa-f]{{{count}}})")

    def read(value: object) -> int:
        match = pattern.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            cure = f"write {count} hexadecimal digits, such as {example}"
            raise Misfit(f"{shown(value)} is no {what}; {cure}")
        return int(match[1], 16)

    return Reader(f"{count} hexadecimal digits", read)


def address_block() -> Reader[tuple[int, int]]:
    """The addresses that begin alike: "26000000/7"."""
    like = 'write one like "26000000/7"'

    def read(value: object) -> tuple[int, int]:
        match = _ADDRESSES.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise Misfit(f"{shown(value)} is no block of addresses; {like}")
        first, bits = int(match[1], 16), int(match[2])
        if bits > 32:
            raise Misfit(f"{shown(value)} has {bits} bits of 32; {like}")
        if first & (1 << (32 - bits)) - 1:
            whole = first >> (32 - bits) << (32 - bits)
            raise Misfit(f'{shown(value)} has bits behind its prefix; write "{whole:08x}/{bits}"')
        return first, bits

    return Reader('an address and how many of its bits count, such as "26000000/7"', read)


def eui_range() -> Reader[tuple[int, int]]:
    """One EUI, those that begin alike ("70b3d57ed0000000/40"), or all between two ("… .. …")."""

    def read(value: object) -> tuple[int, int]:
        text = value if isinstance(value, str) else ""
        if ".." in text:
            low, _, high = text.partition("..")
            ends = int(_eui(low.strip()), 16), int(_eui(high.strip()), 16)
            if ends[0] > ends[1]:
                raise Misfit(f"{shown(value)} ends before it begins; write the lower one first")
            return ends
        first, slash, length = text.partition("/")
        if not slash:
            only = int(_eui(value), 16)
            return only, only
        if not (length.isascii() and length.isdigit() and int(length[:3]) <= 64):
            raise Misfit(f"{shown(value)} has no number of bits after /; write 0 to 64")
        lowest, rest = int(_eui(first), 16), (1 << (64 - int(length))) - 1
        if lowest & rest:
            cure = f'write "{lowest & ~rest:016x}/{length}"'
            raise Misfit(f"{shown(value)} has bits behind its prefix; {cure}")
        return lowest, lowest | rest

    expects = 'an EUI, a prefix such as "70B3D57ED0000000/40", or two EUIs with .. between them'
    return Reader(expects, read)
