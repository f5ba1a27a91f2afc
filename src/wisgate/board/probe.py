"""The gentlest way to find out whether somebody answers an I2C address, and whether it is the right
one. Nothing is ever written to a chip that nobody knows.

Sources: i2c-tools, i2cdetect (which addresses are read); boards sheet A22; modules sheet 2.3.
"""

from __future__ import annotations

from enum import StrEnum

from ..bus.i2c import I2c
from ..catalog.parts import Chip, Question

FIRST, LAST = 0x08, 0x77
"""The others are reserved: to call them has a meaning for every chip."""
READ_RANGES = (range(0x30, 0x38), range(0x50, 0x60))
"""Where memories and their write protection are, which may take an empty write for a command."""
MEMORY = "EEPROM"


class Probe(StrEnum):
    QUICK = "quick"
    """The address is sent for writing, and no byte."""
    READ = "read"
    """One byte is read from wherever the chip stands."""
    KERNEL = "kernel"
    """Nothing is sent: a driver of the kernel owns the chip."""


def probe_of(address: int, chip: Chip | None = None, owner: str = "") -> tuple[Probe, str]:
    """How to ask, and why so. `chip` is who is expected there, `owner` the kernel's driver."""
    if owner:
        return Probe.KERNEL, f"{owner} of the kernel owns it and would be disturbed"
    if chip is not None and MEMORY not in chip.title:
        return Probe.QUICK, f"an empty write means nothing to a {chip.id}"
    if chip is not None or any(address in readable for readable in READ_RANGES):
        return Probe.READ, "a memory or its write protection may take an empty write for a command"
    return Probe.QUICK, "the address alone, no byte: nobody is written to"


def answers(i2c: I2c, address: int, probe: Probe) -> None:
    """Ask. Raises NoAcknowledge when nobody is there, BusError."""
    i2c.transfer(address, read=1 if probe is Probe.READ else 0)


def wrong_answer(i2c: I2c, address: int, question: Question) -> str:
    """What comes instead of the right answer, in words; "" when it is right. Raises BusError."""
    said = i2c.transfer(address, bytes(question.ask), len(question.answer))
    mask = question.mask or (0xFF,) * len(question.answer)
    if all(s & m == a & m for s, a, m in zip(said, question.answer, mask, strict=True)):
        return ""
    return (
        f"register {bytes(question.ask).hex()} reads {said.hex(' ')},"
        f" and should read {bytes(question.answer).hex(' ')}"
    )
