"""Semtech's UDP protocol as its server: packet forwarders are boards.

What a forwarder says of an order is not the whole truth (`Verdict`): no error means that it took
it, an order that it cannot read is not answered at all, and TOO_EARLY is also what it says of the
past, for its difference of counters has no sign.
"""

from __future__ import annotations

import asyncio
from collections import Counter as Counts
from collections.abc import Callable
from functools import partial
from typing import Any

from ...core.clock import Clock
from .. import gwmp, translation
from ..counter import Counter, later
from ..hub import Hub
from ..radio import After, Eui, Moment, Shot, Uplink, Verdict

ANSWER_S = 1.0
"""How long a forwarder has for TX_ACK: it looks for orders without pause, but waits at most 0.2 s
for one datagram."""
SILENT_S = 60.0
"""Without a word for so long a board is gone: PULL_DATA comes every 5 to 30 s."""
TOKENS = 1 << 16
ANSWERING = 2
"""The version of the protocol that brought TX_ACK, and uses the token of an order."""

Address = Any
"""Of a datagram; only compared and handed back."""
SendTo = Callable[[bytes, Address], None]


class UdpBoard:
    """A board behind a packet forwarder. Threads: the event loop only."""

    def __init__(self, eui: Eui, clock: Clock, session: int, send_to: SendTo) -> None:
        self.eui = eui
        self._clock, self._send_to = clock, send_to
        self.counter = Counter(eui, clock, session)
        self._address: Address = None
        """Where it takes orders: what PULL_DATA came from last."""
        self._version = 2
        self._spoke_at = clock.monotonic()
        self._token = clock.utc_ns() // 1000 % TOKENS
        self._waiting: dict[int, asyncio.Future[gwmp.Answer]] = {}
        self.power_changed = 0
        """How often it sent with another power than ordered."""

    def now(self) -> Moment | None:
        return None if self.silent else self.counter.now()

    @property
    def silent(self) -> bool:
        return self._clock.monotonic() - self._spoke_at > SILENT_S

    def spoke(self) -> None:
        self._spoke_at = self._clock.monotonic()

    def pulled(self, address: Address, version: int) -> None:
        self._address, self._version = address, version

    def answered(self, answer: gwmp.Answer) -> bool:
        """False for an answer to nothing."""
        waiting = self._waiting.pop(answer.token, None)
        if waiting is None or waiting.done():
            return False
        waiting.set_result(answer)
        return True

    async def send(self, shot: Shot, moment: Moment | None) -> Verdict:
        if self._address is None or self.silent:
            return Verdict.NO_BOARD
        if moment is None and isinstance(shot.due, After):
            moment = later(shot.due.moment, shot.due.delay)
        now = self.counter.now()
        if moment is not None and (now is None or moment.session != now.session):
            return Verdict.TOO_LATE
        if self._version < ANSWERING:
            self._send_to(
                gwmp.pull_resp(self._version, 0, translation.txpk(shot, moment)), self._address
            )
            return Verdict.QUEUED
        answer = await self._ask(shot, moment)
        if answer is None:
            return Verdict.NO_ANSWER
        verdict = gwmp.VERDICTS.get(answer.error, Verdict.REFUSED)
        self.power_changed += answer.warning == "TX_POWER"
        if verdict is Verdict.TOO_EARLY and moment is not None and self._past(moment):
            return Verdict.TOO_LATE
        return verdict

    def _past(self, moment: Moment) -> bool:
        now = self.counter.now()
        return now is None or now.session != moment.session or now.counter >= moment.counter

    async def _ask(self, shot: Shot, moment: Moment | None) -> gwmp.Answer | None:
        """None without an answer."""
        self._token = token = (self._token + 1) % TOKENS
        waiting: asyncio.Future[gwmp.Answer] = asyncio.get_running_loop().create_future()
        self._waiting[token] = waiting
        order = gwmp.pull_resp(self._version, token, translation.txpk(shot, moment))
        try:
            self._send_to(order, self._address)
            async with asyncio.timeout(ANSWER_S):
                return await waiting
        except TimeoutError:
            return None
        finally:
            self._waiting.pop(token, None)


class UdpFront:
    """Threads: the event loop only."""

    def __init__(
        self, hub: Hub, clock: Clock, session: int, send_to: SendTo, *, named_only: bool = False
    ) -> None:
        """`session`: as of `Counter`. `named_only`: whether boards that the file does not name are
        refused."""
        self._hub, self._clock, self._session = hub, clock, session
        self._send_to, self._named_only = send_to, named_only
        self.counters: Counts[str] = Counts()
        """`malformed` datagrams, `damaged` packets in them, packets that are no frame by their
        `Flaw`, `refused` boards, `stray` answers."""

    def take(self, datagram: bytes, address: Address, at_ns: int) -> bytes | None:
        """What a datagram is acknowledged with, at once. `at_ns`: when it came (UTC)."""
        try:
            said = gwmp.from_gateway(datagram)
        except ValueError:
            self.counters["malformed"] += 1
            return None
        board = self._hub.boards.get(said.eui)
        if not isinstance(board, UdpBoard):
            board = self._new(said.eui)
        if board is None:
            self.counters["refused"] += 1
            return None
        board.spoke()
        if isinstance(said, gwmp.Push):
            self._push(board, said, at_ns)
        elif isinstance(said, gwmp.Pull):
            board.pulled(address, said.version)
        else:
            if not board.answered(said):
                self.counters["stray"] += 1
            return None
        return gwmp.acknowledge(datagram)

    def _new(self, eui: Eui) -> UdpBoard | None:
        if self._named_only and not self._hub.boards.named(eui):
            return None
        board = UdpBoard(eui, self._clock, self._session, self._send_to)
        return board if self._hub.join(board) else None

    def _push(self, board: UdpBoard, said: gwmp.Push, at_ns: int) -> None:
        if said.damaged:
            self.counters["damaged"] += said.damaged
        heard = list[Uplink]()
        moment = partial(board.counter.heard, now_us=board.counter.now_us())
        for packet in said.packets:
            found = translation.uplink(packet, moment, at_ns)
            if isinstance(found, Uplink):
                heard.append(found)
            else:
                self.counters[found.value] += 1
        if heard:
            self._hub.heard(heard)
        if said.stat is not None:
            self._hub.told(translation.status(said.stat, board.eui, at_ns))
