"""What the transcript cannot say: power, the world, the reference that fights."""

from __future__ import annotations

import pytest

from wisgate.virtual.chips.ads7830 import Ads7830Twin

INPUTS = (0x84, 0xC4, 0x94, 0xD4, 0xA4, 0xE4, 0xB4, 0xF4)


def twin() -> Ads7830Twin:
    return Ads7830Twin(addresses=(0x48,))


def convert(chip: Ads7830Twin, command: int) -> int:
    chip.write(bytes([command]))
    return chip.read(1)[0]


def test_only_its_addresses() -> None:
    chip = twin()
    assert chip.addressed(0x48, True)
    assert not chip.addressed(0x4A, False)


@pytest.mark.parametrize("channel", range(8))
def test_an_input_is_itself_and_the_others_are_at_ground(channel: int) -> None:
    chip = twin()
    setattr(chip, f"ch{channel}", 1.5)
    codes = [convert(chip, command) for command in INPUTS]
    assert codes == [128 if n == channel else 0 for n in range(8)]


def test_nothing_is_converted_before_a_command_or_after_a_brown_out() -> None:
    chip = twin()
    chip.ch0 = 1.5
    assert chip.read(1) == b"\x00"
    chip.write(b"\x84")
    assert chip.read(1) == b"\x80"
    chip.power_cycle()
    assert chip.read(1) == b"\x00"


def test_one_conversion_is_one_byte() -> None:
    chip = twin()
    chip.ch0 = 1.5
    chip.write(b"\x84")
    assert chip.read(3) == b"\x80\xff\xff"


def test_the_last_command_counts() -> None:
    chip = twin()
    chip.ch0, chip.ch1 = 1.5, 0.75
    chip.write(b"\x84\xc4")
    assert chip.read(1) == b"\x40"


def test_an_empty_write_converts_nothing() -> None:
    chip = twin()
    chip.ch0 = 1.5
    convert(chip, 0x84)
    chip.ch0 = 0.75
    assert chip.write(b"") == 0
    assert chip.read(1) == b"\x80"


def test_looks_at_the_world_once_per_command() -> None:
    chip, looks = twin(), []
    chip.look = lambda: looks.append(1)
    convert(chip, 0x84)
    chip.read(1)
    assert looks == [1]


@pytest.mark.parametrize(("command", "fights"), [(0x81, 0), (0x84, 0), (0x88, 1), (0x8C, 1)])
def test_the_internal_reference_fights_the_external_one(command: int, fights: int) -> None:
    chip = twin()
    convert(chip, command)
    assert chip.fights == fights


@pytest.mark.parametrize(
    ("volts", "code"), [(0.0058, 0), (0.0060, 1), (2.982, 254), (2.983, 255), (9.0, 255), (-9.0, 0)]
)
def test_codes_are_rounded_and_end_at_the_reference(volts: float, code: int) -> None:
    chip = twin()
    chip.ch7 = volts
    assert convert(chip, 0xF4) == code
