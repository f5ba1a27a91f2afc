"""What the transcript cannot say: the outside of the pins, reset, power."""

from __future__ import annotations

import pytest

from wisgate.virtual.chips.mcp23017 import Mcp23017Twin


def twin() -> Mcp23017Twin:
    return Mcp23017Twin(addresses=(0x20,))


def register(chip: Mcp23017Twin, address: int) -> int:
    chip.write(bytes([address]))
    return chip.read(1)[0]


def test_only_its_addresses() -> None:
    chip = twin()
    assert chip.addressed(0x20, True)
    assert not chip.addressed(0x24, False)


def test_after_power_on_nobody_drives_a_pin_and_none_is_pulled_up() -> None:
    chip = twin()
    assert [chip.driven(n) for n in range(16)] == [None] * 16
    assert not any(chip.level(n) for n in range(16))


def test_a_read_before_any_address_begins_at_the_first_register() -> None:
    chip = twin()
    assert chip.read(3) == b"\xff\xff\x00"
    chip.write(b"\x12")
    chip.power_cycle()
    assert chip.read(3) == b"\xff\xff\x00"


def test_an_empty_write_moves_nothing() -> None:
    chip = twin()
    chip.write(b"\x02")
    assert chip.write(b"") == 0
    assert chip.read(1) == b"\x00"


@pytest.mark.parametrize("line", [0, 7, 8, 15])
def test_a_pin_has_the_level_that_the_outside_gives_it(line: int) -> None:
    chip = twin()
    for outside, level in ((True, True), (False, False), (True, True), (None, False)):
        chip.drive(line, outside)
        assert [chip.level(n) for n in range(16)] == [level and n == line for n in range(16)]


@pytest.mark.parametrize("line", [0, 7, 8, 15])
def test_an_output_wins_over_the_outside(line: int) -> None:
    chip = twin()
    port, bit = divmod(line, 8)
    chip.drive(line, False)
    chip.write(bytes([0x14 + port, 1 << bit]))
    chip.write(bytes([port, 0xFF & ~(1 << bit)]))
    assert [chip.driven(n) for n in range(16)] == [True if n == line else None for n in range(16)]
    assert chip.level(line)
    chip.drive(line, True)
    chip.write(bytes([0x14 + port, 0]))
    assert chip.driven(line) is False
    assert not chip.level(line)


def test_a_change_at_one_pin_is_told_to_its_watchers_only() -> None:
    chip, seen = twin(), []
    for line in range(16):
        chip.watch(line, lambda level, line=line: seen.append((line, level)))
    chip.drive(15, True)
    chip.drive(15, True)
    chip.drive(0, False)
    chip.drive(15, None)
    assert seen == [(15, True), (15, False)]


def test_an_output_that_changes_is_told_and_its_direction_too() -> None:
    chip, seen = twin(), []
    chip.watch(12, seen.append)
    chip.watch(13, lambda _level: seen.append("another line"))
    chip.write(b"\x15\x10")
    assert seen == []
    chip.write(b"\x01\xef")
    chip.write(b"\x15\x00")
    chip.write(b"\x01\xff")
    assert seen == [True, False, False]


def test_watching_ends() -> None:
    chip, seen = twin(), []
    end = chip.watch(3, seen.append)
    end()
    chip.drive(3, True)
    assert seen == []


def test_a_power_cycle_lets_go_of_outputs_and_forgets_everything() -> None:
    chip, seen = twin(), []
    chip.write(bytes([0x00, *[0xA5] * 10]))
    chip.write(b"\x0a\x74")
    chip.write(b"\x0c\xff\xff")
    chip.write(b"\x0c\xff\xff")
    chip.write(b"\x0a\x00")
    chip.write(b"\x14\xff\xff")
    chip.write(b"\x00\x00\x00")
    chip.watch(9, seen.append)
    chip.power_cycle()
    assert seen == [False]
    chip.write(b"\x00")
    assert chip.read(0x16) == b"\xff\xff" + bytes(0x14)


def test_in_reset_it_answers_nothing_and_is_as_after_power_on() -> None:
    chip = twin()
    chip.write(b"\x14\x01")
    chip.write(b"\x00\xfe")
    chip.reset(True)
    assert not chip.addressed(0x20, False)
    assert chip.driven(0) is None
    chip.reset(False)
    assert chip.addressed(0x20, False)
    assert register(chip, 0x00) == 0xFF
    assert register(chip, 0x14) == 0x00


def test_letting_go_of_reset_alone_changes_nothing() -> None:
    chip = twin()
    chip.write(b"\x00\xfe")
    chip.reset(False)
    assert register(chip, 0x00) == 0xFE


def test_a_pin_keeps_its_level_from_outside_through_a_reset() -> None:
    chip = twin()
    chip.drive(4, True)
    chip.power_cycle()
    assert register(chip, 0x12) == 0x10


def test_interrupts_are_low_while_they_last() -> None:
    chip = twin()
    chip.write(b"\x04\x01\x01")
    assert (chip.interrupt(0), chip.interrupt(1)) == (True, True)
    chip.drive(8, True)
    assert (chip.interrupt(0), chip.interrupt(1)) == (True, False)
    register(chip, 0x13)
    assert (chip.interrupt(0), chip.interrupt(1)) == (True, True)
    chip.drive(0, True)
    assert (chip.interrupt(0), chip.interrupt(1)) == (False, True)
    register(chip, 0x10)
    assert (chip.interrupt(0), chip.interrupt(1)) == (True, True)


@pytest.mark.parametrize(
    ("iocon", "idle", "raised"),
    [(0x02, False, True), (0x04, None, False), (0x06, None, False), (0x00, True, False)],
)
def test_how_the_interrupt_pins_are_driven(iocon: int, idle: bool | None, raised: bool) -> None:
    chip = twin()
    chip.write(bytes([0x0A, iocon]))
    chip.write(b"\x04\x01")
    assert chip.interrupt(0) is idle
    chip.drive(0, True)
    assert chip.interrupt(0) is raised
    assert chip.interrupt(1) is idle


def test_mirrored_interrupts_are_one() -> None:
    chip = twin()
    chip.write(b"\x0a\x40")
    chip.write(b"\x04\x01\x01")
    assert (chip.interrupt(0), chip.interrupt(1)) == (True, True)
    chip.drive(8, True)
    assert (chip.interrupt(0), chip.interrupt(1)) == (False, False)
    register(chip, 0x12)
    assert (chip.interrupt(0), chip.interrupt(1)) == (False, False)
    register(chip, 0x13)
    assert (chip.interrupt(0), chip.interrupt(1)) == (True, True)


def test_changes_of_the_interrupt_are_told() -> None:
    chip, seen = twin(), []
    chip.write(b"\x04\x01")
    chip.interrupt_changed = lambda: seen.append(chip.interrupt(0))
    chip.drive(0, True)
    assert seen[-1] is False
    register(chip, 0x12)
    assert seen[-1] is True
    chip.drive(0, False)
    assert seen[-1] is False
    chip.power_cycle()
    assert seen[-1] is True


def test_reading_one_port_leaves_the_interrupt_of_the_other() -> None:
    chip = twin()
    chip.write(b"\x04\x01\x01")
    chip.drive(0, True)
    chip.drive(8, True)
    assert register(chip, 0x12) == 0x01
    assert (register(chip, 0x0E), register(chip, 0x0F)) == (0x00, 0x01)


def test_a_change_while_the_interrupt_is_off_is_none_when_it_comes_on() -> None:
    chip = twin()
    chip.drive(3, True)
    chip.drive(11, True)
    chip.write(b"\x04\xff\xff")
    assert (register(chip, 0x0E), register(chip, 0x0F)) == (0, 0)


def test_several_pins_at_once_are_all_flagged() -> None:
    chip = twin()
    chip.write(b"\x06\x00\x00\xff\xff")
    chip.drive(0, True)
    chip.drive(5, True)
    chip.drive(15, True)
    chip.write(b"\x04\xff\xff")
    assert (register(chip, 0x0E), register(chip, 0x0F)) == (0x21, 0x80)
    assert (register(chip, 0x10), register(chip, 0x11)) == (0x21, 0x80)


def test_there_is_nothing_after_the_last_register() -> None:
    chip = twin()
    chip.write(b"\x16\xaa")
    assert register(chip, 0x16) == 0
    chip.write(b"\x00\xff")
    assert register(chip, 0x1A) == 0


def test_there_is_nothing_between_the_banks() -> None:
    chip = twin()
    chip.write(b"\x0a\xa0")
    for address in (0x0B, 0x0F, 0x1B, 0x20, 0x21):
        chip.write(bytes([address, 0x55]))
        assert register(chip, address) == 0
    assert register(chip, 0x00) == 0xFF
    chip.write(b"\x1a\x55")
    assert register(chip, 0x1A) == 0x55


def test_the_pointer_wraps_in_the_other_bank() -> None:
    chip = twin()
    chip.write(b"\x0a\x80")
    chip.write(b"\x1a\x55\x0f")
    assert register(chip, 0x1A) == 0x55
    assert register(chip, 0x00) == 0x0F
    chip.write(b"\x19")
    assert chip.read(3) == b"\x00\x55\x0f"


@pytest.mark.parametrize("line", [-1, 16])
def test_no_such_line(line: int) -> None:
    with pytest.raises(ValueError, match=f"no line {line}; the expander has lines 0 to 15"):
        twin().level(line)


def test_the_world_is_looked_at_before_a_read() -> None:
    chip = twin()
    chip.look = lambda: chip.drive(2, True)
    assert register(chip, 0x12) == 0x04


def test_a_power_cycle_tells_of_outputs_only() -> None:
    chip = twin()
    told: list[int] = []
    for line in (0, 9):
        chip.watch(line, lambda level, line=line: told.append(line))
    chip.write(b"\x00\xfe")
    told.clear()
    chip.power_cycle()
    assert told == [0]


def test_letting_go_of_one_pin_leaves_the_others_where_they_are() -> None:
    chip = twin()
    chip.write(b"\x0c\xff\xff")
    for line in (0, 1, 2):
        chip.drive(line, False)
    chip.drive(1, None)
    assert [chip.level(line) for line in range(4)] == [False, True, False, True]


@pytest.mark.parametrize("port", [0, 1])
def test_an_interrupt_that_is_switched_on_first_of_all_is_none(port: int) -> None:
    chip = twin()
    chip.write(bytes([0x04 + port, 0xFF]))
    assert (register(chip, 0x0E), register(chip, 0x0F)) == (0, 0)


def test_after_a_power_cycle_pins_that_were_high_are_no_change() -> None:
    chip = twin()
    chip.drive(0, True)
    chip.drive(8, True)
    chip.power_cycle()
    chip.write(b"\x04\xff\xff")
    assert (register(chip, 0x0E), register(chip, 0x0F)) == (0, 0)


def test_an_interrupt_that_lasts_is_raised_again_before_anybody_is_told() -> None:
    chip = twin()
    chip.write(b"\x06\x01\x00\x01\x00")
    chip.write(b"\x04\x01")
    seen: list[bool | None] = []
    chip.interrupt_changed = lambda: seen.append(chip.interrupt(0))
    register(chip, 0x10)
    assert seen == [False], "low: still raised"
