"""One rule: everything a configuration uses is a claim on a resource; a conflict is two claims that
cannot share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations, groupby

CATALOG = "catalog"
"""`where` of what is soldered or printed on the board."""


@dataclass(frozen=True, order=True)
class Claim:
    """`resource` is "i2c-1 address 0x41", "U133 line 12", "U-ADC channel 1", "wisblock-1-uart",
    "slot wisblock-1", "power input"."""

    resource: str
    owner: str
    """"wisblock-1: rak16000 U1"."""
    where: str
    """file:line of the user's file, or "catalog" for what is soldered on the board."""
    source: str
    """Where the fact comes from."""
    shared: bool = False
    """A supply rail may have many users, an address may not."""
    claimant: str = ""
    """The slot, "board", "hat" or "host": one and the same never clashes with itself."""
    soft: bool = False
    """Harmless once it is known about: a clash is a warning."""


def can_share(one: Claim, other: Claim) -> bool:
    """Whether both may hold the same resource. Symmetric."""
    return one.claimant == other.claimant or (one.shared and other.shared)


def clashes(claims: Iterable[Claim]) -> list[tuple[Claim, ...]]:
    """For every resource whose claims cannot share: those that take part, in order."""
    found = []
    for _, group in groupby(sorted(set(claims)), key=lambda c: c.resource):
        users = tuple(group)
        parties = {c for pair in combinations(users, 2) if not can_share(*pair) for c in pair}
        if parties:
            found.append(tuple(c for c in users if c in parties))
    return found
