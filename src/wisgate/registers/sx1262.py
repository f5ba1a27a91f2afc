"""SX1262 commands, codes and registers. Semtech SX1261/2 datasheet, rev 2.1.

A frame is an opcode and its parameters, big-endian. While a frame is sent the chip answers its
status byte; a reading command puts one NOP between its parameters and what it reads. The chip takes
no frame while BUSY is high.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag

from .word import Word, bit, bits

_TABLE = "SX1261/2 datasheet, table 12-1"


class Command(IntEnum):
    """Every opcode. SX1261/2 chapter 13."""

    RESET_STATS = 0x00
    CLEAR_IRQ_STATUS = 0x02
    CLEAR_ERRORS = 0x07
    SET_DIO_IRQ_PARAMS = 0x08
    WRITE_REGISTER = 0x0D
    WRITE_BUFFER = 0x0E
    GET_STATS = 0x10
    GET_PACKET_TYPE = 0x11
    GET_IRQ_STATUS = 0x12
    GET_RX_BUFFER_STATUS = 0x13
    GET_PACKET_STATUS = 0x14
    GET_RSSI_INST = 0x15
    GET_ERRORS = 0x17
    READ_REGISTER = 0x1D
    READ_BUFFER = 0x1E
    SET_STANDBY = 0x80
    SET_RX = 0x82
    SET_TX = 0x83
    SET_SLEEP = 0x84
    SET_RF_FREQUENCY = 0x86
    SET_CAD_PARAMS = 0x88
    CALIBRATE = 0x89
    SET_PACKET_TYPE = 0x8A
    SET_MODULATION_PARAMS = 0x8B
    SET_PACKET_PARAMS = 0x8C
    SET_TX_PARAMS = 0x8E
    SET_BUFFER_BASE = 0x8F
    SET_RX_TX_FALLBACK = 0x93
    SET_RX_DUTY_CYCLE = 0x94
    SET_PA_CONFIG = 0x95
    SET_REGULATOR_MODE = 0x96
    SET_DIO3_AS_TCXO = 0x97
    CALIBRATE_IMAGE = 0x98
    SET_DIO2_AS_RF_SWITCH = 0x9D
    STOP_TIMER_ON_PREAMBLE = 0x9F
    SET_SYMBOL_TIMEOUT = 0xA0
    GET_STATUS = 0xC0
    SET_FS = 0xC1
    SET_CAD = 0xC5
    SET_TX_CONTINUOUS_WAVE = 0xD1
    SET_TX_INFINITE_PREAMBLE = 0xD2


class Mode(IntEnum):
    """Bits 6:4 of the status byte. SX1261/2 table 13-76."""

    STANDBY_RC = 2
    STANDBY_XOSC = 3
    SYNTHESIS = 4
    RECEIVE = 5
    TRANSMIT = 6


class Outcome(IntEnum):
    """Bits 3:1 of the status byte: of the last command. SX1261/2 table 13-76; 0 and 1 are reserved
    there, and are what a chip shows that has nothing to say."""

    NONE = 0
    TAKEN = 1
    PACKET_AVAILABLE = 2
    TIMEOUT = 3
    PROCESSING_ERROR = 4
    EXECUTION_FAILURE = 5
    TX_DONE = 6


class Status(Word, address=0xC0, width=8, reset=0, writable=False, source="SX1261/2 table 13-76"):
    """Bits 7 and 0 mean nothing. A chip that is not there reads 0x00 or 0xFF: no mode."""

    mode: Mode = bits(6, 4)
    outcome: Outcome = bits(3, 1)


class Irq(IntFlag):
    """SX1261/2 table 13-29."""

    TX_DONE = 0x0001
    RX_DONE = 0x0002
    PREAMBLE_DETECTED = 0x0004
    SYNC_WORD_VALID = 0x0008
    HEADER_VALID = 0x0010
    HEADER_ERROR = 0x0020
    CRC_ERROR = 0x0040
    CAD_DONE = 0x0080
    CAD_DETECTED = 0x0100
    TIMEOUT = 0x0200


class Fault(IntFlag):
    """The answer to GET_ERRORS. SX1261/2 table 13-85."""

    RC64K_CALIBRATION = 0x0001
    RC13M_CALIBRATION = 0x0002
    PLL_CALIBRATION = 0x0004
    ADC_CALIBRATION = 0x0008
    IMAGE_CALIBRATION = 0x0010
    XOSC_START = 0x0020
    PLL_LOCK = 0x0040
    PA_RAMP = 0x0100


class PacketType(IntEnum):
    GFSK = 0
    LORA = 1


class Standby(IntEnum):
    """Which oscillator runs in standby."""

    RC = 0
    XOSC = 1


class Sleep(IntFlag):
    """0 is a cold start that forgets everything."""

    RTC_WAKE = 0x01
    WARM = 0x04


class Regulator(IntEnum):
    LDO = 0
    DC_DC = 1


class Fallback(IntEnum):
    """Where the chip goes after a packet. SX1261/2 table 13-23."""

    STANDBY_RC = 0x20
    STANDBY_XOSC = 0x30
    SYNTHESIS = 0x40


class Bandwidth(IntEnum):
    """Of LoRa modulation, by its kilohertz. SX1261/2 table 13-48."""

    KHZ7 = 0x00
    KHZ10 = 0x08
    KHZ15 = 0x01
    KHZ20 = 0x09
    KHZ31 = 0x02
    KHZ41 = 0x0A
    KHZ62 = 0x03
    KHZ125 = 0x04
    KHZ250 = 0x05
    KHZ500 = 0x06


BANDWIDTH_HZ = {
    Bandwidth.KHZ7: 7_812.5,
    Bandwidth.KHZ10: 10_416.7,
    Bandwidth.KHZ15: 15_625.0,
    Bandwidth.KHZ20: 20_833.3,
    Bandwidth.KHZ31: 31_250.0,
    Bandwidth.KHZ41: 41_666.7,
    Bandwidth.KHZ62: 62_500.0,
    Bandwidth.KHZ125: 125_000.0,
    Bandwidth.KHZ250: 250_000.0,
    Bandwidth.KHZ500: 500_000.0,
}


class CodingRate(IntEnum):
    CR4_5 = 1
    CR4_6 = 2
    CR4_7 = 3
    CR4_8 = 4


class Ramp(IntEnum):
    """Of the power amplifier, by its microseconds. SX1261/2 table 13-41."""

    US10 = 0
    US20 = 1
    US40 = 2
    US80 = 3
    US200 = 4
    US800 = 5
    US1700 = 6
    US3400 = 7


class TcxoVoltage(IntEnum):
    """At DIO3. SX1261/2 table 13-35."""

    V1_6 = 0
    V1_7 = 1
    V1_8 = 2
    V2_2 = 3
    V2_4 = 4
    V2_7 = 5
    V3_0 = 6
    V3_3 = 7


TCXO_V = (1.6, 1.7, 1.8, 2.2, 2.4, 2.7, 3.0, 3.3)
"""Volts, by `TcxoVoltage`."""


class CadSymbols(IntEnum):
    """How long a channel activity detection listens, in symbols. SX1261/2 table 13-73."""

    SYMBOLS1 = 0
    SYMBOLS2 = 1
    SYMBOLS4 = 2
    SYMBOLS8 = 3
    SYMBOLS16 = 4


class CadExit(IntEnum):
    """What follows a detection: standby in any case, or reception when there was activity."""

    STANDBY = 0
    RECEIVE = 1


CRYSTAL_HZ = 32e6
FREQUENCY_STEP_HZ = CRYSTAL_HZ / 2**25
"""Of the word of SET_RF_FREQUENCY. SX1261/2 13.4.1."""
TIMEOUT_STEP_S = 15.625e-6
"""Of every time-out of 24 bits."""
RX_CONTINUOUS = 0xFFFFFF
"""The time-out of SET_RX that means for ever; 0 means until one packet has come."""
CALIBRATE_ALL = 0x7F

IMAGE_BANDS = (
    (430e6, 440e6, 0x6B, 0x6F),
    (470e6, 510e6, 0x75, 0x81),
    (779e6, 787e6, 0xC1, 0xC5),
    (863e6, 870e6, 0xD7, 0xDB),
    (902e6, 928e6, 0xE1, 0xE9),
)
"""Lowest and highest frequency in Hz, and the parameters of CALIBRATE_IMAGE. Table 9-2."""

SYNC_PRIVATE, SYNC_PUBLIC = 0x1424, 0x3444


class SyncWord(Word, address=0x0740, reset=SYNC_PRIVATE, source=_TABLE):
    """Two bytes, of which the low nibbles stay 4."""

    code: int = bits(15, 0)


class IqPolarity(Word, address=0x0736, width=8, reset=0x0D, source="SX1261/2 15.4"):
    """`standard` must be 1 for standard IQ and 0 for inverted IQ, after every
    SET_PACKET_PARAMS."""

    standard: bool = bit(2)


class TxModulation(Word, address=0x0889, width=8, reset=0x01, source="SX1261/2 15.1"):
    """`narrow` must be 0 for LoRa at 500 kHz and 1 for everything else, before each packet."""

    narrow: bool = bit(2)


class RxGain(Word, address=0x08AC, width=8, reset=0x94, source="SX1261/2 9.6"):
    """0x94 saves power, 0x96 boosts."""

    code: int = bits(7, 0)


class TxClamp(Word, address=0x08D8, width=8, reset=0xC8, source="SX1261/2 15.2"):
    """15 stands a badly matched antenna; once after reset or a cold start."""

    threshold: int = bits(4, 1)


class OverCurrent(Word, address=0x08E7, width=8, reset=0x18, source=_TABLE):
    """One code is 2.5 mA. SET_PA_CONFIG sets it, too: write it after that."""

    code: int = bits(5, 0)


RETENTION = 0x029F
"""Three bytes that keep `RxGain` over a warm sleep: 01 08 AC. SX1261/2 9.6."""
RANDOM = 0x0819
"""Four bytes, new at every read while receiving."""
VERSION = 0x0320
"""Text of 16 bytes that begins with SX1261, on an SX1262 as well (RadioLib)."""
