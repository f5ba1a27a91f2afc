"""Composes a gateway from a file: folder, store, board, sinks, web. What is opened here is closed
here, in order."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..board import demand_runnable, open_board
from ..board.folder import bytes_written, hold_folder
from ..board.memory import in_folder
from ..bus.lane import InlineLane, Lane, ThreadLane
from ..catalog.catalog import load as load_catalog
from ..config.model import Config, StoreConfig
from ..core.clock import Clock, SteadyClock, SystemClock, VirtualClock
from ..core.errors import Unavailable
from ..gateway.forwarder import Forwarder
from ..gateway.gateway import Gateway, Parts
from ..gateway.sinks import open_sink
from ..gateway.sinks.base import Access
from ..gateway.timekeeping import Timekeeper
from ..plan.plan import Plan, make
from ..store.pace import REAL_TIME, VIRTUAL_TIME, Pace
from ..store.retention import Bounds
from ..store.store import Store
from .notify import Notify
from .remote import CONTROL

log = logging.getLogger(__name__)


def bounds_of(store: StoreConfig) -> Bounds:
    """What the file says about the store."""
    return Bounds(
        store.max_size, store.max_age, store.endurance, store.max_age_minutes, store.max_age_hours
    )


@dataclass(frozen=True)
class Session:
    """What a command asks for."""

    config: Config
    folder: Path
    virtual: bool = False
    scenario: Path | None = None
    seed: int = 1
    lenient: bool = False
    """Whether a wire that cannot be opened may fail later, when it is used."""
    beside: tuple[Callable[[Gateway], Coroutine[Any, Any, None]], ...] = ()
    """What goes on beside a gateway that runs."""

    def plan(self) -> Plan:
        """Raises PlanConflict, ConfigError for what can only be planned."""
        plan = make(self.config, load_catalog())
        plan.check()
        demand_runnable(plan)
        return plan


async def open_gateway(
    session: Session, clock: Clock, lane: Callable[[str], Lane], pace: Pace, *, outward: bool
) -> Gateway:
    """Ready to run, with sinks and servers if `outward`. Raises PlanConflict, Unavailable,
    BusUnavailable."""
    board = open_board(
        session.plan(),
        clock=clock,
        lane=lane,
        virtual=session.virtual,
        seed=session.seed,
        scenario=session.scenario,
        lenient=session.lenient,
        memory=None if isinstance(clock, VirtualClock) else in_folder(session.folder),
    )
    store_lane = lane("store")
    try:
        timekeeper = Timekeeper(SteadyClock(clock), board)
        await timekeeper.begin()
        store = await Store.open(
            session.folder,
            lane=store_lane,
            clock=timekeeper.clock,
            boot_id=board.ends.host.boot_id(),
            points=session.config.points,
            bounds=bounds_of(session.config.store),
            pace=pace,
            written=bytes_written,
        )
    except BaseException:
        await store_lane.close()
        await board.close()
        raise
    for notice in store.notices:
        log.warning("%s", notice)
    folder, virtual = session.folder, session.virtual
    gateway = Gateway(Parts(board, store, store_lane, folder, virtual, timekeeper))
    if outward:
        _attach(gateway, lane)
    return gateway


def _attach(gateway: Gateway, lane: Callable[[str], Lane]) -> None:
    """A forwarder for each sink of the file, its servers, its radio; they connect and listen when
    the gateway runs."""
    if gateway.config.lorawan is not None:
        from ..gateway.radio import Radio  # nothing of LoRaWAN is loaded otherwise

        gateway.lorawan = Radio(gateway, gateway.config.lorawan, load_catalog(), lane)
    for server in gateway.config.servers:
        gateway.servers.add(server, gateway)
    for config in gateway.config.sinks:
        gateway.forwarders[config.name] = Forwarder(
            open_sink(config, gateway.config.name, _access(gateway, config.name)),
            gateway.store,
            gateway.clock,
            points=frozenset(config.points) or None,
            rate=config.rate,
            density=config.density,
            link=gateway.board.surroundings.link,
        )


def _access(gateway: Gateway, sink: str) -> Access:
    return Access(
        gateway.config,
        gateway.live.get,
        gateway.alarms.phase,
        lambda: gateway.store.last_seq,
        lambda point, value: gateway.command(point, value, f"sink {sink}"),
    )


def live(session: Session, announce: Callable[[str, str], None]) -> None:
    """`run_live`, where a Ctrl-C before anything is open ends the process without many words."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    asyncio.run(run_live(session, announce))


async def run_live(session: Session, announce: Callable[[str, str], None]) -> None:
    """Run in real time until SIGTERM or SIGINT. `announce` gets the address of the dashboard and
    the claim code, each "" when there is none. Raises WisgateError."""
    from ..web.app import App
    from ..web.server import serve

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with Notify().starting():
        gateway = await open_gateway(session, SystemClock(), ThreadLane, REAL_TIME, outward=True)
    app = App(gateway)
    gateway.claim_code = lambda: app.claim_code
    up = asyncio.Event()

    def ready(url: str) -> None:
        announce(url, app.claim_code)
        up.set()

    web = asyncio.create_task(
        serve(
            gateway,
            listen=session.config.web,
            socket_path=session.folder / CONTROL,
            ready=ready,
            app=app,
        ),
        name="web",
    )
    works = [_tell_systemd(gateway, stop), *(beside(gateway) for beside in session.beside)]
    company = [asyncio.create_task(work, name="beside the gateway") for work in works]
    try:
        await _first(up.wait(), web)
        await _first(gateway.run(stop), web)
    except BaseException:
        await gateway.close()
        raise
    finally:
        await _end(*company, web)


async def _end(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _tell_systemd(gateway: Gateway, stop: asyncio.Event) -> None:
    """Ready once outputs are safe and everything has begun; heartbeats also while it stops."""
    notify = Notify()

    def status() -> str:
        problems = gateway.health().problems
        return "; ".join(problems) if problems else "all is well"

    async with notify.starting():
        await gateway.at_work.wait()
    telling = asyncio.create_task(notify.keep_telling(status))
    try:
        await stop.wait()
        notify.tell("STOPPING=1")
        await telling
    finally:
        telling.cancel()


async def _first(work: Awaitable[object], web: asyncio.Task[None]) -> None:
    """Wait for `work`, but not longer than the web lives. Raises what either raised."""
    task = asyncio.ensure_future(work)
    await asyncio.wait({task, web}, return_when=asyncio.FIRST_COMPLETED)
    if not task.done():
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        web.result()
        raise Unavailable("the web server ended by itself")
    task.result()


@asynccontextmanager
async def open_once(session: Session) -> AsyncIterator[Gateway]:
    """A gateway whose modules are open, without sampling on its own; outputs are safe afterwards,
    also when SIGTERM ends it. Raises WisgateError."""
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with hold_folder(session.folder):
        gateway = await open_gateway(session, SystemClock(), ThreadLane, REAL_TIME, outward=False)
        try:
            await gateway.start()
            yield gateway
        except asyncio.CancelledError:
            await gateway.close()
            raise Unavailable("stopped before its time; outputs are safe") from None
        finally:
            await gateway.close()


def fast_forward(
    session: Session, clock: VirtualClock, seconds: float, progress: Callable[[float], None]
) -> Gateway:
    """Run `seconds` of virtual time from an empty folder, without sinks and web. The same seed
    leaves the same bytes. Raises WisgateError."""
    from ..board import virtual_time

    if (session.folder / "wisgate.db").exists():
        raise Unavailable(
            f"{session.folder} holds a store already, and a fast-forward starts from nothing;"
            " choose another folder with --data"
        )

    async def main() -> Gateway:
        gateway = await open_gateway(session, clock, InlineLane, VIRTUAL_TIME, outward=False)
        stop = asyncio.Event()
        ticking = asyncio.create_task(_tick(seconds, progress), name="progress")
        asyncio.get_running_loop().call_later(seconds, stop.set)
        await gateway.run(stop)
        ticking.cancel()
        return gateway

    return virtual_time.run(main(), clock)


async def _tick(seconds: float, progress: Callable[[float], None]) -> None:
    for step in range(1, 101):
        await asyncio.sleep(seconds / 100)
        progress(step / 100)
