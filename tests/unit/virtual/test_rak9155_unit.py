"""The battery pack against the registers of the sheet, and the battery of the world behind it."""

from __future__ import annotations

import pytest

from wisgate.core.clock import VirtualClock
from wisgate.virtual.board import VirtualRak7391
from wisgate.virtual.plant.battery import rest_voltage

VOLTAGE = bytes.fromhex("6E 03 60 00 00 01 93 55")
"""The request of the modules sheet 9.2."""


def board() -> VirtualRak7391:
    return VirtualRak7391(VirtualClock(), modules={"wisblock-1": "rak5802"})


def ask(made: VirtualRak7391, request: bytes) -> bytes:
    """The bytes of the answer's registers."""
    port = made.uarts["wisblock-1"]
    port.write(request)
    answer = port.read(80, 0.1)
    assert answer[:2] == b"\x6e\x03"
    return answer[3:-2]


def read(made: VirtualRak7391, address: int, count: int = 1) -> list[int]:
    body = bytes.fromhex("6E03") + address.to_bytes(2, "big") + count.to_bytes(2, "big")
    answer = ask(made, body + crc(body))
    return [int.from_bytes(answer[n : n + 2], "big") for n in range(0, len(answer), 2)]


def crc(body: bytes) -> bytes:
    register = 0xFFFF
    for byte in body:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0xA001 if register & 1 else 0)
    return register.to_bytes(2, "little")


def test_the_request_of_the_sheet() -> None:
    made = board()
    made.world.set("battery.voltage", 12.84)
    assert ask(made, VOLTAGE) == (1284).to_bytes(2, "big")


def test_charge_is_remaining_over_full() -> None:
    made = board()
    made.world.set("battery.charge", 0.25)
    remaining, full = read(made, 0x6005, 2)
    assert remaining / full == 0.25


@pytest.mark.parametrize(
    ("charge", "amperes", "mode"),
    [(0.5, -1.0, 2), (0.5, 1.0, 3), (1.0, 0.0, 5), (0.0, 0.0, 6), (0.5, 0.0, 2)],
)
def test_mode(charge: float, amperes: float, mode: int) -> None:
    made = board()
    made.world.set("battery.charge", charge)
    made.world.set("battery.current", amperes)
    assert read(made, 0x600E, 2) == [0, mode]


def test_both_units_are_on_the_line() -> None:
    made = board()
    port = made.uarts["wisblock-1"]
    port.write(bytes.fromhex("2A 01 00 00 00 01 FB D1"))
    assert port.read(80, 0.1)[0] == 0x2A


def test_a_module_that_is_pulled_takes_both_along() -> None:
    made = board()
    made.pull("wisblock-1")
    assert made.uarts["wisblock-1"].twins == []


def test_a_day_charges_and_drains() -> None:
    made = board()
    charges, volts = [], []
    for _hour in range(24):
        made.clock.advance(3600)
        charges.append(made.world.get("battery.charge"))
        volts.append(made.world.get("battery.voltage"))
    assert 0.1 < max(charges) - min(charges) < 0.9
    assert 10.0 <= min(volts) < max(volts) <= 14.6, "what the sheet calls plausible"


@pytest.mark.parametrize(("held", "current"), [(1.0, 0.0), (0.0, 0.0)])
def test_nothing_goes_into_a_full_or_out_of_an_empty_one(held: float, current: float) -> None:
    made = board()
    hours = 12 if held else 1
    made.clock.advance(hours * 3600 - 1)
    made.world.set("battery.charge", held)
    made.clock.advance(1)
    assert made.world.get("battery.current") == current


def test_rest_voltage_rises_with_the_charge() -> None:
    steps = [rest_voltage(n / 100) for n in range(101)]
    assert steps == sorted(steps)
    assert (steps[0], steps[100]) == (pytest.approx(10.5), pytest.approx(14.4))
