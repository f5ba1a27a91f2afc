"""The LTR-390UV driver against its witness, then with its twin."""

import pytest
from transcript import conversation, parse, script

from wisgate.chips.ltr_390uv import Ltr390uv
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import NoAcknowledge, NotReady, WrongIdentity
from wisgate.registers.ltr_390uv import Gain
from wisgate.virtual.chips.ltr_390uv import Ltr390uvTwin
from wisgate.virtual.i2c import VirtualI2c


def test_building_a_driver_sends_nothing():
    with conversation([]) as bus:
        Ltr390uv(bus)


def test_identify():
    with script("ltr_390uv", "identify") as bus:
        Ltr390uv(bus).identify()


@pytest.mark.parametrize("answer", ["B0", "B7", "BF"])
def test_another_revision_is_the_same_part(answer):
    with conversation(parse(f"53: 06 -> {answer}")) as bus:
        Ltr390uv(bus).identify()


@pytest.mark.parametrize("answer", ["A2", "00", "FF", "2B"])
def test_another_chip_is_told_apart(answer):
    with (
        conversation(parse(f"53: 06 -> {answer}")) as bus,
        pytest.raises(WrongIdentity, match=rf"^0x53: .*0x{answer.lower()}.*0xb2"),
    ):
        Ltr390uv(bus).identify()


def test_light():
    with script("ltr_390uv", "light") as bus:
        chip = Ltr390uv(bus)
        assert chip.trigger_light() == pytest.approx(0.12)
        light = chip.collect_light()
    assert light.lux == pytest.approx(500)
    assert not light.clipped


def test_ultraviolet():
    with script("ltr_390uv", "ultraviolet") as bus:
        chip = Ltr390uv(bus)
        assert chip.trigger_ultraviolet() == pytest.approx(0.48)
        assert chip.collect_ultraviolet() == pytest.approx(6.0)


@pytest.mark.parametrize(
    ("gain", "code"),  # 600 lx is 1000 x gain; the witness has the same codes
    [(Gain.X1, "E8 03 00"), (Gain.X3, "B8 0B 00"), (Gain.X6, "70 17 00"), (Gain.X9, "28 23 00"),
     (Gain.X18, "50 46 00")],
)  # fmt: skip
def test_light_at_every_gain(gain, code):
    steps = parse(
        f"53: 07 -> 00\n53: 04 22\n53: 05 {gain:02X}\n53: 00 02\n"
        f"53: 07 -> 08\n53: 0D -> {code}\n53: 00 00"
    )
    with conversation(steps) as bus:
        chip = Ltr390uv(bus)
        chip.trigger_light(gain)
        assert chip.collect_light().lux == pytest.approx(600)


@pytest.mark.parametrize(
    ("code", "clipped"), [("FF FF 03", True), ("FE FF 03", False), ("FF FF 0F", True)]
)
def test_the_end_of_the_scale_of_light(code, clipped):
    with conversation(parse(f"53: 07 -> 08\n53: 0D -> {code}\n53: 00 00")) as bus:
        light = Ltr390uv(bus).collect_light()
    assert light.clipped is clipped
    assert light.lux == pytest.approx(0.6 * int.from_bytes(bytes.fromhex(code), "little") / 3)


@pytest.mark.parametrize("state", ["00", "20", "10", "30"])
def test_what_is_not_ready_is_not_read(state):
    for collect in (Ltr390uv.collect_light, Ltr390uv.collect_ultraviolet):
        with (
            conversation(parse(f"53: 07 -> {state}")) as bus,
            pytest.raises(NotReady, match=r"^0x53: "),
        ):
            collect(Ltr390uv(bus))


def test_standby():
    with conversation(parse("53: 00 00")) as bus:
        Ltr390uv(bus).standby()


def together() -> tuple[VirtualClock, Ltr390uvTwin, Ltr390uv]:
    clock = VirtualClock()
    twin = Ltr390uvTwin(clock)
    twin.illuminance, twin.uv_index = 500.0, 3.0
    bus = VirtualI2c(clock)
    bus.twins.append(twin)
    clock.advance(0.1)
    return clock, twin, Ltr390uv(bus)


@pytest.mark.parametrize(("lux", "uv"), [(0.0, 0.0), (500.0, 3.0), (40_000.0, 11.2)])
def test_with_its_twin(lux, uv):
    clock, twin, chip = together()
    twin.illuminance, twin.uv_index = lux, uv
    chip.identify()
    for _ in range(2):
        clock.advance(chip.trigger_light())
        light = chip.collect_light()
        assert light.lux == pytest.approx(lux, abs=0.2)
        clock.advance(chip.trigger_ultraviolet())
        assert chip.collect_ultraviolet() == pytest.approx(uv, abs=0.001)


def test_direct_sun_needs_the_lowest_gain():
    clock, twin, chip = together()
    twin.illuminance = 120_000.0
    clock.advance(chip.trigger_light())
    assert chip.collect_light().clipped
    clock.advance(chip.trigger_light(Gain.X1))
    light = chip.collect_light()
    assert light.lux == pytest.approx(120_000, abs=1)
    assert not light.clipped


def test_faults():
    clock, twin, chip = together()
    twin.never_ready = True
    clock.advance(chip.trigger_light())
    with pytest.raises(NotReady):
        chip.collect_light()
    twin.never_ready = False
    clock.advance(0.2)  # what was started is over now, and nobody fetched it
    chip.trigger_ultraviolet()
    with pytest.raises(NotReady):
        chip.collect_ultraviolet()
    twin.power_cycle()
    clock.advance(0.5)
    with pytest.raises(NotReady):
        chip.collect_ultraviolet()
    clock.advance(chip.trigger_ultraviolet())
    assert chip.collect_ultraviolet() == pytest.approx(3.0, abs=0.001)
    chip._bus.silent.add(0x53)
    with pytest.raises(NoAcknowledge):
        chip.trigger_light()
