"""RAK12004 and RAK12009 from the board's side: codes of the ADC by gas, heat and supply."""

from __future__ import annotations

import pytest
from front_bench import FrontBench

from wisgate.core.errors import NoAcknowledge

WARM = 1200.0


def gas(module: str = "rak12009", **options: object) -> FrontBench:
    bench = FrontBench(module, **options)
    bench.world.set("gas.combustible" if module == "rak12004" else "gas.ethanol", 0)
    bench.set(6, True)
    return bench


def code(bench: FrontBench, address: int = 0x55) -> int:
    return int.from_bytes(bench.i2c.transfer(address, b"\x00", 2), "big")


def film_ohms(bench: FrontBench, address: int = 0x55) -> float:
    """As modules sheet 5.0 has it: Rs = RL (5 - V) / V."""
    volts = code(bench, address) * 5 / 4096
    return 10e3 * (5 - volts) / volts


@pytest.mark.parametrize(
    ("ppm", "expected"), [(1.26, 500), (3.25, 1000), (10.99, 2000), (36.0, 3000)]
)
def test_the_codes_of_the_sheet_for_alcohol(ppm: float, expected: int) -> None:
    # modules sheet 9.1, with the vendor's constants: R0 16.1 k, A -0.888, B 0.738
    bench = gas()
    bench.clock.advance(WARM)
    bench.world.set("gas.ethanol", ppm)
    # Below 6.8 ppm the constants give more than the ratio in clean air, which the film never has.
    ceiling = round(4096 * 10 / (10 + 16.1))
    assert code(bench) == pytest.approx(max(expected, ceiling), abs=6)


@pytest.mark.parametrize(("ppm", "expected"), [(40.7, 500), (336.8, 1000), (5086, 2000)])
def test_the_codes_of_the_sheet_for_smoke(ppm: float, expected: int) -> None:
    # modules sheet 9.1, with the vendor's constants: R0 11.2 k, A -0.399, B 1.450
    bench = gas("rak12004", address=0x52, curve="vendor-script")
    bench.clock.advance(WARM)
    bench.world.set("gas.combustible", ppm)
    assert code(bench, 0x52) == pytest.approx(expected, abs=6)


@pytest.mark.parametrize(
    ("gas_name", "ppm", "ratio"),
    [
        ("propane", 300, 0.215), ("propane", 10000, 0.0182), ("smoke", 1000, 0.121),
        ("smoke", 5000, 0.040), ("methane", 5000, 0.064), ("alcohol", 300, 0.437),
    ],
)  # fmt: skip
def test_the_points_of_the_plot(gas_name: str, ppm: float, ratio: float) -> None:
    # modules sheet 5.1, MQ-2 v1.5, read off the plot to 10 % and drawn as a straight line
    bench = gas("rak12004", address=0x52, curve="sheet-1.5", gas=gas_name)
    bench.clock.advance(WARM)
    bench.world.set("gas.combustible", ppm)
    assert film_ohms(bench, 0x52) / 107.5e3 == pytest.approx(ratio, rel=0.2)


@pytest.mark.parametrize("curve", ["vendor-script", "sheet-1.5"])
def test_clean_air_is_what_it_is_by_any_sheet(curve: str) -> None:
    # modules sheet 5.1: R0 11.2 k of a set whose ratio in clean air is 9.6
    bench = gas("rak12004", address=0x52, curve=curve, air=5e3)
    bench.clock.advance(WARM)
    for ppm in (0.0, 1.0, -5.0):
        bench.world.set("gas.combustible", ppm)
        assert film_ohms(bench, 0x52) == pytest.approx(9.6 * 11.2e3, rel=0.02)


def test_another_load_resistor() -> None:
    bench = gas(load=20e3)
    bench.clock.advance(WARM)
    assert code(bench) == pytest.approx(4096 * 20 / (20 + 16.1), abs=2)


def test_it_warms_up_over_minutes() -> None:
    bench = gas()
    bench.clock.advance(0.02)
    seen = []
    for _ in range(6):
        seen.append(film_ohms(bench))
        bench.clock.advance(60)
    assert seen[0] == pytest.approx(16.1e3 / 5, rel=0.02)
    assert seen == sorted(seen)
    assert seen[1] < 0.5 * 16.1e3
    assert seen[5] == pytest.approx(16.1e3, rel=0.08)


def test_a_short_pause_cools_it_a_little() -> None:
    bench = gas()
    bench.clock.advance(WARM)
    warm = film_ohms(bench)
    bench.set(6, False)
    bench.clock.advance(9)
    bench.set(6, True)
    bench.clock.advance(0.02)
    assert 0.8 * warm < film_ohms(bench) < 0.95 * warm
    bench.set(6, False)
    bench.clock.advance(1000)
    bench.set(6, True)
    bench.clock.advance(0.02)
    assert film_ohms(bench) == pytest.approx(16.1e3 / 5, rel=0.02)


def test_without_enable_nobody_answers_and_10_ms_after_it_the_adc_does() -> None:
    bench = FrontBench("rak12009", 2)
    bench.set(6, False)
    bench.clock.advance(1)
    with pytest.raises(NoAcknowledge):
        code(bench)
    bench.set(6, True)
    bench.clock.advance(0.008)
    with pytest.raises(NoAcknowledge):
        code(bench)
    bench.clock.advance(0.003)
    bench.i2c.transfer(0x55, b"\x02\x20")
    bench.set(6, False)
    bench.set(6, True)
    bench.clock.advance(0.011)
    assert bench.i2c.transfer(0x55, b"\x02", 1) == b"\x00"


def test_the_weak_pull_up_enables_it() -> None:
    bench = FrontBench("rak12009")
    bench.clock.advance(0.02)
    assert code(bench) > 0


def test_a_broken_film_reads_nothing() -> None:
    bench = gas()
    bench.clock.advance(WARM)
    bench.faults.inject("open-loop", bench.slot)
    assert code(bench) == 0
    bench.faults.clear("open-loop", bench.slot)
    assert code(bench) > 1000


def test_brown_out_takes_the_registers_and_not_the_heat() -> None:
    bench = gas()
    bench.clock.advance(WARM)
    before = code(bench)
    bench.i2c.transfer(0x55, b"\x02\x24")
    bench.faults.inject("brown-out", bench.slot)
    assert bench.i2c.transfer(0x55, b"\x02", 1) == b"\x00"
    assert code(bench) == before


def test_the_alert_reaches_io5() -> None:
    bench = gas()
    bench.clock.advance(WARM)
    assert bench.get(5)
    bench.i2c.transfer(0x55, b"\x04\x07\xd0")
    bench.i2c.transfer(0x55, b"\x02\x24")
    bench.clock.advance(0.001)
    assert bench.get(5)
    bench.world.set("gas.ethanol", 100)
    bench.clock.advance(0.001)
    assert not bench.get(5)
    bench.pull()
    assert bench.get(5)


def test_a_pulled_one_is_gone_and_comes_back_cold() -> None:
    bench = gas()
    bench.clock.advance(WARM)
    bench.pull()
    with pytest.raises(NoAcknowledge):
        code(bench)
    bench.plug()
    bench.clock.advance(0.02)
    assert film_ohms(bench) == pytest.approx(16.1e3 / 5, rel=0.02)


def test_addresses() -> None:
    for module, options, address in (
        ("rak12004", {}, 0x51), ("rak12004", {"address": 0x5A}, 0x5A), ("rak12009", {}, 0x55),
    ):  # fmt: skip
        bench = FrontBench(module, **options)
        assert bench.board.module(bench.slot).addresses == (address,)


def test_clouds_come_and_thin_out() -> None:
    bench = FrontBench("rak12004", address=0x52)
    seen = []
    for _ in range(3600):
        bench.clock.advance(1)
        seen.append(bench.world.get("gas.combustible"))
    assert max(seen[:290]) < 60
    assert max(seen) > 200
    assert min(seen) >= 0


def test_at_the_address_of_the_clock_both_answer_and_both_are_written() -> None:
    # modules sheet 2.3: reads are the AND of both, the limits go into RAM, seconds and minutes
    bench = gas("rak12004")
    bench.clock.advance(WARM)
    rtc = bench.board.rtc
    rtc.write(b"\x03\x00")
    bench.i2c.transfer(0x51, b"\x03\x0b\x38")
    rtc.write(b"\x03")
    assert rtc.read(1) == b"\x0b"  # the RAM byte of the clock
    rtc.write(b"\x04")
    assert rtc.read(1)[0] & 0x7F == 0x38  # and its seconds
    bench.i2c.transfer(0x51, b"\x02\x24")
    rtc.write(b"\x02")
    assert rtc.read(1) == b"\x24"  # and its offset
    for register in (0, 3, 4):
        alone = rtc_alone(bench, register)
        assert bench.i2c.transfer(0x51, bytes([register]), 1)[0] & ~alone == 0


def rtc_alone(bench: FrontBench, register: int) -> int:
    bench.board.rtc.write(bytes([register]))
    return bench.board.rtc.read(1)[0]


def test_at_the_address_of_the_clock_somebody_answers_without_power() -> None:
    bench = FrontBench("rak12004")
    bench.set(6, False)
    bench.i2c.transfer(0x51, b"\x04", 1)
    with pytest.raises(NoAcknowledge):
        bench.i2c.transfer(0x52)
