"""A radio in memory that keeps the contract of `web.contract`: real hub and boards, no sockets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from radio_bench import DATA, ROOF, SHED, ScriptedBoard, numbered, radio, radio_config, uplink

from wisgate.catalog import catalog as catalogs
from wisgate.config.model import Where
from wisgate.config.radios import FilterConfig
from wisgate.config.upstreams.udp import UdpConfig
from wisgate.core.clock import VirtualClock
from wisgate.lorawan.boards import Boards
from wisgate.lorawan.hub import Hub
from wisgate.lorawan.ledger import Band, Used
from wisgate.lorawan.radio import (
    Downlink,
    Heard,
    Immediately,
    Lora,
    Result,
    Shot,
    Uplink,
    Verdict,
)
from wisgate.lorawan.watching import Watch

PLANT = UdpConfig(Where("gateway.toml", 1), "plant", "udp", FilterConfig(), "lns.example", 1700)
SHOT = Shot(
    phy=bytes.fromhex("60010000268001000201a2b2c311223344"), frequency=869_525_000,
    modulation=Lora(12, 125_000), power=27.0, due=Immediately(),
)  # fmt: skip


@dataclass(frozen=True)
class State:
    connected: bool = False
    error: str = "no answer"
    since_ns: int = 1
    delivered: int = 40
    replayed: int = 3
    expired: int = 2
    refused: int = 1
    lag: int = 9


@dataclass
class Delivery:
    state: State = State()


@dataclass
class Waiting:
    held: int = 9
    dropped: int = 4


async def transmit(downlink: Downlink) -> Result:
    raise AssertionError("nothing is sent here")


@dataclass
class RadioStandIn:
    """One board is there, another one is only named."""

    opened = True

    clock: VirtualClock
    queue: Waiting = field(default_factory=Waiting)
    deliveries: Mapping[str, Delivery] = field(default_factory=lambda: {"plant": Delivery()})

    def __post_init__(self) -> None:
        self.config = radio_config(
            gateway_id=ROOF, boards=(radio(ROOF), radio(SHED)), upstreams=(PLANT,)
        )
        self.hub = Hub(Boards(self.config), self.clock, numbered, transmit)
        self.hub.boards.join(ScriptedBoard(ROOF))
        self.watch = Watch(self.hub, self.clock)
        self.regions = catalogs.load().regions

    def air_time(self) -> list[Used]:
        limited = Band(ROOF, 869_400_000, 869_650_000, 0.1)
        return [Used(limited, 36_000_000), Used(Band(ROOF, 863_000_000, 865_000_000, 1.0), 0)]

    def counters(self) -> Mapping[str, int]:
        return {"frames": 3, "copies": 1}

    def hear(self, phy: bytes = DATA, *others: Uplink, **changes: Any) -> None:
        heard = Heard(1, ROOF, "EU868", (uplink(phy=phy, **changes), *others))
        for listener in self.hub.on_heard:
            listener([heard])

    def send(self, *verdicts: Verdict, board: str | None = None) -> None:
        shots = (SHOT,) * len(verdicts)
        downlink = Downlink(upstream="plant", identity="7", gateway=ROOF, shots=shots)
        for listener in self.hub.on_sent:
            listener(Result(downlink, verdicts, board))
