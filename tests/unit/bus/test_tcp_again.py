"""A question that may be asked again over a new connection, in virtual time."""

from __future__ import annotations

import asyncio

import pytest
from modbus_plant import HANG_UP, SECONDS, Reaction, Request, VirtualHost

from wisgate.board.virtual_time import RESOLUTION_S, run
from wisgate.bus.peer import Question
from wisgate.bus.tcp import TcpPeer
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import Unreachable
from wisgate.protocols.modbus_tcp import frame_size


def test_it_is_asked_over_a_third_one_where_the_second_ended_before_its_turn() -> None:
    clock, host, heard = VirtualClock(), VirtualHost(), list[int]()
    peer = TcpPeer("10.0.0.5", 502, frame_size, clock)
    others: list[asyncio.Task[bytes]] = []

    async def asked(unit: int) -> bytes:
        request = Request(bytes((0, unit, 0, 0, 0, 6, unit, 3, 0, 0, 0, 1)))
        question = Question(request.frame, request.words(unit).__eq__, 1.0)
        return await peer.ask(question, again=True)

    def reaction(request: Request) -> Reaction:
        heard.append(request.unit)
        if heard == [1, 2]:  # who comes in this very moment connects first
            loop, moment = asyncio.get_running_loop(), SECONDS + RESOLUTION_S / 2
            loop.call_later(moment, lambda: others.append(loop.create_task(asked(3))))
        ends = heard in ([1, 2], [1, 2, 3])
        return SECONDS, HANG_UP if ends else request.words(request.unit)

    async def main() -> None:
        host.listen()
        host.reaction = reaction
        await asked(1)
        await asked(2)
        with pytest.raises(Unreachable):
            await others[0]
        peer.close()

    run(main(), clock)
    assert heard == [1, 2, 3, 2]
    assert host.connections == 3
