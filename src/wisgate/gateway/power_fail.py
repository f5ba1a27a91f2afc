"""The supply is lost and the supercapacitors carry the box for some seconds: what is done in them.

In this order: radios, outputs, everything else that takes current, the store, a last message to
every sink. Nothing is worth more than the store, so it gets its turn whatever became of the loads
before; the message gets what is left. When the supply comes back first, everything starts again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from ..core.errors import BusError, ChipError, OutputRefused
from ..core.points import Reading, Status
from ..core.quantities import parse
from ..store.files import write_synced

if TYPE_CHECKING:
    from .gateway import Gateway
    from .sampler import Sampled

log = logging.getLogger(__name__)

CAUSE = "power fail"
FUNCTION, CHANNEL = "power", "supply"
"""The function of the board that watches the supply."""
FILE = "power-fail.json"
RADIO = "wireless"
"""The category of modules that transmit."""
KEPT_ON = (FUNCTION, "clock", "fan")
"""Functions that go on: they tell of the supply and the time; a fan that nobody controls would run
at full speed."""
FOR_THE_STORE = 0.3
"""Part of the budget that loads may not use."""
STEADY_S = 2.0
"""How long the supply must be back."""
LIVES_ON = 3.0
"""A box that is alive after so many hold-up times is supplied, whatever the line says."""


class Step(msgspec.Struct, frozen=True):
    name: str
    seconds: float


class Failure(msgspec.Struct, frozen=True):
    """One power failure: what was done and how long it took; kept in the gateway's folder."""

    time_ns: int
    """UTC."""
    budget: float
    """Seconds that the supercapacitors give, less the time to notice."""
    steps: tuple[Step, ...] = ()
    late: tuple[str, ...] = ()
    """What there was no time for."""

    def with_step(self, step: Step, *, late: bool) -> Failure:
        missed = (*self.late, step.name) if late else self.late
        return msgspec.structs.replace(self, steps=(*self.steps, step), late=missed)

    @property
    def seconds(self) -> float:
        return sum(step.seconds for step in self.steps)

    def __str__(self) -> str:
        steps = ", ".join(f"{step.name} {step.seconds:.2f} s" for step in self.steps)
        late = f"; no time for: {', '.join(self.late)}" if self.late else ""
        return f"down in {self.seconds:.2f} of {self.budget:.1f} s ({steps}){late}"


class PowerFail:
    """Threads: the event loop only."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway, self._clock = gateway, gateway.clock
        self._path = gateway.folder / FILE
        watching = [s for s in gateway.sampled if s.placed.name == FUNCTION]
        self._supply = [
            p.point.name for s in watching for p in s.placed.points if p.channel == CHANNEL
        ]
        notice = max((g.interval for s in watching for g in s.placed.module.groups), default=0.0)
        self._hold = _hold(gateway)
        self._budget = max(0.0, self._hold - notice)
        self._present: bool | None = None
        self._changed = asyncio.Event()
        self._behind: set[asyncio.Task[None]] = set()
        self.last = _read(self._path)
        """The newest failure; also one of an earlier process."""
        self.down = False
        """Whether the box lives from its supercapacitors now, with everything off."""
        gateway.live.listen(self._take, frozenset(self._supply))

    def _take(self, reading: Reading) -> None:
        if reading.status is Status.GOOD:
            before, self._present = self._present, bool(reading.value)
            if before is not None and before != self._present:
                self._changed.set()

    async def run(self) -> None:
        """Go down when the supply falls, come back with it. Returns where nobody watches it."""
        while self._supply:
            self._changed.clear()
            await self._changed.wait()
            if self._present:
                continue  # a dip, survived, or a supply that was missing from the start
            self.down = True
            await self._go_down()
            await self._wait_for_supply()
            self.down = False
            await self._come_back()

    async def _go_down(self) -> None:
        end = self._clock.monotonic() + self._budget
        loads_end = end - FOR_THE_STORE * self._budget
        log.error("the supply is lost: radios and loads off, %.1f s are left", self._budget)
        gateway = self._gateway
        radios = [s for s in gateway.sampled if _is_radio(s)]
        others = [s for s in gateway.sampled if s not in radios and s.placed.name not in KEPT_ON]
        failure = Failure(self._clock.utc_ns(), self._budget)
        failure = await self._step(failure, "radios", _all_paused(radios), loads_end)
        failure = await self._step(failure, "outputs", self._outputs_safe(), loads_end)
        failure = await self._step(failure, "loads", _all_paused(others), loads_end)
        failure = await self._step(failure, "store", self._store(failure), None)
        failure = await self._step(failure, "last message", self._told(), end)
        self.last = failure
        log.error("power fail: %s", failure)
        await gateway.store_lane.run(lambda: _write(self._path, failure))

    async def _step(
        self, failure: Failure, name: str, work: Coroutine[Any, Any, None], end: float | None
    ) -> Failure:
        """One step, until `end` at most; what is not done by then goes on behind the next ones."""
        began = self._clock.monotonic()
        task = asyncio.create_task(work, name=f"power fail {name}")
        self._behind.add(task)
        task.add_done_callback(self._behind.discard)
        await asyncio.wait({task}, timeout=None if end is None else max(0.0, end - began))
        if task.done() and (error := task.exception()) is not None:
            log.error("power fail: %s", name, exc_info=error)
        took = self._clock.monotonic() - began
        return failure.with_step(Step(name, took), late=not task.done())

    async def _outputs_safe(self) -> None:
        for point, _value, _since in list(self._gateway.outputs.states()):
            try:
                await self._gateway.outputs.make_safe(point.point.name, CAUSE)
            except (BusError, ChipError, OutputRefused) as error:
                log.warning("%s: %s", point.point.name, error)

    async def _store(self, failure: Failure) -> None:
        """With what is known of the failure so far: there may be no later. Frames of LoRaWAN go to
        their disk meanwhile."""
        works = [self._gateway.store.interrupt(CAUSE)]
        if self._gateway.radio is not None:
            works.append(self._gateway.radio.flush())
        for error in await asyncio.gather(*works, return_exceptions=True):
            if error is not None:
                log.error("power fail: %s", error)
        await self._gateway.store_lane.run(lambda: _write(self._path, failure))

    async def _told(self) -> None:
        """Every sink that is connected has everything, the gap record as the last."""
        last = self._gateway.store.last_seq
        sinks = self._gateway.forwarders.values()
        await asyncio.gather(*(forwarder.caught_up(last) for forwarder in sinks))

    async def _wait_for_supply(self) -> None:
        """Until it is back and steady, or the box has lived on for so long that it must be."""
        give_up = self._clock.monotonic() + LIVES_ON * self._hold
        while (left := give_up - self._clock.monotonic()) > 0:
            self._changed.clear()
            wait = min(left, STEADY_S) if self._present else left
            try:
                async with asyncio.timeout(wait):
                    await self._changed.wait()
            except TimeoutError:
                if self._present:
                    return

    async def _come_back(self) -> None:
        why = "is back" if self._present else "is said to be lost, yet the box lives on"
        log.warning("the supply %s; everything works again", why)
        for sampled in self._gateway.sampled:
            if sampled.placed.name not in KEPT_ON:
                await sampled.resume()


async def _all_paused(several: Iterable[Sampled]) -> None:
    for sampled in several:
        await sampled.pause()


def _is_radio(sampled: Sampled) -> bool:
    placement = sampled.placed.placement
    return placement is not None and placement.module.category == RADIO


def _hold(gateway: Gateway) -> float:
    """Seconds: as the file says it was measured, else as the catalog assumes."""
    plan = gateway.board.plan
    if (measured := plan.config.power.supercap_hold) is not None:
        return measured
    return max((parse(rail.hold, "time").si for rail in plan.board.rails if rail.hold), default=0.0)


def _write(path: Path, failure: Failure | None) -> None:
    try:
        write_synced(path, msgspec.json.encode(failure))
    except OSError as error:
        log.error("power fail: %s: %s", path, error)


def _read(path: Path) -> Failure | None:
    """None without one, and for what is not whole."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Failure)
    except (OSError, msgspec.DecodeError):
        return None
