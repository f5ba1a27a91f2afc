"""How long the store lets readings gather before it commits and syncs them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """`group`: seconds a reading waits for others at most; `limit`: readings that end the waiting
    `rest` seconds later, so that those of the same moment come along; `sync`: seconds a commit
    waits for its sync at most, None leaves that to flush and close; `full`: readings that wait for
    nothing."""

    group: float = 0.05
    limit: int = 100
    rest: float = 0.003
    sync: float | None = 0.15
    full: int = 500


REAL_TIME = Pace()
VIRTUAL_TIME = Pace(group=60.0, limit=1000, rest=0.0, sync=None)
"""A power loss takes nothing from a virtual day: it is run again from its seed."""
