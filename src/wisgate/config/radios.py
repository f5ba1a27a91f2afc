"""`[lorawan]` resolved: numbers instead of texts, EUIs in sixteen lower-case digits."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from .addresses import Listen
from .where import Where

if TYPE_CHECKING:
    from .model import PointConfig


@dataclass(frozen=True)
class FilterConfig:
    """What an upstream gets. An empty list lets everything pass."""

    net_ids: tuple[int, ...] = ()
    dev_addrs: tuple[tuple[int, int], ...] = ()
    """Prefixes: an address and how many of its bits count."""
    join_euis: tuple[tuple[int, int], ...] = ()
    """Ranges: the lowest and the highest."""
    ouis: tuple[int, ...] = ()
    """The first three bytes of a DevEUI."""
    regions: tuple[str, ...] = ()
    proprietary: bool = False


@dataclass(frozen=True)
class UpstreamConfig:
    """What every upstream has; `type` names the file in lorawan/upstreams."""

    where: Where
    name: str
    """Unique; its place in the queue is kept under it."""
    type: str
    only: FilterConfig
    regions: tuple[str, ...] = field(default=(), kw_only=True)
    """Those as whose gateways it connects."""


@dataclass(frozen=True)
class RadioConfig:
    """A concentrator board that the file names."""

    where: Where
    eui: str
    """"" while it is known by its slot only."""
    name: str
    slot: str
    region: str


@dataclass(frozen=True)
class ForwarderConfig:
    """A forwarder that we start."""

    where: Where
    slot: str
    speaks: str
    """"udp" or "station"."""
    program: str
    """"" to look for one."""


@dataclass(frozen=True)
class MoteConfig:
    """An end device of one's own, `[[lorawan.device]]`."""

    where: Where
    name: str
    address: int
    keys_file: Path
    codec: str
    """"cayenne", "none" or the path of `script` as written."""
    script: Path | None
    """Codec in JavaScript."""
    variables: tuple[tuple[str, str], ...]
    interval: float
    """Seconds."""
    counter_resets: bool
    points: tuple[PointConfig, ...]
    """Their channels are fields of what the codec returns."""


@dataclass(frozen=True)
class LorawanConfig:
    where: Where
    region: str
    """The id of a region of the catalog; that of every board that says nothing else."""
    gateway_id: str
    """Of the gateway that the boards of `region` form; "" takes the lowest EUI of them."""
    udp: Listen
    station: Listen
    queue_size: int
    """Bytes on disk."""
    queue_age: float
    """Seconds."""
    boards: tuple[RadioConfig, ...] = ()
    upstreams: tuple[UpstreamConfig, ...] = ()
    motes: tuple[MoteConfig, ...] = ()
    forwarders: tuple[ForwarderConfig, ...] = ()
    channels: int | None = None
    """Below 1 GHz, of the cards in this box; None: as many as every country allows."""

    @property
    def regions(self) -> tuple[str, ...]:
        """Each forms one gateway."""
        return tuple(dict.fromkeys((self.region, *(b.region for b in self.boards))))

    @property
    def points(self) -> tuple[PointConfig, ...]:
        """Of all end devices, in the order of the file."""
        return tuple(p for mote in self.motes for p in mote.points)
