"""The PN532 codes against the modules sheet 5.6, written out a second time."""

from wisgate.registers import pn532
from wisgate.registers.pn532 import Card, Command, Modulation, RfItem, SamMode, Status


def codes(kind):
    return {member.name: member.value for member in kind}


def test_commands():
    assert codes(Command) == {
        "GET_FIRMWARE_VERSION": 0x02, "GET_GENERAL_STATUS": 0x04, "SAM_CONFIGURATION": 0x14,
        "POWER_DOWN": 0x16, "RF_CONFIGURATION": 0x32, "IN_EXCHANGE": 0x40,
        "IN_COMMUNICATE_THRU": 0x42, "IN_DESELECT": 0x44, "IN_LIST_PASSIVE_TARGET": 0x4A,
        "IN_RELEASE": 0x52, "IN_SELECT": 0x54, "IN_AUTO_POLL": 0x60,
    }  # fmt: skip


def test_commands_of_the_card():
    assert codes(Card) == {
        "READ": 0x30, "FAST_READ": 0x3A, "KEY_A": 0x60, "KEY_B": 0x61, "WRITE_BLOCK": 0xA0,
        "WRITE_PAGE": 0xA2, "TRANSFER": 0xB0, "DECREMENT": 0xC0, "INCREMENT": 0xC1,
        "RESTORE": 0xC2,
    }  # fmt: skip


def test_statuses():
    assert codes(Status) == {
        "OK": 0x00, "TIME_OUT": 0x01, "CHECKSUM": 0x02, "PARITY": 0x03, "BIT_COUNT": 0x04,
        "FRAMING": 0x05, "BIT_COLLISION": 0x06, "BUFFER_TOO_SMALL": 0x07, "RF_OVERFLOW": 0x09,
        "FIELD_NOT_IN_TIME": 0x0A, "RF_PROTOCOL": 0x0B, "OVERHEATED": 0x0D,
        "INTERNAL_OVERFLOW": 0x0E, "INVALID_PARAMETER": 0x10, "WRONG_FORMAT": 0x13,
        "AUTHENTICATION": 0x14, "UID_CHECK": 0x23, "INVALID_STATE": 0x25, "NOT_ALLOWED": 0x26,
        "NOT_ACCEPTABLE": 0x27, "RELEASED": 0x29, "CARD_EXCHANGED": 0x2A,
        "CARD_DISAPPEARED": 0x2B, "OVER_CURRENT": 0x2D,
    }  # fmt: skip


def test_parameters():
    assert codes(SamMode) == {"NORMAL": 1, "VIRTUAL_CARD": 2, "WIRED_CARD": 3, "DUAL_CARD": 4}
    assert codes(RfItem) == {
        "FIELD": 1, "TIMINGS": 2, "MAX_RETRIES_COMMUNICATION": 4, "MAX_RETRIES": 5,
    }  # fmt: skip
    assert [*Modulation] == [0, 1, 2, 3, 4]
    assert Modulation.ISO14443B_106 == 3


def test_frames():
    assert bytes.fromhex("0000FF 00FF 00") == pn532.ACK
    assert bytes.fromhex("0000FF FF00 00") == pn532.NACK
    assert bytes.fromhex("0000FF 01FF 7F81 00") == pn532.SYNTAX_ERROR
    assert bytes.fromhex("0000FF") == pn532.START
    assert (pn532.TO_CHIP, pn532.TO_HOST, pn532.READY) == (0xD4, 0xD5, 1)
    assert bytes.fromhex("32010607") == pn532.IDENTITY


def test_numbers():
    assert (pn532.FOREVER, pn532.I2C_WAKES) == (0xFF, 0x80)
    assert (pn532.STATUS_MASK, pn532.MORE) == (0x3F, 0x40)
    assert (pn532.CLASSIC_1K, pn532.CLASSIC_4K, pn532.TYPE_2) == (0x08, 0x18, 0x00)
    assert (pn532.BLOCK, pn532.PAGE, pn532.GET_VERSION) == (16, 4, 0x60)
    assert pn532.VERSION_SIZES == {0x0F: "ntag213", 0x11: "ntag215", 0x13: "ntag216"}
