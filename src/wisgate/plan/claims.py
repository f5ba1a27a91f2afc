"""One rule: everything a configuration uses is a claim on a resource; a conflict is two claims that
cannot share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True, order=True)
class Claim:
    """`resource` is "i2c-1 address 0x41", "U133 line 12", "U-ADC channel 1", "wisblock-1-uart"."""

    resource: str
    owner: str
    """"wisblock-1: rak16000 U1"."""
    where: str
    """file:line of the user's file, or "catalog" for what is soldered on the board."""
    source: str
    """Where the fact comes from."""
    shared: bool = False
    """A supply rail may have many users, an address may not."""


@dataclass(frozen=True)
class Conflict:
    resource: str
    claims: tuple[Claim, ...]
    cure: str = ""

    def __str__(self) -> str:
        first = next((c.where for c in self.claims if c.where != "catalog"), "catalog")
        lines = [f"{first}: {self.resource} is claimed {len(self.claims)} times"]
        lines += [f"    {c.owner} ({c.where}; source: {c.source})" for c in self.claims]
        return "\n".join([*lines, f"    cure: {self.cure}"] if self.cure else lines)


def conflicts(claims: Iterable[Claim]) -> list[Conflict]:
    """Every resource that two claims cannot share, in the order of resources."""
    found = []
    for resource, group in groupby(sorted(claims), key=lambda c: c.resource):
        users = tuple(group)
        if len(users) > 1 and not all(c.shared for c in users):
            found.append(Conflict(resource, users))
    return found
