"""The radio of the demo: a roof and a shed with a board each, and motes around them."""

from __future__ import annotations

import asyncio
from importlib.util import find_spec
from random import Random
from typing import TYPE_CHECKING

from ..config.addresses import Listen
from ..config.bench import NOWHERE
from ..config.radios import LorawanConfig, RadioConfig

if TYPE_CHECKING:
    from ..gateway.gateway import Gateway

BOARDS = {"0016c001ff000001": "roof", "0016c001ff000002": "shed"}
APART_M, AROUND_M = 1200.0, 900.0
MOTES, INTERVAL_S = 12, 30.0
ANY = Listen("127.0.0.1", 0)
CHANNELS = (868_100_000, 868_300_000, 868_500_000)


def lorawan() -> LorawanConfig | None:
    """As if the file said so; None where `wisgate[lorawan]` is not installed."""
    if find_spec("websockets") is None or find_spec("google.protobuf") is None:
        return None
    boards = tuple(RadioConfig(NOWHERE, eui, name, "", "EU868") for eui, name in BOARDS.items())
    return LorawanConfig(
        NOWHERE, "EU868", min(BOARDS), ANY, ANY, queue_size=1_000_000, queue_age=3600.0,
        boards=boards,
    )  # fmt: skip


async def play(gateway: Gateway, seed: int) -> None:
    """Motes that report their day to the boards, until it is cancelled."""
    from ..lorawan.crypto import Keys
    from ..lorawan.twins.air import Air
    from ..lorawan.twins.channel import Channel, Place, Tuning
    from ..lorawan.twins.mote import Identity, Mote
    from ..lorawan.twins.traffic import Traffic
    from ..lorawan.twins.udp_board import UdpBoard
    from ..lorawan.twins.udp_forwarder import Setup, UdpForwarder

    await gateway.at_work.wait()
    if gateway.lorawan is None:
        return
    chance, air = Random(f"{seed}/demo"), Air(Channel(seed))
    motes = []
    for number in range(MOTES):
        keys = Keys(chance.randbytes(16), chance.randbytes(16))
        place = Place(chance.uniform(-AROUND_M, APART_M + AROUND_M), chance.uniform(0, AROUND_M))
        identity = Identity(name=f"m{number}", address=0x26011B00 + number, session=keys)
        motes.append(Mote(identity, place, rate=number % 6))
    tuned = tuple(Tuning(hz) for hz in CHANNELS)
    boards = [
        UdpBoard(
            UdpForwarder(Setup(eui=eui, place=Place(APART_M * number)), air.now()),
            air, tuned, gateway.clock,
        )
        for number, eui in enumerate(BOARDS)
    ]  # fmt: skip
    traffic = Traffic(air, motes, lambda mote: chance.randbytes(8), interval=INTERVAL_S)
    try:
        for board in boards:
            await board.connect("127.0.0.1", gateway.lorawan.udp.port)
        traffic.start()
        await asyncio.Event().wait()
    finally:
        traffic.stop()
        for board in boards:
            board.stop()
