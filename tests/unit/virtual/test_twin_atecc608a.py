from __future__ import annotations

import pytest

from wisgate.core.clock import VirtualClock
from wisgate.core.errors import NoAcknowledge
from wisgate.virtual.chips.atecc608a import Atecc608aTwin
from wisgate.virtual.i2c import VirtualI2c
from wisgate.virtual.p256 import ORDER, matches, public_half, sign

DIGEST = bytes(range(32))


def packet(opcode: int, mode: int = 0, parameter: int = 0, body: bytes = b"") -> bytes:
    head = bytes([7 + len(body), opcode, mode, parameter & 0xFF, parameter >> 8])
    return b"\x03" + head + body + checksum(head + body)


def checksum(content: bytes) -> bytes:
    """The remainder of the sheet's polynomial, reflected as a whole at the end."""
    register = 0
    for byte in content:
        register ^= int(f"{byte:08b}"[::-1], 2) << 8
        for _ in range(8):
            register = (register << 1) ^ (0x8005 if register & 0x8000 else 0)
            register &= 0xFFFF
    return register.to_bytes(2, "little")


class Bench:
    def __init__(self, **options: object) -> None:
        self.clock = VirtualClock()
        self.chip = Atecc608aTwin(self.clock, **options)  # type: ignore[arg-type]
        self.bus = VirtualI2c(self.clock, costs_time=False)
        self.bus.twins.append(self.chip)

    def wake(self) -> None:
        with pytest.raises(NoAcknowledge):
            self.bus.transfer(0, b"\0")
        self.clock.advance(0.0015)

    def ask(self, opcode: int, mode: int = 0, parameter: int = 0, body: bytes = b"") -> bytes:
        """The bytes of the answer, checked."""
        self.bus.transfer(0x60, packet(opcode, mode, parameter, body))
        self.clock.advance(0.115)
        answer = self.bus.transfer(0x60, read=80)
        size = answer[0]
        assert checksum(answer[: size - 2]) == answer[size - 2 : size]
        assert set(answer[size:]) == {0xFF}
        return answer[1 : size - 2]


def awake(locked: bool = False, **options: object) -> Bench:
    bench = Bench(**options)
    bench.chip.config_locked = bench.chip.slots_locked = locked
    bench.wake()
    return bench


def test_the_checksum_of_this_file_is_that_of_the_sheet() -> None:
    assert checksum(bytes.fromhex("0747000000")) == bytes.fromhex("2E85")


def test_it_wakes_exactly_after_its_time() -> None:
    bench = Bench()
    assert not bench.chip.addressed(0, False)
    bench.clock.advance(0.001499)
    assert not bench.chip.addressed(0x60, True)
    bench.clock.advance(0.000001)
    assert bench.chip.addressed(0x60, True)
    assert not bench.chip.addressed(0x61, True)


def test_the_watchdog_strikes_after_1300_ms() -> None:
    bench = awake()
    bench.clock.advance(1.3 - 0.0015 - 1e-6)
    assert bench.chip.addressed(0x60, False)
    bench.clock.advance(1e-6)
    assert not bench.chip.addressed(0x60, False)


def test_a_command_must_end_before_the_watchdog_strikes() -> None:
    for early, answer in ((0.0051, b"\x00\x00\x60\x02"), (0.0049, b"\xee")):
        bench = awake()
        bench.clock.advance(1.3 - 0.0015 - early)
        bench.bus.transfer(0x60, packet(0x30))
        bench.clock.advance(0.005 if answer != b"\xee" else 0)
        assert bench.bus.transfer(0x60, read=7)[1 : 1 + len(answer)] == answer


@pytest.mark.parametrize(
    ("opcode", "mode", "parameter", "body", "status"),
    [
        (0x30, 1, 0, b"", 3), (0x30, 0, 1, b"", 3), (0x30, 0, 0, b"x", 3),
        (0x02, 3, 0, b"", 3), (0x02, 4, 0, b"", 3), (0x02, 0, 32, b"", 3), (0x02, 0, 0, b"x", 3),
        (0x02, 0, 0x100, b"", 3), (0x02, 0x80, 32, b"", 3), (0x02, 1, 0, b"", 15),
        (0x02, 0x82, 0, b"", 15),
        (0x1B, 2, 0, b"", 3), (0x1B, 0, 1, b"", 3), (0x1B, 0, 0, b"x", 3),
        (0x16, 0, 0, bytes(20), 3), (0x16, 3, 0, bytes(31), 3), (0x16, 3, 1, DIGEST, 3),
        (0x47, 3, 0, b"", 3), (0x47, 0, 1, b"x", 3), (0x47, 1, 64, bytes(64), 15),
        (0x47, 2, 0, b"", 15), (0x47, 2, 1, b"", 3), (0x47, 2, 64, b"abc", 3),
        (0x40, 1, 0, b"", 3), (0x40, 4, 16, b"", 3), (0x40, 4, 0, b"x", 3), (0x40, 4, 3, b"", 15),
        (0x40, 0, 15, b"", 15), (0x41, 0, 0, b"", 3), (0x41, 0x80, 16, b"", 3),
        (0x41, 0x80, 0, b"x", 3), (0x41, 0x80, 15, b"", 15),
        (0x45, 0, 4, bytes(128), 3), (0x45, 2, 3, bytes(128), 3),
        (0x45, 2, 4, bytes(127), 3),
    ],
)  # fmt: skip
def test_refusals(opcode: int, mode: int, parameter: int, body: bytes, status: int) -> None:
    bench = awake(locked=True, keys={0: 1})
    assert bench.ask(opcode, mode, parameter, body) == bytes([status])


def test_a_block_is_read_from_its_begin() -> None:
    bench = awake()
    assert bench.ask(0x02, 0x80, 7) == bench.ask(0x02, 0x80, 0)
    assert bench.ask(0x02, 0x80, 15) == bench.ask(0x02, 0x80, 8)


def test_a_digest_takes_whole_blocks_and_then_less_than_one() -> None:
    for mode, size, answer in ((1, 63, b"\3"), (2, 64, b"\3"), (1, 64, b"\0")):
        bench = awake()
        assert bench.ask(0x47, 0) == b"\0"
        assert bench.ask(0x47, mode, size, bytes(size)) == answer


def test_a_digest_ends_once() -> None:
    bench = awake()
    bench.ask(0x47, 0)
    assert len(bench.ask(0x47, 2)) == 32
    assert bench.ask(0x47, 2) == b"\x0f"


def test_random_numbers_follow_the_seed() -> None:
    one, again, other = (awake(True, seed=seed).ask(0x1B) for seed in (1, 1, 2))
    assert one == again != other
    assert awake(True).ask(0x1B) == one
    bench = awake(True)
    first, second = bench.ask(0x1B), bench.ask(0x1B, 1)
    assert first != second
    assert len(first) == len(second) == 32


def test_an_error_comes_at_once() -> None:
    bench = awake()
    bench.bus.transfer(0x60, packet(0x40, 4))
    assert bench.bus.transfer(0x60, read=4) == bytes.fromhex("040F2342")


def test_each_slot_has_its_own_key_and_keeps_it_without_supply() -> None:
    bench = awake(True)
    first, second = bench.ask(0x40, 4, 0), bench.ask(0x40, 4, 2)
    assert first != second
    assert len(first) == len(second) == 64
    assert bench.ask(0x40, 0, 0) == first
    bench.chip.power_cycle()
    bench.wake()
    assert bench.ask(0x40, 0, 2) == second


@pytest.mark.parametrize("locks", [(False, True), (True, False)])
def test_a_signature_needs_both_locks(locks: tuple[bool, bool]) -> None:
    bench = awake(keys={1: 7})
    bench.chip.config_locked, bench.chip.slots_locked = locks
    bench.ask(0x16, 3, 0, DIGEST)
    assert bench.ask(0x41, 0x80, 1) == b"\x0f"


def test_a_key_needs_the_lock_of_the_configuration_alone() -> None:
    bench = awake()
    bench.chip.config_locked = True
    assert len(bench.ask(0x40, 4, 0)) == 64
    assert bench.ask(0x02, 0, 0x15)[2:] == b"\x55\x00"


def test_what_it_signs_it_verifies() -> None:
    bench = awake(True, keys={1: 7})
    bench.ask(0x16, 3, 0, DIGEST)
    signature = bench.ask(0x41, 0x80, 1)
    assert bench.ask(0x45, 2, 4, signature + public_half(7)) == b"\0"
    assert bench.ask(0x45, 2, 4, signature + public_half(8)) == b"\1"
    assert bench.ask(0x45, 2, 4, signature + DIGEST * 2) == b"\x0f", "no point of the curve"


def test_a_brown_out_puts_it_to_sleep_and_forgets() -> None:
    bench = awake(True, keys={0: 7})
    bench.ask(0x16, 3, 0, DIGEST)
    bench.ask(0x47, 0)
    bench.chip.power_cycle()
    with pytest.raises(NoAcknowledge):
        bench.bus.transfer(0x60, read=4)
    bench.wake()
    assert bench.ask(0x41, 0x80, 0) == b"\x0f"
    assert bench.ask(0x47, 2) == b"\x0f"


def test_a_digest_survives_idle() -> None:
    bench = awake()
    bench.ask(0x47, 0)
    bench.bus.transfer(0x60, b"\2")
    bench.wake()
    assert bench.bus.transfer(0x60, read=4) == bytes.fromhex("04113343")
    assert len(bench.ask(0x47, 2)) == 32


def test_a_command_that_never_ends() -> None:
    bench = awake()
    bench.chip.never_ready = True
    bench.bus.transfer(0x60, packet(0x30))
    bench.clock.advance(1)
    with pytest.raises(NoAcknowledge):
        bench.bus.transfer(0x60, read=7)
    bench.chip.never_ready = False
    assert bench.bus.transfer(0x60, read=1) == b"\7"
    bench.chip.never_ready = True
    assert bench.bus.transfer(0x60, read=1) == b"\0", "the fault is one of commands that run"


def test_a_wake_ends_what_idle_interrupted() -> None:
    bench = awake()
    bench.bus.transfer(0x60, packet(0x30))
    bench.clock.advance(0.005)
    bench.bus.transfer(0x60, b"\2")
    bench.chip.never_ready = True
    bench.wake()
    assert bench.bus.transfer(0x60, read=4) == bytes.fromhex("04113343")


@pytest.mark.parametrize(
    ("write", "acknowledged"),
    [("", 0), ("04", 0), ("FF00", 0), ("00", 1), ("01", 1), ("02", 1), ("03", 1), ("0307", 2),
     ("030730000000035D", 8), ("030730000000035DAA", 8), ("0300", 2), ("030000", 2)],
)  # fmt: skip
def test_how_many_bytes_it_acknowledges(write: str, acknowledged: int) -> None:
    assert awake().chip.write(bytes.fromhex(write)) == acknowledged


@pytest.mark.parametrize("short", ["00", "01", "063000000000", "06300000E100", "0430AABB"])
def test_too_short_a_command_is_a_damaged_one(short: str) -> None:
    bench = awake()
    bench.bus.transfer(0x60, b"\3" + bytes.fromhex(short))
    assert bench.bus.transfer(0x60, read=4) == bytes.fromhex("04FF0142")


def test_the_curve_knows_the_base_point_and_its_own_order() -> None:
    """FIPS 186-4 D.1.2.3: the public half of 1 is the base point; that of n - 1 its mirror."""
    base = public_half(1)
    assert base.hex().startswith("6b17d1f2e12c4247f8bce6e563a440f2")
    assert public_half(ORDER - 1)[:32] == base[:32] != public_half(ORDER - 2)[:32]


def test_a_signature_is_the_same_again_and_of_its_digest_alone() -> None:
    assert sign(7, DIGEST) == sign(7, DIGEST)
    assert matches(public_half(7), DIGEST, sign(7, DIGEST))
    assert not matches(public_half(7), bytes(32), sign(7, DIGEST))
