"""SCD30 commands. Sensirion SCD30 interface description 1.0, section 1.4.

No registers: a 16 bit command, big-endian; where it has an argument, a word and its checksum byte
follow. Answers are words of two bytes, each with a checksum byte (that of the SHTC3). An answer is
fetched in a transaction of its own, after a pause: the chip knows no repeated START (section 1.1).
"""

from __future__ import annotations

from enum import IntEnum


class Command(IntEnum):
    """Every command word. Those with an argument, but START, answer their present value when they
    are sent without one. "Kept" is what survives a loss of power."""

    START = 0x0010
    """Measure until STOP, kept. Argument: ambient pressure in mbar, 0 for none."""
    STOP = 0x0104
    INTERVAL = 0x4600
    """Seconds from one measurement to the next, kept."""
    READY = 0x0202
    """Answers 1 while a measurement waits that nobody has read."""
    READ = 0x0300
    """Answers three floats (IEEE 754, big-endian, two words each): CO2, temperature, humidity."""
    SELF_CALIBRATION = 0x5306
    """1 corrects the zero by the lowest values of some days in fresh air, kept."""
    RECALIBRATION = 0x5204
    """The CO2 concentration, in ppm, that the chip breathes at this moment."""
    TEMPERATURE_OFFSET = 0x5403
    """Own heating, in hundredths of a degree, kept; subtracted from the temperature."""
    ALTITUDE = 0x5102
    """Metres above sea level, kept; an ambient pressure overrides it."""
    FIRMWARE = 0xD100
    """Answers major and minor version, a byte each."""
    SOFT_RESET = 0xD304


PRESSURES_MBAR = (700, 1400)
"""Lowest and highest argument of START, besides 0. Section 1.4.1."""
INTERVALS_S = (2, 1800)
"""Section 1.4.3."""
RECALIBRATIONS_PPM = (400, 2000)
"""Section 1.4.6."""
RANGE_PPM = (0.0, 40000.0)
"""What the chip reports; it is specified from 400 to 10 000 ppm. SCD30 data sheet, table 1."""

ANSWER_AFTER_S = 3e-3
"""Seconds from a command to the read of its answer, at least. Section 1.4.5."""
BOOT_S = 2.0
"""Seconds from power-up or reset to the first command, at most. Section 1.1."""
STRETCH_S = 30e-3
"""Seconds for which the chip may hold the clock within a frame; five times that, once a day.
Section 1.1."""
