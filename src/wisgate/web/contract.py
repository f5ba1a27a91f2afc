"""What the web reads of the running gateway, and what it asks of it: a write, a command."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ..board.scan import Seen
from ..bus.lane import Lane
from ..catalog.settings import Command
from ..config.model import Config
from ..config.radios import LorawanConfig
from ..core.clock import Clock
from ..core.points import Reading, Value
from ..gateway.alarms import AlarmView
from ..gateway.doctor import Examined
from ..gateway.live import Live
from ..plan.bus_time import LaneBudget
from ..store.history import History
from ..store.stats import StoreStats

if TYPE_CHECKING:  # nothing of LoRaWAN is loaded by whoever has none
    from ..catalog.regions import Region
    from ..lorawan.hub import Hub
    from ..lorawan.ledger import Used
    from ..lorawan.watching import Watch


class SinkState(Protocol):
    """How a sink is doing. `lag` counts the records that wait for it."""

    @property
    def connected(self) -> bool: ...
    @property
    def error(self) -> str: ...
    @property
    def since_ns(self) -> int: ...
    @property
    def delivered(self) -> int: ...
    @property
    def lag(self) -> int: ...


class Forwarder(Protocol):
    @property
    def state(self) -> SinkState: ...


class Health(Protocol):
    @property
    def ok(self) -> bool: ...
    @property
    def problems(self) -> Sequence[str]: ...


class Store(Protocol):
    async def history(
        self, point: str, start_ns: int, end_ns: int, buckets: int | None = None
    ) -> History:
        """Raw when `buckets` is None. Raises StoreError."""
        ...

    @property
    def stats(self) -> StoreStats: ...


class Placed(Protocol):
    """A module in its slot, or a function of the board."""

    @property
    def name(self) -> str: ...
    @property
    def commands(self) -> Sequence[Command]: ...


class Surroundings(Protocol):
    def picture(self) -> Sequence[Sequence[bool]] | None:
        """What the little display of a virtual board shows, row by row; None without one."""
        ...


class Plan(Protocol):
    @property
    def lanes(self) -> Sequence[LaneBudget]: ...


class Board(Protocol):
    @property
    def plan(self) -> Plan: ...
    @property
    def lanes(self) -> Sequence[Lane]: ...
    @property
    def placed(self) -> Sequence[Placed]: ...
    @property
    def surroundings(self) -> Surroundings: ...


class Alarms(Protocol):
    def all(self) -> list[AlarmView]: ...
    def acknowledge(self, name: str, who: str) -> AlarmView:
        """Raises OutputRefused."""
        ...

    def shelve(self, name: str, seconds: float, who: str) -> AlarmView:
        """Raises OutputRefused."""
        ...


class DeliveryState(SinkState, Protocol):
    """How an upstream of LoRaWAN is doing; counts are of frames."""

    @property
    def replayed(self) -> int: ...
    @property
    def expired(self) -> int: ...
    @property
    def refused(self) -> int: ...


class Delivery(Protocol):
    @property
    def state(self) -> DeliveryState: ...


class Waiting(Protocol):
    """The outage queue."""

    @property
    def held(self) -> int: ...
    @property
    def dropped(self) -> int: ...


class Radio(Protocol):
    """LoRaWAN. Threads: the event loop only."""

    @property
    def opened(self) -> bool:
        """Whether the rest is there."""
        ...

    @property
    def config(self) -> LorawanConfig: ...
    @property
    def hub(self) -> Hub: ...
    @property
    def watch(self) -> Watch: ...
    @property
    def queue(self) -> Waiting: ...
    @property
    def deliveries(self) -> Mapping[str, Delivery]: ...
    @property
    def regions(self) -> Mapping[str, Region]: ...

    def air_time(self) -> list[Used]: ...

    def counters(self) -> Mapping[str, int]:
        """Of hub, fronts and upstreams, by names of their own."""
        ...


class Gateway(Protocol):
    """Threads: the event loop only."""

    @property
    def config(self) -> Config: ...
    @property
    def live(self) -> Live: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def started_ns(self) -> int: ...
    @property
    def store(self) -> Store: ...
    @property
    def forwarders(self) -> Mapping[str, Forwarder]: ...
    @property
    def counters(self) -> Mapping[str, int]: ...
    @property
    def virtual(self) -> bool: ...
    @property
    def folder(self) -> Path: ...
    @property
    def board(self) -> Board: ...
    @property
    def alarms(self) -> Alarms: ...
    @property
    def radio(self) -> Radio | None:
        """None without `[lorawan]`."""
        ...

    def health(self) -> Health: ...

    async def examine(self) -> Examined:
        """What `doctor` says of the box. Takes some seconds."""
        ...

    async def scan(self) -> list[Seen]:
        """Who answers on i2c-1."""
        ...

    def plan_view(self) -> dict[str, Any]:
        """The board, its slots and what sits in them, ready for JSON."""
        ...

    async def read_now(self, names: Collection[str]) -> None:
        """Sample the groups of these points once, beside the regular samples."""
        ...

    async def write(self, point: str, value: Value, cause: str) -> Reading:
        """Set an output or a virtual point. Raises OutputRefused, BusError, ChipError."""
        ...

    async def perform(
        self, place: str, name: str, given: Mapping[str, Value], cause: str
    ) -> Mapping[str, Value]:
        """Let a module do a command. Raises OutputRefused, BusError, ChipError."""
        ...
