"""The ATECC608A codes against the boards sheet A11, written out a second time."""

from __future__ import annotations

from enum import IntEnum

import pytest

from wisgate.registers import atecc608a as chip

CODES: dict[type[IntEnum], dict[str, int]] = {
    chip.WordAddress: {"RESET": 0, "SLEEP": 1, "IDLE": 2, "COMMAND": 3},
    chip.Opcode: {
        "READ": 0x02, "NONCE": 0x16, "RANDOM": 0x1B, "REVISION": 0x30, "GEN_KEY": 0x40,
        "SIGN": 0x41, "VERIFY": 0x45, "SHA": 0x47,
    },
    chip.Status: {
        "OK": 0, "MISCOMPARE": 1, "PARSE_ERROR": 3, "ECC_FAULT": 5, "SELF_TEST_ERROR": 7,
        "HEALTH_ERROR": 8, "EXECUTION_ERROR": 0x0F, "AWAKE": 0x11, "WATCHDOG_SOON": 0xEE,
        "COMMUNICATION_ERROR": 0xFF,
    },
    chip.Zone: {"CONFIG": 0, "OTP": 1, "SLOTS": 2},
    chip.NonceMode: {"PASS_THROUGH": 3},
    chip.GenKeyMode: {"PUBLIC": 0, "CREATE": 4},
    chip.SignMode: {"EXTERNAL": 0x80},
    chip.VerifyMode: {"EXTERNAL": 2},
    chip.ShaMode: {"START": 0, "UPDATE": 1, "END": 2},
}  # fmt: skip
MILLISECONDS = {
    "READ": 5, "NONCE": 20, "RANDOM": 23, "REVISION": 5, "GEN_KEY": 115, "SIGN": 115,
    "VERIFY": 105, "SHA": 36,
}  # fmt: skip


@pytest.mark.parametrize("kind", CODES)
def test_codes(kind: type[IntEnum]) -> None:
    assert {code.name: code.value for code in kind} == CODES[kind]


def test_every_command_has_its_longest_time() -> None:
    assert {op.name: s * 1000 for op, s in chip.EXECUTION_S.items()} == pytest.approx(MILLISECONDS)


def test_numbers() -> None:
    assert (chip.BLOCK, chip.KEY_TYPE_P256, chip.SHA_BLOCK) == (0x80, 4, 64)
    assert (chip.WAKE_TIME_S, chip.WAKE_PULSE, chip.GENERAL_CALL) == (0.0015, b"\0", 0)
    assert bytes.fromhex("00006002") == chip.REVISION_608A
    assert chip.SERIAL_SPANS == ((0, 4), (8, 13))
    assert (chip.LOCK_VALUE, chip.LOCK_CONFIG) == (86, 87)
    assert (chip.UNLOCKED, chip.LOCKED) == (0x55, 0)
    assert chip.CRC_POLYNOMIAL == 0x8005
