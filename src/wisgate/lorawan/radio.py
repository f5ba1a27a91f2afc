"""What local boards, the hub and its upstreams hand to each other. Plain values: frequencies in Hz,
power in dBm EIRP, counters in µs, times of day in ns since 1970 (UTC)."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, IntEnum
from typing import Protocol

import msgspec

from ..core import air_time
from ..core.units import Seconds

Eui = str
"""Sixteen lower-case hexadecimal digits, most significant byte first."""

LORA_PREAMBLE = 8
"""Symbols, of every frame of LoRaWAN but beacons."""
FSK_PREAMBLE = 5
"""Bytes, of those in FSK: STD_FSK_PREAMB of lora_pkt_fwd.c, FSK_PRMBL_LEN of ral_lgw.c, what
RegionEU868.c of LoRaMac-node looks for."""


class Crc(IntEnum):
    """What a board says of the checksum of a frame on the air."""

    OK = 1
    NONE = 0
    BAD = -1


class Lora(msgspec.Struct, frozen=True, tag=True, gc=False):
    """`bandwidth` in Hz; `coding_rate` as forwarders write it ("4/5", "4/8LI")."""

    spreading_factor: int
    bandwidth: int
    coding_rate: str = "4/5"

    def airtime(
        self, length: int, *, preamble: int = LORA_PREAMBLE, crc: bool = True,
        implicit_header: bool = False,
    ) -> Seconds:  # fmt: skip
        """Of a packet of `length` bytes, as an uplink has it; a downlink has no `crc`. Raises
        ValueError for what no chip can send."""
        return air_time.lora(
            length,
            self.spreading_factor,
            self.bandwidth,
            self.coding_rate,
            preamble=preamble,
            header=not implicit_header,
            crc=crc,
        )


class Fsk(msgspec.Struct, frozen=True, tag=True, gc=False):
    """`bit_rate` in bit/s, `deviation` in Hz (0: unknown)."""

    bit_rate: int
    deviation: int = 0

    def airtime(
        self, length: int, *, preamble: int = FSK_PREAMBLE, crc: bool = True,
        implicit_header: bool = False,
    ) -> Seconds:  # fmt: skip
        """Of a packet of `length` bytes; the preamble is in bytes. Raises ValueError."""
        return air_time.fsk(length, self.bit_rate, preamble=preamble, crc=crc)


Modulation = Lora | Fsk


class Moment(msgspec.Struct, frozen=True, gc=False):
    """A point on the microsecond counter of one board. It means something within its session only:
    a session ends when the forwarder or the chip starts anew."""

    board: Eui
    session: int
    counter: int
    """Widened: goes on beyond 32 bits (`counter.py`)."""


class Uplink(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A frame as one board heard it."""

    moment: Moment
    """When it ended, on the counter of that board."""
    at_ns: int
    """When it reached this program."""
    phy: bytes
    frequency: int
    modulation: Modulation
    rssi: float
    """dBm of the channel."""
    snr: float | None = None
    """dB; FSK has none."""
    channel: int = 0
    rf_chain: int = 0
    antenna: int = 0
    crc: Crc = Crc.OK
    gps_ms: int | None = None
    """Milliseconds since 1980-01-06, not leaping, of a board that knows them."""
    fine_ns: int | None = None
    """Since the last pulse of the GPS."""


Frame = tuple[Eui, str, tuple[Uplink, ...]]
"""What `Heard` holds behind its number: a frame before the queue numbered it."""


class Heard(msgspec.Struct, frozen=True, gc=False):
    """A frame once, whichever boards heard it. What upstreams get."""

    number: int
    """In the order of hearing, given by the queue; never used twice."""
    gateway: Eui
    """The virtual gateway that its boards form."""
    region: str
    """`EU868` …: the id of a region of the catalog."""
    uplinks: tuple[Uplink, ...]
    """One per board, the best first."""
    replayed: bool = False
    """Whether it was not passed on when it was heard."""

    @property
    def best(self) -> Uplink:
        return self.uplinks[0]


class After(msgspec.Struct, frozen=True, tag=True):
    """`delay` µs after a moment: RX1 and RX2 of class A, answers to joins."""

    moment: Moment
    delay: int


class AtGps(msgspec.Struct, frozen=True, tag=True):
    """At a GPS time in ms: class B, multicast."""

    gps_ms: int


class Immediately(msgspec.Struct, frozen=True, tag=True):
    """As soon as a board is free: class C."""


Due = After | AtGps | Immediately


class Shot(msgspec.Struct, frozen=True, kw_only=True):
    """One way of sending a frame. The defaults are those of a LoRaWAN downlink in LoRa."""

    phy: bytes
    frequency: int
    modulation: Modulation
    power: float
    due: Due
    inverted: bool = True
    preamble: int = LORA_PREAMBLE
    crc: bool = False
    """Whether the chip adds one; the header says so."""
    implicit_header: bool = False
    rf_chain: int | None = None
    antenna: int = 0


class Downlink(msgspec.Struct, frozen=True, kw_only=True):
    """What an upstream wants sent. At most one of the shots goes out: the first that can."""

    upstream: str
    identity: str
    """The upstream's own name for it, returned unchanged."""
    gateway: Eui
    shots: tuple[Shot, ...]
    priority: int = 0
    """Greater goes first; 0 for what nobody waits for, joins and class A above class C."""


class Verdict(Enum):
    """What became of a shot. Everything but `QUEUED` and `EMITTED` means: not sent."""

    QUEUED = "queued"
    """The board took it. Stock forwarders say no more than that."""
    EMITTED = "emitted"
    """The board says that it was on the air."""
    NO_ANSWER = "no answer"
    """The board said nothing in time; it may or may not have been sent."""
    IGNORED = "ignored"
    """An earlier shot of the same downlink was taken."""
    TOO_LATE = "too late"
    TOO_EARLY = "too early"
    COLLISION_PACKET = "collides with another packet"
    COLLISION_BEACON = "collides with a beacon"
    TX_FREQUENCY = "frequency outside of the board's or the region's"
    TX_POWER = "power not allowed"
    DUTY_CYCLE = "no air time left in this sub-band"
    DWELL_TIME = "longer on the air than the region allows"
    GPS_UNLOCKED = "no GPS time"
    QUEUE_FULL = "too many waiting"
    NO_BOARD = "no board that could send it"
    REFUSED = "the board refused it"


class Result(msgspec.Struct, frozen=True):
    """The verdict on each shot of a downlink, in their order, and the board that took one."""

    downlink: Downlink
    verdicts: tuple[Verdict, ...]
    board: Eui | None = None
    detail: str = ""


class Board(Protocol):
    """A concentrator behind its local forwarder, as the hub sees it (`fronts/`)."""

    eui: Eui

    async def send(self, shot: Shot, moment: Moment | None) -> Verdict:
        """Give one shot to the forwarder, due at `moment` of its counter (None: as `shot.due`
        says), and return what it answered. Never raises for what a forwarder may do."""
        ...

    @property
    def silent(self) -> bool:
        """Whether its forwarder has stopped speaking."""
        ...

    def now(self) -> Moment | None:
        """Its counter now, as well as it can be told; None before anything was heard of it."""
        ...


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """What a forwarder tells of itself from time to time. Counts are since its last telling."""

    board: Eui
    at_ns: int
    received: int = 0
    received_ok: int = 0
    forwarded: int = 0
    acknowledged: float | None = None
    """Percent of what it sent to us."""
    downlinks: int = 0
    emitted: int = 0
    temperature: float | None = None
    latitude: float | None = None
    longitude: float | None = None
    altitude: float | None = None
    version: str = ""


class Upstream(Protocol):
    """One server of a network (`upstreams/`, a file each). It delivers; order, retry, back-off and
    the cursor belong to `delivery.py`. Threads: the event loop only."""

    name: str

    async def open(self) -> None:
        """Connect. `deliver` connects by itself too. Raises SinkError."""
        ...

    async def deliver(self, batch: Sequence[Heard]) -> None:
        """Return when the other side has acknowledged all. Raises SinkError."""
        ...

    async def tell(self, status: Status) -> None:
        """Pass on what a board tells of itself; may be left out when not connected."""
        ...

    async def close(self, deadline: float) -> None:
        """Say good-bye, within `deadline` seconds. Never raises SinkError."""
        ...
