"""The computer of the virtual board."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from random import Random
from uuid import UUID

from .world import World


class VirtualHost:
    """The `Host` contract. One seed has one boot id, so that it gives the same bytes again.
    Threads: any, once `guard` is what keeps the world whole."""

    def __init__(self, world: World, seed: int = 1) -> None:
        self.guard: AbstractContextManager[object] = nullcontext()
        """Held while the world is looked at."""
        self._world = world
        self._boot_id = str(UUID(int=Random(f"{seed}/boot").getrandbits(128), version=4))

    def boot_id(self) -> str:
        return self._boot_id

    def cpu_temperature(self) -> float:
        with self.guard:
            return self._world.observe("cpu.temperature")
