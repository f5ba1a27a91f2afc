"""Who answers, who should: asked in the way that disturbs nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from wisgate.board.probe import Probe, probe_of
from wisgate.board.scan import Found, Seen, differs, scan
from wisgate.bus.i2c import I2c
from wisgate.catalog.catalog import load
from wisgate.config.load import read
from wisgate.core import toml
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import BusUnavailable, NoAcknowledge
from wisgate.plan.plan import Plan, make
from wisgate.virtual.board import VirtualRak7391

CATALOG = load()
HEAD = 'name = "box"\nboard = "rak7391"\n'
SLOT = HEAD + '[[slot]]\nslot = "wisblock-2"\nmodule = "rak16000"\n'


def plan(text: str = SLOT) -> Plan:
    return make(read(toml.parse(text, "box.toml"), Path(), CATALOG), CATALOG)


def board() -> VirtualRak7391:
    made = VirtualRak7391(VirtualClock(), modules={"wisblock-2": "rak16000"})
    made.clock.sleep(0.001)
    return made


def seen(made: VirtualRak7391, text: str = SLOT, i2c: I2c | None = None) -> dict[int, Seen]:
    rows = scan(plan(text), CATALOG, made.host, i2c or made.i2c)
    return {row.address: row for row in rows}


class Watched:
    """A bus that notes what is sent to whom."""

    def __init__(self, bus: I2c) -> None:
        self.written: dict[int, list[bytes]] = {}
        self.read: list[int] = []
        self._bus = bus

    def transfer(self, address: int, write: bytes = b"", read: int = 0) -> bytes:
        if write:
            self.written.setdefault(address, []).append(write)
        elif read:
            self.read.append(address)
        return self._bus.transfer(address, write, read)


def test_everybody_is_there() -> None:
    rows = seen(board())
    assert {a: r.found for a, r in rows.items()} == {
        0x26: Found.HERE, 0x27: Found.HERE, 0x2F: Found.HERE, 0x3C: Found.ABSENT,
        0x41: Found.HERE, 0x4B: Found.HERE, 0x50: Found.HERE, 0x51: Found.HERE,
        0x60: Found.ASLEEP, 0x70: Found.HERE,
    }  # fmt: skip
    assert rows[0x41].expected == "ina219, wisblock-2: rak16000"
    assert rows[0x4B].text == "answers and is the right chip"
    assert not differs(list(rows.values()))


def test_a_module_that_is_not_there() -> None:
    made = board()
    made.pull("wisblock-2")
    rows = seen(made)
    assert rows[0x41].found is Found.MISSING
    assert differs(list(rows.values()), strangers=False)


def test_a_module_that_nobody_planned() -> None:
    rows = seen(board(), HEAD)
    assert rows[0x41].found is Found.STRANGER
    assert "ina219 (rak16000)" in rows[0x41].candidates
    assert differs(list(rows.values()))
    assert not differs(list(rows.values()), strangers=False)


def test_another_chip_at_the_address() -> None:
    made = board()
    made.faults.inject("wrong-chip", "adc")
    row = seen(made)[0x4B]
    assert row.found is Found.WRONG
    assert row.text == "register 05 reads 5a 5a, and should read 00 80"


@pytest.mark.parametrize(
    ("driver", "found"), [("rtc-pcf85063", Found.KERNEL), ("ds1307", Found.WRONG)]
)
def test_what_the_kernel_owns_is_left_alone(driver: str, found: Found) -> None:
    made = board()
    bus = Watched(made.i2c)
    made.host.owners[0x51] = driver
    row = seen(made, i2c=bus)[0x51]
    assert (row.found, row.probe) == (found, Probe.KERNEL)
    assert 0x51 not in bus.written
    assert 0x51 not in bus.read


def test_nothing_is_written_to_who_is_not_planned() -> None:
    made = board()
    bus = Watched(made.i2c)
    seen(made, HEAD, bus)
    assert set(bus.written) == {0x2F, 0x4B}
    assert all(len(said) == 1 for several in bus.written.values() for said in several)


def test_a_stuck_bus_ends_the_scan() -> None:
    made = board()
    made.faults.inject("mute-bus", "i2c")
    rows = seen(made)
    assert {row.found for row in rows.values()} == {Found.FAILED}
    assert list(rows) == [0x08, 0x09, 0x0A]


def test_one_chip_that_holds_the_clock_does_not() -> None:
    made = board()
    made.faults.inject("clock-stretch", "adc")
    rows = seen(made)
    assert rows[0x4B].found is Found.FAILED
    assert rows[0x70].found is Found.HERE


class NoBus:
    def transfer(self, address: int, write: bytes = b"", read: int = 0) -> bytes:
        raise BusUnavailable("/dev/i2c-1 does not exist")


def test_no_bus_is_no_scan() -> None:
    with pytest.raises(BusUnavailable, match="does not exist"):
        scan(plan(), CATALOG, board().host, NoBus())


class Silence:
    def transfer(self, address: int, write: bytes = b"", read: int = 0) -> bytes:
        raise NoAcknowledge(address)


def test_the_adc_is_looked_for_where_its_strap_says() -> None:
    rows = scan(plan(HEAD + "[straps]\nadc = 0x48\n"), CATALOG, board().host, Silence())
    missing = [row.address for row in rows if row.found is Found.MISSING]
    assert 0x48 in missing
    assert 0x4B not in missing


@pytest.mark.parametrize(
    ("address", "part", "owner", "probe"),
    [
        (0x20, "", "", Probe.QUICK),
        (0x31, "", "", Probe.READ),  # write protection of memories of modules
        (0x50, "", "", Probe.READ),
        (0x5F, "", "", Probe.READ),
        (0x50, "cat24c32", "", Probe.READ),
        (0x55, "adc121c021", "", Probe.QUICK),  # no memory: its reads are conversions
        (0x51, "pcf85063a", "", Probe.QUICK),
        (0x51, "pcf85063a", "rtc-pcf85063", Probe.KERNEL),
        (0x60, "", "", Probe.QUICK),
    ],
)
def test_how_an_address_is_asked(address: int, part: str, owner: str, probe: Probe) -> None:
    found, why = probe_of(address, CATALOG.chips[part] if part else None, owner)
    assert found is probe
    assert why
