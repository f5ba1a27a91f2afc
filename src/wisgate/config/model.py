"""The one file, resolved: frozen dataclasses with plain values in SI units. Nothing above `config`
ever sees a dict of the user's."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ..core.points import Kind, Point, Status, Value
from .bench import (
    NOWHERE,
    EnvironmentConfig,
    HatConfig,
    HostConfig,
    JumpersConfig,
    PowerConfig,
    StrapsConfig,
)
from .expressions import Expression
from .radios import LorawanConfig
from .storing import StoreConfig
from .units import ModbusHostConfig, RegisterConfig, UnitConfig
from .where import Where

Curve = tuple[tuple[float, float], ...]
"""Pairs in base units, the first of each rising."""


@dataclass(frozen=True, slots=True)
class PointConfig:
    """A point of a slot: a channel of its module with everything the user said about it, and the
    defaults of the catalog for what the user did not say. One for every channel of the module."""

    where: Where
    channel: str
    point: Point
    scale: tuple[float, float, float, float] | None = None
    """`from` low and high in the channel's unit, `to` low and high in the point's unit."""
    deadband: float = 0.0
    """In the point's unit; changes up to this are not stored."""
    min_on: float = 0.0
    """Seconds an output stays on at least; `min_off` off."""
    min_off: float = 0.0
    max_on: float = 0.0
    """Seconds after which an output goes to its safe state by itself; 0: never."""
    rest: float = 0.0
    """Seconds between two changes of an output at least."""
    manual: float = 0.0
    """Seconds for which rules leave an output alone after somebody has set it."""


@dataclass(frozen=True)
class SignalConfig:
    """A signal of a LIN frame."""

    where: Where
    name: str
    bit: int
    length: int
    signed: bool
    scale: float
    offset: float
    unit: str
    initial: float
    """In its unit; 0 or 1 for a bit."""


@dataclass(frozen=True)
class FrameConfig:
    """A frame on a LIN bus."""

    where: Where
    id: int
    name: str
    published: bool
    """Whether the gateway fills it."""
    size: int
    checksum: str | None
    """"enhanced" or "classic"; None leaves it to the module's protocol."""
    signals: tuple[SignalConfig, ...]


@dataclass(frozen=True)
class EntryConfig:
    """One turn of a schedule; `delay` in seconds until the next, None for as long as it takes."""

    frame: str
    delay: float | None


@dataclass(frozen=True)
class ScheduleConfig:
    """An order in which frames are asked for."""

    where: Where
    name: str
    entries: tuple[EntryConfig, ...]


@dataclass(frozen=True)
class SlotConfig:
    where: Where
    slot: str
    module: str
    interval: float
    """Seconds."""
    points: tuple[PointConfig, ...]
    options: tuple[tuple[str, Value | Curve], ...] = ()
    """Every option of the catalog entry: quantities in base units, defaults filled in."""
    units: tuple[UnitConfig, ...] = ()
    frames: tuple[FrameConfig, ...] = ()
    schedules: tuple[ScheduleConfig, ...] = ()


@dataclass(frozen=True)
class VirtualConfig:
    """A point that people or rules set."""

    where: Where
    point: Point
    initial: Value


@dataclass(frozen=True)
class RuleConfig:
    where: Where
    name: str
    """"rule 1", "rule 2", … in file order, or what the user called it."""
    when: Expression
    after: float
    """Seconds for which `when` must hold."""
    set: tuple[tuple[str, Value], ...]
    """Outputs and virtual points with the value each gets when the condition comes to hold."""
    raises: tuple[str, ...] = ()
    """Alarms that hold as long as the condition does."""


@dataclass(frozen=True)
class CalculateConfig:
    """A point whose value is an expression over others."""

    where: Where
    point: Point
    value: Expression


@dataclass(frozen=True)
class AlarmConfig:
    """One alarm: it is raised by one of `above` and `below`, `rising` and `falling`, `statuses` or
    `when`, or by rules alone. Limits are in the point's unit."""

    where: Where
    name: str
    severity: str
    """"low", "medium", "high" or "critical"."""
    point: str = ""
    above: float | None = None
    below: float | None = None
    clear: float | None = None
    """Where the value must come back to; the limit itself without it."""
    rising: float | None = None
    falling: float | None = None
    within: float = 60.0
    """Seconds over which `rising` and `falling` are measured."""
    statuses: tuple[Status, ...] = ()
    when: Expression | None = None
    after: float = 0.0
    """Seconds for which the condition must hold."""
    latch: bool = False
    """Whether it stays until somebody acknowledges it, though its cause is gone."""
    text: str = ""
    """For people."""


@dataclass(frozen=True)
class InterlockConfig:
    """An output that leaves its safe state only while `allows` holds."""

    where: Where
    point: str
    allows: Expression


@dataclass(frozen=True)
class OnboardConfig:
    """A function of the carrier, with its points. One for every function of the board."""

    where: Where
    name: str
    interval: float
    points: tuple[PointConfig, ...]
    options: tuple[tuple[str, Value | Curve], ...] = ()
    """As of a slot."""


@dataclass(frozen=True)
class SinkConfig:
    """What every sink has; `type` names the file in gateway/sinks."""

    where: Where
    name: str
    type: str
    points: tuple[str, ...]
    """Names of the points that it gets; empty means all."""
    rate: int | None = field(default=None, kw_only=True)
    """Readings a second at most; None for no limit."""

    @property
    def density(self) -> int:
        """How many entries in columns take the room of one in full."""
        return 1


@dataclass(frozen=True)
class ServerConfig:
    """What every server has; `type` names the file in gateway/servers."""

    where: Where
    name: str
    type: str
    points: tuple[str, ...]
    """Names of the points that it shows; empty means all."""
    commands: bool = field(default=False, kw_only=True)
    """Whether clients may write."""
    connections: int = field(default=16, kw_only=True)
    """At one time at most."""


@dataclass(frozen=True)
class WebConfig:
    where: Where
    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None
    hosts: tuple[str, ...] = ()
    """Names by which browsers may address it, beside loopback and `host`."""


@dataclass(frozen=True)
class Config:
    file: str
    """As the user named it; every message begins with it."""
    name: str
    """Of the gateway; part of topics and labels."""
    board: str
    slots: tuple[SlotConfig, ...]
    onboard: tuple[OnboardConfig, ...]
    modbus: tuple[ModbusHostConfig, ...] = ()
    virtuals: tuple[VirtualConfig, ...] = ()
    calculates: tuple[CalculateConfig, ...] = ()
    alarms: tuple[AlarmConfig, ...] = ()
    rules: tuple[RuleConfig, ...] = ()
    interlocks: tuple[InterlockConfig, ...] = ()
    sinks: tuple[SinkConfig, ...] = ()
    servers: tuple[ServerConfig, ...] = ()
    web: WebConfig | None = None
    lorawan: LorawanConfig | None = None
    store: StoreConfig = field(default_factory=lambda: StoreConfig(Where("", 0)))
    straps: StrapsConfig = field(default_factory=StrapsConfig)
    core: str = ""
    """The core board of a WisBlock base; "" where the board has a host of its own."""
    power: PowerConfig = field(default_factory=PowerConfig)
    host: HostConfig = field(default_factory=HostConfig)
    jumpers: JumpersConfig = field(default_factory=JumpersConfig)
    hat: HatConfig | None = None
    environment: EnvironmentConfig | None = None
    board_where: Where = NOWHERE

    @property
    def points(self) -> tuple[Point, ...]:
        """Every point of the gateway: slots, hosts, onboard, end devices, virtual, each in file
        order."""
        slots = [p.point for s in self.slots for p in s.points]
        hosts = [p.point for h in self.modbus for p in h.points]
        onboard = [p.point for f in self.onboard for p in f.points]
        motes = [p.point for p in self.lorawan.points] if self.lorawan else []
        made = [*(v.point for v in self.virtuals), *(c.point for c in self.calculates)]
        return (*slots, *hosts, *onboard, *motes, *made)


__all__ = [
    "Config", "EntryConfig", "EnvironmentConfig", "FrameConfig", "HatConfig", "HostConfig",
    "JumpersConfig", "Kind", "ModbusHostConfig", "OnboardConfig", "PointConfig", "PowerConfig",
    "RegisterConfig", "RuleConfig", "ScheduleConfig", "ServerConfig", "SignalConfig",
    "SinkConfig", "SlotConfig", "StoreConfig", "StrapsConfig", "UnitConfig", "VirtualConfig",
    "WebConfig", "Where",
]  # fmt: skip
