"""The whole board over its buses, as the sheet says a host uses it; no driver takes part."""

from __future__ import annotations

import pytest

from wisgate.bus.lines import Bias, Input
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import NoAcknowledge
from wisgate.virtual.board import VirtualRak7391

PUMP_HOUSE = {"wisblock-1": "rak5801", "wisblock-2": "rak13007"}
AMBIENT = {"wisblock-1": "rak5802", "wisblock-2": "rak16000"}


def board(modules: dict[str, str] | None = None, **options: object) -> VirtualRak7391:
    return VirtualRak7391(VirtualClock(), modules=modules, **options)  # type: ignore[arg-type]


def advance(made: VirtualRak7391, seconds: float) -> None:
    made.clock.sleep(seconds)


def output(made: VirtualRak7391, line: int, level: bool, address: int = 0x26) -> None:
    """Drive an expander line, latch first."""
    port, mask = line // 8, 1 << line % 8
    for register in (2 + port, 6 + port):
        (old,) = made.i2c.transfer(address, bytes([register]), 1)
        high = level if register < 4 else False
        new = old | mask if high else old & ~mask
        made.i2c.transfer(address, bytes([register, new]))


def convert(made: VirtualRak7391, channel: int, address: int = 0x4B) -> float:
    """A single conversion in volts, at 4.096 V full scale."""
    made.i2c.transfer(address, bytes([1, 0xC3 | channel << 4, 0x83]))
    advance(made, 0.0105)
    raw = int.from_bytes(made.i2c.transfer(address, b"\x00", 2), "big", signed=True)
    return raw * 4.096 / 32768


def test_who_is_on_the_bus() -> None:
    made = board(AMBIENT)
    advance(made, 0.001)
    there = []
    for address in range(0x08, 0x78):
        try:
            made.i2c.transfer(address)
        except NoAcknowledge:
            continue
        there.append(address)
    assert there == [0x26, 0x27, 0x2F, 0x41, 0x4B, 0x50, 0x51, 0x70], "the secure element sleeps"


def test_straps_and_options_move_chips() -> None:
    made = board(AMBIENT, adc_address=0x48, addresses={"wisblock-2": 0x44})
    made.i2c.transfer(0x48)
    made.i2c.transfer(0x44)
    for address in (0x4B, 0x41):
        with pytest.raises(NoAcknowledge):
            made.i2c.transfer(address)


@pytest.mark.parametrize(("slot", "line", "channel"), [("wisblock-1", 1, 1), ("wisblock-2", 9, 3)])
def test_loop_reads_the_level_once_it_is_enabled(slot: str, line: int, channel: int) -> None:
    made = board({slot: "rak5801"})
    made.world.set("tank.level", 1.75)
    output(made, line, False)
    advance(made, 0.1)
    assert convert(made, channel) == pytest.approx(0.0, abs=0.005)
    output(made, line, True)
    advance(made, 0.1)
    assert convert(made, channel) / 149.9 == pytest.approx(0.012, abs=2e-6)


def test_loop_settles_after_enable() -> None:
    made = board(PUMP_HOUSE)
    made.world.set("tank.level", 3.5)
    output(made, 1, False)
    advance(made, 0.1)
    output(made, 1, True)
    assert convert(made, 1) < 0.5
    assert convert(made, 1) > 2.0
    advance(made, 0.1)
    assert convert(made, 1) == pytest.approx(2.998, abs=0.001)


def test_loop_clips_at_the_supply() -> None:
    made = board({"wisblock-1": "rak5801"}, options={"wisblock-1": {"transfer": 300.0}})
    made.world.set("tank.level", 3.5)
    advance(made, 0.1)
    assert convert(made, 1) == pytest.approx(3.3)


def test_open_loop() -> None:
    made = board(PUMP_HOUSE)
    advance(made, 0.1)
    made.faults.inject("open-loop", "wisblock-1")
    assert convert(made, 1) == 0.0
    made.faults.clear("open-loop", "wisblock-1")
    assert convert(made, 1) > 0.59


@pytest.mark.parametrize(("slot", "line"), [("wisblock-1", 4), ("wisblock-2", 12)])
def test_relay_runs_the_pump_with_its_delays(slot: str, line: int) -> None:
    made = board({slot: "rak13007"})
    output(made, line, True)
    advance(made, 0.009)
    assert made.world.get("pump.running") == 0.0
    advance(made, 0.002)
    assert made.world.get("pump.running") == 1.0
    output(made, line, False)
    advance(made, 0.003)
    assert made.world.get("pump.running") == 1.0
    advance(made, 0.002)
    assert made.world.get("pump.running") == 0.0


def test_weak_pull_up_does_not_pull_the_relay_in() -> None:
    made = board(PUMP_HOUSE)
    made.i2c.transfer(0x26, b"\x03\xff")
    advance(made, 1)
    assert made.world.get("pump.running") == 0.0


def test_direction_before_latch_closes_the_relay() -> None:
    made = board(PUMP_HOUSE)
    made.i2c.transfer(0x26, b"\x07\xef")
    advance(made, 0.02)
    assert made.world.get("pump.running") == 1.0


def test_module_pulled_and_put_back_forgets_and_returns() -> None:
    made = board(AMBIENT)
    made.i2c.transfer(0x41, b"\x05\x10\x00")
    made.faults.inject("module-pulled", "wisblock-2")
    with pytest.raises(NoAcknowledge):
        made.i2c.transfer(0x41)
    made.faults.clear("module-pulled", "wisblock-2")
    assert made.i2c.transfer(0x41, b"\x05", 2) == b"\x00\x00"


def test_pulling_the_relay_stops_the_pump_and_plugging_it_follows_the_line() -> None:
    made = board(PUMP_HOUSE)
    output(made, 12, True)
    advance(made, 0.02)
    made.pull("wisblock-2")
    assert made.world.get("pump.running") == 0.0
    made.plug("wisblock-2")
    advance(made, 0.02)
    assert made.world.get("pump.running") == 1.0


def test_pull_and_plug_twice_are_once() -> None:
    made = board(AMBIENT)
    made.plug("wisblock-2")
    made.pull("wisblock-2")
    made.pull("wisblock-2")
    with pytest.raises(NoAcknowledge):
        made.i2c.transfer(0x41)


def test_pulled_loop_leaves_its_input_open() -> None:
    made = board(PUMP_HOUSE)
    advance(made, 0.1)
    made.pull("wisblock-1")
    assert convert(made, 1) == 0.0


def test_load_is_measured() -> None:
    made = board(AMBIENT)
    made.world.set("load.volts", 12.0)
    made.world.set("load.amps", 0.1234)
    made.i2c.transfer(0x41, b"\x00\x39\x9b")
    advance(made, 0.002)
    assert made.i2c.transfer(0x41, b"\x02", 2) == b"\x5d\xc2"
    assert made.i2c.transfer(0x41, b"\x01", 2) == b"\x04\xd2"


def test_modbus_unit_answers_on_the_slots_port() -> None:
    made = board(AMBIENT)
    made.world.set("room.humidity", 0.5)
    made.world.set("room.temperature", 25.0)
    port = made.uarts["wisblock-1"]
    port.write(bytes.fromhex("2A 03 00 00 00 02 C2 10"))
    assert port.read(9, 1.0)[:7] == bytes.fromhex("2A 03 04 00 32 09 C4")
    made.pull("wisblock-1")
    port.write(bytes.fromhex("2A 03 00 00 00 02 C2 10"))
    assert port.read(9, 1.0) == b""


def test_climate_reads_the_room() -> None:
    made = board()
    made.world.set("room.temperature", 42.5)
    made.world.set("room.humidity", 0.5)
    advance(made, 0.001)
    made.i2c.transfer(0x70, b"\x78\x66")
    advance(made, 0.0122)
    assert made.i2c.transfer(0x70, read=6) == bytes.fromhex("8000A28000A2")


def test_gpio16_falls_with_the_supply() -> None:
    made = board()
    line = made.lines.request(16, Input(bias=Bias.PULL_UP, edges=True), "power")
    assert line.get() is True
    advance(made, 5)
    made.faults.inject("supply-lost", "supply")
    assert line.get() is False
    advance(made, 3)
    made.faults.clear("supply-lost", "supply")
    advance(made, 1)
    edges = line.edges()
    assert [edge.active for edge in edges] == [False, True]
    assert edges[0].time == 5.0


def test_a_short_dip_of_the_supply_is_caught() -> None:
    made = board()
    line = made.lines.request(16, Input(bias=Bias.PULL_UP, edges=True), "power")
    made.world.ramp("supply.volts", 5.0, 10.0)
    advance(made, 60)
    assert [edge.active for edge in line.edges()] == [False]


def test_leds_are_active_low() -> None:
    made = board()
    assert made.indicators() == {"led_1": False, "led_2": False}
    output(made, 7, False, 0x27)
    assert made.indicators() == {"led_1": True, "led_2": False}
    output(made, 6, False, 0x27)
    output(made, 7, True, 0x27)
    assert made.indicators() == {"led_1": False, "led_2": True}


def test_boot_id_belongs_to_the_seed() -> None:
    one, same, other = (
        VirtualRak7391(VirtualClock(), seed=seed).host.boot_id() for seed in (1, 1, 2)
    )
    assert one == same != other


def test_what_does_not_exist() -> None:
    with pytest.raises(ValueError, match=r'no virtual module "rak9999".*rak13007.*rak5802'):
        board({"wisblock-1": "rak9999"})
    with pytest.raises(ValueError, match=r'no slot "wisblock-3".*wisblock-1'):
        board({"wisblock-3": "rak5801"})
    with pytest.raises(ValueError, match="no IO7"):
        board().slots["wisblock-1"].level(7)


def test_the_secure_element_is_there_and_can_hang() -> None:
    made = VirtualRak7391(VirtualClock(), costs_time=False)

    def revision() -> bytes:
        with pytest.raises(NoAcknowledge):
            made.i2c.transfer(0x00, b"\0")
        made.clock.advance(0.0015)
        made.i2c.transfer(0x60, bytes.fromhex("0307300000 00035D"))
        made.clock.advance(0.005)
        return made.i2c.transfer(0x60, read=7)

    assert revision() == bytes.fromhex("07000060028038")
    made.power_cycle()
    made.faults.inject("never-ready", "identity")
    with pytest.raises(NoAcknowledge):
        revision()


def test_the_fan_turns_as_it_is_driven_and_cools() -> None:
    made = VirtualRak7391(VirtualClock(), costs_time=False)
    made.i2c.transfer(0x2F, bytes.fromhex("30FF"))
    advance(made, 60)
    assert made.world.get("fan.duty") == 1.0
    assert made.world.get("fan.speed") == pytest.approx(4200, rel=0.01)
    assert made.world.get("cpu.temperature") < made.world.get("room.temperature") + 20
    assert made.i2c.transfer(0x2F, b"\x3e", 1)[0] == 3932160 * 2 // 4200 // 32
    made.world.set("fan.speed", 0.0)
    assert made.i2c.transfer(0x2F, b"\x3e", 1) == b"\xff"


def test_a_fan_that_nobody_sets_turns_after_four_seconds() -> None:
    made = VirtualRak7391(VirtualClock(), costs_time=False)
    advance(made, 3.5)
    assert made.world.get("fan.duty") == 0.0
    advance(made, 1)
    assert made.world.get("fan.duty") == 1.0
    advance(made, 10)
    assert made.world.get("fan.speed") > 4000
    assert made.i2c.transfer(0x2F, b"\x24", 1) == b"\x80"


def test_the_controller_keeps_a_speed_while_nobody_looks() -> None:
    made = VirtualRak7391(VirtualClock(), costs_time=False)
    for write in ("3833", "32AB", f"3C{2621 << 3 & 0xFF:02X}", f"3D{2621 >> 5:02X}"):
        made.i2c.transfer(0x2F, bytes.fromhex(write))
    advance(made, 60)
    assert made.world.get("fan.speed") == pytest.approx(3000, rel=0.03)
    assert made.i2c.transfer(0x2F, b"\x24", 1) == b"\x00"


def test_a_blocked_fan_is_stalled_and_starts_again() -> None:
    made = VirtualRak7391(VirtualClock(), costs_time=False)
    made.i2c.transfer(0x2F, bytes.fromhex("3080"))
    advance(made, 20)
    made.faults.inject("fan-blocked", "fan")
    advance(made, 20)
    assert made.world.get("fan.speed") == 0.0
    assert made.i2c.transfer(0x2F, b"\x24", 1) == b"\x01"
    made.faults.clear("fan-blocked", "fan")
    advance(made, 20)
    assert made.world.get("fan.speed") == pytest.approx(4200 * 128 / 255, rel=0.01)
    assert made.i2c.transfer(0x2F, b"\x25", 1) == b"\x01"
    assert made.i2c.transfer(0x2F, b"\x25", 1) == b"\x00"


def test_an_empty_battery_loses_the_time_with_the_supply() -> None:
    made = VirtualRak7391(VirtualClock(), costs_time=False)
    made.faults.inject("battery-empty", "clock")
    advance(made, 5)
    assert made.i2c.transfer(0x51, b"\x04", 1) == b"\x05"
    made.faults.inject("brown-out", "clock")
    assert made.i2c.transfer(0x51, b"\x04", 1) == b"\x80"
    made.faults.clear("battery-empty", "clock")
    made.i2c.transfer(0x51, bytes.fromhex("0405"))
    made.power_cycle()
    assert made.i2c.transfer(0x51, b"\x04", 1) == b"\x05"


def test_a_stopped_crystal_loses_the_time() -> None:
    made = VirtualRak7391(VirtualClock(), costs_time=False)
    made.faults.inject("clock-stopped", "clock")
    advance(made, 5)
    assert made.i2c.transfer(0x51, b"\x04", 1) == b"\x80"


def test_a_write_cycle_that_does_not_end() -> None:
    made = VirtualRak7391(VirtualClock(), costs_time=False)
    made.faults.inject("never-ready", "memory")
    made.i2c.transfer(0x50, bytes.fromhex("000055"))
    advance(made, 1)
    with pytest.raises(NoAcknowledge):
        made.i2c.transfer(0x50)


def test_the_clock_was_set_and_lives_on_its_battery() -> None:
    made = VirtualRak7391(VirtualClock(), costs_time=False)
    advance(made, 3661)
    made.power_cycle()
    assert made.i2c.transfer(0x51, b"\x04", 7) == bytes.fromhex("01010101 040126")


def test_a_display_where_one_is_plugged_in() -> None:
    assert VirtualRak7391(VirtualClock()).panel() is None
    made = VirtualRak7391(VirtualClock(), modules={"oled": "rak1921"})
    assert made.panel() is not None
    made.i2c.transfer(0x3C, bytes.fromhex("00AF"))
    made.faults.inject("brown-out", "oled")
    assert made.i2c.transfer(0x3C, read=1) == b"\x40"
    made.pull("oled")
    assert made.panel() is None
