"""The OPT3001 driver against its witness, then with its twin."""

import pytest
from transcript import conversation, parse, script

from wisgate.chips.opt3001 import Opt3001
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import NoAcknowledge, NotReady, Saturated, WrongIdentity
from wisgate.virtual.chips.opt3001 import Opt3001Twin
from wisgate.virtual.i2c import VirtualI2c

READINGS = {  # section: lux
    "the lowest range that holds it": 88.80,
    "a hundredth": 0.01,
    "darkness": 0.0,
    "the end of the lowest range": 40.95,
    "a lit room": 2818.56,
    "daylight": 5242.88,
    "full scale": 83865.6,
}


def test_building_a_driver_sends_nothing():
    with conversation([]) as bus:
        Opt3001(bus)


def test_identify():
    with script("opt3001", "identify") as bus:
        Opt3001(bus).identify()


@pytest.mark.parametrize(
    ("exchange", "pattern"),
    [
        ("45: 7E -> 54 48", r"^0x45: register 0x7e reads 0x5448, .*0x5449"),
        ("45: 7E -> 54 49\n45: 7F -> 30 02", r"^0x45: register 0x7f reads 0x3002, .*0x3001"),
    ],
)
def test_another_chip_is_told_apart(exchange, pattern):
    with conversation(parse(exchange)) as bus, pytest.raises(WrongIdentity, match=pattern):
        Opt3001(bus, 0x45).identify()


@pytest.mark.parametrize("title", READINGS)
def test_readings(title):
    with script("opt3001", title) as bus:
        chip = Opt3001(bus, slow=True)
        assert chip.trigger() == pytest.approx(0.880)
        assert chip.collect() == pytest.approx(READINGS[title])


def test_a_fast_one_that_is_read_too_early():
    with script("opt3001", "fast") as bus:
        chip = Opt3001(bus)
        assert chip.trigger() == pytest.approx(0.110)
        with pytest.raises(NotReady, match=r"^0x44: "):
            chip.collect()
        assert chip.collect() == pytest.approx(2818.56)


def test_beyond_full_scale():
    with script("opt3001", "brighter than full scale") as bus:
        chip = Opt3001(bus, slow=True)
        chip.trigger()
        with pytest.raises(Saturated, match=r"^0x44: .*83865"):
            chip.collect()


@pytest.mark.parametrize(("slow", "sent"), [(False, "C0 10"), (True, "C8 10")])
def test_shut_down(slow, sent):
    with conversation(parse(f"44: 01 {sent}")) as bus:
        Opt3001(bus, slow=slow).shut_down()


def together(*, slow: bool = False) -> tuple[VirtualClock, Opt3001Twin, Opt3001]:
    clock = VirtualClock()
    twin = Opt3001Twin(clock, addresses=(0x44,))
    twin.illuminance = 320.0
    bus = VirtualI2c(clock)
    bus.twins.append(twin)
    clock.advance(0.1)
    return clock, twin, Opt3001(bus, slow=slow)


@pytest.mark.parametrize("slow", [False, True])
@pytest.mark.parametrize("lux", [0.02, 3.7, 320.0, 20_000.0, 80_000.0])
def test_with_its_twin(slow, lux):
    clock, twin, chip = together(slow=slow)
    chip.identify()
    twin.illuminance = lux
    clock.advance(chip.trigger())
    assert chip.collect() == pytest.approx(lux, rel=5e-4, abs=0.005)
    with pytest.raises(NotReady):
        chip.collect()


def test_faults():
    clock, twin, chip = together()
    twin.never_ready = True
    clock.advance(chip.trigger())
    with pytest.raises(NotReady):
        chip.collect()
    twin.never_ready = False
    chip.trigger()
    twin.power_cycle()
    clock.advance(0.2)
    with pytest.raises(NotReady):
        chip.collect()
    twin.illuminance = 90_000.0
    clock.advance(chip.trigger())
    with pytest.raises(Saturated):
        chip.collect()
    chip.trigger()
    chip.shut_down()
    clock.advance(0.2)
    with pytest.raises(NotReady):
        chip.collect()
    chip._registers._bus.silent.add(0x44)
    with pytest.raises(NoAcknowledge):
        chip.trigger()
