"""Every pinout of the catalog, as SVG and as text: complete, legible, the same every time."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from svg_text import Box, boxes, overlaps, sheet_size

from wisgate.catalog.catalog import load
from wisgate.cli.pinout import command
from wisgate.core.errors import CatalogError
from wisgate.plan.drawing.pinout import UNKNOWN, DrawnPin, Layout, Pinout
from wisgate.plan.drawing.pinout_svg import pinout_svg
from wisgate.plan.drawing.pinout_text import pinout_text
from wisgate.plan.drawing.pinouts import every, find
from wisgate.plan.drawing.signals import Family, family

GOLDEN = Path(__file__).parents[2] / "golden" / "drawing"
DRAWN = every(load())
NAMED = pytest.mark.parametrize("pinout", DRAWN, ids=lambda p: p.key)
PHONE_LEGIBLE = 11.0


@NAMED
def test_each_pin_is_drawn_once_with_its_signal(pinout: Pinout) -> None:
    tree = ElementTree.fromstring(pinout_svg([pinout]))
    drawn = Counter(
        tuple(t.text or "" for t in list(group.iter("{http://www.w3.org/2000/svg}text"))[:2])
        for group in tree.iter("{http://www.w3.org/2000/svg}g")
    )
    assert drawn == Counter((p.number, p.signal) for p in pinout.pins)


@NAMED
def test_each_pin_is_in_the_text_once_with_its_signal(pinout: Pinout) -> None:
    text = pinout_text([pinout])
    numbers = re.findall(r"┤ (\w+)", text) + re.findall(r"(\w+) ├", text)
    assert Counter(numbers) == Counter(p.number for p in pinout.pins)
    for pin in pinout.pins:
        assert pin.signal in text


@NAMED
def test_the_text_fits_a_terminal_of_80_columns(pinout: Pinout) -> None:
    for ascii_only in (False, True):
        text = pinout_text([pinout], ascii_only=ascii_only)
        assert max(map(len, text.splitlines())) <= 80
        assert ascii_only is False or text.isascii()
        assert text == pinout_text([pinout], ascii_only=ascii_only)


@NAMED
def test_no_text_of_a_drawing_overlaps_or_leaves_the_sheet(pinout: Pinout) -> None:
    drawing = pinout_svg([pinout])
    assert overlaps(boxes(drawing)) == []
    width, height = sheet_size(drawing)
    sheet = Box(0, 0, width, height, "the sheet")
    assert [b for b in boxes(drawing) if not b.inside(sheet)] == []


@NAMED
def test_text_is_legible_at_the_width_of_a_phone(pinout: Pinout) -> None:
    drawing = pinout_svg([pinout])
    width, _ = sheet_size(drawing)
    sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)"', drawing)]
    assert min(sizes) * 390 / width >= PHONE_LEGIBLE


def test_a_drawing_has_a_name_follows_the_theme_and_is_the_same_every_time() -> None:
    drawing = pinout_svg(find(load(), "rak7391/j39"))
    assert "<title>RAK7391" in drawing
    assert "<desc>" in drawing
    assert "prefers-color-scheme:dark" in drawing
    assert drawing == pinout_svg(find(load(), "rak7391/j39"))


def test_hostile_names_stay_text() -> None:
    pin = DrawnPin("1", '<script>"&', "a < b & c")
    pinout = Pinout("x", 'T" onload="x()', Layout.ROW, (pin,), "<source>", ("<note>",), ("<!>",))
    tree = ElementTree.fromstring(pinout_svg([pinout]))
    assert tree.get("onload") is None
    assert tree.get("aria-label") == 'T" onload="x()'
    assert '<script>"&' in [t.text for t in tree.iter("{http://www.w3.org/2000/svg}text")]


def test_where_the_signals_of_the_slots_end() -> None:
    first = {p.number: p for p in find(load(), "rak7391/wisblock-1")[0].pins}
    second = {p.number: p for p in find(load(), "rak7391/wisblock-2")[0].pins}
    assert (first["29"].signal, first["29"].ends) == ("IO1", "U133 0x26 line 1")
    assert (second["38"].signal, second["38"].ends) == ("IO6", "U133 0x26 line 14")
    assert (first["22"].signal, first["22"].ends) == ("AIN1", "U-ADC 0x4b channel 1")
    assert second["21"].ends == "U-ADC 0x4b channel 2"
    assert first["25"].ends == "GPIO 8; spi-0.0"
    assert second["25"].ends == "GPIO 7; spi-0.1"
    assert first["33"].ends == "wisblock-1-uart"
    assert first["14"].ends == UNKNOWN


SENSOR_SLOTS = """
TXD1 GND SPI_CS SPI_CLK SPI_MISO SPI_MOSI I2C1_SCL I2C1_SDA VDD IO2 3V3_S IO1
NC 3V3_S NC VDD NC NC NC NC NC NC GND RXD1
"""
"""Pins 1 to 24 of slot A, boards sheet B4."""
OTHERS = {
    "sensor-b": {1: "NC", 10: "IO1", 12: "IO2", 24: "NC"},
    "sensor-c": {1: "NC", 10: "IO4", 12: "IO3", 24: "NC"},
    "sensor-d": {1: "NC", 10: "IO6", 12: "IO5", 24: "NC"},
}


@pytest.mark.parametrize("slot", ["sensor-a", *OTHERS])
def test_slots_of_a_base_are_drawn_as_the_board_is_wired(slot: str) -> None:
    expected = dict(enumerate(SENSOR_SLOTS.split(), 1)) | OTHERS.get(slot, {})
    pins = find(load(), f"rak5005-o/{slot}")[0].pins
    assert {int(p.number): p.signal for p in pins} == expected


def test_a_pin_says_what_the_module_calls_it() -> None:
    pins = {p.number: p for p in find(load(), "rak5005-o/sensor-c")[0].pins}
    assert pins["12"].ends == "IO1 of the module"
    assert pins["3"] == DrawnPin("3", "SPI_CS", "", "SPI_CS")


def test_the_solar_plug_warns_of_both_polarities() -> None:
    solar = find(load(), "rak5005-o/solar")[0]
    warned = " ".join(solar.warnings)
    assert "polarity" in warned
    assert "C0NN_5V" in warned
    assert "Vin" in warned


def test_the_revisions_of_the_hat_are_drawn_apart() -> None:
    both = find(load(), "rak6421/io-1")
    assert len(both) == 2
    assert both[0].pins != both[1].pins


@pytest.mark.parametrize(
    ("signal", "expected"),
    [
        ("VBAT_IO_SX", Family.POWER), ("3V3_S", Family.POWER), ("5V", Family.POWER),
        ("GND3", Family.GROUND), ("I2C1_SDA", Family.I2C), ("P0.14/I2C_SCL", Family.I2C),
        ("GPIO11 SCLK", Family.SPI), ("P0.02/QSPI_DIO3", Family.SPI), ("RXD1", Family.UART),
        ("P0.31/AIN7", Family.ANALOG), ("IO7", Family.GPIO), ("P1.03/LED1", Family.GPIO),
        ("USB+", Family.USB), ("PERST#", Family.PCIE), ("NC", Family.RESERVED),
        ("UIM_CLK", Family.GPIO), ("", Family.RESERVED),
    ],
)  # fmt: skip
def test_families(signal: str, expected: Family) -> None:
    assert family(signal) is expected


def test_an_unknown_name_says_which_are_near() -> None:
    with pytest.raises(CatalogError, match="did you mean rak7391/wisblock-1"):
        find(load(), "rak7391/wisblok-1")


def test_a_connector_is_found_by_its_own_name_and_a_board_by_its_other_names() -> None:
    assert find(load(), "j39") == find(load(), "rak7391/j39")
    assert find(load(), "wisgate-connect/j39") == find(load(), "rak7391/j39")
    assert {p.key for p in find(load(), "io-1")} == {p.key for p in find(load(), "rak6421/io-1")}
    assert [p.key for p in find(load(), "wisblock-core")] == ["wisblock-core"]
    assert find(load(), "header")[0].key == "rak7391/header"


def test_pins_that_nobody_publishes_are_said_to_be_so() -> None:
    with pytest.raises(CatalogError, match="rak7391/m2: nobody publishes its pins"):
        find(load(), "rak7391 m2")


def test_a_board_is_drawn_whole_and_a_name_may_have_blanks() -> None:
    whole = find(load(), "rak7391")
    assert {"rak7391/wisblock-1", "rak7391/j39", "rak7391/mpcie-3"} <= {p.key for p in whole}
    assert find(load(), "RAK7391 J39") == find(load(), "rak7391/j39")


SMALL = Pinout(
    "board/small",
    "BOARD: small connector",
    Layout.PAIRS,
    (
        DrawnPin("1", "VBAT", "5V"), DrawnPin("2", "GND"),
        DrawnPin("3", "IO1", "U1 0x20 line 3; wired far away, so that it takes a second line"),
        DrawnPin("4", "IO2", UNKNOWN), DrawnPin("5", "SDA", "i2c-1"), DrawnPin("6", "NC"),
        DrawnPin("F1", "GND"),
    ),
    "a source",
    ("A note.",),
    ("A warning.",),
)  # fmt: skip


def test_golden_text_and_drawing() -> None:
    assert pinout_text([SMALL]) == (GOLDEN / "small.txt").read_text(encoding="utf-8")
    assert pinout_svg([SMALL]) == (GOLDEN / "small.svg").read_text(encoding="utf-8")
    plain = pinout_text([SMALL], ascii_only=True)
    assert plain == (GOLDEN / "small-ascii.txt").read_text(encoding="utf-8")


def test_the_command_writes_a_drawing_and_prints_text(tmp_path: Path) -> None:
    target = tmp_path / "j39.svg"
    result = CliRunner().invoke(command, ["rak7391/j39", "--svg", str(target), "--text"])
    assert result.exit_code == 0, result.output
    assert target.read_text(encoding="utf-8") == pinout_svg(find(load(), "rak7391/j39"))
    assert "┤ 11   12 ├" in result.stdout
    plain = CliRunner(charset="ascii").invoke(command, ["rak7391", "j39"])
    assert "+ 11   12 +" in plain.stdout
    piped = CliRunner().invoke(command, ["rak7391/j39", "--svg", "-"])
    assert piped.stdout.startswith("<?xml")


def test_text_and_a_drawing_do_not_share_standard_output() -> None:
    result = CliRunner().invoke(command, ["rak7391/j39", "--svg", "-", "--text"])
    assert result.exit_code == 2
    assert "choose one" in result.stderr
