"""The SCD30 commands against the modules sheet 6.7, written out a second time."""

import pytest

from wisgate.registers import scd30
from wisgate.registers.scd30 import Command

COMMANDS = {
    "START": 0x0010, "STOP": 0x0104, "INTERVAL": 0x4600, "READY": 0x0202, "READ": 0x0300,
    "SELF_CALIBRATION": 0x5306, "RECALIBRATION": 0x5204, "TEMPERATURE_OFFSET": 0x5403,
    "ALTITUDE": 0x5102, "FIRMWARE": 0xD100, "SOFT_RESET": 0xD304,
}  # fmt: skip


def test_commands():
    assert {command.name: command.value for command in Command} == COMMANDS


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        (scd30.PRESSURES_MBAR, (700, 1400)),
        (scd30.INTERVALS_S, (2, 1800)),
        (scd30.RECALIBRATIONS_PPM, (400, 2000)),
        (scd30.RANGE_PPM, (0, 40000)),
    ],
)
def test_limits(limits, expected):
    assert limits == expected


def test_times():
    assert (scd30.ANSWER_AFTER_S, scd30.BOOT_S, scd30.STRETCH_S) == (0.003, 2, 0.03)
