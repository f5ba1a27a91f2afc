"""MCP2518FD instructions, registers and message objects. Microchip DS20006027B and the family
reference manual DS20005678.

A frame is four bits of instruction and twelve of address, big-endian, then bytes; registers and
memory are little-endian, and the address goes up by itself. Registers take any number of bytes, the
memory only whole words of four.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag

from .word import Word, bit, bits

_DS = "DS20006027B, chapter 3"


class Instruction(IntEnum):
    """The upper four bits of a frame. DS20006027B table 4-1. With a checksum, a byte with the
    count follows the address (in bytes, or in words of the memory) unless it is WRITE_SAFE, which
    takes one byte of a register or one word of the memory."""

    RESET = 0x0
    WRITE = 0x2
    READ = 0x3
    WRITE_CRC = 0xA
    READ_CRC = 0xB
    WRITE_SAFE = 0xC


CRC_POLYNOMIAL = 0x8005
CRC_INIT = 0xFFFF
"""CRC-16, not reflected, no final xor, over everything before it; its high byte is sent first."""

MEMORY = 0x400
MEMORY_SIZE = 0x800
FIFO_STEP = 12
"""From the registers of one FIFO to those of the next; FIFO 0 is the transmit queue."""
PAYLOADS = (8, 12, 16, 20, 24, 32, 48, 64)
"""Bytes of payload of one object, by the code of `payload`."""
LENGTHS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64)
"""Bytes of payload of a frame, by its DLC; a frame of CAN 2.0 has no more than 8."""
IDENTITY = 0x14
"""`Identity` of this chip as it is sold; its lower four bits are the revision."""


class Mode(IntEnum):
    """REQOP and OPMOD."""

    NORMAL_FD = 0
    SLEEP = 1
    INTERNAL_LOOPBACK = 2
    LISTEN_ONLY = 3
    CONFIGURATION = 4
    EXTERNAL_LOOPBACK = 5
    NORMAL_20 = 6
    RESTRICTED = 7


class Attempts(IntEnum):
    """How often a frame is sent that nobody acknowledges; counts only with `restrict_attempts`."""

    ONE = 0
    THREE = 1
    UNLIMITED = 2
    FOR_EVER = 3


class Control(Word, address=0x000, width=32, reset=0x0498_0760, source=_DS):
    """C1CON. `mode` follows `request` when the bus lets it: after 11 recessive bits."""

    abort_all: bool = bit(27)
    request: Mode = bits(26, 24)
    mode: Mode = bits(23, 21)
    transmit_queue: bool = bit(20)
    store_events: bool = bit(19)
    error_to_listen_only: bool = bit(18)
    restrict_attempts: bool = bit(16)
    no_bit_rate_switch: bool = bit(12)
    busy: bool = bit(11)
    iso_crc: bool = bit(5)


class NominalTiming(Word, address=0x004, width=32, reset=0x003E_0F0F, source=_DS):
    """C1NBTCFG, of the arbitration phase. Each field is one less than what it means; a bit is
    (prescaler + 1) x (tseg1 + tseg2 + 3) cycles of the oscillator."""

    prescaler: int = bits(31, 24)
    tseg1: int = bits(23, 16)
    tseg2: int = bits(14, 8)
    jump: int = bits(6, 0)


class PayloadTiming(Word, address=0x008, width=32, reset=0x000E_0303, source=_DS):
    """C1DBTCFG, of the payload of a frame with bit rate switch."""

    prescaler: int = bits(31, 24)
    tseg1: int = bits(20, 16)
    tseg2: int = bits(11, 8)
    jump: int = bits(3, 0)


class DelayCompensation(Word, address=0x00C, width=32, reset=0x0002_1000, source=_DS):
    """C1TDC: with `mode` 2 a transmitter compares its fast bits `offset` cycles of the oscillator
    after its own measured delay."""

    mode: int = bits(17, 16)
    offset: int = bits(14, 8)
    delay: int = bits(5, 0)


class Event(IntFlag):
    """The flags of C1INT, and 16 bits higher whether each moves the INT pin. Those of `CLEARABLE`
    are cleared by writing 0, the others at their source."""

    TRANSMIT = 0x0001
    RECEIVE = 0x0002
    TIME_BASE = 0x0004
    MODE_CHANGE = 0x0008
    TRANSMIT_EVENT = 0x0010
    ECC = 0x0100
    SPI_CRC = 0x0200
    ATTEMPTS = 0x0400
    OVERFLOW = 0x0800
    SYSTEM_ERROR = 0x1000
    BUS_ERROR = 0x2000
    WAKE_UP = 0x4000
    INVALID_MESSAGE = 0x8000


CLEARABLE = (
    Event.TIME_BASE
    | Event.MODE_CHANGE
    | Event.SYSTEM_ERROR
    | Event.BUS_ERROR
    | Event.WAKE_UP
    | Event.INVALID_MESSAGE
)


class Interrupts(Word, address=0x01C, width=32, reset=0, source=_DS):
    """C1INT."""

    enabled: Event = bits(31, 16)
    flags: Event = bits(15, 0)


class ErrorCounts(Word, address=0x034, width=32, reset=0x0020_0000, writable=False, source=_DS):
    """C1TREC. Bus-off in configuration mode is no error."""

    bus_off: bool = bit(21)
    transmit_passive: bool = bit(20)
    receive_passive: bool = bit(19)
    transmit_warning: bool = bit(18)
    receive_warning: bool = bit(17)
    warning: bool = bit(16)
    transmit: int = bits(15, 8)
    receive: int = bits(7, 0)


class QueueControl(Word, address=0x050, width=32, reset=0x0060_0480, source=_DS):
    """C1TXQCON. `objects` is one less than the number of objects; `advance` and `request` are set
    together once an object is written."""

    payload: int = bits(31, 29)
    objects: int = bits(28, 24)
    attempts: Attempts = bits(22, 21)
    priority: int = bits(20, 16)
    restart: bool = bit(10)
    request: bool = bit(9)
    advance: bool = bit(8)
    transmits: bool = bit(7)
    attempts_interrupt: bool = bit(4)
    empty_interrupt: bool = bit(2)
    not_full_interrupt: bool = bit(0)


class QueueStatus(Word, address=0x054, width=32, reset=0x0000_0005, writable=False, source=_DS):
    """C1TXQSTA."""

    index: int = bits(12, 8)
    aborted: bool = bit(7)
    lost_arbitration: bool = bit(6)
    error: bool = bit(5)
    attempts_used: bool = bit(4)
    empty: bool = bit(2)
    not_full: bool = bit(0)


class QueueAddress(Word, address=0x058, width=32, reset=0, writable=False, source=_DS):
    """C1TXQUA: where the next object is written, counted from MEMORY."""

    offset: int = bits(11, 0)


class FifoControl(Word, address=0x05C, width=32, reset=0x0060_0400, source=_DS):
    """C1FIFOCON1; that of FIFO n is FIFO_STEP x (n - 1) higher."""

    payload: int = bits(31, 29)
    objects: int = bits(28, 24)
    attempts: Attempts = bits(22, 21)
    priority: int = bits(20, 16)
    restart: bool = bit(10)
    request: bool = bit(9)
    advance: bool = bit(8)
    transmits: bool = bit(7)
    time_stamps: bool = bit(5)
    overflow_interrupt: bool = bit(3)
    full_interrupt: bool = bit(2)
    half_full_interrupt: bool = bit(1)
    not_empty_interrupt: bool = bit(0)


class FifoStatus(Word, address=0x060, width=32, reset=0, source=_DS):
    """C1FIFOSTA1 of a receiving FIFO. Of it, `overflow` is cleared by writing 0."""

    index: int = bits(12, 8)
    overflow: bool = bit(3)
    full: bool = bit(2)
    half_full: bool = bit(1)
    not_empty: bool = bit(0)


class FifoAddress(Word, address=0x064, width=32, reset=0, writable=False, source=_DS):
    """C1FIFOUA1: where the next object is read, counted from MEMORY."""

    offset: int = bits(11, 0)


class FilterControl(Word, address=0x1D0, width=8, reset=0, source=_DS):
    """One byte of C1FLTCON: filter 0; that of filter n is n higher. Change it while disabled."""

    enabled: bool = bit(7)
    fifo: int = bits(4, 0)


class FilterObject(Word, address=0x1F0, width=32, reset=0, source=_DS):
    """C1FLTOBJ0; that of filter n is 8 x n higher, and the mask lies 4 above each. A mask bit of 0
    lets anything through."""

    extended_frame: bool = bit(30)
    extended: int = bits(28, 11)
    standard: int = bits(10, 0)


class Oscillator(Word, address=0xE00, width=32, reset=0x0000_0060, source=_DS):
    """OSC. `ready` rises once it runs."""

    clock_ready: bool = bit(12)
    ready: bool = bit(10)
    pll_ready: bool = bit(8)
    output_divider: int = bits(6, 5)
    divide_by_2: bool = bit(4)
    low_power: bool = bit(3)
    disabled: bool = bit(2)
    pll: bool = bit(0)


class CrcStatus(Word, address=0xE08, width=32, reset=0, source=_DS):
    """CRC: the checksum of the last frame with one that was wrong, and what was wrong with it."""

    format_interrupt: bool = bit(25)
    crc_interrupt: bool = bit(24)
    format_error: bool = bit(17)
    crc_error: bool = bit(16)
    code: int = bits(15, 0)


class Identity(Word, address=0xE14, width=32, reset=IDENTITY, writable=False, source=_DS):
    """DEVID. The MCP2517FD has none and reads 0."""

    family: int = bits(7, 4)
    revision: int = bits(3, 0)


class ObjectId(Word, address=0x0, width=32, reset=0, source="DS20006027B table 3-5"):
    """First word of a message object: identifier. The upper 11 bits of an extended identifier stand
    in `standard`."""

    extended: int = bits(28, 11)
    standard: int = bits(10, 0)


class ObjectFlags(Word, address=0x4, width=32, reset=0, source="DS20006027B table 3-5"):
    """Second word of a message object. `filter` is that which let a received one through."""

    filter: int = bits(15, 11)
    error_passive: bool = bit(8)
    fd: bool = bit(7)
    bit_rate_switch: bool = bit(6)
    remote: bool = bit(5)
    extended: bool = bit(4)
    length: int = bits(3, 0)
