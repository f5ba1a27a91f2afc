"""wisgate catalog: what people ask, and what they get."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from wisgate.catalog import lookup
from wisgate.catalog.catalog import load
from wisgate.cli.catalog import command
from wisgate.cli.sections import facts, names, sections
from wisgate.core.errors import CatalogError

CATALOG = load()


def said(*arguments: str) -> str:
    """What the command prints. Raises what it raises."""
    found = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert found.exit_code == 0, found.output
    return found.output


def answer(*arguments: str) -> Any:
    return json.loads(said(*arguments, "--json"))


def test_list_names_every_entry() -> None:
    rows = answer("list")
    expected = [(c, e.id) for c, e in CATALOG] + [("pages", page) for page in CATALOG.pages]
    assert [(r["category"], r["id"]) for r in rows] == expected
    assert {r["category"] for r in answer("list", "--category", "boards")} == {"boards"}
    assert "rak4630" in said("list", "--category", "boards")
    assert "rak5801" not in said("list", "--category", "boards")


@pytest.mark.parametrize("identifier", [f"{category}/{e.id}" for category, e in CATALOG])
def test_show_prints_every_entry_and_its_json_is_complete(identifier: str) -> None:
    text = said("show", identifier)
    entry = lookup.find(CATALOG, identifier)
    assert entry.title in text
    assert entry.source.split(";")[0][:20] in text
    assert answer("show", identifier)["id"] == identifier.split("/")[1]
    assert len(answer("show", identifier)) == len(entry.__struct_fields__)


@pytest.mark.parametrize("identifier", CATALOG.pages)
def test_show_prints_every_page(identifier: str) -> None:
    page = CATALOG.pages[identifier]
    text = said("show", identifier)
    assert page.title in text
    assert answer("show", f"pages/{identifier}") == json.loads(msgspec.json.encode(page))
    for table in page.tables:
        assert table.title in text
        part = said("show", identifier, table.id)
        assert f"{identifier.upper()} line {table.line}" in part
        assert answer("show", identifier, table.id)["rows"] == [list(r) for r in table.rows]
    if page.statements:
        assert page.statements[0].id in said("show", identifier, "statements")
        assert len(answer("show", identifier, "statements")) == len(page.statements)


def test_a_page_has_only_its_sections() -> None:
    with pytest.raises(CatalogError, match="s3 has no section 'fan'; it has: power, "):
        said("show", "s3", "fan")


@pytest.mark.parametrize("identifier", [*CATALOG.boards, "rak5801", "rak5802"])
def test_every_section_prints_and_is_json(identifier: str) -> None:
    entry = lookup.find(CATALOG, identifier)
    found = names(entry, CATALOG)
    assert len(found) == len(set(found))
    for name in found:
        text = said("show", identifier, name)
        assert sections(entry, name, CATALOG)[0].title in text
        assert answer("show", identifier, name) == json.loads(
            msgspec.json.encode(facts(entry, name, CATALOG))
        )


def test_piped_lines_are_wide_without_colour_or_blanks_at_the_end() -> None:
    text = said("show", "rak7391")
    assert "\x1b" not in text
    assert all(line == line.rstrip() for line in text.splitlines())
    assert max(len(line) for line in text.splitlines()) <= 160


@pytest.mark.parametrize(
    ("board", "asked", "places"),
    [
        ("rak7391", "IO4", {("wisblock-1", "line 4 of U133 (0x26)"),
                            ("wisblock-2", "line 12 of U133 (0x26)")}),
        ("rak7391", "wisblock-1.32", {("wisblock-1", "line 4 of U133 (0x26)")}),
        ("rak7391", "wisblock-2.ain1", {("wisblock-2", "channel 3 of U-ADC (0x4b)")}),
        ("RAK7391", "GPIO16", {("header", "GPIO16: input supply lost, active low")}),
        ("rak7391", "IO0_7", {("U134", "LED D36, red")}),
        ("rak4631", "IO1", {("connector", "P0.17, Arduino 17, pad 8")}),
        ("rak4631", "29", {("connector", "P0.17, Arduino 17, pad 8")}),
        ("rak4631", "p0.17", {("connector", "P0.17, Arduino 17, pad 8")}),
        ("rak5005-o", "sensor-b.12", {("sensor-b", "core IO2; rak4631 P1.02")}),
        ("rak5005-o", "WisSensor-B.12", {("sensor-b", "core IO2; rak4631 P1.02")}),
        ("rak5005-o", "WisIO.29", {("io", "core IO1; rak4631 P0.17")}),
        ("rak5005-o", "WisDuo.29", {("core", "core IO1; rak4631 P0.17")}),
        ("rak5005-o", "j11.1", {("j11", "core AIN1; rak4631 P0.31")}),
        ("rak5005-o", "io.24", {("io", "not connected")}),
        ("rak4630", "pads.8", {("pads", "IO1 (pin 29) of the rak4631")}),
        ("rak6421", "io-1.37", {("io-1", "GPIO24"), ("io-1", "GPIO6")}),
        ("rak7391", "wisblock-1.10", {("wisblock-1", "not documented")}),
        ("rak7391", "TXD1", {("wisblock-1", "wisblock-1-uart"), ("wisblock-2", "wisblock-2-uart")}),
        ("rak7391", "wisblock-2.RXD1", {("wisblock-2", "wisblock-2-uart")}),
    ],
)  # fmt: skip
def test_pin(board: str, asked: str, places: set[tuple[str, str]]) -> None:
    found = {(p["place"], p["ends"]) for p in answer("pin", board, asked)}
    assert places <= found
    text = said("pin", board, asked)
    for place, ends in places:
        assert place in text
        assert ends in text


def test_pin_finds_what_a_slot_calls_otherwise() -> None:
    """Pin 10 of slot B is its second GPIO, and the IO1 of the core."""
    found = {(p["place"], tuple(p["pins"]), p["name"]) for p in answer("pin", "rak5005-o", "IO1")}
    assert {("sensor-b", (10,), "IO2"), ("sensor-a", (12,), "IO1")} <= found
    assert ("sensor-b", (10,), "IO2") in {
        (p["place"], tuple(p["pins"]), p["name"]) for p in answer("pin", "rak5005-o", "P0.17")
    }


def test_pin_says_which_revision() -> None:
    assert "GPIO24 (production)" in said("pin", "rak6421", "io-1.37")
    assert "GPIO6 (legacy)" in said("pin", "rak6421", "io-1.37")


def test_address_tells_who_and_how_to_move() -> None:
    found = {one["on"]: one for one in answer("address", "0x51")}
    assert found["rak7391"]["kernel_driver"] == "rtc-pcf85063"
    assert found["rak7391"]["away"] == ["modules on i2c-3 instead: rework external-i2c"]
    assert any(away.endswith("0x52") for away in found["rak12004"]["away"])
    text = said("address", "51h")
    assert text == said("address", "81")
    assert "rtc-pcf85063" in text


def test_address_knows_straps_and_further_addresses() -> None:
    at_49 = {one["on"]: one for one in answer("address", "0x49")}
    assert (at_49["rak7391"]["shipped"], at_49["rak7391"]["how"]) == (False, "with R647")
    assert "rak13004" in {one["on"] for one in answer("address", "0x70")}
    assert "nothing in the catalog answers 0x0b" in said("address", "0x0b")
    assert answer("address", "0x0b") == []


@pytest.mark.parametrize(
    ("address", "generations"),
    [("0x20", {1}), ("0x21", {2}), ("0x23", {2}), ("0x48", {1, 2}), ("0x27", set()),
     ("0x4b", set()), ("0x22", set())],
)  # fmt: skip
def test_address_knows_older_series_of_the_board(address: str, generations: set[int]) -> None:
    rows = [one for one in answer("address", address) if one["on"] == "rak7391"]
    older = [one["how"] for one in rows if "generation" in one["how"]]
    assert {int(how.split("generation ")[1][0]) for how in older} == generations
    assert not any(one["shipped"] for one in rows if one["how"] in older)


def test_address_tells_of_a_chip_that_sources_disagree_about() -> None:
    rows = {r["chip"]: r for r in answer("address", "0x50") if r["on"] == "rak7391"}
    assert [r["shipped"] for r in rows.values()] == [False, False]
    assert rows["U-MEM"]["how"] == "where it is fitted"
    assert "CAT24C32" in rows["X10"]["how"]
    assert "taken as absent" in rows["X10"]["how"]


@pytest.mark.parametrize("wrong", ["0x80", "-1", "fan", ""])
def test_what_is_no_address(wrong: str) -> None:
    found = CliRunner().invoke(command, ["address", "--", wrong])
    assert found.exit_code == 2
    assert "0x51" in found.output or "outside" in found.output


def test_straps_of_one_and_of_all() -> None:
    text = said("strap", "rak7391")
    assert "Straps of U134" in text
    assert "R718" in text
    assert [s["address"] for s in answer("strap", "rak7391")["rak7391"][0]["straps"]] == [
        *range(0x20, 0x28)
    ]
    assert {"rak7391", "rak16000"} <= set(answer("strap"))
    assert said("strap", "rak4631") == "rak4631 has no straps for I2C addresses\n"


@pytest.mark.parametrize(
    ("asked", "identifier"),
    [("WisIO", "wisblock-io"), ("WisDuo", "wisblock-core"), ("wissensor", "wisblock-sensor"),
     ("RAK5005", "rak5005-o"), ("RAK7391", "rak7391"), ("rak5005_o", "rak5005-o")],
)  # fmt: skip
def test_names_of_other_editions(asked: str, identifier: str) -> None:
    assert answer("show", asked)["id"] == identifier


@pytest.mark.parametrize(
    ("arguments", "cure"),
    [
        (("show", "rak7931"), "did you mean rak7391"),
        (("show", "xyz"), '"wisgate catalog list" shows all'),
        (("show", "rak7391", "wings"), "it has: slots, chips"),
        (("pin", "rak7391", "IO44"), "did you mean"),
        (("pin", "rak7391", "???"), "ask for a signal or for SLOT.PIN"),
        (("pin", "sgm58031", "IO1"), "is no board; there are: rak4630"),
    ],
)
def test_what_is_not_there_names_what_is(arguments: tuple[str, ...], cure: str) -> None:
    with pytest.raises(CatalogError) as caught:
        said(*arguments)
    assert cure in str(caught.value)


@pytest.mark.parametrize(("asked", "title"), [("wisblock-2", "wisblock-2: WisBlock slot 2"),
                                              ("J14", "j14: OLED, J14"), ("usb", "USB, PCIe"),
                                              ("cards", "Products for mpcie-1")])  # fmt: skip
def test_sections_by_other_names(asked: str, title: str) -> None:
    assert title in said("show", "rak7391", asked)


def test_pins_stand_in_the_order_of_their_numbers() -> None:
    lines = said("show", "rak7391", "wisblock-1").splitlines()[2:]
    first = [int(line.split()[0]) for line in lines if line[:1].isdigit()]
    assert first == sorted(first)
    assert first[0] == 1
    assert first[-1] == 38


def test_json_of_one_slot_is_its_entry() -> None:
    assert answer("show", "rak7391", "wisblock-1")["connector"] == "wisblock-io"


def test_functions_tell_when_they_run_and_what_they_offer() -> None:
    rows = {row["name"]: row for row in answer("show", "rak7391", "functions")["onboard"]}
    assert rows["fan"]["optional"]
    text = said("show", "rak7391", "functions")
    expected = (
        "with [onboard.fan]", "always", "fan_speed", "buzzer (writable)", "curve = 45degC: 30%",
        "poles = 2", "frequency = 440Hz", "wake after",
    )  # fmt: skip
    assert [words for words in expected if words not in text] == []
