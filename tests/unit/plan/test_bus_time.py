"""Time on buses and lines, against figures computed by hand."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from plan_cases import CATALOG

from wisgate.catalog.modules import Conversation
from wisgate.config.load import read
from wisgate.config.model import RegisterConfig, UnitConfig, Where
from wisgate.core.toml import Document
from wisgate.plan.bus_time import unit_time, wire_time
from wisgate.plan.plan import Plan, make

HERE = Where("gateway.toml", 1)
LOOP = '[[slot]]\nslot = "wisblock-{}"\nmodule = "rak5801"\ninterval = "{}"\n'
METER = """[[slot]]
slot = "wisblock-1"
module = "rak5802"
baud = {baud}
[[slot.unit]]
id = 1
name = "meter"
interval = "{interval}"
registers = [{{ name = "a", address = 0, kind = "holding" }}]
"""


def plan(text: str) -> Plan:
    values = tomllib.loads(f'name = "bench"\nboard = "rak7391"\n{text}')
    return make(read(Document(values, {}, "gateway.toml"), Path(), CATALOG), CATALOG)


def conversation(transactions: int, writes: int, reads: int) -> Conversation:
    return Conversation(
        bus="I2C1", transactions=transactions, writes=writes, reads=reads, source="test"
    )


@pytest.mark.parametrize(
    ("transactions", "writes", "reads", "bits"),
    [
        (1, 2, 0, 3 * 9 + 2),  # address, pointer, value
        (1, 1, 2, 5 * 9 + 2),  # address, pointer, address again, two bytes
        (3, 3, 6, 15 * 9 + 6),
    ],
)
@pytest.mark.parametrize("hertz", [100e3, 400e3])
def test_i2c_bytes(transactions: int, writes: int, reads: int, bits: int, hertz: float) -> None:
    assert wire_time(conversation(transactions, writes, reads), hertz) == pytest.approx(
        bits / hertz
    )


def register(address: int, table: str = "holding", encoding: str = "uint16") -> RegisterConfig:
    return RegisterConfig(HERE, f"r{address}", address, table, encoding, 1.0, "")


@pytest.mark.parametrize(
    ("registers", "baud", "seconds"),
    [
        # 8 bytes asked, 5 + 2 answered: 15 characters of 11 bits, two silences of 3.5 characters
        ((register(0),), 9600, 22 * 11 / 9600 + 0.02),
        # two neighbours in one request: 17 characters
        ((register(0), register(1)), 9600, 24 * 11 / 9600 + 0.02),
        # too far apart: two requests
        ((register(0), register(100)), 9600, 2 * (22 * 11 / 9600 + 0.02)),
        # above 19200 Bd the silence is 1.75 ms
        ((register(0),), 115200, 15 * 11 / 115200 + 2 * 1.75e-3 + 0.02),
        # nine coils are two bytes
        (tuple(register(n, "coil", "bool") for n in range(9)), 9600, 22 * 11 / 9600 + 0.02),
    ],
)
def test_modbus_rounds(registers: tuple[RegisterConfig, ...], baud: int, seconds: float) -> None:
    unit = UnitConfig(HERE, 1, "meter", 1.0, 0.5, registers)
    assert unit_time(unit, baud) == pytest.approx(seconds)


def test_two_loops_share_the_converter() -> None:
    """A conversion at 100 SPS takes 10 ms: two channels cannot have one each 10 ms."""
    (finding,) = plan(LOOP.format(1, "10ms") + LOOP.format(2, "10ms")).conflicts
    assert finding.resource == "time of U-ADC"
    assert "wisblock_1_a1 cannot fit" in finding.text
    assert plan(LOOP.format(1, "50ms") + LOOP.format(2, "50ms")).conflicts == ()


def test_nearly_full_is_a_warning() -> None:
    made = plan(LOOP.format(1, "14ms"))
    assert [f.resource for f in made.warnings] == ["time of U-ADC"]
    assert "hardly fits" in made.warnings[0].text
    assert made.conflicts == ()


def test_a_faster_line_comes_before_a_longer_interval() -> None:
    """271 ms at 1200 Bd and 200 ms wanted: 9600 Bd or more rarely; both are proposed, in order."""
    (finding,) = plan(METER.format(baud=1200, interval="200ms")).conflicts
    assert finding.resource == "time of wisblock-1-uart"
    keys = [cure.edits[0].key for cure in finding.cures]
    assert keys[:2] == ["baud", "unit meter"]
    assert "meter_a cannot fit" in finding.text


def test_a_faster_bus_comes_first() -> None:
    text = '[[slot]]\nslot = "wisblock-1"\nmodule = "rak16000"\ninterval = "10ms"\n'
    slow = plan(f'[host]\ni2c_clock = "10kHz"\n{text}')
    (finding,) = slow.conflicts
    assert finding.resource == "time of i2c-1"
    assert finding.cures[0].edits[0].key == "i2c_clock"
    assert plan(text).conflicts == ()


def test_lanes_add_up() -> None:
    made = plan(LOOP.format(1, "1s") + LOOP.format(2, "500ms"))
    lane = next(x for x in made.lanes if x.lane == "U-ADC")
    one, two = lane.jobs
    assert two.share == pytest.approx(2 * one.share)
    assert lane.share == pytest.approx(one.share + two.share)


DUCT = """[[slot]]
slot = "wisblock-1"
module = "rak13005"
baud = {baud}
role = "{role}"
interval = "{interval}"
[[slot.frame]]
id = 0x10
name = "room"
size = 3
signals = [{{ name = "a", bit = 0 }}]
[[slot.frame]]
id = 0x12
name = "damper"
size = 2
signals = [{{ name = "a", bit = 0 }}]
"""
SCHEDULES = """[[slot.schedule]]
name = "short"
entries = [{ frame = "damper" }]
[[slot.schedule]]
name = "long"
entries = [{ frame = "room", delay = "70ms" }, { frame = "damper" }, { frame = "room" }]
"""


@pytest.mark.parametrize(
    ("baud", "more", "seconds"),
    [
        (19200, "", [0.010 + 0.005]),  # 1.4 x 74 and 1.4 x 64 bits, in steps of 5 ms
        (2400, "", [0.045 + 0.040]),
        (2400, SCHEDULES, [0.040, 0.070 + 0.040 + 0.045]),
    ],
)
def test_lin_schedules(baud: int, more: str, seconds: list[float]) -> None:
    made = plan(DUCT.format(baud=baud, role="commander", interval="1s") + more)
    jobs = [j for lane in made.lanes for j in lane.jobs if "rak13005" in j.owner]
    lin = [j.seconds for j in jobs if not j.lane.startswith("i2c")]
    assert lin == [pytest.approx(one) for one in seconds]


@pytest.mark.parametrize("role", ["monitor", "responder"])
def test_who_only_listens_has_no_schedule(role: str) -> None:
    made = plan(DUCT.format(baud=2400, role=role, interval="1s"))
    jobs = [j for lane in made.lanes for j in lane.jobs if "rak13005" in j.owner]
    assert [j for j in jobs if not j.lane.startswith("i2c")] == []


def test_a_schedule_that_does_not_fit_its_interval() -> None:
    made = plan(DUCT.format(baud=2400, role="commander", interval="50ms"))
    (found,) = [f for f in made.findings if "cannot fit" in f.text]
    assert "170% of it are wanted: room_a cannot fit" in found.text
