"""One boot of a gateway with two boards: hub, queue, ledger, downlinks and two deliveries, in
virtual time, on a disk that may lose its power. Runs in a process of its own, whose end is part of
the play."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from random import Random

from radio_bench import ROOF, SHED, radio, radio_config
from soak.disk import Disk
from stock_forwarder import StockForwarder

from wisgate.board import virtual_time
from wisgate.bus.lane import InlineLane
from wisgate.catalog.catalog import load as load_catalog
from wisgate.config.radios import FilterConfig
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import SinkError
from wisgate.lorawan import frames
from wisgate.lorawan.boards import Boards
from wisgate.lorawan.delivery import Delivery
from wisgate.lorawan.downlinks import Downlinks
from wisgate.lorawan.filters import only
from wisgate.lorawan.frames import Kind
from wisgate.lorawan.hub import Hub
from wisgate.lorawan.ledger import Ledger
from wisgate.lorawan.limits import Limits
from wisgate.lorawan.queue import Queue
from wisgate.lorawan.radio import (
    After,
    Downlink,
    Heard,
    Lora,
    Moment,
    Shot,
    Status,
    Uplink,
    Verdict,
)
from wisgate.store.backoff import LAST_DELAY_S
from wisgate.store.retention import Bounds

from .story import MOTES, OUTAGE, Boot, breaks
from .witness import Asked, Got, Queued, Sent, Witness

INTERVAL_S = 300.0
"""Between two frames of a mote, about."""
LATECOMER = MOTES
"""A mote that is silent until the server is certainly back: nothing of it waits."""
LATECOMER_AT = OUTAGE[1] + 1.1 * LAST_DELAY_S + 1.0
LATECOMER_S = 3.0
BROKEN = 0.01
"""Probability that a connection breaks within a delivery."""
RX1, RX2 = 868_100_000, 869_525_000
REGIONS = load_catalog().regions
MAX_BYTES = 8e6
RATE = 10.0
"""Of the replay, so that it lasts for more than a minute."""


class BoxClock(VirtualClock):
    """Tells the witness the time of the world."""

    def __init__(self, boot: Boot, witness: Witness) -> None:
        super().__init__(boot.utc_ns)
        self._boot, self._witness = boot, witness
        self.advance(boot.begin - boot.machine)

    @property
    def world(self) -> float:
        return self._boot.machine + self.monotonic()

    def advance(self, seconds: float) -> None:
        super().advance(seconds)
        self._witness.tick(self.world)


class Board(StockForwarder):
    def __init__(self, eui: str, clock: BoxClock, box: Box) -> None:
        super().__init__(eui, clock, begin=10_000_000)
        self.session = box.boot.number
        self._box = box

    async def send(self, shot: Shot, moment: Moment | None) -> Verdict:
        verdict = await super().send(shot, moment)
        if verdict is Verdict.QUEUED:
            self._box.sent(self.emitted[-1], self)
        return verdict


class Server:
    """One of the servers; keeps what it takes, also when its acknowledgement gets lost. Implements
    `Upstream`."""

    def __init__(self, name: str, box: Box, away: Sequence[tuple[float, float]]) -> None:
        self.name, self._box, self._away = name, box, away
        self._random = Random(f"{box.seed}/{box.boot.number}/{name}")

    async def open(self) -> None:
        await asyncio.sleep(0.05)
        self._check()

    async def deliver(self, batch: Sequence[Heard]) -> None:
        await asyncio.sleep(0.02)
        self._check()
        broken = self._random.random() < BROKEN
        for heard in batch[: self._random.randint(0, len(batch))] if broken else batch:
            self._box.got(self.name, heard, not broken)
        if broken:
            raise SinkError(f"{self.name}: the connection broke before the acknowledgement")

    async def tell(self, status: Status) -> None:
        return

    async def close(self, deadline: float) -> None:
        return

    def _check(self) -> None:
        now = self._box.clock.world
        if any(begin <= now < end for begin, end in self._away):
            raise SinkError(f"{self.name}: not there")


class Box:
    """Runs `boot` to its end; never returns when that is a kill or a power cut. `counters`: the
    frame counter of each mote, from which it goes on."""

    def __init__(
        self, seed: int, boot: Boot, disk: Disk, witness: Witness, counters: dict[int, int]
    ) -> None:
        self.seed, self.boot = seed, boot
        self._disk, self._witness, self._counters = disk, witness, counters
        self.clock = BoxClock(boot, witness)
        self._random = Random(f"{seed}/{boot.number}")
        self._answers: set[asyncio.Task[object]] = set()

    def run(self) -> None:
        self._disk.watch()
        virtual_time.run(self._main(), self.clock)

    async def _main(self) -> None:
        folder, clock, lane = self._disk.folder, self.clock, InlineLane("radio")
        self.ledger = await Ledger.open(
            folder, lane=lane, clock=clock, boot_id=f"{self.boot.machine}"
        )
        away = breaks(self.seed, self.boot.begin, self.boot.begin + 4 * self.boot.seconds + 3600)
        servers = [Server("cloud", self, [OUTAGE]), Server("local", self, away)]
        self.queue = await Queue.open(
            folder, lane=lane, clock=clock, upstreams=[s.name for s in servers],
            bounds=Bounds(MAX_BYTES, 86_400.0),
        )  # fmt: skip
        config = radio_config(gateway_id=ROOF, boards=(radio(ROOF), radio(SHED)))
        boards = Boards(config)
        self.limits = Limits(REGIONS, lambda: {ROOF: "EU868"})
        downlinks = Downlinks(boards.of, self.limits, self.ledger, clock)
        self.hub = Hub(boards, clock, self.queue.append, downlinks.send)
        self.hub.on_heard += [downlinks.remember, self._queued]
        self.boards = [Board(eui, clock, self) for eui in (ROOF, SHED)]
        for board in self.boards:
            self.hub.join(board)
        self._ask_ledger()
        wanted = only(FilterConfig())
        deliveries = [
            Delivery(s, self.queue, wanted, clock, rate=RATE, chance=self._random.random)
            for s in servers
        ]
        tasks = [asyncio.create_task(d.run()) for d in deliveries]
        await self._live(deliveries)
        self.hub.close()
        for delivery in deliveries:
            delivery.stop()
        await asyncio.gather(*tasks)
        await asyncio.gather(*self._answers)
        await self.queue.close()
        await self.ledger.close()

    async def _live(self, deliveries: Sequence[Delivery]) -> None:
        """Motes send; from the end of the boot on the disk counts its bytes."""
        motes = [asyncio.create_task(self._mote(number)) for number in range(MOTES + 1)]
        others = [asyncio.create_task(work) for work in (self._keep_asking(), self._fill())]
        await asyncio.sleep(self.boot.seconds)
        if self.boot.end != "stop":
            self._disk.end_after(self.boot.end_bytes)
            await asyncio.sleep(float("1e6"))  # the end is within a write
        for task in (*motes, *others):
            task.cancel()
        await asyncio.gather(*motes, *others, return_exceptions=True)
        states = [delivery.state for delivery in deliveries]
        while self.boot.last and any(s.lag or not s.connected for s in states):
            await asyncio.sleep(1.0)
            states = [delivery.state for delivery in deliveries]

    async def _fill(self) -> None:
        if self.boot.full:
            begin, end = self.boot.full
            await asyncio.sleep(begin)
            self._disk.fill(True)
            await asyncio.sleep(end - begin)
            self._disk.fill(False)

    async def _mote(self, number: int) -> None:
        random = Random(f"{self.seed}/{self.boot.number}/{number}")
        late = number == LATECOMER
        if late:
            await asyncio.sleep(max(0.0, LATECOMER_AT - self.clock.world))
        interval = LATECOMER_S if late else INTERVAL_S
        while True:
            await asyncio.sleep(random.expovariate(1 / interval))
            if not late and random.random() < 0.05:
                self._on_air(_join(number, random.randrange(1 << 16)), random)
                continue
            self._counters[number] = counter = self._counters.get(number, 0) + 1
            kind = Kind.CONFIRMED_UP if random.random() < 0.3 else Kind.UNCONFIRMED_UP
            message = frames.Message(
                kind=kind, address=0x26000000 + number, counter=counter, port=1, payload=b"12345"
            )
            self._on_air(frames.encode(message), random)

    def _on_air(self, phy: bytes, random: Random) -> None:
        for board in random.sample(self.boards, random.randint(1, 2)):
            moment = board.now()
            assert moment is not None
            uplink = Uplink(
                moment=moment, at_ns=self.clock.utc_ns(), phy=phy, frequency=RX1,
                modulation=Lora(9, 125_000), rssi=random.uniform(-120, -50),
            )  # fmt: skip
            self.hub.heard([uplink])

    # What is seen from outside

    def _queued(self, heard: Sequence[Heard]) -> None:
        for frame in heard:
            event = Queued(self.clock.world, self.boot.number, frame.number, frame.best.phy)
            self._witness.note(event)

    def got(self, server: str, heard: Heard, acknowledged: bool) -> None:
        phy = heard.best.phy
        self._witness.note(
            Got(
                self.clock.world, self.boot.number, server, heard.number, phy, heard.replayed,
                acknowledged,
            )
        )  # fmt: skip
        if not heard.replayed:
            self._answers.add(task := asyncio.create_task(self._answer(server, heard)))
            task.add_done_callback(self._answers.discard)

    async def _answer(self, server: str, heard: Heard) -> None:
        """Both servers answer everything, slowly: more than the law allows in RX1."""
        phy, slow = b"\x60" + bytes(22), Lora(12, 125_000)
        windows = [(RX1, 5, slow), (RX2, 6, Lora(9, 125_000))]
        shots = tuple(
            Shot(
                phy=phy, frequency=hz, modulation=modulation, power=14.0,
                due=After(heard.best.moment, seconds * 1_000_000),
            )
            for hz, seconds, modulation in windows
        )  # fmt: skip
        await self.hub.send(
            Downlink(upstream=server, identity=str(heard.number), gateway=ROOF, shots=shots)
        )

    def sent(self, emission: tuple[int, int, Shot], board: Board) -> None:
        begin, end, shot = emission
        now = board.now()
        assert now is not None
        ends = self.clock.world + (end - now.counter) / 1e6
        band = next(b for b in self.limits.bands() if b.low <= shot.frequency <= b.high)
        self._witness.note(Sent(self.clock.world, self.boot.number, band.low, ends, end - begin))

    async def _keep_asking(self) -> None:
        while True:
            await asyncio.sleep(300.0)
            self._ask_ledger()

    def _ask_ledger(self) -> None:
        for band in self.limits.bands():
            used, allowed = self.ledger.used_us(band), band.allowed_us
            self._witness.note(Asked(self.clock.world, self.boot.number, band.low, used, allowed))


def _join(number: int, nonce: int) -> bytes:
    euis = b"\1" * 8 + (0x0016C001F0000000 + number).to_bytes(8, "little")
    return b"\0" + euis + nonce.to_bytes(2, "little") + bytes(4)
