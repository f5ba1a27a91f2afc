"""One boot of the box: a whole gateway on a virtual board in virtual time, on a disk that may lose
its power, with a broker outside that keeps what it got. Runs in a process of its own, whose end is
part of the play."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Sequence
from pathlib import Path
from random import Random

from wisgate.board import virtual_time
from wisgate.bus.lane import InlineLane
from wisgate.cli.run import YOUNG
from wisgate.cli.session import Session, open_gateway
from wisgate.config.model import Config
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import SinkError
from wisgate.core.points import Reading
from wisgate.gateway.forwarder import Forwarder
from wisgate.gateway.gateway import Gateway
from wisgate.store.pace import REAL_TIME
from wisgate.store.records import Entry
from wisgate.store.store import Store
from wisgate.virtual.units.modbus import ModbusUnit, Tables

from .disk import Disk
from .ledger import LOOK_S, Ledger
from .story import Boot

BROKEN = 0.002
"""Probability that a connection breaks within a delivery."""
REGISTERS = 12


class BoxClock(VirtualClock):
    """A virtual clock whose wall clock somebody may set."""

    def __init__(self, start_ns: int, ledger: Ledger) -> None:
        super().__init__(start_ns)
        self._ledger = ledger

    def advance(self, seconds: float) -> None:
        super().advance(seconds)
        self._ledger.tick(self.monotonic())

    def jump(self, seconds: float) -> None:
        self._start_utc_ns += round(seconds * 1e9)


class Broker:
    """The other side: keeps what it takes, also when its acknowledgement gets lost. Implements
    `Sink`."""

    name = "plant"

    def __init__(self, ledger: Ledger, random: Random) -> None:
        self._ledger, self._random = ledger, random
        self.taken = 0

    async def open(self) -> None:
        await asyncio.sleep(0.05)
        self._ledger.connected()

    async def deliver(self, batch: Sequence[Entry]) -> None:
        await asyncio.sleep(0.02)
        broken = self._random.random() < BROKEN
        taken = batch[: self._random.randint(0, len(batch))] if broken else batch
        self.taken += len(taken)
        self._ledger.received(taken)
        if broken:
            raise SinkError("plant: the connection broke before the acknowledgement")

    async def close(self, deadline: float) -> None:
        return None


class Box:
    """Runs `boot` to its end; never returns when that is a kill or a power cut."""

    def __init__(
        self, config: Config, disk: Disk, ledger: Ledger, boot: Boot, scenario: Path | None,
        rate: float | None,
    ) -> None:  # fmt: skip
        self._config, self._disk, self._ledger, self._boot = config, disk, ledger, boot
        self._scenario, self._rate = scenario, rate
        self._clock = BoxClock(boot.start_ns, ledger)
        self._random = Random(f"{boot.board_seed}/{boot.number}/broker")

    def run(self) -> None:
        gc.freeze()  # as in a gateway that works: garbage is looked for in what was made since
        gc.set_threshold(YOUNG)
        self._disk.watch()
        virtual_time.run(self._main(), self._clock)

    async def _main(self) -> None:
        boot = self._boot
        _note_appends(self._ledger, self._clock)
        session = Session(self._config, self._disk.folder, True, self._scenario, boot.board_seed)
        gateway = await open_gateway(session, self._clock, InlineLane, REAL_TIME, outward=False)
        _add_meter(gateway, self._clock)
        broker = Broker(self._ledger, self._random)
        gateway.forwarders["plant"] = Forwarder(
            broker, gateway.store, self._clock,
            link=gateway.board.surroundings.link, chance=self._random.random, rate=self._rate,
        )  # fmt: skip
        stop = asyncio.Event()
        tasks = [
            asyncio.create_task(self._end(gateway, stop)),
            asyncio.create_task(self._look(gateway, broker)),
            *(asyncio.create_task(self._fill(*span)) for span in boot.full),
            *(asyncio.create_task(self._jump(*jump)) for jump in boot.jumps),
        ]
        await gateway.run(stop)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._ledger.look({"left on": _relay(gateway)})

    async def _end(self, gateway: Gateway, stop: asyncio.Event) -> None:
        await asyncio.sleep(self._boot.seconds)
        if self._boot.end != "stop":
            self._disk.end_after(self._boot.end_bytes)
            return
        await self._drained(gateway)
        stop.set()

    async def _drained(self, gateway: Gateway) -> None:
        while self._boot.drain and gateway.forwarders["plant"].state.lag:  # noqa: ASYNC110
            await asyncio.sleep(1.0)

    async def _fill(self, begin: float, end: float) -> None:
        await asyncio.sleep(begin)
        self._disk.fill(True)
        await asyncio.sleep(end - begin)
        self._disk.fill(False)

    async def _jump(self, at: float, by: float) -> None:
        await asyncio.sleep(at)
        self._clock.jump(by)

    async def _look(self, gateway: Gateway, broker: Broker) -> None:
        """What must hold all the time: the size of the store, the age of what it holds, memory,
        how much the broker gets."""
        while True:
            before = broker.taken
            await asyncio.sleep(LOOK_S)
            seen = {
                "rate": (broker.taken - before) / LOOK_S,
                "size": self._size(),
                "memory": _resident(),
            }
            oldest = gateway.store.stats.oldest_ns
            if oldest is not None:
                seen["age"] = (self._clock.utc_ns() - oldest) / 1e9
            shown = gateway.live.get("cooler")
            if shown is not None and shown.value is not None and not _pulled(gateway):
                seen["astray"] = float(bool(shown.value) != bool(_relay(gateway)))
            self._ledger.look(seen)

    def _size(self) -> float:
        """Bytes of the store."""
        return sum(
            file.stat().st_size
            for file in os.scandir(self._disk.folder)
            if file.name.startswith("wisgate.db") and "damaged" not in file.name
        )


def _note_appends(ledger: Ledger, clock: BoxClock) -> None:
    """The witness stands where readings enter the store."""
    extend = Store.extend

    def noted(store: Store, readings: Sequence[Reading]) -> None:
        ledger.appended(readings, clock.monotonic())
        extend(store, readings)

    Store.extend = noted  # type: ignore[method-assign]


def _add_meter(gateway: Gateway, clock: VirtualClock) -> None:
    def register(number: int) -> int:
        return int(clock.monotonic() * 7 + number * 1301) & 0x7FFF

    tables = Tables(holding={n: lambda n=n: register(n) for n in range(REGISTERS)})  # type: ignore[misc]
    board = gateway.board.surroundings.board  # type: ignore[attr-defined]
    board.uarts["wisblock-1"].twins.append(ModbusUnit(7, tables))


def _relay(gateway: Gateway) -> float:
    """What the contact of the module does, seen from the world."""
    world = gateway.board.surroundings.board.world  # type: ignore[attr-defined]
    return float(world.get("pump.running"))


def _pulled(gateway: Gateway) -> bool:
    """Whether the relay module is out of its slot: nothing tells the gateway, and no contact is
    left to follow."""
    board = gateway.board.surroundings.board  # type: ignore[attr-defined]
    return bool(board.faults.active("module-pulled", "wisblock-2"))


def _resident() -> float:
    """Bytes of our own; what is shared, as the ledger is, does not count."""
    _, resident, shared, *_ = Path("/proc/self/statm").read_text().split()
    return (int(resident) - int(shared)) * os.sysconf("SC_PAGE_SIZE")
