"""RAK5802 on a virtual line: our client against the twin unit, in virtual time."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from wisgate.catalog.catalog import load
from wisgate.config.model import RegisterConfig, UnitConfig, Where
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import BusUnavailable, NoAnswer, OutputRefused
from wisgate.core.points import Group, Reading, Status
from wisgate.modules.rak5802 import Rak5802
from wisgate.virtual.uart import VirtualUart
from wisgate.virtual.units.modbus import ModbusUnit, Tables

HERE = Where("gateway.toml", 1)


def register(
    name: str,
    address: int,
    table: str = "holding",
    encoding: str = "uint16",
    scale: float = 1.0,
    *,
    writable: bool = False,
) -> RegisterConfig:
    return RegisterConfig(HERE, name, address, table, encoding, scale, "", writable)


def unit(id: int, name: str, *registers: RegisterConfig) -> UnitConfig:
    return UnitConfig(HERE, id, name, 10.0, 0.5, registers)


WEATHER = unit(
    42,
    "weather",
    register("humidity", 0),
    register("temperature", 1, encoding="int16", scale=0.01),
    register("rain", 8, encoding="float32"),
    register("door", 3, "discrete", "bool"),
    register("counter", 0, "input", "uint32"),
    register("led", 0, "coil", "bool", writable=True),
    register("target", 20, encoding="int16", scale=0.1, writable=True),
    register("dose", 30, encoding="float32_swapped", writable=True),
)
BATTERY = unit(0x6E, "battery", register("voltage", 0x6000, scale=0.01))


class Line:
    """A module with both units on its line."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.uart = VirtualUart(self.clock, baud=115200)
        self.weather = Tables(
            coils={0: 0},
            discrete={3: 1},
            inputs={0: 1, 1: 2},
            # 2 to 7 do not exist: a joined read is refused
            holding={0: 60, 1: 0xF6A8, 8: 0x41B8, 9: 0, 20: 0, 30: 0, 31: 0},
        )
        self.battery = Tables(holding={0x6000: 1320})
        self.uart.twins.append(ModbusUnit(42, self.weather))
        self.uart.twins.append(ModbusUnit(0x6E, self.battery))
        self.module = Rak5802(self.uart, self.clock, [WEATHER, BATTERY])
        self.module.open()

    def sample(self, name: str) -> dict[str, Reading]:
        group = next(g for g in self.module.groups if g.name == name)
        return {r.name: r for r in sampled(self.module, group)}


def sampled(module: Rak5802, group: Group) -> Sequence[Reading]:
    steps = module.sample(group)
    try:
        while True:
            assert next(steps) == 0.0
    except StopIteration as done:
        readings: Sequence[Reading] = done.value
        return readings


def test_open_sets_the_rate() -> None:
    assert Line().uart.baud == 9600


def test_every_register_of_a_unit_is_read() -> None:
    readings = Line().sample("weather")
    assert {name: r.value for name, r in readings.items()} == {
        "weather_humidity": 60,
        "weather_temperature": -23.92,
        "weather_rain": 23.0,
        "weather_door": True,
        "weather_counter": 0x10002,
        "weather_led": False,
        "weather_target": 0.0,
        "weather_dose": 0.0,
    }
    assert {r.status for r in readings.values()} == {Status.GOOD}


def test_a_silent_unit_costs_only_its_own_group() -> None:
    line = Line()
    line.uart.twins.pop(0)
    with pytest.raises(NoAnswer, match="unit 42"):
        line.sample("weather")
    assert line.sample("battery")["battery_voltage"].value == 13.2


def test_a_register_that_the_unit_does_not_have_costs_only_itself() -> None:
    line = Line()
    del line.weather.holding[1]
    readings = line.sample("weather")
    assert [n for n, r in readings.items() if r.status is Status.FAULT] == ["weather_temperature"]
    assert readings["weather_humidity"].value == 60


def test_writes_reach_the_unit() -> None:
    line = Line()
    line.module.write("weather_led", True)
    line.module.write("weather_target", -2.5)
    line.module.write("weather_dose", 23.0)
    assert line.weather.coils[0] == 1
    assert [line.weather.holding[a] for a in (20, 30, 31)] == [0xFFE7, 0, 0x41B8]
    readings = line.sample("weather")
    assert readings["weather_led"].value is True
    assert readings["weather_target"].value == -2.5
    assert readings["weather_dose"].value == 23.0


def test_what_is_no_output_is_refused() -> None:
    line = Line()
    for channel in ("weather_humidity", "weather_nothing"):
        with pytest.raises(OutputRefused):
            line.module.write(channel, 1)


def test_an_echoing_line_reads_and_writes_the_same() -> None:
    line = Line()
    line.uart.echo = True
    line.module.write("weather_led", True)
    assert line.weather.coils[0] == 1
    assert line.sample("weather")["weather_led"].value is True


def test_nobody_on_an_echoing_line_obeys() -> None:
    line = Line()
    line.uart.echo = True
    line.uart.twins.clear()
    with pytest.raises(NoAnswer):
        line.module.write("weather_led", True)


def test_a_noisy_line_yields_faults_but_never_wrong_values() -> None:
    line = Line()
    line.uart.noise = 0.02
    seen = set()
    for _ in range(60):
        line.clock.advance(60.0)
        try:
            readings = line.sample("weather").values()
        except NoAnswer:
            continue
        seen |= {r.status for r in readings}
        good = {r.name: r.value for r in readings if r.status is Status.GOOD}
        assert good.items() <= {
            "weather_humidity": 60, "weather_temperature": -23.92, "weather_rain": 23.0,
            "weather_door": True, "weather_counter": 0x10002, "weather_led": False,
            "weather_target": 0.0, "weather_dose": 0.0,
        }.items()  # fmt: skip
    assert {Status.GOOD, Status.FAULT} <= seen


def test_a_port_that_is_gone_says_so_and_comes_back() -> None:
    line = Line()
    line.uart.gone = True
    with pytest.raises(BusUnavailable):
        line.sample("battery")
    with pytest.raises(BusUnavailable):
        line.module.open()
    line.uart.gone = False
    line.module.open()
    assert line.sample("battery")["battery_voltage"].value == 13.2


def test_the_options_of_the_catalog_are_keywords_of_the_module() -> None:
    entry = load().modules["rak5802"]
    options = {o.name: o.default for o in entry.options}
    module = Rak5802(VirtualUart(VirtualClock()), VirtualClock(), [], **options)  # type: ignore[arg-type]
    assert module.groups == ()
    assert entry.units
    with pytest.raises(ValueError, match="modbus-rtu"):
        Rak5802(VirtualUart(VirtualClock()), VirtualClock(), [], protocol="ascii")


def test_nothing_is_left_to_close() -> None:
    Line().module.close()
