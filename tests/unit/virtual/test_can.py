from __future__ import annotations

import pytest

from wisgate.core.clock import VirtualClock
from wisgate.virtual.can import CanBus, CanFrame, CanPeer
from wisgate.virtual.can_node import Cyclic, CyclicNode

BIT = 2e-6


def bus_with(*rates: tuple[float, float]) -> tuple[VirtualClock, CanBus, list[CanPeer]]:
    clock = VirtualClock()
    bus = CanBus(clock)
    return clock, bus, [CanPeer(bus, rates=rate) for rate in rates or [(500e3, 2e6)] * 2]


def settled(clock: VirtualClock, bus: CanBus, seconds: float) -> None:
    clock.advance(seconds)
    bus.settle()


@pytest.mark.parametrize(
    ("frame", "bits"),
    [
        (CanFrame(0x123), 47),
        (CanFrame(0x123, bytes(8)), 111),
        (CanFrame(0x18DAF110, bytes(8), extended=True), 131),
        (CanFrame(0x123, remote=True), 47),
    ],
)
def test_a_frame_takes_its_bits(frame, bits):
    """ISO 11898-1: 44 bits around a standard frame, 64 around an extended one, 3 between frames."""
    assert frame.seconds(BIT, BIT / 4) == pytest.approx(bits * BIT)
    clock, bus, (one, other) = bus_with()
    one.send(frame)
    settled(clock, bus, bits * BIT - 1e-7)
    assert other.heard == []
    settled(clock, bus, 2e-7)
    assert other.heard == [frame]
    assert one.heard == []


def test_the_payload_of_a_switched_frame_is_faster():
    slow = CanFrame(0x1, bytes(64), fd=True)
    fast = CanFrame(0x1, bytes(64), fd=True, switched=True)
    assert slow.seconds(BIT, BIT / 4) == pytest.approx((32 + 33 + 512) * BIT)
    assert fast.seconds(BIT, BIT / 4) == pytest.approx(32 * BIT + 545 * BIT / 4)
    longer = CanFrame(0x1, bytes(64), extended=True, fd=True)
    assert longer.seconds(BIT, BIT) == pytest.approx((32 + 19 + 545) * BIT)


def test_the_lower_identifier_goes_first():
    clock, bus, (one, other, third) = bus_with(*[(500e3, 2e6)] * 3)
    one.send(CanFrame(0x400))
    one.send(CanFrame(0x300))
    other.send(CanFrame(0x200))
    other.send(CanFrame(0x100))
    settled(clock, bus, 0.1)
    # The first was under way alone; each node sends its own in order.
    assert [frame.identifier for frame in third.heard] == [0x400, 0x200, 0x100, 0x300]


def test_a_standard_frame_beats_the_extended_one_that_begins_alike():
    assert CanFrame(0x123).order() < CanFrame(0x123 << 18, extended=True).order()
    assert CanFrame(0x123 << 18, extended=True).order() < CanFrame(0x124).order()


def test_nobody_acknowledges():
    clock, bus, (one, other) = bus_with()
    other.plug(False)
    one.send(CanFrame(0x123))
    settled(clock, bus, 3600.0)  # a day of repeating costs nothing
    other.plug(True)
    settled(clock, bus, 0.001)
    assert other.heard == [CanFrame(0x123)]


def test_a_short_circuit_lets_nothing_through():
    clock, bus, (one, other) = bus_with()
    bus.shorted = True
    one.send(CanFrame(0x123))
    settled(clock, bus, 1.0)
    assert other.heard == []
    assert bus.shorted
    bus.shorted = False
    assert bus.clear_since == pytest.approx(1.0)
    settled(clock, bus, 0.001)
    assert other.heard == [CanFrame(0x123)]


def test_a_wrong_bit_rate_disturbs_everybody():
    clock, bus, (one, other, stranger) = bus_with((500e3, 2e6), (500e3, 2e6), (250e3, 2e6))
    one.send(CanFrame(0x123))
    settled(clock, bus, 1.0)
    assert other.heard == stranger.heard == []
    stranger.plug(False)
    settled(clock, bus, 0.001)
    assert other.heard == [CanFrame(0x123)]


def test_the_rate_of_the_payload_counts_only_when_it_is_used():
    clock, bus, (one, other) = bus_with((500e3, 2e6), (500e3, 4e6))
    one.send(CanFrame(0x1, b"a", fd=True))
    settled(clock, bus, 0.001)
    assert other.heard == [CanFrame(0x1, b"a", fd=True)]
    one.send(CanFrame(0x2, b"b", fd=True, switched=True))
    settled(clock, bus, 0.1)
    assert len(other.heard) == 1
    other.plug(True, (500e3, 2e6))
    settled(clock, bus, 0.001)
    assert len(other.heard) == 2


@pytest.mark.parametrize(("length", "fd"), [(9, False), (12, False), (9, True), (65, True)])
def test_no_frame_has_such_a_payload(length, fd):
    with pytest.raises(ValueError, match=f"payload of {length} bytes"):
        CanFrame(0x1, bytes(length), fd=fd)


def test_a_node_that_tells_by_itself() -> None:
    clock = VirtualClock()
    bus = CanBus(clock)
    taken: list[bytes] = []
    node = CyclicNode(bus, 0.0, [Cyclic(0x180, 0.5, lambda: b"a")], {0x201: taken.append})
    peer = CanPeer(bus)
    settled(clock, bus, 0.500)
    assert peer.heard == []
    settled(clock, bus, 0.001)
    assert len(peer.heard) == 1
    for count in (2, 3):
        settled(clock, bus, 0.5)
        assert len(peer.heard) == count
    peer.send(CanFrame(0x201, b"x"))
    peer.send(CanFrame(0x202, b"y"))
    peer.send(CanFrame(0x201, b"z", extended=True))
    settled(clock, bus, 0.01)
    assert taken == [b"x"]
    node.plug(False)
    peer.plug(False)
    settled(clock, bus, 10.0)
    peer.plug(True)
    node.plug(True)
    settled(clock, bus, 0.01)
    assert len(peer.heard) == 4  # what nobody took is replaced by what is newer
    settled(clock, bus, 10.0)
    assert len(peer.heard) == 24
    node.leave()
    settled(clock, bus, 10.0)
    assert len(peer.heard) == 24
