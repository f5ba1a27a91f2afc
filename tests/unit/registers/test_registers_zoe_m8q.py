"""The ZOE-M8Q numbers against UBX-13003221 and the modules sheet 6.11, written a second time."""

from struct import Struct

from wisgate.registers import zoe_m8q
from wisgate.registers.zoe_m8q import Fix, Message


def test_messages():
    assert {message.name: message.value for message in Message} == {
        "NAV_PVT": 0x0107, "ACK_NAK": 0x0500, "ACK_ACK": 0x0501, "CFG_PRT": 0x0600,
        "CFG_MSG": 0x0601, "CFG_RST": 0x0604, "CFG_RATE": 0x0608, "MON_VER": 0x0A04,
    }  # fmt: skip


def test_fixes():
    assert [fix.name for fix in sorted(Fix)] == [
        "NONE", "DEAD_RECKONING", "TWO_D", "THREE_D", "COMBINED", "TIME_ONLY",
    ]  # fmt: skip
    assert [*Fix] == [0, 1, 2, 3, 4, 5]


def test_the_position_has_its_fields_where_the_sheet_says():
    """Offsets of the sheet: each a byte that is set alone."""
    offsets = {4: 1, 6: 2, 7: 3, 8: 4, 9: 5, 10: 6, 11: 7, 20: 10, 21: 11, 23: 13, 24: 14, 28: 15,
               32: 16, 36: 17, 40: 18, 44: 19, 60: 23, 64: 24, 76: 27}  # fmt: skip
    layout = Struct(zoe_m8q.PVT)
    assert layout.size == 92
    for offset, index in offsets.items():
        raw = bytearray(92)
        raw[offset] = 1
        assert [n for n, value in enumerate(layout.unpack(bytes(raw))) if value] == [index]


def test_signs():
    fields = Struct(zoe_m8q.PVT).unpack(b"\xff" * 92)
    assert [n for n, value in enumerate(fields) if value == -1] == [
        9, 14, 15, 16, 17, 20, 21, 22, 23, 24, 28, 29,
    ]  # fmt: skip


def test_settings():
    assert Struct(zoe_m8q.PORT).size == 20
    assert Struct(zoe_m8q.RATE).size == 6
    assert Struct(zoe_m8q.RESET).size == 4


def test_numbers():
    assert (zoe_m8q.COUNT_HIGH, zoe_m8q.COUNT_LOW, zoe_m8q.STREAM) == (0xFD, 0xFE, 0xFF)
    assert (zoe_m8q.IDLE, zoe_m8q.SYNC, zoe_m8q.DDC_PORT) == (0xFF, b"\xb5\x62", 0)
    assert (zoe_m8q.UBX, zoe_m8q.NMEA, zoe_m8q.RTCM) == (1, 2, 4)
    assert (zoe_m8q.VALID_DATE, zoe_m8q.VALID_TIME, zoe_m8q.RESOLVED) == (1, 2, 4)
    assert (zoe_m8q.FIX_OK, zoe_m8q.RESET_GNSS) == (1, 2)
