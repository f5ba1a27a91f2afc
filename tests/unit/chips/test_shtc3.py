"""The SHTC3 driver against its witness."""

import pytest
from transcript import conversation, parse, script

from wisgate.chips.shtc3 import Shtc3
from wisgate.core.errors import ChecksumMismatch, NoAcknowledge, WrongIdentity


def test_building_a_driver_sends_nothing():
    with conversation([]) as bus:
        Shtc3(bus)


def test_wake():
    with script("shtc3", "wake") as bus:
        assert Shtc3(bus).wake() == pytest.approx(240e-6)


def test_identify():
    with script("shtc3", "identify") as bus:
        Shtc3(bus).identify()


def test_identify_ignores_the_free_bits():
    """The checksum is linear: that of 8887 is 5B ^ 81 ^ A2, from the vectors 0887, 0000, 8000."""
    with conversation(parse("70: EF C8 -> 88 87 78")) as bus:
        Shtc3(bus).identify()


@pytest.mark.parametrize("answer", ["00 00 81", "FF FF AC", "BE EF 92", "80 00 A2"])
def test_another_chip_is_told_apart(answer):
    raw = answer[:5].replace(" ", "").lower()
    with (
        conversation(parse(f"70: EF C8 -> {answer}")) as bus,
        pytest.raises(WrongIdentity, match=rf"^0x70: .*0x{raw}.*0x0807"),
    ):
        Shtc3(bus).identify()


def test_identify_checks_the_checksum():
    with (
        conversation(parse("70: EF C8 -> 08 87 5A")) as bus,
        pytest.raises(ChecksumMismatch, match=r"^0x70: .*0887.*0x5a.*0x5b"),
    ):
        Shtc3(bus).identify()


def test_one_reading():
    with script("shtc3", "one reading") as bus:
        chip = Shtc3(bus)
        chip.wake()
        assert chip.trigger() == pytest.approx(12.1e-3)
        climate = chip.collect()
        chip.sleep()
    assert climate.temperature == pytest.approx(24.9989, abs=1e-4)
    assert climate.humidity == pytest.approx(0.5)


def walked(steps):
    waited = []
    while True:
        try:
            waited.append(next(steps))
        except StopIteration as done:
            return waited, done.value


def test_from_sleep_to_sleep():
    with script("shtc3", "one reading") as bus:
        waited, climate = walked(Shtc3(bus).measure(identify=False))
    assert waited == [pytest.approx(240e-6), pytest.approx(12.1e-3)]
    assert climate.humidity == pytest.approx(0.5)


def test_from_sleep_to_sleep_with_a_look_at_who_it_is():
    steps = parse(
        "70: 35 17\n70: EF C8 -> 08 87 5B\n70: 78 66\n70: -> 66 66 93 80 00 A2\n70: B0 98"
    )
    with conversation(steps) as bus:
        _waited, climate = walked(Shtc3(bus).measure(identify=True))
    assert climate.temperature == pytest.approx(24.9989, abs=1e-4)


@pytest.mark.parametrize(
    ("title", "temperature", "humidity"),
    [
        ("the words the other way round", 42.5, 0.4),
        ("a word of eight odd bits", 85.521, 0.74583),
        ("bottom of the scale", -45.0, 0.0),
        ("top of the scale", 129.997, 0.99998),
    ],
)
def test_readings(title, temperature, humidity):
    with script("shtc3", title) as bus:
        chip = Shtc3(bus)
        chip.trigger()
        climate = chip.collect()
    assert climate.temperature == pytest.approx(temperature, abs=1e-3)
    assert climate.humidity == pytest.approx(humidity, abs=1e-5)


@pytest.mark.parametrize(
    "answer", ["66 66 92 80 00 A2", "66 66 93 80 00 A3", "66 67 93 80 00 A2", "66 66 93 80 01 A2"]
)
def test_a_damaged_word_is_no_reading(answer):
    with conversation(parse(f"70: -> {answer}")) as bus, pytest.raises(ChecksumMismatch):
        Shtc3(bus).collect()


def test_read_too_early_is_no_acknowledge():
    with script("shtc3", "read too early") as bus:
        chip = Shtc3(bus)
        chip.trigger()
        for _ in range(2):
            with pytest.raises(NoAcknowledge, match="0x70"):
                chip.collect()
        assert chip.collect().humidity == pytest.approx(0.5)


def test_a_sleeping_chip_neither_measures_nor_tells_who_it_is():
    with script("shtc3", "asleep when it should measure") as bus:
        chip = Shtc3(bus)
        chip.sleep()
        with pytest.raises(NoAcknowledge):
            chip.trigger()
    with script("shtc3", "asleep when it should tell who it is") as bus:
        chip = Shtc3(bus)
        chip.sleep()
        with pytest.raises(NoAcknowledge):
            chip.identify()
