"""The contract of the computer we run on, as far as it is no bus."""

from __future__ import annotations

from typing import Protocol


class Host(Protocol):
    """Threads: any."""

    def boot_id(self) -> str:
        """Changes with every start of the operating system, and never within one."""
        ...

    def cpu_temperature(self) -> float:
        """Of the processor, in degrees Celsius. Raises Unavailable where nothing measures it."""
        ...
