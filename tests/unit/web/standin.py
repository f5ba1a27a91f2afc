"""A gateway in memory that keeps the contract of `web.contract`: no bus, no disk."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wisgate.catalog.settings import Argument, Command
from wisgate.config.arguments import read_arguments
from wisgate.config.model import AlarmConfig, Config, WebConfig, Where
from wisgate.config.sinks.mqtt import MqttConfig
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import NoAcknowledge, OutputRefused
from wisgate.core.points import Kind, Point, Reading, Status, Value
from wisgate.gateway.alarms import Alarms
from wisgate.gateway.live import Live
from wisgate.gateway.scene import Scene
from wisgate.store.history import Bucket, History
from wisgate.store.records import Record
from wisgate.store.stats import StoreStats

HERE = Where("gateway.toml", 1)

POINTS = (
    Point("tank_level", "m", decimals=3, source="wisblock-1/a1", slot="wisblock-1", interval=1.0),
    Point("pump", kind=Kind.BOOL, writable=True, safe=False, source="wisblock-2/relay",
          slot="wisblock-2", interval=10.0),
    Point("temperature", "Cel", decimals=2, source="onboard/climate/temperature", interval=10.0),
    Point("setpoint", "m", writable=True, source="virtual"),
    Point("shift", kind=Kind.INT, writable=True, source="virtual"),
    Point("note", kind=Kind.TEXT, writable=True, source="virtual"),
)  # fmt: skip


@dataclass(frozen=True)
class State:
    connected: bool = True
    error: str = ""
    since_ns: int = 0
    delivered: int = 0
    lag: int = 0


@dataclass
class Forwarder:
    state: State = State()


@dataclass(frozen=True)
class Health:
    ok: bool = True
    problems: tuple[str, ...] = ()


STATS = StoreStats(12, 4096, 1, 0, 0, "", 12, 0)


@dataclass
class Memory:
    """What the store answers, from a list."""

    records: list[Record] = field(default_factory=list)
    stats: StoreStats = STATS
    asked: list[tuple[str, int, int, int | None]] = field(default_factory=list)

    async def history(
        self, point: str, start_ns: int, end_ns: int, buckets: int | None = None
    ) -> History:
        self.asked.append((point, start_ns, end_ns, buckets))
        mine = [r for r in self.records if r.point == point]
        inside = [r for r in mine if start_ns <= r.time_ns < end_ns]
        before = next((r for r in reversed(mine) if r.time_ns < start_ns), None)
        if buckets is None:
            return History(point, "m", start_ns, end_ns, before, records=tuple(inside))
        each = (Bucket(r.time_ns, r.value, r.value, r.value, r.value, 1, r.status) for r in inside)
        return History(point, "m", start_ns, end_ns, before, buckets=tuple(each))


SEND = Command(
    name="send",
    title="Send a text",
    arguments=(
        Argument(name="payload", title="What to send", maximum=10, source="test"),
        Argument(name="after", title="Delay", dimension="time", default="1s", source="test"),
    ),
    returns="how long it took",
    source="test",
)


ALARMS = (
    AlarmConfig(HERE, "overflow", "high", "tank_level", above=3.2, text="close the inlet"),
    AlarmConfig(HERE, "stuck", "low", "tank_level", below=0.1, latch=True),
)


@dataclass(frozen=True)
class PlacedStandIn:
    name: str
    commands: tuple[Command, ...]


@dataclass
class SurroundingsStandIn:
    shown: tuple[tuple[bool, ...], ...] | None = None

    def picture(self) -> tuple[tuple[bool, ...], ...] | None:
        return self.shown


@dataclass(frozen=True)
class LaneStandIn:
    name: str
    busy_s: float


@dataclass(frozen=True)
class LaneBudgetStandIn:
    lane: str
    share: float


@dataclass(frozen=True)
class PlanStandIn:
    lanes: tuple[LaneBudgetStandIn, ...] = (LaneBudgetStandIn("i2c-1", 0.1),)


@dataclass(frozen=True)
class BoardStandIn:
    placed: tuple[PlacedStandIn, ...] = (PlacedStandIn("wisblock-1", (SEND,)),)
    surroundings: SurroundingsStandIn = field(default_factory=SurroundingsStandIn)
    lanes: tuple[LaneStandIn, ...] = (LaneStandIn("i2c-1", 12.5), LaneStandIn("gpiochip0", 0.25))
    plan: PlanStandIn = field(default_factory=PlanStandIn)


class StandIn:
    def __init__(self, folder: Path, clock: Any = None) -> None:
        self.folder = folder
        self.clock = clock or VirtualClock()
        sink = MqttConfig(HERE, "plant", "mqtt", (), "broker.example", 1883, False)
        self.config = Config("gateway.toml", "pump-house", "rak7391", (), (), sinks=(sink,))
        self.live = Live(POINTS, self.clock)
        self.started_ns = self.clock.utc_ns()
        self.store = Memory()
        self.forwarders: Mapping[str, Forwarder] = {"plant": Forwarder()}
        self.counters = {"samples": 7, "late": 0}
        self.virtual = True
        self.radio: Any = None
        self.trouble: tuple[str, ...] = ()
        self.written: list[tuple[str, Value, str]] = []
        self.board = BoardStandIn()
        scene = Scene(self.live, self.clock, [])
        self.alarms = Alarms(ALARMS, self.live, scene, self.clock, lambda reading: None)
        self.performed: list[tuple[str, str, dict[str, Value], str]] = []

    def health(self) -> Health:
        return Health(not self.trouble, self.trouble)

    def plan_view(self) -> dict[str, Any]:
        return {
            "gateway": "pump-house",
            "board": {"id": "rak7391", "title": "RAK7391 WisGate Connect"},
            "virtual": True,
            "slots": [
                _slot("wisblock-1", 1, "rak5801", "4-20 mA input", ["tank_level"]),
                _slot("wisblock-2", 2, "rak13007", "Relay", ["pump"]),
            ],
            "hosts": [],
            "end_devices": [],
            "onboard": [
                {"name": "climate", "title": "Climate on the board", "state": "ok", "problem": "",
                 "points": ["temperature"]},
            ],
            "virtual_points": ["setpoint", "shift", "note"],
            "rules": [],
        }  # fmt: skip

    def put(self, name: str, value: Value, status: Status = Status.GOOD) -> Reading:
        reading = Reading(name, value, status, self.clock.utc_ns())
        self.live.put(reading)
        return reading

    async def perform(
        self, place: str, name: str, given: Mapping[str, Value], cause: str
    ) -> Mapping[str, Value]:
        arguments = read_arguments(SEND, given)
        self.performed.append((place, name, arguments, cause))
        return {"seconds": 0.25}

    async def read_now(self, names: Collection[str]) -> None:
        for name in names:
            self.put(name, 42.0)

    async def write(self, point: str, value: Value, cause: str) -> Reading:
        if point == "pump" and value is True and self.trouble == ("locked",):
            raise OutputRefused("pump was switched off 3 s ago; it stays off for 20 s")
        if self.trouble == ("pulled",):
            raise NoAcknowledge(0x26)
        await asyncio.sleep(0)
        self.written.append((point, value, cause))
        reading = self.put(point, value)._replace(cause=cause)
        self.live.put(reading)
        return reading


def _slot(name: str, number: int, module: str, title: str, points: list[str]) -> dict[str, Any]:
    return {
        "slot": name,
        "title": f"WisBlock slot {number}",
        "module": {"id": module, "title": title, "state": "ok", "problem": "", "points": points},
    }


def listen(host: str = "127.0.0.1", port: int = 0, *hosts: str) -> WebConfig:
    return WebConfig(HERE, host, port, hosts=hosts)
