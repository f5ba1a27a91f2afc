"""LoRaWAN in the running gateway: fronts, hub, queue, upstreams and end devices, put together,
started and stopped."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING

from ..bus.lane import Lane
from ..catalog.catalog import Catalog
from ..config.radios import LorawanConfig, UpstreamConfig
from ..core.complaints import Complaints
from ..core.errors import StoreError, Unavailable
from ..lorawan import gps
from ..lorawan.boards import Boards
from ..lorawan.configuring import configure
from ..lorawan.delivery import Delivery
from ..lorawan.downlinks import Downlinks
from ..lorawan.filters import only
from ..lorawan.fronts.station import StationFront
from ..lorawan.fronts.station_server import StationServer
from ..lorawan.fronts.udp import UdpFront
from ..lorawan.fronts.udp_socket import UdpSocket
from ..lorawan.hub import Hub
from ..lorawan.kept import Kept
from ..lorawan.ledger import Ledger, Used
from ..lorawan.limits import Limits
from ..lorawan.queue import Queue
from ..lorawan.radio import Eui, Heard, Moment, Status, Upstream
from ..lorawan.supervisor import Supervisor
from ..lorawan.upstreams import open_upstream
from ..lorawan.upstreams.base import Access
from ..lorawan.watching import Watch
from ..store.retention import Bounds
from .ending import end_all
from .forwarders import supervise
from .kept import kept
from .motes import Motes

if TYPE_CHECKING:
    from .gateway import Gateway

log = logging.getLogger(__name__)

QUIET_S = 60.0
"""After the start; a forwarder speaks every 5 to 30 s."""
MOST_STATUSES = 100
"""Statuses that wait for upstreams; what is more is left out."""


class Radio:
    """Threads: the event loop only; disks and codecs are reached through lanes."""

    boards: Boards
    hub: Hub
    queue: Queue
    downlinks: Downlinks
    watch: Watch
    udp: UdpSocket
    station: StationServer
    fronts: tuple[UdpFront, StationFront]
    motes: Motes

    def __init__(
        self,
        gateway: Gateway,
        lorawan: LorawanConfig,
        catalog: Catalog,
        lane: Callable[[str], Lane],
    ) -> None:
        """What is named above is made by `open`."""
        self._gateway, self.config, self._catalog = gateway, lorawan, catalog
        self.regions = catalog.regions
        self.opened = False
        """Whether what is named above is there."""
        self._folder, self._clock, self._lane = gateway.folder, gateway.clock, lane
        self._hearing, self._keeping = AsyncExitStack(), AsyncExitStack()
        self._statuses: asyncio.Queue[Status] = asyncio.Queue(MOST_STATUSES)
        self._upstreams: list[Upstream] = []
        self._complaints = Complaints(log, "lorawan")
        self._counts: dict[str, Counter[str]] = {}
        """What each upstream counts."""
        self.deliveries: dict[str, Delivery] = {}
        """By the name of the upstream."""
        self.forwarders: Supervisor | None = None
        """Of those that we start ourselves."""

    async def open(self) -> None:
        """Take up what was kept, then listen. Raises Unavailable."""
        try:
            await self._open_kept()
        except StoreError as error:
            raise Unavailable(str(error)) from error
        await self._open_upstreams()
        await self._open_motes()
        supervisor = await self._prepare_forwarders()
        await self._open_fronts(supervisor.cards if supervisor else {})
        if supervisor is not None:
            self._begin("forwarders", supervisor.run)
        self.opened = True

    async def silence(self) -> None:
        """Hear nothing more, and let what was heard go to the queue and into points. Idempotent."""
        await self._hearing.aclose()

    async def close(self) -> None:
        """Upstreams may take the last frames, for some seconds; the rest waits for the next start.
        After `silence`. Idempotent. Raises StoreError when frames could not be stored."""
        await self._keeping.aclose()

    async def flush(self) -> None:
        """Return when every frame is on the disk. Raises StoreError."""
        if self.deliveries:  # without upstreams nothing has to be kept
            await self.queue.flush()

    def problems(self) -> list[str]:
        """What is wrong right now, each a sentence that names the thing first."""
        found = [
            f"upstream {name}: {state.error.removeprefix(f'{name}: ')}"
            for name, delivery in self.deliveries.items()
            if not (state := delivery.state).connected and state.error
        ]
        states = self.forwarders.states if self.forwarders else ()
        found += [f"forwarder {s.name}: {s.trouble}" for s in states if s.trouble]
        if not any(self.boards) and self._clock.monotonic() - self._gateway.started > QUIET_S:
            udp, station = self.config.udp, self.config.station
            found.append(
                f"lorawan: no forwarder has spoken yet; it sends to {udp.host}:{udp.port} (UDP), or"
                f" connects to ws://{station.host}:{station.port} (Basics Station)"
            )
        if self.deliveries and self.queue.error:
            found.append(f"lorawan queue: {self.queue.error}")
        return found

    def air_time(self) -> list[Used]:
        """What the last hour took of each sub-band."""
        return self.downlinks.air_time()

    def counters(self) -> dict[str, int]:
        """Of the hub, of its fronts, end devices and upstreams; what those count begins with their
        names."""
        found = dict(self.hub.counters)
        udp, station = (front.counters for front in self.fronts)
        parts = {"udp": udp, "station": station, "end_devices": self.motes.counters}
        for name, counts in (parts | self._counts).items():
            found |= {f"{name}_{what}": count for what, count in counts.items()}
        return found

    # In the order of opening

    async def _open_kept(self) -> None:
        config, clock = self.config, self._clock
        disk, journal = self._own_lane("lorawan queue"), self._own_lane("lorawan air time")
        memory = await disk.run(lambda: Kept(self._folder))
        self.boards = boards = Boards(config, memory.gateways, partial(_keep, memory))
        ledger = await Ledger.open(
            self._folder, lane=journal, clock=clock, boot_id=self._gateway.board.ends.host.boot_id()
        )
        self._keeping.push_async_callback(ledger.close)
        bounds = Bounds(config.queue_size, config.queue_age)
        names = [upstream.name for upstream in config.upstreams]
        self.queue = queue = await Queue.open(
            self._folder, lane=disk, clock=clock, upstreams=names, bounds=bounds
        )
        self._keeping.push_async_callback(queue.close)
        for notice in (*ledger.notices, *queue.notices):
            log.warning("%s", notice)
        limits = Limits(self._catalog.regions, boards.by_eui)
        self.downlinks = Downlinks(boards.of, limits, ledger, clock)
        self.hub = Hub(boards, clock, queue.append, self.downlinks.send)
        self.hub.on_heard += [self.downlinks.remember, self._judge]
        self.watch = Watch(self.hub, clock)

    async def _open_upstreams(self) -> None:
        for config in self.config.upstreams:
            self._add(config)
        delivering = [
            asyncio.create_task(kept(f"upstream {name}", delivery.run), name=f"deliver {name}")
            for name, delivery in self.deliveries.items()
        ]
        self._keeping.push_async_callback(end_all, "upstream", self.deliveries, delivering)
        self.hub.on_status.append(self._told)
        self._begin("statuses", self._tell_on)

    def _add(self, config: UpstreamConfig) -> None:
        boards = self.boards
        counts = self._counts[config.name] = Counter()
        access = Access(
            self._clock,
            boards.by_eui,
            boards.gateway,
            boards.number,
            self._now,
            self.hub.send,
            counts,
        )
        upstream = open_upstream(config, access)
        self._upstreams.append(upstream)
        self.deliveries[config.name] = Delivery(
            upstream, self.queue, only(config.only), self._clock
        )

    async def _open_motes(self) -> None:
        lane = self._own_lane("lorawan codecs")
        live, store = self._gateway.live.put_all, self._gateway.store.extend
        self.motes = Motes(self.config.motes, self._folder, lane, self._clock, live, store)
        if self.config.motes:
            await self.motes.open()
            self._hearing.push_async_callback(self.motes.close)
            self._begin("end devices", self.motes.run)
            self.hub.on_heard.append(self.motes.heard)

    async def _open_fronts(self, cards: Mapping[str, Eui]) -> None:
        config, hub, clock = self.config, self.hub, self._clock
        self.udp = udp = UdpSocket(config.udp, clock)
        named_only = not config.udp.loopback
        session = secrets.randbits(32)  # one that no earlier start had, without asking a disk
        udp_front = UdpFront(hub, clock, session, udp.send_to, named_only=named_only)
        channels = configure(self._gateway.config, self._catalog, self.boards, clock, cards)
        named_only = not config.station.loopback
        front = StationFront(hub, clock, channels, self._gps_us, named_only=named_only)
        self.station = station = StationServer(front, config.station, clock)
        self.fronts = udp_front, front
        self._hearing.callback(hub.close)
        await udp.open(udp_front.take)
        self._hearing.callback(udp.close)
        await station.open()
        self._hearing.push_async_callback(station.close)
        log.info("lorawan: forwarders at port %d, stations at port %d", udp.port, station.port)

    async def _prepare_forwarders(self) -> Supervisor | None:
        """Of those that we start ourselves; none runs yet."""
        lane = self._own_lane("lorawan forwarders")
        try:
            self.forwarders = await supervise(self._gateway, self._catalog, self.hub, lane)
        except StoreError as error:
            raise Unavailable(str(error)) from error
        return self.forwarders

    def _own_lane(self, name: str) -> Lane:
        lane = self._lane(name)
        self._keeping.push_async_callback(lane.close)
        return lane

    def _begin(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """A task that ends with hearing."""
        task = asyncio.create_task(kept(f"lorawan {name}", work), name=f"lorawan {name}")
        self._hearing.push_async_callback(_end, task)

    # What the others ask

    def _now(self, board: Eui) -> Moment | None:
        found = self.boards.get(board)
        return None if found is None else found.now()

    def _gps_us(self) -> int | None:
        clock = self._clock
        return gps.from_utc_ns(clock.utc_ns()) // 1000 if clock.trusted else None

    def _judge(self, heard: Sequence[Heard]) -> None:
        """Complain of a board that is in another region than the file says."""
        for frame in heard:
            best, region = frame.uplinks[0], self.regions[frame.region]
            if not region.lowest <= best.frequency <= region.highest:
                board, mhz = best.moment.board, f"{best.frequency / 1e6:g} MHz"
                found = f"board {board} hears {mhz}, which {region.id} does not have"
                cure = "add [[lorawan.board]] with its eui and region"
                self._complaints.tell(board, f"{found}; {cure}")

    def _told(self, status: Status) -> None:
        if not self._statuses.full():
            self._statuses.put_nowait(status)

    async def _tell_on(self) -> None:
        while True:
            status = await self._statuses.get()
            for upstream in self._upstreams:
                try:
                    await upstream.tell(status)
                except Exception:  # one takes no other down
                    self._counts[upstream.name]["faults"] += 1
                    log.exception("%s: unexpected, of a status", upstream.name)


def _keep(memory: Kept, region: str, gateway: Eui) -> None:
    try:
        memory.keep(region, gateway)
    except StoreError as error:
        log.warning("%s; the gateway of %s may get another EUI at the next start", error, region)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
