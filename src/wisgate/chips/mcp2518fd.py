"""MCP2518FD CAN FD controller, polled (Microchip DS20006027B, chapters 3 and 4, and the family
reference manual DS20005678).

A transmit queue of 8 frames lies at the beginning of the memory, a receive FIFO of 16 behind it;
one filter lets everything in. The verbs that have to wait are generators of the seconds to wait.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from struct import unpack

from ..bus.spi import Spi
from ..core.errors import ChecksumMismatch, NoAnswer, NotReady, UnexpectedValue, WrongIdentity
from ..core.units import Seconds
from ..registers.mcp2518fd import (
    CRC_INIT,
    CRC_POLYNOMIAL,
    IDENTITY,
    MEMORY,
    PAYLOADS,
    Attempts,
    Control,
    DelayCompensation,
    ErrorCounts,
    Event,
    FifoControl,
    FifoStatus,
    FilterControl,
    FilterObject,
    Identity,
    Instruction,
    Interrupts,
    Mode,
    NominalTiming,
    Oscillator,
    PayloadTiming,
    QueueControl,
    QueueStatus,
)
from ..registers.word import Word
from .can_frames import HEADER, CanFrame, frame_of, header_of, length_of
from .can_timing import timing

RESET_S = 3e-3  # the oscillator takes that long at most, DS20006027B 7.4
MODE_S = 1e-3  # 11 recessive bits at 10 kbit/s and more
MODE_LOOKS = 5
NOMINAL_QUANTA, PAYLOAD_QUANTA = 160, 40  # modules sheet 6.8; what the segments of C1DBTCFG hold
LATEST_OFFSET = 63  # TDCO has a sign
QUEUE_OBJECTS, FIFO_OBJECTS = 8, 16
LARGEST = PAYLOADS.index(64)

Steps = Generator[Seconds, None, None]


@dataclass(frozen=True)
class Arrival:
    """The oldest frame that waited, or None; `lost` says that others found no room before."""

    frame: CanFrame | None
    lost: bool


class Mcp2518fd:
    """One MCP2518FD. Rates in bits per second, `oscillator` in Hz; without `fd` it speaks CAN 2.0
    only and takes frames of CAN FD for errors. Threads: lane only."""

    def __init__(
        self,
        spi: Spi,
        *,
        bitrate: float,
        payload_bitrate: float = 2e6,
        fd: bool = True,
        oscillator: float = 40e6,
    ) -> None:
        self._spi = spi
        self._mode = Mode.NORMAL_FD if fd else Mode.NORMAL_20
        self._nominal = timing(oscillator, bitrate, NOMINAL_QUANTA)
        self._fast = timing(oscillator, payload_bitrate, PAYLOAD_QUANTA)

    def start(self) -> Steps:
        """Reset, set up and take part in the bus. Raises NoAnswer, WrongIdentity, NotReady when
        the bus is never idle, BusError."""
        self._send(Instruction.RESET, 0)
        yield Seconds(RESET_S)
        self.identify()
        self._configure()
        self._write_byte(Control, 3, self._mode)
        for _ in range(MODE_LOOKS):
            yield Seconds(MODE_S)
            if Mode(self._read(Control.address + 2, 1)[0] >> 5) == self._mode:
                return
        raise NotReady(
            "MCP2518FD: the bus is never idle; look at the wires, the termination and the bit rate"
        )

    def identify(self) -> None:
        """After a reset: the oscillator runs, the chip is the right one, and it waits to be
        configured. Raises NoAnswer, NotReady, WrongIdentity, UnexpectedValue, BusError."""
        oscillator = self._raw(Oscillator)
        if oscillator in (0, 0xFFFF_FFFF):
            raise NoAnswer(
                f"MCP2518FD: OSC reads {oscillator:#010x}, nobody is there; is the module in its"
                " slot?"
            )
        if not Oscillator.decode(oscillator).ready:
            raise NotReady("MCP2518FD: its oscillator does not run")
        found = self._raw(Identity)
        if Identity.decode(found).family != Identity.decode(IDENTITY).family:
            raise WrongIdentity(
                f"MCP2518FD: the identity reads {found:#x}, not {IDENTITY:#x}; an MCP2517FD is not"
                " supported"
            )
        self._demand(self._raw(Control), Mode.CONFIGURATION)

    def verify(self) -> None:
        """Check, with a checksum, that the chip still takes part in the bus. Raises NoAnswer,
        ChecksumMismatch, UnexpectedValue after a reset, BusError."""
        request = _head(Instruction.READ_CRC, Control.address) + bytes([4])
        answer = self._spi.transfer(request + bytes(6))[3:]
        if answer in (bytes(6), b"\xff" * 6):
            raise NoAnswer("MCP2518FD: nobody answers; is the module in its slot?")
        control, checksum = answer[:4], answer[4:]
        expected, found = crc(request + control), int.from_bytes(checksum, "big")
        if found != expected:
            raise ChecksumMismatch(
                f"MCP2518FD: the checksum of C1CON is {found:#06x}, not {expected:#06x}"
            )
        self._demand(int.from_bytes(control, "little"), self._mode)

    def send(self, frame: CanFrame) -> None:
        """Put a frame into the transmit queue. Raises NotReady when that is full, BusError;
        ValueError for a frame of CAN FD on a bus that has none."""
        if frame.fd and self._mode != Mode.NORMAL_FD:
            raise ValueError("MCP2518FD: a frame of CAN FD, and the bus is set to CAN 2.0")
        status, offset = self._pair(QueueStatus)
        if not QueueStatus.decode(status).not_full:
            raise NotReady("MCP2518FD: the transmit queue is full; does anybody acknowledge?")
        content = header_of(frame) + frame.payload
        content += bytes(-len(content) % 4)
        self._send(Instruction.WRITE, MEMORY + offset, content)
        self._write_byte(QueueControl, 1, 0x03)  # UINC and TXREQ together

    def pending(self) -> bool:
        """Whether frames wait to be sent. Raises BusError."""
        return not QueueStatus.decode(self._raw(QueueStatus)).empty

    def abandon(self) -> Steps:
        """Throw away what nobody takes. Raises BusError."""
        self._write_byte(Control, 3, 0x08 | self._mode)  # ABAT
        yield Seconds(MODE_S)
        self._write_byte(Control, 3, self._mode)
        self._write_byte(QueueControl, 1, 0x04)  # FRESET
        yield Seconds(MODE_S)

    def stop(self) -> None:
        """Leave the bus: no frame is sent, taken or acknowledged. Raises BusError."""
        self._write_byte(Control, 3, Mode.CONFIGURATION)

    def receive(self) -> Arrival:
        """Take the oldest frame that waits. Raises BusError."""
        raw, offset = self._pair(FifoStatus)
        status = FifoStatus.decode(raw)
        if status.overflow:
            self._send(Instruction.WRITE, FifoStatus.address, b"\x00")
        if not status.not_empty:
            return Arrival(None, status.overflow)
        place = MEMORY + offset
        header = self._read(place, HEADER)
        length = length_of(header)
        payload = self._read(place + HEADER, length + -length % 4)[:length] if length else b""
        self._write_byte(FifoControl, 1, 0x01)  # UINC
        return Arrival(frame_of(header, payload), status.overflow)

    def errors(self) -> ErrorCounts:
        """The error counters and what they make of the controller. Raises BusError."""
        return ErrorCounts.decode(self._raw(ErrorCounts))

    def _configure(self) -> None:
        """Bit timing, memory, a filter for everything, and what moves the INT pin."""
        self._write_byte(Control, 2, 0x10)  # TXQEN, no store of transmit events
        nominal, fast = self._nominal, self._fast
        self._write(NominalTiming(**nominal._asdict()))
        self._write(PayloadTiming(**fast._asdict()))
        delay = DelayCompensation.decode(DelayCompensation.reset)
        offset = min(fast.sample_point, LATEST_OFFSET)
        if offset != delay.offset:
            self._write(DelayCompensation(mode=delay.mode, offset=offset, delay=0))
        self._write(_queue())
        self._write(_fifo())
        everything = FilterObject(extended_frame=False, extended=0, standard=0)
        self._send(Instruction.WRITE, FilterObject.address, _bytes(everything) + bytes(4))
        self._write(FilterControl(enabled=True, fifo=1))
        moves = Event.RECEIVE | Event.OVERFLOW | Event.BUS_ERROR
        self._write(Interrupts(enabled=moves, flags=Event(0)))

    def _demand(self, control: int, mode: Mode) -> None:
        found = Control.decode(control).mode
        if found != mode:
            raise UnexpectedValue(
                f"MCP2518FD: the mode is {found.name}, not {mode.name}; it was reset, or somebody"
                " else uses it"
            )

    def _pair(self, status: type[Word]) -> tuple[int, int]:
        """A status and the address that lies behind it."""
        first, second = unpack("<II", self._read(status.address, 8))
        return first, second

    def _raw(self, word: type[Word]) -> int:
        return int.from_bytes(self._read(word.address, 4), "little")

    def _read(self, address: int, count: int) -> bytes:
        return self._spi.transfer(_head(Instruction.READ, address) + bytes(count))[2:]

    def _write(self, word: Word) -> None:
        self._send(Instruction.WRITE, word.address, _bytes(word))

    def _write_byte(self, word: type[Word], number: int, value: int) -> None:
        """One of the four bytes of a register, the lowest is 0."""
        self._send(Instruction.WRITE, word.address + number, bytes([value]))

    def _send(self, instruction: Instruction, address: int, content: bytes = b"") -> None:
        self._spi.transfer(_head(instruction, address) + content)


def crc(content: bytes) -> int:
    """CRC-16 as the chip computes it; DS20006027B 4.3."""
    value = CRC_INIT
    for byte in content:
        value ^= byte << 8
        for _ in range(8):
            value = value << 1 ^ (CRC_POLYNOMIAL if value & 0x8000 else 0)
        value &= 0xFFFF
    return value


def _head(instruction: Instruction, address: int) -> bytes:
    return (instruction << 12 | address).to_bytes(2, "big")


def _bytes(word: Word) -> bytes:
    return word.encode().to_bytes(word.width >> 3, "little")


def _queue() -> QueueControl:
    return QueueControl(
        payload=LARGEST,
        objects=QUEUE_OBJECTS - 1,
        attempts=Attempts.FOR_EVER,
        priority=0,
        restart=True,
        request=False,
        advance=False,
        transmits=True,
        attempts_interrupt=False,
        empty_interrupt=False,
        not_full_interrupt=False,
    )


def _fifo() -> FifoControl:
    return FifoControl(
        payload=LARGEST,
        objects=FIFO_OBJECTS - 1,
        attempts=Attempts.FOR_EVER,
        priority=0,
        restart=True,
        request=False,
        advance=False,
        transmits=False,
        time_stamps=False,
        overflow_interrupt=True,
        full_interrupt=False,
        half_full_interrupt=False,
        not_empty_interrupt=True,
    )
