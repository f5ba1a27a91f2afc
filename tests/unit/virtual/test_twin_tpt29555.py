"""What the transcript cannot say: the outside of the pins, power, several bytes."""

from __future__ import annotations

import pytest

from wisgate.virtual.chips.tpt29555 import Tpt29555Twin


def twin() -> Tpt29555Twin:
    return Tpt29555Twin(addresses=(0x26,))


def test_only_its_addresses() -> None:
    chip = twin()
    assert chip.addressed(0x26, True)
    assert not chip.addressed(0x27, False)


def test_after_power_on_every_pin_is_pulled_up_and_driven_by_nobody() -> None:
    chip = twin()
    assert all(chip.level(n) for n in range(16))
    assert not any(chip.driven(n) for n in range(16))


def test_a_read_before_any_command_begins_at_the_first_register() -> None:
    chip = twin()
    chip.drive(0, False)
    assert chip.read(2) == b"\xfe\xff"
    chip.write(b"\x02")
    chip.power_cycle()
    assert chip.read(2) == b"\xfe\xff"


@pytest.mark.parametrize("line", [0, 7, 8, 15])
def test_a_pin_has_the_level_that_the_outside_gives_it(line: int) -> None:
    chip = twin()
    for outside, level in ((False, False), (True, True), (False, False), (None, True)):
        chip.drive(line, outside)
        assert [chip.level(n) for n in range(16)] == [level or n != line for n in range(16)]


def test_a_change_at_one_pin_is_told_to_its_watchers_only() -> None:
    chip, seen = twin(), []
    for line in range(16):
        chip.watch(line, lambda level, line=line: seen.append((line, level)))
    chip.drive(3, False)
    chip.drive(3, False)
    chip.drive(3, None)
    assert seen == [(3, False), (3, True)]


def test_a_power_cycle_is_told_where_it_changes_something() -> None:
    chip, seen = twin(), []
    chip.write(b"\x06\xef")
    for line in range(16):
        chip.watch(line, lambda level, line=line: seen.append((line, level)))
    chip.power_cycle()
    chip.power_cycle()
    assert seen == [(4, True)]


def test_direction_before_latch_makes_a_high_pulse() -> None:
    chip, seen = twin(), []
    chip.drive(4, False)
    chip.watch(4, seen.append)
    chip.write(b"\x06\xef")
    chip.write(b"\x02\xef")
    assert seen == [True, False]


def test_latch_before_direction_makes_none() -> None:
    chip, seen = twin(), []
    chip.drive(4, False)
    chip.watch(4, seen.append)
    chip.write(b"\x02\xef")
    chip.write(b"\x06\xef")
    assert seen == [False]


def test_turning_to_output_is_told_though_the_level_stays() -> None:
    chip, seen = twin(), []
    chip.watch(12, seen.append)
    chip.write(b"\x07\xef")
    assert seen == [True]
    assert chip.driven(12)
    assert not chip.driven(4)


def test_watching_ends() -> None:
    chip, seen = twin(), []
    end = chip.watch(3, seen.append)
    end()
    chip.drive(3, False)
    assert seen == []


def test_more_bytes_toggle_inside_the_pair() -> None:
    chip = twin()
    chip.write(b"\x02\x11\x22\x33")
    chip.write(b"\x02")
    assert chip.read(4) == b"\x33\x22\x33\x22"
    chip.write(b"\x03")
    assert chip.read(3) == b"\x22\x33\x22"


def test_input_registers_cannot_be_written() -> None:
    chip = twin()
    assert chip.write(b"\x00\x00\x00") == 3
    chip.write(b"\x00")
    assert chip.read(2) == b"\xff\xff"


def test_polarity_inverts_reading_not_the_pin() -> None:
    chip = twin()
    chip.write(b"\x05\x80")
    chip.write(b"\x00")
    assert chip.read(2) == b"\xff\x7f"
    assert chip.level(15)


def test_power_cycle_lets_go_of_outputs() -> None:
    chip, seen = twin(), []
    chip.write(b"\x02\xef\xff")
    chip.write(b"\x06\xef\xff")
    chip.write(b"\x04\xff\xff")
    chip.watch(4, seen.append)
    chip.power_cycle()
    assert seen == [True]
    for register, value in ((2, 0xFF), (4, 0x00), (6, 0xFF)):
        chip.write(bytes([register]))
        assert chip.read(2) == bytes([value, value])


@pytest.mark.parametrize("line", [-1, 16])
def test_no_such_line(line: int) -> None:
    with pytest.raises(ValueError, match="lines 0 to 15"):
        twin().level(line)


def test_looks_before_the_levels_are_read_and_not_otherwise() -> None:
    chip = twin()
    chip.look = lambda: chip.drive(3, False)
    chip.write(b"\x02")
    chip.read(2)
    assert chip.level(3)
    chip.write(b"\x00")
    assert chip.read(1) == b"\xf7"
    chip.look = lambda: chip.drive(9, False)
    chip.write(b"\x01")
    assert chip.read(1) == b"\xfd"
