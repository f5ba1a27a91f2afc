"""RAK13300 LoRa transceiver, point to point: an SX1262 whose antenna switch is fed by IO3.

It receives all the time, and sends on command: after listening, and only what the duty cycle of its
sub-band allows. Flags are read over SPI; of two packets that come between two samplings the earlier
one is lost, and counted.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

from ..bus.lines import Input, Line, LineAt, Output
from ..bus.memory import Forgetful, Memory
from ..bus.spi import Spi
from ..chips.lora import LONGEST_PAYLOAD, Modulation
from ..chips.sx1262 import Packet, Statistics, Sx1262
from ..config.model import SlotConfig
from ..core.clock import Clock
from ..core.errors import BusUnavailable, ConfigError, OutputRefused, UnexpectedValue
from ..core.points import Channel, Commanding, Group, Kind, Reading, Sampling, Step, Value
from ..core.units import Seconds
from ..registers.sx1262 import (
    BANDWIDTH_HZ,
    SYNC_PRIVATE,
    SYNC_PUBLIC,
    TCXO_V,
    Bandwidth,
    CodingRate,
    TcxoVoltage,
)
from .changes import Changes
from .duty_cycle import Ledger, sub_band
from .outputs import not_writable
from .radio_payloads import payload_of, text_of
from .wires import Wires

SPI_HZ = 8_000_000  # the chip takes 16 MHz; the vendor's programs use 7.8
SYNC_WORDS = {"private": SYNC_PRIVATE, "public": SYNC_PUBLIC}
COUNTS = 1 << 16  # the chip's counters go round
LISTENS = 5  # how often a used channel is listened to again
BACK_OFF_S = (0.02, 0.05, 0.11, 0.23, 0.47)  # no common divisor: two of us do not stay in step
LOOK_S, LOOKS = 10e-3, 20  # for the end of a packet, after its time on the air

MESSAGE = Channel("message", kind=Kind.TEXT, decimals=0, event=True)
PACKET = Channel("packet", kind=Kind.TEXT, decimals=0, event=True)
RSSI = Channel("rssi", decimals=1, event=True)
SNR = Channel("snr", decimals=2, event=True)
RECEIVED = Channel("received", kind=Kind.INT, decimals=0, event=True)
CRC_ERRORS = Channel("crc_errors", kind=Kind.INT, decimals=0, event=True)
MISSED = Channel("missed", kind=Kind.INT, decimals=0, event=True)
SENT = Channel("sent", kind=Kind.INT, decimals=0, event=True)
REFUSED = Channel("refused", kind=Kind.INT, decimals=0, event=True)
AIRTIME = Channel("airtime", unit="s", decimals=3, event=True)


@dataclass
class _Counts:
    """Since the start."""

    received: int = 0
    damaged: int = 0
    missed: int = 0
    sent: int = 0
    refused: int = 0


class Rak13300:
    """Options as the catalog names them; frequencies in Hz, `tcxo` in volts, `power` in dBm.
    Raises ValueError for a carrier that the region has no room for. Threads: lane only."""

    def __init__(
        self,
        spi: Spi,
        antenna: LineAt,
        reset: LineAt,
        busy: LineAt,
        clock: Clock,
        memory: Memory | None = None,
        *,
        interval: Seconds = Seconds(0.2),
        region: str = "eu868",
        frequency: float = 868.1e6,
        bandwidth: float = 125e3,
        spreading_factor: int = 7,
        coding_rate: int = 5,
        preamble: int = 8,
        sync_word: str = "private",
        power: int = 14,
        listen: bool = True,
        tcxo: float = 1.8,
    ) -> None:
        self.groups = (_group(interval),)
        self._spi = spi
        self._antenna_at, self._reset_at, self._busy_at = antenna, reset, busy
        rate, sync = CodingRate(coding_rate - 4), SYNC_WORDS[sync_word]
        self._modulation = Modulation(
            frequency, spreading_factor, bandwidth_of(bandwidth), rate, preamble, sync
        )
        band = sub_band(region, frequency, bandwidth, power)
        self._power, self._listen = power, listen or band.listen
        self._voltage = voltage_of(tcxo)
        self._ledger = Ledger(band, memory or Forgetful(), clock)
        self._lines: tuple[Line, Line, Line] | None = None
        self._chip: Sx1262 | None = None
        self._receiving = False
        self._statistics = Statistics(0, 0, 0)
        self._heard: list[Packet] = []
        self._counts = _Counts()
        self._changes = Changes()

    @classmethod
    def fit(cls, wires: Wires, config: SlotConfig) -> Rak13300:
        """The module in a slot: IO3 antenna, IO4 reset, IO5 BUSY (modules sheet 5.5). Raises
        ConfigError."""
        try:
            return cls(
                wires.selected(SPI_HZ),
                wires.lines["IO3"],
                wires.lines["IO4"],
                wires.lines["IO5"],
                wires.clock,
                wires.memory,
                interval=Seconds(config.interval),
                **dict(config.options),  # type: ignore[arg-type]  # checked against the entry
            )
        except ValueError as refused:
            raise ConfigError([f"{config.where}: {refused}"]) from refused

    def open(self) -> None:
        """Take the lines: the radio in reset, its antenna switch without supply. It is started by
        the first sampling or command. Raises BusError."""
        self.close()
        antenna = self._antenna_at.request(Output(False))
        reset = self._reset_at.request(Output(False))
        busy = self._busy_at.request(Input())
        self._lines = antenna, reset, busy
        self._chip = Sx1262(self._spi, reset, busy, self._modulation)

    def sample(self, group: Group) -> Sampling:
        """What was received, and the counters that moved. Raises BusError, ChipError, above all
        UnexpectedValue when the radio does not receive any more."""
        yield from self._ready()
        self._receiving = False  # until it is seen to, whatever happens
        yield from self._collect()
        self._receiving = True
        heard, self._heard = self._heard, []
        readings = [reading for packet in heard for reading in _told(packet)]
        counts = self._counts
        return readings + self._changes.news(
            {
                RECEIVED.name: counts.received,
                CRC_ERRORS.name: counts.damaged,
                MISSED.name: counts.missed,
                SENT.name: counts.sent,
                REFUSED.name: counts.refused,
                AIRTIME.name: self._ledger.used(),
            }
        )

    def write(self, channel: str, value: Value) -> None:
        not_writable("rak13300", channel)

    def command(self, name: str, arguments: Mapping[str, Value]) -> Commanding:
        """`send`: one packet. Raises OutputRefused for what may not be sent, with when it may;
        BusError, ChipError."""
        payload = payload_of(arguments["text"], arguments["hex"], LONGEST_PAYLOAD)
        airtime = self._modulation.airtime(len(payload))
        try:
            self._ledger.check(airtime)
        except OutputRefused:
            self._counts.refused += 1
            raise
        yield from self._ready()
        self._receiving = False
        yield from self._collect()
        chip = self._started()
        yield from chip.standby()
        if self._listen and (yield from self._used(chip)):
            yield from self._receive(chip)
            self._counts.refused += 1
            raise OutputRefused("the channel is used by somebody else all the time; try again")
        self._ledger.enter(airtime)
        yield from self._transmit(chip, payload, airtime)
        self._counts.sent += 1
        yield from chip.rest()
        yield from self._receive(chip)
        return {"airtime": round(airtime, 6), "left": self._ledger.left()}

    def close(self) -> None:
        """The radio into reset, the antenna switch without supply; let go of the lines. Raises
        BusError."""
        self._receiving, self._chip = False, None
        if self._lines is None:
            return
        (antenna, reset, busy), self._lines = self._lines, None
        with ExitStack() as stack:
            for line in (busy, reset, antenna):
                stack.callback(line.release)
            for line in (antenna, reset):
                stack.callback(line.set, False)

    def _started(self) -> Sx1262:
        if self._chip is None:
            raise BusUnavailable("the lines of the radio are not open")
        return self._chip

    def _ready(self) -> Generator[Step, None, None]:
        """Start the radio unless it receives. A module whose oscillator wants another voltage than
        was said reports a fault at 1.8 V, and runs at 3.3 V (modules sheet C-25)."""
        if self._receiving:
            return
        chip = self._started()
        if self._lines is not None:
            self._lines[0].set(True)
        try:
            yield from chip.start(self._power, self._voltage)
        except UnexpectedValue:
            if self._voltage == TcxoVoltage.V3_3:
                raise
            self._voltage = TcxoVoltage.V3_3
            yield from chip.start(self._power, self._voltage)
        self._statistics = Statistics(0, 0, 0)
        self._changes.forget()
        yield from self._receive(chip)

    def _receive(self, chip: Sx1262) -> Generator[Step, None, None]:
        yield from chip.receive()
        self._receiving = True

    def _collect(self) -> Generator[Step, None, None]:
        """Take what has come, and count."""
        chip = self._started()
        packet = yield from chip.collect()
        now, before = chip.statistics(), self._statistics
        self._statistics = now
        damaged = (now.crc_errors - before.crc_errors) % COUNTS
        good = (now.received - before.received) % COUNTS - damaged
        self._counts.received += good
        self._counts.damaged += damaged + (now.header_errors - before.header_errors) % COUNTS
        self._counts.missed += good - (packet is not None)
        if packet is not None:
            self._heard.append(packet)

    def _used(self, chip: Sx1262) -> Generator[Step, None, bool]:
        """Whether the channel stays in use, with a pause before each further look."""
        for pause in (*BACK_OFF_S, None):
            if not (yield from chip.listen()):
                return False
            if pause is not None:
                yield pause
        return True

    def _transmit(
        self, chip: Sx1262, payload: bytes, airtime: Seconds
    ) -> Generator[Step, None, None]:
        yield from chip.transmit(payload)
        yield airtime
        for _ in range(LOOKS):
            if (yield from chip.sent()):
                return
            yield LOOK_S
        raise UnexpectedValue("SX1262: the end of the packet is not reported; it is started anew")


def _group(interval: Seconds) -> Group:
    packet = (MESSAGE, PACKET, RSSI, SNR)
    counters = (RECEIVED, CRC_ERRORS, MISSED, SENT, REFUSED, AIRTIME)
    return Group("radio", (*packet, *counters), interval)


def bandwidth_of(hertz: float) -> Bandwidth:
    """Raises ValueError for a bandwidth that LoRa does not have."""
    for bandwidth, width in BANDWIDTH_HZ.items():
        if abs(hertz - width) <= 0.01 * width:
            return bandwidth
    known = ", ".join(f"{width / 1e3:.4g}" for width in BANDWIDTH_HZ.values())
    raise ValueError(f"bandwidth: {hertz / 1e3:g} kHz is none of LoRa; there are {known} kHz")


def voltage_of(volts: float) -> TcxoVoltage:
    """Raises ValueError for a voltage that the chip does not have at DIO3."""
    for code in TcxoVoltage:
        if abs(TCXO_V[code] - volts) < 0.01:
            return code
    known = ", ".join(f"{one:g}" for one in TCXO_V)
    raise ValueError(f"tcxo: {volts:g} V is not there at DIO3; there are {known} V")


def _told(packet: Packet) -> list[Reading]:
    """The readings of one packet."""
    readings = [
        Reading(PACKET.name, packet.payload.hex().upper()),
        Reading(RSSI.name, packet.rssi),
        Reading(SNR.name, packet.snr),
    ]
    text = text_of(packet.payload)
    return readings if text is None else [Reading(MESSAGE.name, text), *readings]
