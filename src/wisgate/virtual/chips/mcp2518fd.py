"""MCP2518FD twin, from Microchip DS20006027B and the family reference manual DS20005678; written
without looking at the driver.

Line: `level("int")`, low while an enabled flag stands. World input: the `bus` that it shares with
other nodes; the oscillator runs at 40 MHz. One filter after the other decides which FIFO takes a
frame; only the transmit queue sends.
Not modelled: transmit FIFOs, the store of transmit events (its memory is), time stamps, ECC, bus
diagnosis, GPIO pins, INT0 and INT1, sleep and low power, external loopback, restricted mode,
DeviceNet filtering, the PLL.
"""

from __future__ import annotations

from ...core.clock import Clock
from ...registers import mcp2518fd as codes
from ...registers.mcp2518fd import Event, Instruction, Mode
from ..can import CanBus
from .mcp2518fd_controller import Controller

OSCILLATOR_S = 3e-3
"""Until the oscillator runs. DS20006027B table 7-4."""
END = 0x1000
CRC, IOCON = 0xE08, 0xE04
CRC_ERROR, FORMAT_ERROR = 0x0001_0000, 0x0002_0000
WRITABLE: dict[int, int] = {
    0x000: 0xFF1F_F77F, 0x004: 0xFFFF_7F7F, 0x008: 0xFF1F_0F0F, 0x00C: 0x0303_7F3F,
    0x014: 0x0007_03FF, 0x01C: 0xFF1F_0000, 0x040: 0x1F00_002F, 0xE00: 0x0000_007D,
    IOCON: 0x7303_0343, CRC: 0x0300_0000, 0xE0C: 0x0000_7F07,
}  # fmt: skip
"""Bits that can be written, besides those of queue, FIFOs, filters and flags."""
SETTINGS_OF_QUEUE, SETTINGS_OF_FIFO = 0xFF7F_0015, 0xFF7F_00FF
LOCKED = frozenset((0x004, 0x008, 0x00C))
"""Registers that only configuration mode lets change; so are the settings of queue and FIFOs."""
RESETS = {
    0x000: codes.Control.reset, 0x004: codes.NominalTiming.reset, 0x008: codes.PayloadTiming.reset,
    0x00C: 0x0002_1000, 0x018: 0x4040_0040, 0x040: 0x0000_0400, 0x050: codes.QueueControl.reset,
    0xE00: codes.Oscillator.reset, IOCON: 0x0300_0003, 0xE14: codes.IDENTITY,
}  # fmt: skip
FIRST_FIFO, FILTERS = codes.FifoControl.address, codes.FilterControl.address
CONTROLLER_END = codes.FilterObject.address + 32 * 8
MEMORY = slice(codes.MEMORY, codes.MEMORY + codes.MEMORY_SIZE)


class Mcp2518fdTwin:
    """Threads: lane only."""

    def __init__(self, clock: Clock, bus: CanBus) -> None:
        self.dead = False
        """A fault: the oscillator never starts."""
        self._clock, self._bus, self._started = clock, bus, clock.monotonic()
        self._store = bytearray(END)
        self._can = Controller(clock, bus, self._store, lambda: self._oscillator() != 0)
        bus.nodes.append(self._can)
        self.power_cycle()

    def transfer(self, data: bytes) -> bytes:
        self._can.settle()
        answer = bytearray(len(data))
        if len(data) < 2:
            return bytes(answer)
        instruction, address = data[0] >> 4, (data[0] & 15) << 8 | data[1]
        if instruction == Instruction.READ:
            answer[2:] = self._read(address, len(data) - 2)
        elif instruction == Instruction.READ_CRC:
            answer[3:] = self._read_checked(data, address)
        elif instruction == Instruction.WRITE:
            self._write(address, data[2:])
        elif instruction == Instruction.WRITE_CRC:
            self._write_checked(data, address, sum(data[2:3]) * _unit(address), 3)
        elif instruction == Instruction.WRITE_SAFE:
            self._write_checked(data, address, _unit(address), 2)
        elif instruction == Instruction.RESET and address == 0:
            self._reset()
        return bytes(answer)

    def level(self, name: str) -> bool:
        """The level at int."""
        if name != "int":
            raise ValueError(f"no line {name!r}; there is int")
        self._can.settle()
        return not self._flags() & self._word(codes.Interrupts.address) >> 16

    def drive(self, name: str, level: bool) -> None:
        """It has no input."""
        raise ValueError(f"no input {name!r}")

    def power_cycle(self) -> None:
        """Back to the reset values, with the oscillator yet to start."""
        self._started = self._clock.monotonic()
        self._store[:] = bytes(END)
        self._reset()

    def leave(self) -> None:
        """Taken from the bus."""
        self._bus.settle()
        self._bus.nodes.remove(self._can)

    # Frames.

    def _read(self, address: int, count: int) -> bytes:
        begin = address & ~3
        words = (self._load(at % END) for at in range(begin, address + count, 4))
        return b"".join(words)[address - begin :][:count]

    def _load(self, register: int) -> bytes:
        value = self._can.register(register)
        if register == codes.Interrupts.address:
            value = self._word(register) | self._flags()
        elif register == codes.Oscillator.address:
            value = self._word(register) | self._oscillator()
        kept = self._store[register : register + 4]
        return bytes(kept) if value is None else value.to_bytes(4, "little")

    def _read_checked(self, data: bytes, address: int) -> bytes:
        answer = self._read(address, sum(data[2:3]) * _unit(address))
        room = len(data[3:])
        return (answer + _crc(data[:3] + answer))[:room].ljust(room, b"\0")

    def _write_checked(self, data: bytes, address: int, count: int, begin: int) -> None:
        payload, sent = data[begin : begin + count], data[begin + count : begin + count + 2]
        if len(sent) < 2:
            self._complain(FORMAT_ERROR, sent)
        elif sent != _crc(data[: begin + count]):
            self._complain(CRC_ERROR, sent)
        else:
            self._write(address, payload)

    def _complain(self, flag: int, sent: bytes) -> None:
        kept = self._word(CRC) & 0xFFFF_0000
        self._put(CRC, kept | flag | int.from_bytes(sent, "big"))

    def _write(self, address: int, payload: bytes) -> None:
        if codes.MEMORY <= address < codes.MEMORY + codes.MEMORY_SIZE:
            whole = len(payload) // 4 * 4 if address % 4 == 0 else 0
            end = min(address + whole, codes.MEMORY + codes.MEMORY_SIZE)
            self._store[address:end] = payload[: end - address]
            return
        words: dict[int, list[int]] = {}
        for place, byte in enumerate(payload, address):
            shift = 8 * (place % 4)
            word = words.setdefault(place % END // 4 * 4, [0, 0])
            word[0] |= byte << shift
            word[1] |= 0xFF << shift
        for register, (value, mask) in words.items():
            self._write_word(register, value, mask)

    def _write_word(self, register: int, value: int, mask: int) -> None:
        configuring = self._can.mode is Mode.CONFIGURATION
        queue = codes.QueueControl.address <= register < FILTERS
        bits = self._writable(register, configuring)
        kept = self._word(register)
        if register == CRC:
            kept &= ~(mask & ~value & (CRC_ERROR | FORMAT_ERROR))
        self._put(register, kept & ~(mask & bits) | value & mask & bits)
        if register == codes.Control.address:
            self._can.control(self._word(register), value & mask)
        elif register == codes.Interrupts.address:
            self._can.clear(mask & ~value & codes.CLEARABLE)
        elif queue and register % codes.FIFO_STEP == codes.QueueControl.address % codes.FIFO_STEP:
            self._can.command((register - codes.QueueControl.address) // codes.FIFO_STEP,
                              value & mask)  # fmt: skip
        elif queue and register % codes.FIFO_STEP == codes.FifoStatus.address % codes.FIFO_STEP:
            number = (register - codes.QueueControl.address) // codes.FIFO_STEP
            self._can.clear_overflow(number, mask & ~value)

    def _writable(self, register: int, configuring: bool) -> int:
        if register in LOCKED and not configuring:
            return 0
        if register == codes.QueueControl.address:
            return SETTINGS_OF_QUEUE if configuring else 0x0000_0015
        if FIRST_FIFO <= register < FILTERS:
            control = (register - FIRST_FIFO) % codes.FIFO_STEP == 0
            return (SETTINGS_OF_FIFO if configuring else 0x0000_001F) if control else 0
        if FILTERS <= register < CONTROLLER_END:
            return 0xFFFF_FFFF
        return WRITABLE.get(register, 0)

    # Inside.

    def _oscillator(self) -> int:
        """OSCRDY."""
        ready = self._clock.monotonic() >= self._started + OSCILLATOR_S - 1e-9
        return 0x0400 if ready and not self.dead else 0

    def _flags(self) -> int:
        wrong = self._word(CRC) & (CRC_ERROR | FORMAT_ERROR)
        return self._can.flags() | (Event.SPI_CRC if wrong else 0)

    def _reset(self) -> None:
        kept = self._store[MEMORY]
        self._store[:] = bytes(END)
        self._store[MEMORY] = kept
        for register, value in RESETS.items():
            self._put(register, value)
        for number in range(1, 32):
            self._put(FIRST_FIFO + codes.FIFO_STEP * (number - 1), codes.FifoControl.reset)
        self._can.reset()

    def _word(self, register: int) -> int:
        return int.from_bytes(self._store[register : register + 4], "little")

    def _put(self, register: int, value: int) -> None:
        self._store[register : register + 4] = (value & 0xFFFF_FFFF).to_bytes(4, "little")


def _unit(address: int) -> int:
    """Bytes per count: the memory is counted in words."""
    return 4 if codes.MEMORY <= address < codes.MEMORY + codes.MEMORY_SIZE else 1


def _crc(data: bytes) -> bytes:
    crc = codes.CRC_INIT
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = crc << 1 ^ (codes.CRC_POLYNOMIAL if crc & 0x8000 else 0)
        crc &= 0xFFFF
    return crc.to_bytes(2, "big")
