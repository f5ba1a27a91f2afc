"""The LNS protocol as its server: Basics Stations are boards.

A station tells when a frame was on the air, and nothing when it was not. It sends with the power
that its region has, whatever a shot says.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter as Counts
from collections.abc import Awaitable, Callable

from ...core import eui as euis
from ...core.clock import Clock
from .. import lns, lns_frames
from ..counter import Counter, later
from ..hub import Hub
from ..radio import LORA_PREAMBLE, After, AtGps, Eui, Lora, Moment, Shot, Status, Verdict

TRAFFIC = re.compile(r"/traffic/([0-9a-f]{16})")
"""Where a station speaks, once it knows us."""
GRACE_S = 1.0
"""How long after its time a frame may be told of."""
SOON_S = 4.0
"""How long a frame that is not for a certain time may take: a station that finds its radio busy
tries ten times, 0.1 s apart."""
RX_DELAY_S = 1
PRIORITY = 1

Say = Callable[[str], Awaitable[None]]
"""Raises ConnectionError when nobody is there any more."""
Configure = Callable[[Eui], str | None]
"""The router_config of a board, as text; None for a board that cannot have one."""


class StationBoard:
    """A board behind a Basics Station. Threads: the event loop only."""

    def __init__(self, eui: Eui, clock: Clock, say: Say) -> None:
        self.eui = eui
        self._clock, self._say = clock, say
        self.counter = Counter(eui, clock, 0)
        self.rates: lns_frames.Rates = ()
        """Of its router_config; none before it has one."""
        self.connected = True
        self._unit = 0
        self._diid = 0
        self._waiting: dict[int, asyncio.Future[None]] = {}

    @property
    def silent(self) -> bool:
        return not self.connected

    def now(self) -> Moment | None:
        return self.counter.now() if self.connected else None

    def moment(self, xtime: int) -> Moment:
        self._unit, session, counter = lns_frames.parts(xtime)
        return self.counter.told(session, counter)

    def sent(self, message: lns.Sent) -> bool:
        """False for a frame that nobody waits for."""
        diid = message.seqno if message.diid is None else message.diid
        waiting = self._waiting.pop(-1 if diid is None else diid, None)
        if waiting is None or waiting.done():
            return False
        waiting.set_result(None)
        return True

    async def send(self, shot: Shot, moment: Moment | None) -> Verdict:
        if not self.connected:
            return Verdict.NO_BOARD
        if moment is None and isinstance(shot.due, After):
            moment = later(shot.due.moment, shot.due.delay)
        now = self.counter.now()
        if moment is not None and (now is None or moment.session != now.session):
            return Verdict.TOO_LATE
        rate = lns_frames.rate_of(shot.modulation, self.rates)
        plain = isinstance(shot.modulation, Lora) and not shot.inverted
        if rate is None or shot.implicit_header or plain:
            return Verdict.REFUSED  # no message has words for it
        wait = SOON_S
        if moment is not None and now is not None:
            wait = (moment.counter - now.counter) / 1e6 + GRACE_S
        self._diid += 1
        return await self._order(self._message(shot, rate, moment), wait)

    async def _order(self, message: lns.Downlink, wait: float) -> Verdict:
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[self._diid] = waiting
        diid = self._diid
        try:
            await self._say(lns.written(message))
            async with asyncio.timeout(wait):
                await waiting
        except ConnectionError:
            return Verdict.NO_BOARD
        except TimeoutError:
            return Verdict.NO_ANSWER
        finally:
            self._waiting.pop(diid, None)
        return Verdict.EMITTED

    def _message(self, shot: Shot, rate: int, moment: Moment | None) -> lns.Downlink:
        message = lns.Downlink(
            kind=0,
            dev_eui=lns.DEV_EUI,
            diid=self._diid,
            pdu=shot.phy.hex().upper(),
            priority=PRIORITY,
            preamble=None if shot.preamble == LORA_PREAMBLE else shot.preamble,
            checksum=True if shot.crc else None,
        )
        if moment is not None:  # as RX1 of an uplink that ended a second before
            ended = moment.counter - RX_DELAY_S * 1_000_000
            message.xtime = lns_frames.xtime(self._unit, moment.session, ended)
            message.delay, message.rx1_rate = RX_DELAY_S, rate
            message.rx1_frequency = shot.frequency
        elif isinstance(shot.due, AtGps):
            message.kind, message.gpstime = 1, shot.due.gps_ms * 1000
            message.rate, message.frequency = rate, shot.frequency
        else:
            message.kind, message.delay, message.rx2_rate = 2, RX_DELAY_S, rate
            message.rx2_frequency = shot.frequency
        return message


def _eui(router: str | int) -> Eui:
    """Raises ValueError."""
    return euis.parse(f"{router:016x}" if isinstance(router, int) else router)


class StationFront:
    """Threads: the event loop only."""

    def __init__(
        self,
        hub: Hub,
        clock: Clock,
        configure: Configure,
        gps_us: Callable[[], int | None],
        *,
        named_only: bool = False,
    ) -> None:
        """`gps_us`: GPS time in µs; None as long as nobody knows the time. `named_only`: whether
        boards that the file does not name are refused."""
        self._hub, self._clock, self._configure = hub, clock, configure
        self._gps_us, self._named_only = gps_us, named_only
        self.counters: Counts[str] = Counts()
        """`malformed` messages, uplinks that are no frame (`flawed`), `refused` boards, `stray`
        words about frames that nobody waits for, `ignored` messages."""

    def discover(self, text: str | bytes, host: str) -> str | None:
        """What is answered to the question of a station where to speak; `host`: as it called us,
        with the port. None for what is no question."""
        try:
            asked = lns.discovery(text)
        except ValueError:
            self.counters["malformed"] += 1
            return None
        try:
            eui = _eui(asked.router)
        except ValueError:
            self.counters["malformed"] += 1
            return lns.written(lns.Discovery(asked.router, error="this is no EUI"))
        if self._refuses(eui):
            self.counters["refused"] += 1
            return lns.written(lns.Discovery(asked.router, error="no board of this gateway"))
        uri = f"ws://{host}/traffic/{eui}"
        return lns.written(lns.Discovery(asked.router, muxs="::1", uri=uri))

    def _refuses(self, eui: Eui) -> bool:
        return self._named_only and not self._hub.boards.named(eui)

    def connect(self, eui: Eui, say: Say) -> StationBoard | None:
        """A station that has begun to speak; a connection that it had before counts no more. None
        for one that is refused."""
        before = self._hub.boards.get(eui)
        board = StationBoard(eui, self._clock, say)
        if self._refuses(eui) or not self._hub.join(board):
            self.counters["refused"] += 1
            return None
        if isinstance(before, StationBoard):
            before.connected, board.counter = False, before.counter
        return board

    def take(self, board: StationBoard, text: str | bytes, at_ns: int) -> str | None:
        """What a message of a station is answered with. `at_ns`: when it came (UTC)."""
        try:
            said = lns.from_station(text)
        except ValueError:
            self.counters["malformed"] += 1
            return None
        match said:
            case lns.Heard():
                self._heard(board, said, at_ns)
            case lns.Sent():
                if not board.sent(said):
                    self.counters["stray"] += 1
            case lns.Version():
                return self._begin(board, said, at_ns)
            case lns.Timesync():
                return self._time(said)
            case _:
                self.counters["ignored"] += 1
        return None

    def _heard(self, board: StationBoard, said: lns.Heard, at_ns: int) -> None:
        try:
            heard = lns_frames.uplink(said, board.moment, at_ns, board.rates)
        except ValueError:
            self.counters["flawed"] += 1
        else:
            self._hub.heard((heard,))

    def _begin(self, board: StationBoard, said: lns.Version, at_ns: int) -> str | None:
        config = self._configure(board.eui)
        if config is None:
            return None
        read = lns.from_server(config)
        board.rates = lns_frames.rates(read.rates) if isinstance(read, lns.RouterConfig) else ()
        self._hub.told(Status(board=board.eui, at_ns=at_ns, version=f"station {said.station}"))
        return config

    def _time(self, said: lns.Timesync) -> str | None:
        now = self._gps_us()
        if now is None or said.txtime is None:
            return None
        return lns.written(lns.Timesync(said.txtime, now))
