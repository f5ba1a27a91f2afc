"""A whole gateway on a virtual board in the event loop of the test, in real or in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from wisgate.board import open_board
from wisgate.bus.lane import InlineLane, ThreadLane
from wisgate.catalog.catalog import load
from wisgate.config.load import read
from wisgate.core import toml
from wisgate.core.clock import Clock, VirtualClock
from wisgate.gateway.gateway import Gateway, Parts
from wisgate.gateway.radio import Radio
from wisgate.plan.plan import make
from wisgate.store.pace import REAL_TIME, VIRTUAL_TIME
from wisgate.store.retention import Bounds
from wisgate.store.store import Store


@asynccontextmanager
async def running(text: str, folder: Path, clock: Clock) -> AsyncIterator[Gateway]:
    """The gateway of a file with its servers, at work; paths in `text` begin at `folder`."""
    virtual = isinstance(clock, VirtualClock)
    config = read(toml.parse(text, "gateway.toml"), folder, load())
    lane = InlineLane if virtual else ThreadLane
    board = open_board(make(config, load()), clock=clock, lane=lane, virtual=True)
    store_lane = lane("store")
    store = await Store.open(
        folder, lane=store_lane, clock=clock, boot_id="boot-1", points=config.points,
        bounds=Bounds(1e8, 1e9), pace=VIRTUAL_TIME if virtual else REAL_TIME,
    )  # fmt: skip
    gateway, stop = Gateway(Parts(board, store, store_lane, folder, virtual=True)), asyncio.Event()
    for server in config.servers:
        gateway.servers.add(server, gateway)
    if config.lorawan is not None:
        gateway.lorawan = Radio(gateway, config.lorawan, load(), lane)
    working = asyncio.create_task(gateway.run(stop))
    try:
        yield gateway
    finally:
        stop.set()
        await working


async def eventually(gateway: Gateway, condition: Callable[[], bool], what: str) -> None:
    """Wait for readings until one of them fulfils it."""
    news = asyncio.Event()
    gateway.live.listen(lambda _: news.set())
    try:
        async with asyncio.timeout(20):
            while not condition():
                await news.wait()
                news.clear()
    except TimeoutError:
        raise AssertionError(f"never: {what}") from None
