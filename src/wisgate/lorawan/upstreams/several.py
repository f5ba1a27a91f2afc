"""An upstream that is, to its server, as many gateways as we have."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, Protocol, TypeVar

import msgspec

from ...config.radios import UpstreamConfig
from ...core.errors import SinkError, SinkRefused
from ..radio import Eui, Heard
from .base import Access


class One(Protocol):
    """A gateway at a server."""

    async def open(self) -> None:
        """Connect unless connected. Raises SinkError."""
        ...

    async def deliver(self, batch: Sequence[Heard]) -> None:
        """As of `Upstream`; connects by itself too."""
        ...

    async def close(self) -> None: ...


G = TypeVar("G", bound=One)


class Several(Generic[G]):
    """Threads: the event loop only."""

    def __init__(self, config: UpstreamConfig, access: Access, make: Callable[[Eui], G]) -> None:
        self.name = config.name
        self._regions, self._access, self._make = config.regions, access, make
        self._gateways: dict[Eui, G] = {}
        self._had: set[int] = set()
        """Numbers of frames that a gateway has delivered, of batches in which another failed."""

    async def open(self) -> None:
        """Be there as every gateway that is known. Raises SinkError."""
        for eui, region in self._access.gateways().items():
            if region in self._regions:
                await self._gateway(eui).open()

    async def deliver(self, batch: Sequence[Heard]) -> None:
        """Return when the server has everything. After a failure only what it has not got yet is
        offered to it again. Raises SinkError, SinkRefused."""
        parts: dict[Eui, list[Heard]] = defaultdict(list)
        refused: list[int] = []
        told = ""
        known, regions = self._access.gateways(), self._regions
        for heard in batch:
            if heard.number in self._had:
                continue
            if heard.region in regions:
                present = heard if heard.gateway in known else self._present(heard, known)
                parts[present.gateway].append(present)
            else:
                refused.append(heard.number)
                told = f"{self.name}: heard in a region that the file no longer has"
        for eui, part in parts.items():
            done = part
            try:
                await self._gateway(eui).deliver(part)
            except SinkRefused as error:
                refused += error.seqs
                told = str(error)
                done = [heard for heard in part if heard.number not in error.seqs]
            if len(parts) > 1:
                self._had.update(heard.number for heard in done)
        if self._had:
            self._forget(batch)
        if refused:
            raise SinkRefused(told, sorted(refused))

    def _forget(self, batch: Sequence[Heard]) -> None:
        """A batch is through: it does not come again, nor does what a replay has left behind."""
        self._had.difference_update(heard.number for heard in batch)
        if batch[-1].replayed:
            self._had = {number for number in self._had if number > batch[-1].number}

    def _present(self, heard: Heard, known: Mapping[Eui, str]) -> Heard:
        """A frame that another gateway heard, before the file was changed, as of the one that its
        region has now. Raises SinkError."""
        now = next((eui for eui, region in known.items() if region == heard.region), None)
        if now is None:
            raise SinkError(f"{self.name}: the gateway of {heard.region} has no EUI yet")
        return msgspec.structs.replace(heard, gateway=now)

    async def close(self, deadline: float) -> None:
        """Good-byes take a second at most."""
        await asyncio.gather(*(gateway.close() for gateway in self._gateways.values()))

    def of(self, board: Eui) -> G | None:
        """The gateway that a board is part of, if it was ever there."""
        return self._gateways.get(self._access.gateway(board) or "")

    def _gateway(self, eui: Eui) -> G:
        found = self._gateways.get(eui)
        if found is None:
            found = self._gateways[eui] = self._make(eui)
        return found
