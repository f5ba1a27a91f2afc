"""SX1262 LoRa transceiver with a TCXO at DIO3 and an antenna switch at DIO2 (Semtech SX1261/2
datasheet rev 2.1, chapters 8, 9, 13 and 15).

Every verb that has to wait is a generator of the seconds to wait; it goes on afterwards.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from math import ceil, floor

from ..bus.lines import Line
from ..bus.spi import Spi
from ..core.errors import BusTimeout, NoAnswer, NotReady, UnexpectedValue, WrongIdentity
from ..core.units import Seconds
from ..registers.sx1262 import (
    CALIBRATE_ALL,
    IMAGE_BANDS,
    RX_CONTINUOUS,
    SYNC_PRIVATE,
    TCXO_V,
    TIMEOUT_STEP_S,
    Bandwidth,
    CadExit,
    CadSymbols,
    Command,
    Fault,
    IqPolarity,
    Irq,
    Mode,
    Outcome,
    OverCurrent,
    PacketType,
    Ramp,
    Regulator,
    Standby,
    SyncWord,
    TcxoVoltage,
    TxClamp,
    TxModulation,
)
from .lora import LONGEST_PAYLOAD, Modulation
from .sx1262_frames import EVENTS, Frames, Steps

RESET_S = 1e-3  # 8.1 wants 100 us
BOOT_S = 3.5e-3  # table 8-2, cold start
TCXO_DELAY_S = 10e-3  # what the oscillator gets to start, 13.3.6
OVER_CURRENT = 0x38  # 140 mA in 2.5 mA; 5.1.2
CLAMP = 0xF  # 15.2
AMPLIFIER = ((14, 2, 2), (17, 2, 3), (20, 3, 5), (22, 4, 7))
"""dBm, duty cycle and size of the amplifier; table 13-21. Below, its power is lowered in dB."""
AMPLIFIER_DBM = 22  # what SET_TX_PARAMS is told for each of them
LOWEST_DBM = -9
CAD_PEAKS = {9: 23, 10: 24, 11: 25, 12: 25}  # Semtech's examples use 22 to 25
CAD_PEAK, CAD_MINIMUM, CAD_SYMBOLS = 22, 10, 4


@dataclass(frozen=True)
class Packet:
    """What was received. `rssi` is the mean over the packet, `signal` that of the signal alone,
    both in dBm; `snr` in dB, negative below the noise."""

    payload: bytes
    rssi: float
    snr: float
    signal: float


@dataclass(frozen=True)
class Statistics:
    """Counts since the start, modulo 65536: packets received (damaged ones included), those with a
    wrong CRC, headers that could not be read."""

    received: int
    crc_errors: int
    header_errors: int


class Sx1262:
    """One SX1262. `reset` is NRESET, `busy` BUSY. Threads: lane only."""

    def __init__(self, spi: Spi, reset: Line, busy: Line, modulation: Modulation) -> None:
        self._wire = Frames(spi, busy)
        self._reset, self._modulation = reset, modulation

    def start(self, power: int, tcxo: TcxoVoltage) -> Steps:
        """From the reset to standby, ready to send and receive: `power` in dBm at the chip, `tcxo`
        the voltage of the oscillator. Raises NoAnswer, WrongIdentity, BusError, UnexpectedValue
        when the chip reports a fault, above all of its oscillator; ValueError for the power."""
        amplifier = amplifier_of(power)
        yield from self.restart()
        self.identify()
        yield from self._calibrate(tcxo)
        yield from self._configure(amplifier)

    def restart(self) -> Steps:
        """Reset; every setting is lost. Raises NoAnswer, BusError."""
        self._reset.set(False)
        yield Seconds(RESET_S)
        self._reset.set(True)
        yield Seconds(BOOT_S)
        try:
            yield from self._wire.settle("after a reset")
        except BusTimeout as error:
            raise NoAnswer(f"{error}; is the module in its slot?") from None
        yield from self._wire.tell(Command.SET_STANDBY, Standby.RC)

    def identify(self) -> None:
        """Check the sync word, which is known after a reset. Raises NoAnswer, WrongIdentity,
        BusError."""
        found = int.from_bytes(self._wire.read(SyncWord), "big")
        if found != SYNC_PRIVATE:
            raise WrongIdentity(
                f"SX1262: the sync word reads {found:#06x} after a reset, not {SYNC_PRIVATE:#06x};"
                " look for another card with this chip select"
            )

    def receive(self) -> Steps:
        """Receive until told otherwise. Raises UnexpectedValue when the chip does not, BusError."""
        yield from self._wire.tell(Command.SET_RX, *RX_CONTINUOUS.to_bytes(3, "big"))
        yield from self._wire.settle("before it receives")
        self._wire.demand(self._wire.status(), Mode.RECEIVE)

    def collect(self) -> Generator[Seconds, None, Packet | None]:
        """The last packet that has come since the last call, or None; a damaged one is dropped and
        only counted. Raises UnexpectedValue when the chip does not receive any more, BusError."""
        status, flags = self._wire.events()
        self._wire.demand(status, Mode.RECEIVE)
        if not flags:
            return None
        packet = None
        if flags & Irq.RX_DONE and not flags & (Irq.CRC_ERROR | Irq.HEADER_ERROR):
            packet = self._packet()
        yield from self._wire.clear(flags)
        return packet

    def statistics(self) -> Statistics:
        """What was received well and badly. Raises NoAnswer, BusError."""
        got = self._wire.ask(Command.GET_STATS, 6)
        return Statistics(*(int.from_bytes(got[n : n + 2], "big") for n in (0, 2, 4)))

    def standby(self) -> Steps:
        """Stop receiving. Raises BusError."""
        yield from self._wire.tell(Command.SET_STANDBY, Standby.RC)

    def listen(self) -> Generator[Seconds, None, bool]:
        """From standby: whether somebody sends with our modulation (channel activity detection).
        Back in standby afterwards. Raises NotReady, BusError."""
        peak = CAD_PEAKS.get(self._modulation.spreading_factor, CAD_PEAK)
        for_ever = b"\0\0\0"
        parameters = (CadSymbols.SYMBOLS4, peak, CAD_MINIMUM, CadExit.STANDBY, *for_ever)
        yield from self._wire.tell(Command.SET_CAD_PARAMS, *parameters)
        yield from self._wire.tell(Command.SET_CAD)
        yield Seconds(TCXO_DELAY_S + (CAD_SYMBOLS + 1) * self._modulation.symbol)
        _status, flags = self._wire.events()
        if not flags & Irq.CAD_DONE:
            raise NotReady("SX1262: the channel activity detection does not end; try again")
        yield from self._wire.clear(flags)
        return bool(flags & Irq.CAD_DETECTED)

    def transmit(self, payload: bytes) -> Steps:
        """From standby: begin to send 1 to 255 bytes; it takes `Modulation.airtime`. The chip gives
        up after half as much again. Raises ValueError, UnexpectedValue when it does not send,
        BusError."""
        if not payload:
            raise ValueError("SX1262: nothing to send")
        airtime = self._modulation.airtime(len(payload))
        yield from self._wire.tell(Command.SET_BUFFER_BASE, 0, 0)
        yield from self._wire.tell(Command.WRITE_BUFFER, 0, *payload)
        yield from self._expect(len(payload))
        narrow = self._modulation.bandwidth != Bandwidth.KHZ500
        yield from self._wire.change(TxModulation(narrow=narrow))  # errata 15.1
        limit = ceil((airtime * 1.5 + 50e-3) / TIMEOUT_STEP_S)
        yield from self._wire.tell(Command.SET_TX, *limit.to_bytes(3, "big"))
        yield from self._wire.settle("before it sends")
        status = self._wire.status()
        if status.outcome != Outcome.TX_DONE:  # unless it was so short
            self._wire.demand(status, Mode.TRANSMIT)

    def sent(self) -> Generator[Seconds, None, bool]:
        """Whether the packet is out, in standby again. Raises UnexpectedValue when the chip gave
        up, BusError."""
        _status, flags = self._wire.events()
        if flags:
            yield from self._wire.clear(flags)
        if flags & Irq.TIMEOUT:
            raise UnexpectedValue("SX1262: gave up sending; look at the supply and the antenna")
        return bool(flags & Irq.TX_DONE)

    def rest(self) -> Steps:
        """After sending: take packets of any length again. Raises BusError."""
        yield from self._expect(LONGEST_PAYLOAD)

    def _calibrate(self, tcxo: TcxoVoltage) -> Steps:
        """Feed the oscillator, and calibrate with it; without one, errors stand from power-on."""
        delay = ceil(TCXO_DELAY_S / TIMEOUT_STEP_S).to_bytes(3, "big")
        yield from self._wire.tell(Command.SET_DIO3_AS_TCXO, tcxo, *delay)
        yield from self._wire.tell(Command.CLEAR_ERRORS, 0, 0)
        yield from self._wire.tell(Command.CALIBRATE, CALIBRATE_ALL)
        yield from self._wire.settle("while it calibrates")
        faults = Fault(int.from_bytes(self._wire.ask(Command.GET_ERRORS, 2), "big"))
        if faults:
            names = ", ".join(fault.name or "" for fault in faults)
            raise UnexpectedValue(
                f"SX1262: reports {names} ({faults:#06x}) with {TCXO_V[tcxo]:g} V for its"
                " oscillator; try another voltage"
            )

    def _configure(self, amplifier: tuple[int, int, int]) -> Steps:
        """In the order of the modules sheet 5.5."""
        modulation = self._modulation
        duty, size, power = amplifier
        yield from self._wire.tell(Command.SET_DIO2_AS_RF_SWITCH, 1)
        yield from self._wire.tell(Command.SET_REGULATOR_MODE, Regulator.DC_DC)
        yield from self._wire.tell(Command.SET_PACKET_TYPE, PacketType.LORA)
        yield from self._wire.tell(Command.SET_RF_FREQUENCY, *modulation.word.to_bytes(4, "big"))
        yield from self._wire.tell(Command.CALIBRATE_IMAGE, *image_of(modulation.frequency))
        yield from self._wire.settle("while it calibrates the image")
        yield from self._wire.tell(Command.SET_PA_CONFIG, duty, size, 0, 1)
        yield from self._wire.tell(Command.SET_TX_PARAMS, power & 0xFF, Ramp.US200)
        yield from self._wire.write(OverCurrent(code=OVER_CURRENT))
        yield from self._wire.tell(
            Command.SET_MODULATION_PARAMS,
            modulation.spreading_factor,
            modulation.bandwidth,
            modulation.coding_rate,
            modulation.slow,
        )
        yield from self._expect(LONGEST_PAYLOAD)
        yield from self._wire.write(SyncWord(code=modulation.sync_word))
        yield from self._wire.change(TxClamp(threshold=CLAMP))  # errata 15.2
        yield from self._wire.tell(Command.SET_BUFFER_BASE, 0, 0)
        events = EVENTS.to_bytes(2, "big")
        yield from self._wire.tell(Command.SET_DIO_IRQ_PARAMS, *events, *events, 0, 0, 0, 0)

    def _expect(self, length: int) -> Steps:
        """Packets with header and CRC, of at most `length` bytes; and errata 15.4."""
        modulation = self._modulation
        preamble = modulation.preamble.to_bytes(2, "big")
        yield from self._wire.tell(
            Command.SET_PACKET_PARAMS, *preamble, 0, length, 1, modulation.inverted
        )
        yield from self._wire.change(IqPolarity(standard=not modulation.inverted))

    def _packet(self) -> Packet:
        length, start = self._wire.ask(Command.GET_RX_BUFFER_STATUS, 2)
        payload = self._wire.ask(Command.READ_BUFFER, length, start) if length else b""
        rssi, snr, signal = self._wire.ask(Command.GET_PACKET_STATUS, 3)
        ratio = int.from_bytes([snr], signed=True) / 4  # 13.5.3, as the two others
        return Packet(payload, -rssi / 2, ratio, -signal / 2)


def amplifier_of(power: int) -> tuple[int, int, int]:
    """Duty cycle, size and power code of the amplifier for `power` in dBm; table 13-21. Raises
    ValueError."""
    if not LOWEST_DBM <= power <= AMPLIFIER_DBM:
        raise ValueError(f"{power} dBm is not within {LOWEST_DBM} to {AMPLIFIER_DBM}")
    best, duty, size = next(row for row in AMPLIFIER if power <= row[0])
    return duty, size, AMPLIFIER_DBM - (best - power)


def image_of(frequency: float) -> tuple[int, int]:
    """The parameters of the image calibration: those of table 9-2, and 4 MHz around for a frequency
    in none of its bands, in the same steps of 4 MHz (as RadioLib does)."""
    for low, high, first, last in IMAGE_BANDS:
        if low <= frequency <= high:
            return first, last
    return floor((frequency - 4e6) / 4e6), ceil((frequency + 4e6) / 4e6)
