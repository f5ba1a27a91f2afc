"""EUI-64: the names of gateways, boards, applications and end devices, as people and programs write
them."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"(?:0[xX])?([0-9A-Fa-f]{16})")
_BYTES = re.compile(r"[0-9A-Fa-f]{2}(?:([-: ])[0-9A-Fa-f]{2})(?:\1[0-9A-Fa-f]{2}){6}")
_GROUP = re.compile(r"[0-9A-Fa-f]{1,4}")


def parse(text: str) -> str:
    """Sixteen lower-case digits, from plain digits ("0016C001FF000001"), bytes with separators
    ("00-16-C0-…") or the four groups of Basics Station's ID6 ("16:c001:ff00:1", "::1"). Raises
    ValueError."""
    if match := _PLAIN.fullmatch(text):
        return match[1].lower()
    if _BYTES.fullmatch(text):
        return re.sub("[-: ]", "", text).lower()
    return "".join(group.rjust(4, "0").lower() for group in _groups(text))


def _groups(text: str) -> list[str]:
    """The four groups of an ID6; "::" stands for as many zeros as are missing."""
    head, gap, tail = text.partition("::")
    before = head.split(":") if head else []
    after = tail.split(":") if tail else []
    if not gap:
        found = before
    elif len(before) + len(after) <= 3:
        found = [*before, *["0"] * (4 - len(before) - len(after)), *after]
    else:
        found = []
    if len(found) != 4 or not all(_GROUP.fullmatch(group) for group in found):
        raise ValueError(f"{text!r} is no EUI")
    return found


def id6(eui: str) -> str:
    """The four groups of an EUI without leading zeros and without "::", which every reader takes.
    Source: https://lora-developers.semtech.com, Basics Station, "Types"."""
    return ":".join(f"{int(eui[place : place + 4], 16):x}" for place in range(0, 16, 4))


def dashed(eui: str) -> str:
    """ "00-16-C0-01-FF-00-00-01"."""
    return "-".join(eui[place : place + 2] for place in range(0, 16, 2)).upper()
