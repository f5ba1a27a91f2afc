"""The computer of the virtual board."""

from __future__ import annotations

from random import Random
from uuid import UUID


class VirtualHost:
    """The `Host` contract. One seed has one boot id, so that it gives the same bytes again.
    Threads: any."""

    def __init__(self, seed: int = 1) -> None:
        self._boot_id = str(UUID(int=Random(f"{seed}/boot").getrandbits(128), version=4))

    def boot_id(self) -> str:
        return self._boot_id
