"""The SX1262 map against the modules sheet 5.5 and 9.4, written out a second time."""

import pytest

from wisgate.registers import sx1262 as codes

COMMANDS = {
    "SET_SLEEP": 0x84, "SET_STANDBY": 0x80, "SET_FS": 0xC1, "SET_TX": 0x83, "SET_RX": 0x82,
    "STOP_TIMER_ON_PREAMBLE": 0x9F, "SET_RX_DUTY_CYCLE": 0x94, "SET_CAD": 0xC5,
    "SET_TX_CONTINUOUS_WAVE": 0xD1, "SET_TX_INFINITE_PREAMBLE": 0xD2, "SET_REGULATOR_MODE": 0x96,
    "CALIBRATE": 0x89, "CALIBRATE_IMAGE": 0x98, "SET_PA_CONFIG": 0x95, "SET_RX_TX_FALLBACK": 0x93,
    "WRITE_REGISTER": 0x0D, "READ_REGISTER": 0x1D, "WRITE_BUFFER": 0x0E, "READ_BUFFER": 0x1E,
    "SET_DIO_IRQ_PARAMS": 0x08, "GET_IRQ_STATUS": 0x12, "CLEAR_IRQ_STATUS": 0x02,
    "SET_DIO2_AS_RF_SWITCH": 0x9D, "SET_DIO3_AS_TCXO": 0x97, "SET_RF_FREQUENCY": 0x86,
    "SET_PACKET_TYPE": 0x8A, "GET_PACKET_TYPE": 0x11, "SET_TX_PARAMS": 0x8E,
    "SET_MODULATION_PARAMS": 0x8B, "SET_PACKET_PARAMS": 0x8C, "SET_CAD_PARAMS": 0x88,
    "SET_BUFFER_BASE": 0x8F, "SET_SYMBOL_TIMEOUT": 0xA0, "GET_STATUS": 0xC0,
    "GET_RX_BUFFER_STATUS": 0x13, "GET_PACKET_STATUS": 0x14, "GET_RSSI_INST": 0x15,
    "GET_ERRORS": 0x17, "CLEAR_ERRORS": 0x07, "GET_STATS": 0x10, "RESET_STATS": 0x00,
}  # fmt: skip
ENUMERATIONS = {
    "Mode": {"STANDBY_RC": 2, "STANDBY_XOSC": 3, "SYNTHESIS": 4, "RECEIVE": 5, "TRANSMIT": 6},
    "Outcome": {
        "NONE": 0, "TAKEN": 1, "PACKET_AVAILABLE": 2, "TIMEOUT": 3, "PROCESSING_ERROR": 4,
        "EXECUTION_FAILURE": 5, "TX_DONE": 6,
    },
    "Irq": {
        "TX_DONE": 1, "RX_DONE": 2, "PREAMBLE_DETECTED": 4, "SYNC_WORD_VALID": 8,
        "HEADER_VALID": 16, "HEADER_ERROR": 32, "CRC_ERROR": 64, "CAD_DONE": 128,
        "CAD_DETECTED": 256, "TIMEOUT": 512,
    },
    "Fault": {
        "RC64K_CALIBRATION": 1, "RC13M_CALIBRATION": 2, "PLL_CALIBRATION": 4, "ADC_CALIBRATION": 8,
        "IMAGE_CALIBRATION": 16, "XOSC_START": 32, "PLL_LOCK": 64, "PA_RAMP": 256,
    },
    "PacketType": {"GFSK": 0, "LORA": 1},
    "Standby": {"RC": 0, "XOSC": 1},
    "Sleep": {"RTC_WAKE": 1, "WARM": 4},
    "Regulator": {"LDO": 0, "DC_DC": 1},
    "Fallback": {"STANDBY_RC": 0x20, "STANDBY_XOSC": 0x30, "SYNTHESIS": 0x40},
    "CodingRate": {"CR4_5": 1, "CR4_6": 2, "CR4_7": 3, "CR4_8": 4},
    "Ramp": {"US10": 0, "US20": 1, "US40": 2, "US80": 3, "US200": 4, "US800": 5, "US1700": 6,
             "US3400": 7},
    "TcxoVoltage": {"V1_6": 0, "V1_7": 1, "V1_8": 2, "V2_2": 3, "V2_4": 4, "V2_7": 5, "V3_0": 6,
                    "V3_3": 7},
    "CadSymbols": {"SYMBOLS1": 0, "SYMBOLS2": 1, "SYMBOLS4": 2, "SYMBOLS8": 3, "SYMBOLS16": 4},
    "CadExit": {"STANDBY": 0, "RECEIVE": 1},
}  # fmt: skip
BANDWIDTHS = {  # name: code, Hz
    "KHZ7": (0x00, 7812.5), "KHZ10": (0x08, 10416.7), "KHZ15": (0x01, 15625),
    "KHZ20": (0x09, 20833.3), "KHZ31": (0x02, 31250), "KHZ41": (0x0A, 41666.7),
    "KHZ62": (0x03, 62500), "KHZ125": (0x04, 125000), "KHZ250": (0x05, 250000),
    "KHZ500": (0x06, 500000),
}  # fmt: skip
WORDS = {  # name: address, width, reset, writable
    "Status": (0xC0, 8, 0x00, False),
    "SyncWord": (0x0740, 16, 0x1424, True),
    "IqPolarity": (0x0736, 8, 0x0D, True),
    "TxModulation": (0x0889, 8, 0x01, True),
    "RxGain": (0x08AC, 8, 0x94, True),
    "TxClamp": (0x08D8, 8, 0xC8, True),
    "OverCurrent": (0x08E7, 8, 0x18, True),
}


def test_commands():
    assert {command.name: command.value for command in codes.Command} == COMMANDS


@pytest.mark.parametrize("name", ENUMERATIONS)
def test_codes(name):
    found = {member.name: member.value for member in getattr(codes, name)}
    assert found == ENUMERATIONS[name]


def test_bandwidths():
    found = {code.name: (code.value, codes.BANDWIDTH_HZ[code]) for code in codes.Bandwidth}
    assert found == BANDWIDTHS


@pytest.mark.parametrize("name", WORDS)
def test_words(name):
    word = getattr(codes, name)
    assert (word.address, word.width, word.reset, word.writable) == WORDS[name]


@pytest.mark.parametrize(
    ("raw", "mode", "outcome"),
    [(0x22, 2, 1), (0x2A, 2, 5), (0x2C, 2, 6), (0x54, 5, 2), (0x60, 6, 0), (0xA2, 2, 1),
     (0xA3, 2, 1), (0x36, 3, 3), (0x48, 4, 4)],
)  # fmt: skip
def test_the_status_byte(raw, mode, outcome):
    status = codes.Status.decode(raw)
    assert (status.mode, status.outcome) == (mode, outcome)


def test_fields_of_the_errata():
    assert codes.IqPolarity.decode(0x0D).standard is True
    assert codes.IqPolarity(standard=False).encode() == 0x09
    assert codes.TxModulation.decode(0x01).narrow is False
    assert codes.TxModulation(narrow=True).encode() == 0x05
    assert codes.TxClamp.decode(0xC8).threshold == 0b0100
    assert codes.TxClamp(threshold=15).encode() == 0xDE
    assert codes.TxClamp.decode(0xFF).threshold == 15
    assert codes.OverCurrent(code=0x38).encode() == 0x38
    assert codes.OverCurrent.decode(0xFF).code == 0x3F
    assert codes.RxGain.decode(0x96).code == 0x96
    assert codes.SyncWord(code=0x3444).encode() == 0x3444
    assert codes.SyncWord.decode(0xF4F4).code == 0xF4F4


@pytest.mark.parametrize(
    ("megahertz", "word"),
    [(433.175, 0x1B12CCCD), (868.1, 0x3641999A), (868.3, 0x3644CCCD), (868.5, 0x36480000),
     (869.525, 0x36586666), (903.9, 0x387E6666), (915.0, 0x39300000), (923.2, 0x39B33333)],
)  # fmt: skip
def test_the_step_of_the_frequency(megahertz, word):
    assert round(megahertz * 1e6 / codes.FREQUENCY_STEP_HZ) == word


def test_numbers():
    assert codes.CRYSTAL_HZ == 32e6
    assert pytest.approx(10e-3) == 640 * codes.TIMEOUT_STEP_S
    assert (codes.RX_CONTINUOUS, codes.CALIBRATE_ALL) == (0xFFFFFF, 0x7F)
    assert codes.TCXO_V == (1.6, 1.7, 1.8, 2.2, 2.4, 2.7, 3.0, 3.3)
    assert (codes.SYNC_PRIVATE, codes.SYNC_PUBLIC) == (0x1424, 0x3444)
    assert (codes.RETENTION, codes.RANDOM, codes.VERSION) == (0x029F, 0x0819, 0x0320)
    assert codes.IMAGE_BANDS == (
        (430e6, 440e6, 0x6B, 0x6F), (470e6, 510e6, 0x75, 0x81), (779e6, 787e6, 0xC1, 0xC5),
        (863e6, 870e6, 0xD7, 0xDB), (902e6, 928e6, 0xE1, 0xE9),
    )  # fmt: skip
