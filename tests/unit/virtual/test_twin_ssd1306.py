from __future__ import annotations

import pytest

from wisgate.virtual.chips.ssd1306 import Ssd1306Twin

START = "00 8D 14 20 00 A1 C8 A4 A6 21 00 7F 22 00 07"
WIDTH, HEIGHT = 128, 64


def send(chip: Ssd1306Twin, text: str) -> None:
    data = bytes.fromhex(text)
    assert chip.addressed(0x3C, False)
    assert chip.write(data) == len(data)
    chip.stop()


def panel() -> Ssd1306Twin:
    """On, upright and empty, horizontal addressing over all of it."""
    chip = Ssd1306Twin()
    send(chip, START)
    send(chip, "40" + "00" * 1024)
    send(chip, "00 AF")
    return chip


def dots(rows: tuple[tuple[bool, ...], ...]) -> set[tuple[int, int]]:
    """(column, row) of every dot that is set."""
    assert len(rows) == HEIGHT
    assert {len(row) for row in rows} == {WIDTH}
    return {(x, y) for y, row in enumerate(rows) for x, dot in enumerate(row) if dot}


def test_only_its_address() -> None:
    chip = Ssd1306Twin()
    for read in (True, False):
        assert chip.addressed(0x3C, read)
        assert not chip.addressed(0x3D, read)
    assert Ssd1306Twin(addresses=[0x3D]).addressed(0x3D, False)


def test_an_empty_panel_is_dark() -> None:
    chip = panel()
    assert dots(chip.picture()) == set()
    assert dots(chip.shown()) == set()


def test_a_byte_is_eight_dots_the_lowest_bit_on_top() -> None:
    chip = panel()
    send(chip, "40 81")
    assert dots(chip.picture()) == {(0, 0), (0, 7)}
    assert chip.shown() == chip.picture()


def test_horizontal_addressing_goes_on_to_the_next_page_and_to_the_start() -> None:
    chip = panel()
    send(chip, "40" + "00" * 127 + "01 02")
    assert dots(chip.picture()) == {(127, 0), (0, 9)}
    send(chip, "40" + "00" * (1024 - 129) + "04")
    assert dots(chip.picture()) == {(127, 0), (0, 9), (0, 2)}


def test_a_window_is_filled_and_begins_anew() -> None:
    chip = panel()
    send(chip, "00 21 05 06 22 02 03")
    send(chip, "40 01 02 04 08 80")
    assert dots(chip.picture()) == {(5, 16 + 7), (6, 17), (5, 26), (6, 27)}


def test_vertical_addressing() -> None:
    chip = panel()
    send(chip, "00 20 01 21 7E 7F 22 06 07")
    send(chip, "40 01 02 04 08 80")
    assert dots(chip.picture()) == {(126, 48 + 7), (126, 57), (127, 50), (127, 59)}


def test_page_addressing_stays_in_its_page() -> None:
    chip = panel()
    send(chip, "00 20 02 B3 0F 17")
    send(chip, "40 01 02")
    assert dots(chip.picture()) == {(127, 24), (0, 25)}
    send(chip, "00 B7 01 12")
    send(chip, "40 10")
    assert dots(chip.picture()) == {(127, 24), (0, 25), (0x21, 60)}
    send(chip, "00 B0")
    send(chip, "40 01")
    assert dots(chip.picture()) == {(127, 24), (0, 25), (0x21, 60), (0x22, 0)}


def test_page_addressing_is_what_it_comes_up_with() -> None:
    chip = Ssd1306Twin()
    send(chip, "00 A1 C8 B0 00 10")
    send(chip, "40" + "00" * 128 + "FF")
    assert [(x, y) for x, y in sorted(dots(chip.picture())) if y < 8] == [(0, y) for y in range(8)]


def test_the_halves_of_a_column_are_set_one_by_one() -> None:
    chip = panel()
    send(chip, "00 20 02 B0 05")
    send(chip, "00 13")
    send(chip, "40 01")
    send(chip, "00 02")
    send(chip, "40 02")
    send(chip, "00 07 04")
    send(chip, "40 04")
    assert dots(chip.picture()) == {(0x35, 0), (0x32, 1), (0x34, 2)}


def test_scroll_commands_move_no_pointer() -> None:
    chip = panel()
    send(chip, "00 2E 2F 26 00 00 07 00 FF 00 27 00 00 07 00 FF 00 A3 10 20 E3 FF")
    send(chip, "00 29 00 00 07 00 01 2A 00 00 07 00 01 D9 F1 DA 12 DB 40 A8 3F D5 80")
    send(chip, "40 01")
    assert dots(chip.shown()) == {(0, 0)}


@pytest.mark.parametrize(
    ("directions", "corner"),
    [("A1 C8", (0, 0)), ("A0 C8", (127, 0)), ("A1 C0", (0, 63)), ("A0 C0", (127, 63))],
)
def test_directions(directions: str, corner: tuple[int, int]) -> None:
    chip = panel()
    send(chip, "00" + directions)
    send(chip, "40 01")
    assert dots(chip.picture()) == {corner}


def test_the_direction_of_columns_is_for_what_is_written_after_it_that_of_rows_at_once() -> None:
    chip = panel()
    send(chip, "40 01")
    send(chip, "00 A0")
    assert dots(chip.picture()) == {(0, 0)}
    send(chip, "00 C0")
    assert dots(chip.picture()) == {(0, 63)}


def test_start_line_and_offset_move_the_picture_up() -> None:
    chip = panel()
    send(chip, "40 20")
    send(chip, "00 43 80 3F")  # neither 80 nor 3F is a command
    assert dots(chip.picture()) == {(0, 2)}
    send(chip, "00 D3 04")
    assert dots(chip.picture()) == {(0, 62)}
    send(chip, "00 40")
    assert dots(chip.picture()) == {(0, 1)}
    send(chip, "00 D3 00 7F")
    assert dots(chip.picture()) == {(0, 6)}


def test_off_is_dark_and_keeps_the_picture() -> None:
    chip = panel()
    send(chip, "40 01")
    send(chip, "00 AE")
    assert not chip.on
    assert dots(chip.shown()) == set()
    assert dots(chip.picture()) == {(0, 0)}
    send(chip, "00 AF")
    assert chip.on
    assert dots(chip.shown()) == {(0, 0)}


@pytest.mark.parametrize("pump", ["10", "00"])
def test_without_the_charge_pump_it_is_dark(pump: str) -> None:
    chip = panel()
    send(chip, "40 01")
    send(chip, "00 8D" + pump)
    assert dots(chip.shown()) == set()
    send(chip, "00 8D 14")
    assert dots(chip.shown()) == {(0, 0)}


def test_inverted() -> None:
    chip = panel()
    send(chip, "40 01")
    send(chip, "00 A7")
    assert chip.inverted
    assert dots(chip.picture()) == {(0, 0)}
    assert len(dots(chip.shown())) == WIDTH * HEIGHT - 1
    assert (0, 0) not in dots(chip.shown())
    send(chip, "00 A6")
    assert not chip.inverted
    assert dots(chip.shown()) == {(0, 0)}


def test_all_dots() -> None:
    chip = panel()
    send(chip, "00 A5")
    assert len(dots(chip.shown())) == WIDTH * HEIGHT
    assert dots(chip.picture()) == set()
    send(chip, "00 A4")
    assert dots(chip.shown()) == set()


def test_contrast() -> None:
    chip = panel()
    assert chip.contrast == 0x7F
    send(chip, "00 81 CF")
    assert chip.contrast == 0xCF
    send(chip, "00 81")
    send(chip, "00 01")
    assert chip.contrast == 1


def test_one_byte_after_each_control_byte() -> None:
    chip = panel()
    send(chip, "80 81 80 33 C0 01 C0 02 80 A7 40 04 08")
    assert chip.contrast == 0x33
    assert chip.inverted
    assert dots(chip.picture()) == {(0, 0), (1, 1), (2, 2), (3, 3)}


@pytest.mark.parametrize("text", ["", "00", "40", "80"])
def test_a_control_byte_alone_does_nothing(text: str) -> None:
    chip = panel()
    before = chip.picture()
    send(chip, text)
    assert chip.picture() == before


def test_windows_beyond_the_picture_wrap() -> None:
    chip = panel()
    send(chip, "00 21 FF 80 22 0F 08")
    send(chip, "40 01 02 04")
    assert dots(chip.picture()) == {(127, 56), (0, 57), (127, 2)}


def test_after_power_up_it_is_off_and_noise() -> None:
    chip = panel()
    send(chip, "00 A7 81 CF 43 D3 05 A5 20 00 21 05 06 22 02 03 81")
    chip.power_cycle()
    assert (chip.on, chip.inverted, chip.contrast) == (False, False, 0x7F)
    assert chip.read(2) == b"\x40\x40"
    lines = {1, 3, 4, 6}
    assert dots(chip.picture()) == {
        (x, y) for x in range(WIDTH) for y in range(HEIGHT) if y % 8 in lines
    }
    send(chip, "00 AF")
    assert dots(chip.shown()) == set()  # its charge pump is off
    assert chip.read(1) == b"\x00"
    noise = dots(chip.picture())
    send(chip, "00 8D 14")
    assert dots(chip.shown()) == noise
    send(chip, "00 A1 C8")
    send(chip, "40" + "00" * 128)
    assert dots(chip.picture()) & {(x, y) for x in range(WIDTH) for y in range(8)} == set()
    send(chip, "40 FF")
    assert dots(chip.picture()) & {(x, y) for x in range(WIDTH) for y in range(8)} == {
        (0, y) for y in range(8)
    }


def test_after_power_up_its_window_is_the_whole_picture() -> None:
    """Table 9-1: columns 0 to 127, pages 0 to 7."""
    chip = panel()
    chip.power_cycle()
    send(chip, "00 20 00 A1 C8")
    send(chip, "40" + "00" * 1023 + "80 01")
    assert dots(chip.picture()) == {(0, 0), (127, 63)}
    chip.power_cycle()
    send(chip, "00 20 01 A1 C8")
    send(chip, "40" + "00" * 1023 + "80 01 00 00 00 00 00 00 00 02")
    assert dots(chip.picture()) == {(0, 0), (1, 1), (127, 63)}


def test_after_power_up_it_stands_on_its_head() -> None:
    chip = panel()
    chip.power_cycle()
    send(chip, "00 20 00 21 00 7F 22 00 07")
    send(chip, "40" + "00" * 1024)
    send(chip, "40 01")
    assert dots(chip.picture()) == {(127, 63)}
