"""The ATECC608A driver against its witness, and against its twin."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from transcript import ScriptedI2c, conversation, parse, script

from wisgate.chips.atecc608a import (
    CONFIG_WORD,
    DIGEST,
    KEY,
    LOCK_WORD,
    RANDOM,
    REVISION,
    SERIAL_WORDS,
    SIGNATURE,
    Atecc608a,
    Locks,
    locks,
)
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import (
    BusTimeout,
    ChecksumMismatch,
    ChipError,
    NoAcknowledge,
    NotReady,
    UnexpectedValue,
    WrongIdentity,
)
from wisgate.virtual.chips.atecc608a import Atecc608aTwin
from wisgate.virtual.i2c import VirtualI2c

SAMPLE = sha256(b"sample").digest()
SECRET = 0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721
KEY_OF_SECRET = bytes.fromhex(
    "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
    "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"
)
SIGNATURE_OF_SAMPLE = bytes.fromhex(
    "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
    "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"
)


def woken(bus: ScriptedI2c) -> Atecc608a:
    chip = Atecc608a(bus)
    chip.wake()
    chip.check_awake()
    return chip


def test_building_a_driver_sends_nothing():
    with conversation([]) as bus:
        Atecc608a(bus)


def test_wake():
    with script("atecc608a", "wake") as bus:
        chip = Atecc608a(bus)
        with pytest.raises(NoAcknowledge):
            chip.check_awake()
        assert chip.wake() == pytest.approx(1.5e-3)
        chip.check_awake()


def test_not_yet_up():
    with script("atecc608a", "not yet up") as bus:
        chip = Atecc608a(bus)
        chip.wake()
        for _ in range(2):
            with pytest.raises(NoAcknowledge):
                chip.check_awake()
        chip.check_awake()


def test_a_wake_pulse_that_somebody_acknowledges_is_one_too():
    with conversation(parse("00: 00\n60: -> 04 11 33 43")) as bus:
        woken(bus)


def test_a_stuck_bus_is_no_wake_pulse():
    class Stuck:
        def transfer(self, address: int, write: bytes = b"", read: int = 0) -> bytes:
            raise BusTimeout("SDA is stuck low")

    with pytest.raises(BusTimeout):
        Atecc608a(Stuck()).wake()


def test_who_was_awake_already_is_told_apart():
    with (
        conversation(parse("60: -> 04 00 03 40")) as bus,
        pytest.raises(NotReady, match=r"^0x60: .*04 00 03 40, expected 04 11 33 43; .*already"),
    ):
        Atecc608a(bus).check_awake()


def test_asleep_it_takes_no_command():
    with script("atecc608a", "asleep it takes no command") as bus, pytest.raises(NoAcknowledge):
        Atecc608a(bus).ask_revision()


def test_revision():
    with script("atecc608a", "revision") as bus:
        chip = woken(bus)
        assert chip.ask_revision() == pytest.approx(5e-3)
        assert chip.version(chip.answer(REVISION)) == "608A"


def test_the_other_version():
    with conversation([]) as bus:
        assert Atecc608a(bus).version(bytes.fromhex("00006003")) == "608B"


@pytest.mark.parametrize("revision", ["00005000", "00006001", "01006002", "FFFFFFFF"])
def test_another_chip_is_told_apart(revision):
    with conversation([]) as bus, pytest.raises(WrongIdentity, match=r"^0x60: the revision reads"):
        Atecc608a(bus).version(bytes.fromhex(revision))


def test_serial_number():
    with script("atecc608a", "serial number, word by word") as bus:
        chip = woken(bus)
        words = {}
        for word in SERIAL_WORDS:
            assert chip.ask_config(word) == pytest.approx(5e-3)
            words[word] = chip.answer(CONFIG_WORD)
        assert chip.serial(words) == bytes.fromhex("0123456789ABCDEFEE")


@pytest.mark.parametrize(("head", "tail"), [("0124", "EE"), ("0023", "EE"), ("0123", "EF")])
def test_a_serial_number_of_something_else(head, tail):
    words = {0: bytes.fromhex(head + "4567"), 2: bytes(4), 3: bytes.fromhex(tail + "000000")}
    with conversation([]) as bus, pytest.raises(WrongIdentity, match=r"^0x60: the serial number"):
        Atecc608a(bus).serial(words)


@pytest.mark.parametrize(
    ("title", "expected"),
    [("locks of a blank chip", Locks(False, False)), ("locks of a chip in use", Locks(True, True))],
)
def test_locks(title, expected):
    with script("atecc608a", title) as bus:
        chip = woken(bus)
        chip.ask_config(LOCK_WORD)
        assert locks(chip.answer(CONFIG_WORD)) == expected


def test_each_lock_is_its_own():
    assert locks(bytes.fromhex("00005500")) == Locks(config=True, slots=False)
    assert locks(bytes.fromhex("55550055")) == Locks(config=False, slots=True)


@pytest.mark.parametrize("title", ["random before the lock", "random"])
def test_random(title):
    with script("atecc608a", title) as bus:
        chip = woken(bus)
        assert chip.ask_random() == pytest.approx(23e-3)
        assert len(chip.answer(RANDOM)) == 32


def test_busy():
    with script("atecc608a", "busy") as bus:
        chip = woken(bus)
        chip.ask_random()
        with pytest.raises(NoAcknowledge):
            chip.answer(RANDOM)
        with pytest.raises(NoAcknowledge):
            chip.ask_revision()
        with pytest.raises(NoAcknowledge):
            chip.answer(RANDOM)
        assert chip.answer(RANDOM) == b"\xff\xff\x00\x00" * 8


@pytest.mark.parametrize(
    ("title", "message"),
    [
        ("digest of abc", b"abc"),
        ("digest of nothing", b""),
        ("digest of 64 zeros", bytes(64)),
        ("digest of 100 letters a", b"a" * 100),
    ],
)
def test_digest(title, message):
    with script("atecc608a", title) as bus:
        chip = woken(bus)
        assert chip.begin_digest() == pytest.approx(36e-3)
        chip.done()
        while len(message) >= 64:
            assert chip.add_to_digest(message[:64]) == pytest.approx(36e-3)
            chip.done()
            message = message[64:]
        assert chip.end_digest(message) == pytest.approx(36e-3)
        digest = chip.answer(DIGEST)
    expected = {"digest of abc": b"abc", "digest of nothing": b"",
                "digest of 64 zeros": bytes(64), "digest of 100 letters a": b"a" * 100}  # fmt: skip
    assert digest == sha256(expected[title]).digest()


def test_load():
    with script("atecc608a", "a number for TempKey") as bus:
        chip = woken(bus)
        assert chip.load(SAMPLE) == pytest.approx(20e-3)
        chip.done()


def test_public_key():
    with script("atecc608a", "public key") as bus:
        chip = woken(bus)
        assert chip.ask_public_key(0) == pytest.approx(115e-3)
        assert chip.answer(KEY) == KEY_OF_SECRET


def test_a_new_key():
    with script("atecc608a", "a new key") as bus:
        chip = woken(bus)
        assert chip.create_key(1) == pytest.approx(115e-3)
        assert len(chip.answer(KEY)) == 64


def test_sign():
    with script("atecc608a", "sign") as bus:
        chip = woken(bus)
        chip.load(SAMPLE)
        chip.done()
        assert chip.sign(0) == pytest.approx(115e-3)
        assert chip.answer(SIGNATURE) == SIGNATURE_OF_SAMPLE


@pytest.mark.parametrize(
    ("title", "digest", "matches"),
    [
        ("verify", SAMPLE, True),
        ("verify what was not signed", sha256(b"test").digest(), False),
    ],
)
def test_verify(title, digest, matches):
    with script("atecc608a", title) as bus:
        chip = woken(bus)
        chip.load(digest)
        chip.done()
        assert chip.verify(SIGNATURE_OF_SAMPLE, KEY_OF_SECRET) == pytest.approx(105e-3)
        assert chip.matches() is matches


def test_verify_needs_something_to_verify():
    with script("atecc608a", "nothing to verify") as bus:
        chip = woken(bus)
        chip.verify(SIGNATURE_OF_SAMPLE, KEY_OF_SECRET)
        with pytest.raises(UnexpectedValue, match="0x0f"):
            chip.matches()


@pytest.mark.parametrize(
    ("title", "ask", "count"),
    [
        ("no key before the lock", lambda chip: chip.create_key(0), KEY),
        ("no public key before the lock", lambda chip: chip.ask_public_key(0), KEY),
        ("a slot without a key", lambda chip: chip.ask_public_key(2), KEY),
        ("nothing to sign", lambda chip: chip.sign(0), SIGNATURE),
    ],
)
def test_what_it_cannot_do_in_its_state(title, ask: Callable[[Atecc608a], object], count):
    with script("atecc608a", title) as bus:
        chip = woken(bus)
        ask(chip)
        with pytest.raises(UnexpectedValue, match=r"^0x60: status 0x0f: .*locked"):
            chip.answer(count)


def test_no_signature_before_the_lock():
    with script("atecc608a", "no signature before the lock") as bus:
        chip = woken(bus)
        chip.load(SAMPLE)
        chip.done()
        chip.sign(0)
        with pytest.raises(UnexpectedValue, match="0x0f"):
            chip.answer(SIGNATURE)


def test_too_late():
    with script("atecc608a", "too late for a long command") as bus:
        chip = woken(bus)
        chip.ask_public_key(0)
        with pytest.raises(NotReady, match=r"0xee.*sleep"):
            chip.answer(KEY)


def test_sleep_and_idle():
    with script("atecc608a", "sleep") as bus:
        chip = woken(bus)
        chip.sleep()
        with pytest.raises(NoAcknowledge):
            chip.answer(1)
        with pytest.raises(NoAcknowledge):
            chip.ask_revision()
        chip.wake()
        chip.check_awake()
    with script("atecc608a", "idle keeps TempKey") as bus:
        chip = woken(bus)
        chip.load(SAMPLE)
        chip.done()
        chip.idle()
        with pytest.raises(NoAcknowledge):
            chip.check_awake()
        chip.wake()
        chip.check_awake()
        chip.verify(SIGNATURE_OF_SAMPLE, KEY_OF_SECRET)
        assert chip.matches()


@pytest.mark.parametrize(
    ("answer", "error", "text"),
    [
        ("04 03 83 42", UnexpectedValue, "0x03: it does not know"),
        ("04 05 80 C2", ChecksumMismatch, "checksum 80 c2"),
        ("04 0F 23 42", UnexpectedValue, "0x0f"),
        ("04 EE 31 41", NotReady, "0xee"),
        ("04 FF 01 42", ChecksumMismatch, "0xff: the command came damaged"),
        ("04 11 33 43", NotReady, "0x11: it was woken anew"),
        ("04 01 00 C3", UnexpectedValue, "0x01: it does not match"),
        ("05 00 03 40", ChecksumMismatch, "of 5 bytes, expected 4"),
        ("5A 5A 5A 5A", ChecksumMismatch, "of 90 bytes, expected 4"),
        ("FF FF FF FF", ChecksumMismatch, "of 255 bytes, expected 4"),
        ("00 00 00 00", ChecksumMismatch, "of 0 bytes, expected 4"),
        ("04 00 03 41", ChecksumMismatch, "checksum 03 41, expected 03 40"),
        ("04 00 02 40", ChecksumMismatch, "checksum 02 40"),
    ],
)
def test_answers_that_are_none(answer, error: type[ChipError], text):
    with conversation(parse(f"60: -> {answer}")) as bus, pytest.raises(error, match=text):
        Atecc608a(bus).done()


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("04 05 C3 43", "computation"),
        ("04 07 40 C2", "self-test"),
        ("04 08 60 C0", "random numbers"),
        ("04 42 8F 41", "unknown"),
    ],
)
def test_rare_failures(answer, text):
    """Their checksums were computed with CRC-16/ARC, whose bits are these in reverse."""
    with conversation(parse(f"60: -> {answer}")) as bus, pytest.raises(UnexpectedValue, match=text):
        Atecc608a(bus).done()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda chip: chip.load(bytes(31)),
        lambda chip: chip.load(bytes(33)),
        lambda chip: chip.verify(bytes(63), bytes(64)),
        lambda chip: chip.verify(bytes(64), bytes(65)),
        lambda chip: chip.add_to_digest(bytes(63)),
        lambda chip: chip.end_digest(bytes(64)),
    ],
)
def test_mistakes_of_the_caller_reach_no_bus(wrong):
    with conversation([]) as bus, pytest.raises(ValueError, match="bytes"):
        wrong(Atecc608a(bus))


# With the twin.


def pair(**options: object) -> tuple[VirtualClock, Atecc608aTwin, Atecc608a]:
    clock = VirtualClock()
    twin = Atecc608aTwin(clock, keys={0: SECRET})
    twin.config_locked = twin.slots_locked = True
    bus = VirtualI2c(clock)
    bus.twins.append(twin)
    clock.advance(0.01)
    chip = Atecc608a(bus)
    clock.advance(chip.wake())
    chip.check_awake()
    return clock, twin, chip


def public(key: bytes) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + key)


def der(signature: bytes) -> bytes:
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    return utils.encode_dss_signature(r, s)


def test_everybody_can_verify_what_it_signs():
    clock, _twin, chip = pair()
    clock.advance(chip.load(SAMPLE))
    chip.done()
    clock.advance(chip.sign(0))
    signature = chip.answer(SIGNATURE)
    public(KEY_OF_SECRET).verify(der(signature), b"sample", ec.ECDSA(SHA256()))
    clock.advance(chip.load(SAMPLE))
    chip.done()
    clock.advance(chip.verify(signature, KEY_OF_SECRET))
    assert chip.matches()


def test_it_verifies_what_others_sign():
    clock, _twin, chip = pair()
    private = ec.generate_private_key(ec.SECP256R1())
    r, s = utils.decode_dss_signature(private.sign(b"sample", ec.ECDSA(SHA256())))
    numbers = private.public_key().public_numbers()
    signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    key = numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
    for digest, matches in ((SAMPLE, True), (sha256(b"test").digest(), False)):
        clock.advance(chip.load(digest))
        chip.done()
        clock.advance(chip.verify(signature, key))
        assert chip.matches() is matches


def test_a_new_key_signs():
    clock, _twin, chip = pair()
    clock.advance(chip.create_key(1))
    key = chip.answer(KEY)
    clock.advance(chip.load(SAMPLE))
    chip.done()
    clock.advance(chip.sign(1))
    public(key).verify(der(chip.answer(SIGNATURE)), b"sample", ec.ECDSA(SHA256()))


def test_the_watchdog():
    clock, _twin, chip = pair()
    clock.advance(1.7)
    with pytest.raises(NoAcknowledge):
        chip.ask_revision()


def test_a_brown_out_puts_it_to_sleep():
    clock, twin, chip = pair()
    twin.power_cycle()
    with pytest.raises(NoAcknowledge):
        chip.ask_random()
    clock.advance(chip.wake())
    chip.check_awake()
