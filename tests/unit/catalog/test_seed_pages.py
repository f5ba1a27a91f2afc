"""The vendor's four pages: every cell of their tables, and every sentence with a number or a rule,
is in the catalog. `tests/golden/seeds/*.toml` is the reviewed transcription."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from wisgate.catalog.catalog import load
from wisgate.catalog.references import resolve

ROOT = Path(__file__).parents[3]
GOLDEN: dict[str, dict[str, Any]] = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "tests" / "golden" / "seeds").glob("*.toml"))
}
PAGES = ROOT.parent / "shared" / "seeds"
CATALOG = load()
RAK7391 = CATALOG.boards["rak7391"]
BASE = CATALOG.boards["rak5005-o"]
TABLES = [pytest.param(page, t, id=f"{page}-{t['id']}") for page in GOLDEN
          for t in GOLDEN[page].get("tables", [])]  # fmt: skip
FACTS = [pytest.param(page, f, id=f"{page}-{f['id']}") for page in GOLDEN
         for f in GOLDEN[page]["facts"]]  # fmt: skip


def rows(page: str, table: str) -> list[list[str]]:
    found: list[list[str]] = next(t["rows"] for t in GOLDEN[page]["tables"] if t["id"] == table)
    return found


def test_the_four_pages_are_transcribed() -> None:
    assert list(GOLDEN) == list(CATALOG.pages) == ["s0", "s1", "s2", "s3"]
    assert sum(len(t["rows"]) for page in GOLDEN.values() for t in page.get("tables", [])) == 179


@pytest.mark.parametrize(("page", "table"), TABLES)
def test_every_cell_is_in_the_catalog(page: str, table: dict[str, Any]) -> None:
    found = next(t for t in CATALOG.pages[page].tables if t.id == table["id"])
    assert list(found.columns) == table["columns"]
    assert [list(row) for row in found.rows] == table["rows"]
    assert found.line == table["line"]
    assert resolve(CATALOG, found.carried)


@pytest.mark.parametrize(("page", "fact"), FACTS)
def test_every_sentence_is_carried_by_an_entry(page: str, fact: dict[str, Any]) -> None:
    found = next(s for s in CATALOG.pages[page].statements if s.id == fact["id"])
    assert (found.line, found.says) == (fact["line"], fact["fact"])
    assert resolve(CATALOG, found.entry)


def test_nothing_else_is_in_the_catalog() -> None:
    for name, page in CATALOG.pages.items():
        assert [s.id for s in page.statements] == [f["id"] for f in GOLDEN[name]["facts"]]
        assert [t.id for t in page.tables] == [t["id"] for t in GOLDEN[name].get("tables", [])]


def header(board: str, name: str) -> list[str]:
    found = next(h for h in CATALOG.boards[board].headers if h.name == name)
    return [p.name for p in found.pins]


def test_pins_of_the_headers() -> None:
    """Entries carry what their tables print."""
    assert header("rak5005-o", "usb") == [row[1] for row in rows("s0", "usb")]
    assert header("rak5005-o", "j12") == [row[1] for row in rows("s0", "j12")]
    assert header("rak5005-o", "battery") == [row[1] for row in rows("s0", "battery")]
    assert header("rak4630", "pads") == [row[1] for row in rows("s1", "pads")]
    assert header("rak5005-o", "j10")[1:] == [row[1] for row in rows("s0", "j10")][1:]
    for name, printed in zip(header("rak5005-o", "j11"), rows("s0", "j11"), strict=True):
        assert printed[1].startswith(name)


def test_both_polarities_of_the_solar_connector_are_told() -> None:
    solar = next(h for h in BASE.headers if h.name == "solar")
    assert [p.name for p in solar.pins] == ["GND", "Vin"]
    for pin, (_, name, _) in zip(solar.pins, rows("s0", "solar"), strict=True):
        assert name in pin.use
    assert "POLARITY" in solar.note


def test_pins_of_the_core() -> None:
    pins = [[str(p.number), p.name] for p in CATALOG.boards["rak4631"].pins]
    assert pins == rows("s1", "wisconnector")


def test_jumpers() -> None:
    printed = [row[:2] for row in rows("s3", "jumpers")]
    found = [["-".join(map(str, j.pins)), j.name] for j in RAK7391.jumpers if j.header == "j39"]
    assert found == printed


def test_addresses_of_the_chips() -> None:
    printed = {(part.lower(), int(address, 16)) for _, part, address in rows("s3", "i2c")}
    found = {(c.part, c.address) for c in RAK7391.chips if c.address is not None and not c.optional}
    assert printed - found == {("ssd1306", 0x3C)}
    assert found - printed == set()
    assert RAK7391.slot("oled"), "the display is a module, on a connector of its own"


def test_straps_of_the_adc() -> None:
    adc = RAK7391.chip("U-ADC")
    assert adc
    printed = [(name, int(binary.split()[0], 2)) for name, binary in rows("s3", "adc")]
    assert [(s.fitted, s.address) for s in adc.straps] == printed


@pytest.mark.parametrize(("ref", "first", "typo"), [("U134", 0, ""), ("U133", 9, "0x27")])
def test_straps_of_the_expanders(ref: str, first: int, typo: str) -> None:
    """The row 0x27 of the second one repeats the resistors of the first: a misprint (X3)."""
    chip = RAK7391.chip(ref)
    assert chip
    for strap, (printed, address) in zip(
        chip.straps, rows("s3", "expanders")[first : first + 8], strict=True
    ):
        assert int(address.split()[0], 2) == strap.address
        values = dict(re.findall(r"(R\d+)=(\S+?)(?:,|$)", printed))
        fitted = {name for name, value in values.items() if value != "NC"}
        if f"{strap.address:#04x}" != typo:
            assert fitted == set(re.findall(r"R\d+", strap.fitted))
            assert set(values) - fitted == set(re.findall(r"R\d+", strap.removed))


@pytest.mark.parametrize(("table", "slots"), [("mpcie", ["mpcie-1", "mpcie-2", "mpcie-3"]),
                                              ("m2", ["m2"])])  # fmt: skip
def test_products_of_the_sockets(table: str, slots: list[str]) -> None:
    for name, printed in zip(slots, rows("s3", table), strict=True):
        slot = RAK7391.slot(name)
        assert slot
        products = {f.product.split(" (")[0] for f in slot.fits}
        for cell in printed[3].split(" / "):
            for product in split(cell):
                assert product in products, f"{name}: {product}"
        assert slot.roles[0].rank == "primary"
        assert slot.roles[0].use.lower() == printed[1].lower()


def split(cell: str) -> list[str]:
    """ "RAK2247-USB/SPI, AX210 and AX211 (via an adapter)" names four products."""
    cell = re.sub(r"(RAK\d+)-USB/SPI", r"\1-USB, \1-SPI", cell.split(" (")[0])
    if cell.startswith("Hailo"):
        return cell.split(", ")
    parts = re.split(r", | and ", cell)
    return [re.sub(r"\s+", " ", p.replace("USB-based  ", "USB-based ")) for p in parts if p]


def test_numbers_of_the_board() -> None:
    power = dict(rows("s3", "power"))
    dc = next(i for i in RAK7391.inputs if i.name == "dc")
    assert power["DC voltage"] == f"{dc.minimum[:-1]}-{dc.maximum[:-1]} V"
    assert power["DC inputs"].startswith(str(len(RAK7391.inputs)))
    counts = dict(rows("s3", "peripherals"))
    named = [s.name for s in RAK7391.slots] + [h.name for h in RAK7391.headers]
    for name, prefix in (("mPCIe slots", "mpcie-"), ("M.2 slots", "m2"), ("DSI connectors", "dsi"),
                         ("WisBlock IO slots", "wisblock-"), ("USB3 ports", "usb3-"),
                         ("USB2 ports", "usb2"), ("HDMI ports", "hdmi"), ("CSI connectors", "csi"),
                         ("Standard 40-pin RPi header", "header")):  # fmt: skip
        assert counts[name][0] == str(sum(n.startswith(prefix) for n in named)), name


if PAGES.is_dir():
    WITHOUT_FACT = re.compile(
        r"^(---|#|\*\*|\||:::|\$|}|<|/>|\s|!|\w+:|(  )?- \[|$)|https?://|"
        r"^- (LoRaWAN gateway|Industrial gateway|Edge gateway|Development platform)|"
        r"^This section|^On the|^The (pin|following)|"
        r"^RAK5005-O provides|(is|in the tables?) shown below"
    )
    """Markup, headings, rows of tables, links, and sentences that say nothing of the hardware."""

    def printed(page: str) -> list[str]:
        return (PAGES / GOLDEN[page]["file"]).read_text(encoding="utf-8").splitlines()

    def plain(cell: str) -> str:
        """A cell without markup; its lines separated by " / "."""
        for old, new in (("&nbsp;", " "), ("**", ""), ("¬∫", "°"), ("<sub>", ""), ("</sub>", "")):
            cell = cell.replace(old, new)
        cell = re.sub(r"\s*<br\s*/?>\s*", " / ", cell)
        cell = re.sub(r"(^|/ )- ", r"\1", re.sub(r"\s+", " ", cell).strip())
        return cell.replace("° C", "°C")

    def names(cell: str) -> set[str]:
        """Numbers and names: words with a digit or with a capital inside."""
        words = re.findall(r"[\w.]*[\w]", cell)
        return {w for w in words if re.search(r"\d|\w[A-Z]", w)}

    @pytest.mark.parametrize(("page", "table"), TABLES)
    def test_the_transcription_is_what_the_page_prints(page: str, table: dict[str, Any]) -> None:
        lines = printed(page)[table["line"] - 1 :]
        block = lines[: next((n for n, x in enumerate(lines) if not x.startswith("|")), len(lines))]
        cells = [[plain(c) for c in line.strip().strip("|").split("|")] for line in block]
        assert cells[0] == table["columns"]
        reworded = {tuple(where) for where in table.get("reworded", [])}
        assert len(cells) - 2 == len(table["rows"])
        for r, (ours, theirs) in enumerate(zip(table["rows"], cells[2:], strict=True)):
            for c, (our, their) in enumerate(zip(ours, theirs, strict=True)):
                if (r, c) in reworded:
                    assert names(their) <= names(our), f"row {r}: {their}"
                else:
                    assert our == their

    @pytest.mark.parametrize("page", GOLDEN)
    def test_no_table_of_the_page_is_missing(page: str) -> None:
        lines = printed(page)
        heads = [n for n, line in enumerate(lines, 1) if line.startswith("|")
                 and not lines[n - 2].startswith("|")]  # fmt: skip
        assert [t["line"] for t in GOLDEN[page].get("tables", [])] == heads

    @pytest.mark.parametrize("page", GOLDEN)
    def test_no_sentence_of_the_page_is_missing(page: str) -> None:
        told = {f["line"] for f in GOLDEN[page]["facts"]}
        lines = enumerate(printed(page), 1)
        left = [f"{n}: {x}" for n, x in lines if n not in told and not WITHOUT_FACT.search(x)]
        assert left == []

    @pytest.mark.parametrize(("page", "fact"), FACTS)
    def test_no_number_of_the_sentence_is_missing(page: str, fact: dict[str, Any]) -> None:
        """Figures, part names and resistors of a line that is carried stand in the fact."""
        line = plain(printed(page)[fact["line"] - 1])
        if not line.startswith("|") and "](" not in line:
            assert figures(line) <= figures(spelt(fact["fact"])), line

    def figures(text: str) -> set[str]:
        """Numbers and resistors; neither digits inside of names ("CM4") nor numbers of pictures."""
        text = re.sub(r"Figure \d|Pi \d,? ", "", text)
        return set(re.findall(r"(?<![\w.])(?:R\d{2,}|0x\w+|\d+(?:\.\d+)?)", text))

    def spelt(text: str) -> str:
        for digit, word in enumerate(("an?|one", "two", "three", "four", "", "", "seven"), 1):
            text = re.sub(rf"\b({word})\b", str(digit), text) if word else text
        return text
