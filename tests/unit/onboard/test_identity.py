"""The secure element of the board, sampled and told what to do on twins."""

from __future__ import annotations

from base64 import b64decode, b64encode

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)
from module_bench import HEAD, ModuleBench

from wisgate.board.prompt import Prompt, open_modules
from wisgate.core.errors import NoAcknowledge, NotReady, OutputRefused, UnexpectedValue
from wisgate.core.points import Status

IDENTITY = HEAD + "[onboard.identity]\n"
TEXT = "pump-house is mine, 21 °C"


def lock(board: Prompt) -> None:
    board.twins.identity.config_locked = True  # type: ignore[attr-defined]
    board.twins.identity.slots_locked = True  # type: ignore[attr-defined]


def verify(answer: dict[str, object], text: str) -> None:
    """As anybody would, far from the box."""
    key = load_der_public_key(b64decode(str(answer["public_key"])))
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(b64decode(str(answer["signature"])), text.encode(), ec.ECDSA(SHA256()))


def test_a_blank_chip_tells_who_it_is() -> None:
    with open_modules(IDENTITY) as board:
        serial, chip, locked = board.read("identity")
    assert len(str(serial.value)) == 18
    assert str(serial.value).startswith("0123")
    assert str(serial.value).endswith("EE")
    assert (chip.value, locked.value) == ("ATECC608A", False)


def test_the_serial_number_stays() -> None:
    with open_modules(IDENTITY) as board:
        first = [reading.value for reading in board.read("identity")]
        board.twins.faults.inject("brown-out", "board")
        board.sleep(3)
        assert [reading.value for reading in board.read("identity")] == first


@pytest.mark.parametrize(
    ("config", "slots", "locked"),
    [(False, False, False), (True, False, False), (False, True, False), (True, True, True)],
)
def test_locked_is_both_locks(config: bool, slots: bool, locked: bool) -> None:
    with open_modules(IDENTITY) as board:
        board.twins.identity.config_locked = config  # type: ignore[attr-defined]
        board.twins.identity.slots_locked = slots  # type: ignore[attr-defined]
        assert board.read("identity")[2].value is locked


@pytest.mark.parametrize(
    ("command", "arguments"),
    [("sign", {"text": TEXT}), ("public_key", {}), ("create_key", {"slot": 1})],
)
def test_an_unlocked_chip_has_no_keys(command: str, arguments: dict[str, object]) -> None:
    with (
        open_modules(IDENTITY) as board,
        pytest.raises(UnexpectedValue, match=r"0x60: status 0x0f: .*locked"),
    ):
        board.command("identity", command, **arguments)  # type: ignore[arg-type]


def test_sign_and_let_others_verify() -> None:
    with open_modules(IDENTITY) as board:
        lock(board)
        made = board.command("identity", "create_key", slot=2)
        answer = dict(board.command("identity", "sign", text=TEXT, slot=2))
        assert answer["public_key"] == made["public_key"]
        assert board.command("identity", "public_key", slot=2) == made
        verify(answer, TEXT)
        with pytest.raises(InvalidSignature):
            verify(answer, TEXT + "!")
        arguments = {"signature": answer["signature"], "public_key": answer["public_key"]}
        for text, matches in ((TEXT, True), (TEXT + "!", False)):
            found = board.command("identity", "verify", text=text, **arguments)  # type: ignore[arg-type]
            assert found == {"matches": matches}


def test_verify_what_others_sign() -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    key = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    signature = private.sign(TEXT.encode(), ec.ECDSA(SHA256()))
    arguments = {"signature": b64encode(signature).decode(), "public_key": b64encode(key).decode()}
    with open_modules(IDENTITY) as board:
        assert board.command("identity", "verify", text=TEXT, **arguments) == {"matches": True}


def test_another_key_is_another_box() -> None:
    with open_modules(IDENTITY) as board:
        lock(board)
        keys = {
            str(board.command("identity", "create_key", slot=slot)["public_key"])
            for slot in (0, 1, 0)
        }
    assert len(keys) == 3


@pytest.mark.parametrize(
    ("name", "value"), [("signature", "no base64"), ("signature", "AAAA"), ("public_key", "AAAA")]
)
def test_what_is_no_signature_reaches_no_bus(name: str, value: str) -> None:
    good = {
        "signature": b64encode(bytes.fromhex("3006020101020101")).decode(),
        "public_key": b64encode(
            bytes.fromhex("3059301306072A8648CE3D020106082A8648CE3D03010703420004") + bytes(64)
        ).decode(),
    }
    with open_modules(IDENTITY) as board, pytest.raises(OutputRefused, match=f"{name}: .*base64"):
        board.command("identity", "verify", text=TEXT, **{**good, name: value})


def test_random() -> None:
    with open_modules(IDENTITY) as board:
        assert board.command("identity", "random") == {"bytes": "FFFF0000" * 8}
        lock(board)
        first, second = (board.command("identity", "random")["bytes"] for _ in range(2))
    assert len(str(first)) == 64
    assert first != second


def test_it_sleeps_afterwards() -> None:
    with open_modules(IDENTITY) as board:
        lock(board)
        for ask in (
            lambda: board.read("identity"),
            lambda: board.command("identity", "random"),
            lambda: board.command("identity", "create_key", slot=0),
            lambda: board.command("identity", "sign", text=TEXT),
        ):
            ask()
            with pytest.raises(NoAcknowledge, match="0x60"):
                board.twins.i2c.transfer(0x60, read=1)


@pytest.mark.parametrize(
    ("fault", "target", "status"),
    [("no-acknowledge", "0x60", Status.ABSENT), ("wrong-chip", "0x60", Status.FAULT)],
)
def test_faults_come_and_go(fault: str, target: str, status: Status) -> None:
    bench = ModuleBench("[onboard.identity]\n")

    async def main() -> None:
        bench.faults.inject(fault, target)
        assert {r.status for r in await bench.read("identity")} == {status}
        bench.faults.clear(fault, target)
        bench.clock.advance(3)
        assert {r.status for r in await bench.read("identity")} == {Status.GOOD}

    bench.run(main())


def test_what_broke_off_in_the_middle_is_asked_again_later() -> None:
    with open_modules(IDENTITY) as board:
        bus = board.twins.i2c
        with pytest.raises(NoAcknowledge):
            bus.transfer(0x00, b"\x00")
        board.sleep(0.002)
        bus.transfer(0x60, read=4)
        bus.transfer(0x60, bytes.fromhex("03 07 30 00 00 00 03 5D"))
        board.sleep(0.01)
        with pytest.raises(NotReady, match="awake already"):
            board.command("identity", "random")
        board.sleep(2)
        board.command("identity", "random")


def test_nothing_can_be_written() -> None:
    bench = ModuleBench("[onboard.identity]\n")
    module = bench.sampled["identity"].placed.module
    with pytest.raises(OutputRefused, match="identity has no writable"):
        module.write("serial", "1")
    module.close()
