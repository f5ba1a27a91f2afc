"""The shape of a region's entry: channels, data rates, windows and the rules of its law.

Frequencies in Hz, power in dBm EIRP, times in seconds, payloads in bytes of the application (N).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, Protocol

from ..core.errors import CatalogError
from .facts import Disagreement, Entry


class LoraLike(Protocol):
    @property
    def spreading_factor(self) -> int: ...
    @property
    def bandwidth(self) -> int: ...


class FskLike(Protocol):
    @property
    def bit_rate(self) -> int: ...


class Block(Entry, frozen=True, kw_only=True):
    """Channels at equal distances: `first`, `first + step`, …"""

    first: int
    step: int = 0
    count: int = 1
    bandwidth: int
    rates: tuple[int, int]
    """The lowest and the highest data rate that they are used with."""

    def __iter__(self) -> Iterator[int]:
        return iter(self.first + self.step * place for place in range(self.count))

    def place(self, frequency: int) -> int | None:
        """Which of them it is, from 0; None when it is none."""
        for place, own in enumerate(self):
            if own == frequency:
                return place
        return None


class Rate(Entry, frozen=True, kw_only=True):
    number: int
    spreading_factor: int = 0
    """0 is FSK."""
    bandwidth: int = 0
    """Of LoRa."""
    bit_rate: int = 0
    """Of FSK, bit/s."""
    coding_rate: str = "4/5"
    up: bool = True
    down: bool = True
    payload: int
    """At most, where no dwell time is limited, without options and without a repeater."""
    payload_dwell: int | None = None
    """The same where the dwell time is limited to 400 ms; 0 is not usable, None the same."""


class Rx1(Entry, frozen=True, kw_only=True):
    """What the first window uses. Without `downlinks` its frequency is that of the uplink; with
    them, it is that of the uplink's channel number modulo their count."""

    table: tuple[tuple[int, ...], ...]
    """Rows: data rates of the uplink from 0, columns: offsets from 0. A row without columns is a
    data rate that does not exist."""
    lowest_dwell: int = 0
    """The lowest data rate where the dwell time of downlinks is limited."""
    downlinks: Block | None = None


class Rx2(Entry, frozen=True, kw_only=True):
    """What the second window uses, unless the network says otherwise."""

    frequency: int
    rate: int


class SubBand(Entry, frozen=True, kw_only=True):
    """A part of the spectrum with a rule of its own."""

    name: str = ""
    low: int
    high: int
    duty_cycle: float
    """Share of any hour; 1.0 is no limit."""
    power: float

    def holds(self, frequency: int, bandwidth: int = 0) -> bool:
        return self.low <= frequency - bandwidth // 2 and frequency + bandwidth // 2 <= self.high


class Dwell(Entry, frozen=True, kw_only=True):
    """How long one frame may last."""

    direction: Literal["up", "down"]
    limit: float
    always: bool
    """False: only where the network says so (TXParamSetup)."""


class Lbt(Entry, frozen=True, kw_only=True):
    """Listen before talk."""

    required: bool
    """False: in some countries of the region only; the note says in which."""
    threshold: float
    """dBm; above it the channel is taken."""
    listen: float


class Wide(Entry, frozen=True, kw_only=True):
    """A channel of one spreading factor and a bandwidth of its own."""

    frequency: int
    bandwidth: int
    spreading_factor: int


class ChannelSet(Entry, frozen=True, kw_only=True):
    """What one board of eight channels listens to; the first set goes to the first board."""

    name: str
    channels: tuple[int, ...]
    wide: Wide | None = None
    fsk: int = 0
    """Its channel with 50 kbit/s; 0 is none."""
    condition: str = ""
    """What must be known before it is used; "" for what always may."""
    everywhere: bool = True
    """False: only where the law of the country allows it, which the user must say."""


class Region(Entry, frozen=True, kw_only=True):
    id: str
    title: str
    aliases: tuple[str, ...] = ()
    """Other names that people and programs use."""
    station: str
    """As Basics Station calls it."""
    station_acts: bool
    """Whether Basics Station knows the name and keeps its rules; otherwise it sends with 14 dBm or
    what it is told, without listening and without a duty cycle."""
    lowest: int
    highest: int
    """The ends of the region."""
    uplinks: tuple[Block, ...]
    """Channels that every end device has from the start."""
    rates: tuple[Rate, ...]
    rx1_rule: Rx1
    rx2: Rx2
    join_rates: tuple[int, ...]
    """Data rates that join requests use."""
    power: float
    """Of end devices, at most."""
    gateway_power: float
    """Of gateways, where no sub-band says otherwise."""
    subbands: tuple[SubBand, ...]
    dwell: tuple[Dwell, ...] = ()
    lbt: Lbt | None = None
    sets: tuple[ChannelSet, ...]
    no_more_sets: str
    """Why there is none for a further board."""
    disagreements: tuple[Disagreement, ...] = ()

    @property
    def channels(self) -> tuple[int, ...]:
        """The frequencies of `uplinks` in the order of their numbers."""
        return tuple(frequency for block in self.uplinks for frequency in block)

    @property
    def offsets(self) -> int:
        """The greatest offset of RX1."""
        return max(len(row) for row in self.rx1_rule.table) - 1

    def rate(self, number: int) -> Rate | None:
        return next((r for r in self.rates if r.number == number), None)

    def index_of(self, modulation: LoraLike | FskLike, *, down: bool = False) -> int | None:
        """The number of its data rate, for uplinks or for downlinks; None when it has none."""
        factor = getattr(modulation, "spreading_factor", 0)
        wanted = (factor, getattr(modulation, "bandwidth", 0), getattr(modulation, "bit_rate", 0))
        for rate in self.rates:
            if (rate.down if down else rate.up) and wanted == (
                rate.spreading_factor, rate.bandwidth, rate.bit_rate,
            ):  # fmt: skip
                return rate.number
        return None

    def channel(self, frequency: int, rate: int) -> int | None:
        """The number of an uplink channel of the plan; None for what the plan does not have."""
        before = 0
        for block in self.uplinks:
            place = block.place(frequency)
            if place is not None and block.rates[0] <= rate <= block.rates[1]:
                return before + place
            before += block.count
        return None

    def rx1(
        self, frequency: int, rate: int, offset: int = 0, *, dwell: bool = False
    ) -> tuple[int, int]:
        """(frequency, data rate) of RX1 after an uplink; `dwell`: whether the dwell time of
        downlinks is limited. Raises CatalogError for what the region does not have."""
        row = self.rx1_rule.table[rate] if 0 <= rate < len(self.rx1_rule.table) else ()
        if not 0 <= offset < len(row):
            raise CatalogError(f"{self.id} has no RX1 for DR{rate} with offset {offset}")
        answer = max(row[offset], self.rx1_rule.lowest_dwell) if dwell else row[offset]
        down = self.rx1_rule.downlinks
        if down is None:
            return frequency, answer
        channel = self.channel(frequency, rate)
        if channel is None:
            raise CatalogError(f"{self.id} has no uplink channel at {frequency} Hz with DR{rate}")
        return down.first + down.step * (channel % down.count), answer

    def subband(self, frequency: int) -> SubBand | None:
        """The one with that frequency; None where sending is not allowed."""
        return next((s for s in self.subbands if s.holds(frequency)), None)

    def dwell_limit(self, direction: Literal["up", "down"], *, told: bool = False) -> float | None:
        """Seconds that one frame may last; `told`: whether the network limits it. None: no end."""
        limits = [d.limit for d in self.dwell if d.direction == direction and (d.always or told)]
        return min(limits, default=None)

    def payload(self, number: int, *, dwell: bool = False) -> int:
        """At most, in bytes; 0 for what is not usable."""
        rate = self.rate(number)
        if rate is None:
            return 0
        short = rate.payload_dwell
        return rate.payload if short is None or not dwell else short
