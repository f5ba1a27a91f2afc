"""What the twins of both converters share, where neither of their witnesses tells."""

from __future__ import annotations

from wisgate.core.clock import VirtualClock
from wisgate.virtual.chips.ads1115 import Ads1115Twin
from wisgate.virtual.chips.sgm58031 import Sgm58031Twin

SPS128 = 1 / 128
"""Exact to the nanosecond."""


def test_only_their_addresses() -> None:
    twin = Sgm58031Twin(VirtualClock(), addresses=(0x48, 0x4B))
    for read in (False, True):
        assert twin.addressed(0x4B, read)
        assert not twin.addressed(0x4A, read)


def test_a_register_that_is_none_reads_zero() -> None:
    twin = Sgm58031Twin(VirtualClock(), addresses=(0x4B,))
    twin.write(b"\x09")
    assert twin.read(2) == b"\x00\x00"


def test_a_conversion_is_there_when_its_period_is_over() -> None:
    clock = VirtualClock()
    twin = Ads1115Twin(clock, addresses=(0x48,))
    twin.ain0 = 1.500125
    twin.write(b"\x01\xc3\x83")
    clock.advance(SPS128)
    assert twin.read(1) == b"\xc3"
    twin.write(b"\x00")
    assert twin.read(2) == b"\x2e\xe1"


def test_the_last_bit_of_a_continuous_conversion() -> None:
    clock = VirtualClock()
    twin = Ads1115Twin(clock, addresses=(0x48,))
    twin.ain0 = 1.500125
    twin.write(b"\x01\x42\x83")
    clock.advance(2 * SPS128)
    twin.write(b"\x00")
    assert twin.read(2) == b"\x2e\xe1"
