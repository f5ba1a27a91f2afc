"""Frames of an SX1262: an opcode, parameters, and what comes back; BUSY, the status byte and the
event flags (Semtech SX1261/2 datasheet rev 2.1, chapters 8 and 13).

Every verb that has to wait is a generator of the seconds to wait; it goes on afterwards. BUSY hangs
on a slow line, so it is asked only where the chip takes long (`settle`); after every other command
the longest time of table 8-2 is waited. The interrupt lines are left alone: the flags are read.
"""

from __future__ import annotations

from collections.abc import Generator

from ..bus.lines import Line
from ..bus.spi import Spi
from ..core.errors import BusTimeout, NoAnswer, UnexpectedValue
from ..core.units import Seconds
from ..registers.sx1262 import Command, Irq, Mode, Status
from ..registers.word import Word

COMMAND_S = 130e-6  # table 8-2: 126 us, the longest of a command that starts nothing
LOOK_S = 1e-3  # between two looks at BUSY
LOOKS = 20  # the oscillator may take 10 ms, a calibration 3.5 ms
NOBODY = (0x00, 0xFF)  # the status of a chip that is not there
EVENTS = (
    Irq.TX_DONE
    | Irq.RX_DONE
    | Irq.HEADER_ERROR
    | Irq.CRC_ERROR
    | Irq.CAD_DONE
    | Irq.CAD_DETECTED
    | Irq.TIMEOUT
)

Steps = Generator[Seconds, None, None]


class Frames:
    """One chip select and BUSY. Threads: lane only."""

    def __init__(self, spi: Spi, busy: Line) -> None:
        self._spi, self._busy = spi, busy

    def events(self) -> tuple[Status, Irq]:
        _opcode, status, *flags = self._transfer(Command.GET_IRQ_STATUS, 0, 0, 0)
        return self._decode(status), Irq(int.from_bytes(flags, "big")) & EVENTS

    def clear(self, flags: Irq) -> Steps:
        yield from self.tell(Command.CLEAR_IRQ_STATUS, *flags.to_bytes(2, "big"))

    def status(self) -> Status:
        return self._decode(self._transfer(Command.GET_STATUS, 0)[1])

    def demand(self, status: Status, mode: Mode) -> None:
        if status.mode != mode:
            raise UnexpectedValue(
                f"SX1262: the mode is {status.mode.name} ({status.outcome.name}), not {mode.name};"
                " it was reset, or its oscillator does not run"
            )

    def settle(self, when: str) -> Steps:
        """Wait until BUSY is low. Raises BusTimeout."""
        for _ in range(LOOKS):
            if not self._busy.get():
                return
            yield Seconds(LOOK_S)
        raise BusTimeout(f"SX1262: BUSY stays high {when}")

    def change(self, word: Word) -> Steps:
        """Write the fields of a register of one byte; its other bits stay as they are."""
        raw = self.read(type(word))[0]
        old = type(word).decode(raw)
        yield from self._store(type(word), raw ^ old.encode() ^ word.encode())

    def write(self, word: Word) -> Steps:
        yield from self._store(type(word), word.encode())

    def _store(self, word: type[Word], raw: int) -> Steps:
        place, content = word.address.to_bytes(2, "big"), raw.to_bytes(word.width >> 3, "big")
        yield from self.tell(Command.WRITE_REGISTER, *place, *content)

    def read(self, word: type[Word]) -> bytes:
        return self.ask(Command.READ_REGISTER, word.width >> 3, *word.address.to_bytes(2, "big"))

    def tell(self, command: Command, *parameters: int) -> Steps:
        self._transfer(command, *parameters)
        yield Seconds(COMMAND_S)

    def ask(self, command: Command, count: int, *parameters: int) -> bytes:
        """The `count` bytes behind one NOP. Raises NoAnswer when nobody drives the line."""
        answer = self._transfer(command, *parameters, 0, *bytes(count))
        self._decode(answer[1])
        return answer[-count:]

    def _transfer(self, *frame: int) -> bytes:
        return self._spi.transfer(bytes(frame))

    def _decode(self, raw: int) -> Status:
        if raw in NOBODY:
            raise NoAnswer(f"SX1262: the status reads {raw:#04x}; is the module in its slot?")
        return Status.decode(raw)
