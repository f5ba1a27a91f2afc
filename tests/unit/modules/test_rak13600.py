"""RAK13600 on the virtual board: cards that come and go, what they hold, and what can go wrong."""

from __future__ import annotations

import pytest
from module_bench import HEAD, ModuleBench, slot

from wisgate.board.prompt import Prompt, open_modules
from wisgate.core.errors import NotReady, OutputRefused, UnexpectedValue, WisgateError
from wisgate.core.points import Reading, Status, Value
from wisgate.protocols.ndef import Text, Uri, block, encode
from wisgate.virtual.board import VirtualRak7391
from wisgate.virtual.chips.nfc_tags import Classic, Type2
from wisgate.virtual.chips.pn532 import Pn532Twin

ONE = HEAD + slot(1, "rak13600")
CLASSIC_1K, NTAG213, NTAG215, ULTRALIGHT, CLASSIC_4K = 1, 2, 3, 4, 5
"""`card.number`; what they are stands in the front."""
NAMES = ["present", "uid", "kind", "text", "uri"]
NDEF_KEY = "D3F7D3F7D3F7"


def values(readings: list[Reading]) -> dict[str, Value]:
    return {r.name: r.value for r in readings}


def hold(board: Prompt, card: int) -> dict[str, Value]:
    """Put a card on the reader, or take it away; what is read then."""
    board.world.set("card.number", card)
    return values(board.read("wisblock-1"))


def chip(board: VirtualRak7391) -> Pn532Twin:
    (twin,) = (twin for twin in board.i2c.twins if isinstance(twin, Pn532Twin))
    return twin


def test_nobody_there() -> None:
    with open_modules(ONE) as board:
        board.world.set("card.number", 0)
        readings = board.read("wisblock-1")
    assert [r.name for r in readings] == NAMES
    assert {r.status for r in readings} == {Status.GOOD}
    assert [r.value for r in readings] == [False, "", "", "", ""]


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize(
    ("card", "uid", "kind"),
    [
        (CLASSIC_1K, "DCAFFD02", "classic-1k"),
        (NTAG213, "04123456789ABC", "ntag213"),
        (NTAG215, "04A1B2C3D4E5F6", "ntag215"),
        (ULTRALIGHT, "04112233445566", "type-2"),
        (CLASSIC_4K, "01020304", "classic-4k"),
    ],
)
def test_a_card_comes_and_goes(number: int, card: int, uid: str, kind: str) -> None:
    with open_modules(HEAD + slot(number, "rak13600")) as board:
        name = f"wisblock-{number}"

        def held(card: int) -> dict[str, Value]:
            board.world.set("card.number", card)
            return values(board.read(name))

        came = held(card)
        assert came == {
            "present": True, "uid": uid, "kind": kind, "text": "", "uri": "", "seen": uid,
        }  # fmt: skip
        assert "seen" not in held(card)
        assert held(0)["present"] is True  # one look without it is not enough
        assert held(0) == {
            "present": False, "uid": "", "kind": "", "text": "", "uri": "", "gone": uid,
        }  # fmt: skip
        assert list(held(0)) == NAMES


def test_a_card_that_flickers_is_one_card() -> None:
    with open_modules(ONE) as board:
        assert "seen" in hold(board, NTAG213)
        for card in (0, NTAG213, 0, NTAG213):
            now = hold(board, card)
            assert now["present"] is True
            assert not {"seen", "gone"} & set(now)


def test_one_card_in_place_of_another() -> None:
    with open_modules(ONE) as board:
        hold(board, NTAG213)
        now = hold(board, NTAG215)
    assert (now["gone"], now["seen"], now["uid"]) == (
        "04123456789ABC", "04A1B2C3D4E5F6", "04A1B2C3D4E5F6",
    )  # fmt: skip


def test_without_ndef_there_is_no_text() -> None:
    with open_modules(HEAD + NO_NDEF) as b:
        assert list(hold(b, NTAG213)) == ["present", "uid", "kind", "seen"]


NO_NDEF = '[[slot]]\nslot = "wisblock-1"\nmodule = "rak13600"\nndef = false\n'


@pytest.mark.parametrize("card", [NTAG213, NTAG215])
def test_a_text_is_put_on_an_ntag_and_read_from_it(card: int) -> None:
    with open_modules(ONE) as board:
        uid = hold(board, card)["uid"]
        for text in ("Gate 3", "", "Grüße ✓", "a much longer text, " * 4):
            answer = board.command("wisblock-1", "write_text", text=text, language="de")
            assert answer["uid"] == uid
            now = values(board.read("wisblock-1"))
            assert (now["text"], now["uri"]) == (text, "")
            assert "seen" not in now
        hold(board, 0), hold(board, 0)
        assert hold(board, card)["text"] == text


def test_an_address_is_put_in_place_of_a_text() -> None:
    with open_modules(ONE) as board:
        hold(board, NTAG213)
        board.command("wisblock-1", "write_text", text="x" * 100)
        answer = board.command("wisblock-1", "write_uri", uri="https://www.example.com/3")
        assert answer["written"] == 2 + 4 + 1 + len("example.com/3") + 1
        now = values(board.read("wisblock-1"))
        assert (now["text"], now["uri"]) == ("", "https://www.example.com/3")


def test_the_largest_message_and_one_byte_more() -> None:
    room = 144 - 5  # behind the lock control block of an NTAG213
    longest = room - 2 - 7  # block, record and language
    with open_modules(ONE) as board:
        hold(board, NTAG213)
        board.command("wisblock-1", "write_text", text="x" * longest)
        assert values(board.read("wisblock-1"))["text"] == "x" * longest
        says = f"needs {room + 1} bytes; the tag has room for {room}"
        with pytest.raises(OutputRefused, match=says):
            board.command("wisblock-1", "write_text", text="x" * (longest + 1))
        assert values(board.read("wisblock-1"))["text"] == "x" * longest


def test_a_long_message_on_an_ntag215() -> None:
    with open_modules(ONE) as board:
        hold(board, NTAG215)
        board.command("wisblock-1", "write_text", text="x" * 400)
        assert values(board.read("wisblock-1"))["text"] == "x" * 400


def test_pages_are_read_and_written() -> None:
    with open_modules(ONE) as board:
        hold(board, NTAG213)
        assert board.command("wisblock-1", "read_page", page=0) == {
            "uid": "04123456789ABC", "bytes": "04 12 34 AA 56 78 9A BC 08 48 00 00 E1 10 12 00",
        }  # fmt: skip
        board.command("wisblock-1", "write_page", page=39, bytes="DEADBEEF")
        answer = board.command("wisblock-1", "read_page", page=39)
        assert str(answer["bytes"]).startswith("DE AD BE EF")


def test_blocks_are_read_and_written_with_a_key() -> None:
    content = "00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F"
    with open_modules(ONE) as board:
        hold(board, CLASSIC_1K)
        board.command("wisblock-1", "write_block", block=4, bytes=content)
        answer = board.command("wisblock-1", "read_block", block=4)
        assert answer == {"uid": "DCAFFD02", "bytes": content}
        with pytest.raises(OutputRefused, match="card DCAFFD02: refuses: authentication"):
            # As delivered key B can be read, and opens nothing for that.
            board.command("wisblock-1", "read_block", block=4, key_kind="B")
        hold(board, CLASSIC_4K)
        board.command("wisblock-1", "write_block", block=254, bytes=content)
        assert board.command("wisblock-1", "read_block", block=254)["bytes"] == content


@pytest.mark.parametrize(
    ("card", "command", "arguments", "says"),
    [
        (0, "read_page", {"page": 4}, "no card on the reader; hold one to it"),
        (CLASSIC_1K, "read_page", {"page": 4}, "card DCAFFD02: has no pages; read_block"),
        (CLASSIC_1K, "write_page", {"page": 4, "bytes": "00000000"}, "write_block writes it"),
        (CLASSIC_1K, "write_text", {"text": "x"}, "takes no message"),
        (NTAG213, "read_block", {"block": 4}, "is no MIFARE Classic"),
        (NTAG213, "write_page", {"page": 40, "bytes": "00000000"}, "page 4 to 39 only"),
        (NTAG213, "write_page", {"page": 3, "bytes": "00000000"}, "page: 3 is out of range"),
        (NTAG213, "write_page", {"page": 4, "bytes": "0000"}, "bytes: 2 given, 4 expected"),
        (NTAG213, "write_page", {"page": 4, "bytes": "xy"}, "'xy' is not hexadecimal"),
        (NTAG213, "write_text", {"text": "x", "language": ""}, "1 to 63 characters"),
        (NTAG213, "write_text", {"text": "x", "language": "ä"}, "1 to 63 characters"),
        (CLASSIC_1K, "write_block", {"block": 0, "bytes": "00" * 16}, "in block 0: never"),
        (CLASSIC_1K, "write_block", {"block": 7, "bytes": "00" * 16}, "in block 7: never"),
        (CLASSIC_4K, "write_block", {"block": 255, "bytes": "00" * 16}, "in block 255: never"),
        (CLASSIC_4K, "write_block", {"block": 143, "bytes": "00" * 16}, "in block 143: never"),
        (CLASSIC_1K, "read_block", {"block": 64}, "has blocks 0 to 63"),
        (CLASSIC_1K, "read_block", {"block": 4, "key": NDEF_KEY}, "open block 4 with this key"),
        (ULTRALIGHT, "write_text", {"text": "x"}, "is not formatted for NDEF"),
        (NTAG213, "melt", {}, 'has no command "melt"'),
    ],
)
def test_refusals(card: int, command: str, arguments: dict[str, Value], says: str) -> None:
    with open_modules(ONE) as board:
        hold(board, card)
        with pytest.raises(OutputRefused, match=says):
            board.command("wisblock-1", command, **arguments)
        assert values(board.read("wisblock-1"))["present"] is bool(card)


@pytest.mark.parametrize("key", ["A0A1A2A3A4", "A0A1A2A3A4A5A6", "secret", ""])
def test_a_key_that_is_none_is_not_repeated(key: str) -> None:
    with open_modules(ONE) as board:
        hold(board, CLASSIC_1K)
        with pytest.raises(OutputRefused, match="key: 12 hexadecimal digits") as caught:
            board.command("wisblock-1", "read_block", block=4, key=key)
    assert not key or key not in str(caught.value)


def test_a_read_only_tag_keeps_what_it_has() -> None:
    with open_modules(ONE) as board:
        hold(board, NTAG213)
        tag = chip(board.twins).tag
        assert isinstance(tag, Type2)
        tag.pages[3] = bytes.fromhex("E110120F")
        with pytest.raises(OutputRefused, match="card 04123456789ABC: is read-only"):
            board.command("wisblock-1", "write_text", text="x")


def test_a_message_on_a_classic_card_that_the_public_key_opens() -> None:
    message = encode([Uri("https://example.com/badge/7"), Text("Badge 7 of the workshop")])
    area = block(message, 700)
    with open_modules(ONE) as board:
        hold(board, CLASSIC_1K)
        number = 4
        for begin in range(0, len(area), 16):
            text = area[begin : begin + 16].ljust(16, b"\0").hex()
            board.command("wisblock-1", "write_block", block=number, bytes=text)
            number += 2 if number % 4 == 2 else 1
        tag = chip(board.twins).tag
        assert isinstance(tag, Classic)
        for trailer in (7, 11):  # what a phone does when it formats a card
            tag.blocks[trailer] = bytes.fromhex(NDEF_KEY) + tag.blocks[trailer][6:]
        hold(board, 0), hold(board, 0)
        now = hold(board, CLASSIC_1K)
        assert now["text"] == "Badge 7 of the workshop"
        assert now["uri"] == "https://example.com/badge/7"
        tag.blocks[11] = bytes(6) + tag.blocks[11][6:]  # of the second sector the key is secret
        hold(board, 0), hold(board, 0)
        assert hold(board, CLASSIC_1K)["text"] == ""


def test_damaged_memory_is_a_fault_of_the_text_alone() -> None:
    with open_modules(ONE) as board:
        hold(board, NTAG213)
        for page, content in ((4, "04 00 00 00"), (4, "03 03 D1 01")):
            board.command("wisblock-1", "write_page", page=page, bytes=content)
            readings = {r.name: r for r in board.read("wisblock-1")}
            assert readings["uid"].status is Status.GOOD
            for name in ("text", "uri"):
                assert (readings[name].value, readings[name].status) == (None, Status.FAULT)


def test_a_tag_without_a_message() -> None:
    with open_modules(ONE) as board:
        hold(board, NTAG213)
        for page, content in ((4, "FE 00 00 00"), (4, "00 00 00 00"), (4, "03 00 FE 00")):
            board.command("wisblock-1", "write_page", page=page, bytes=content)
            board.command("wisblock-1", "write_page", page=5, bytes="00 00 00 00")
            now = values(board.read("wisblock-1"))
            assert (now["kind"], now["text"], now["uri"]) == ("ntag213", "", "")


@pytest.mark.parametrize("left_after", range(30))
def test_a_card_taken_away_in_the_middle(left_after: int) -> None:
    bench = ModuleBench(slot(1, "rak13600"))
    module = bench.sampled["wisblock-1"].placed.module

    def walked(left_after: int) -> tuple[int, list[Reading]]:
        steps = module.sample(module.groups[0])
        for count in range(1000):
            if count == left_after:
                bench.world.set("card.number", 0)
            try:
                bench.clock.advance(float(next(steps)))  # type: ignore[arg-type]
            except StopIteration as done:
                return count, list(done.value)
        raise AssertionError("never done")

    bench.world.set("card.number", 0)
    module.open()
    walked(0)
    bench.world.set("card.number", NTAG215)
    count, said = walked(left_after)
    now = {r.name: r for r in said}
    if "seen" in now:  # all of it was read before
        assert now["text"].status is Status.GOOD
        assert left_after >= 4
    else:
        assert now["present"].value is False
        assert left_after < 20
    assert count < 40


@pytest.mark.parametrize("fault", ["no-acknowledge", "module-pulled", "never-ready"])
def test_lost_and_back(fault: str) -> None:
    bench = ModuleBench(slot(1, "rak13600"))

    async def main() -> None:
        bench.world.set("card.number", NTAG213)
        assert "seen" in values(await bench.read("wisblock-1"))
        bench.faults.inject(fault, "wisblock-1")
        for _ in range(3):
            readings = await bench.read("wisblock-1")
            assert {r.value for r in readings} == {None}
            assert {r.status for r in readings} <= {Status.ABSENT, Status.FAULT}
        bench.faults.clear(fault, "wisblock-1")
        now = values(await bench.read("wisblock-1"))
        assert (now["uid"], now["present"]) == ("04123456789ABC", True)
        assert "seen" not in now  # it has been there all the time

    bench.run(main())


def test_brown_out_is_noticed_and_healed() -> None:
    bench = ModuleBench(slot(2, "rak13600"))

    async def main() -> None:
        bench.world.set("card.number", NTAG213)
        await bench.read("wisblock-2")
        bench.faults.inject("brown-out", "wisblock-2")
        readings = await bench.read("wisblock-2")
        assert all(r.value is None or r.status is Status.GOOD for r in readings)
        assert values(await bench.read("wisblock-2"))["uid"] == "04123456789ABC"

    bench.run(main())


def test_bit_flips_never_invent_a_card() -> None:
    bench = ModuleBench(slot(1, "rak13600"))
    bench.world.set("card.number", 0)
    bench.faults.inject("bit-flips", "wisblock-1", rate=0.02)

    async def main() -> None:
        seen = set()
        for _ in range(100):
            seen |= {r.value for r in await bench.read("wisblock-1") if r.name in ("uid", "seen")}
        assert seen <= {None, ""}
        assert bench.counters["failures"]

    bench.run(main())


def test_the_chip_is_off_until_it_is_sampled_and_off_again_when_closed() -> None:
    bench = ModuleBench('[[slot]]\nslot = "wisblock-1"\nmodule = "rak13600"\nreset_line = true\n')
    expander = bench.twins.expander_2

    async def main() -> None:
        sampled = bench.sampled["wisblock-1"]
        assert expander.level(4)  # the weak pull-up
        await sampled.open()
        assert not expander.level(4)
        assert not expander.level(5)
        began = bench.clock.monotonic()
        await bench.read("wisblock-1")
        assert bench.clock.monotonic() - began > 0.4
        assert expander.level(4)
        assert expander.level(5)
        await sampled.close()
        assert not expander.driven(4)
        assert not expander.level(4)
        assert not expander.level(5)

    bench.run(main())


def test_io5_and_io6_are_left_alone() -> None:
    bench = ModuleBench(slot(1, "rak13600"))
    expander = bench.twins.expander_2

    async def main() -> None:
        await bench.read("wisblock-1")
        assert not expander.driven(5)
        assert not expander.driven(6)
        expander.drive(5, False)
        expander.drive(6, False)
        assert not expander.level(5)
        assert not expander.level(6)

    bench.run(main())


def test_nothing_can_be_written_and_nothing_works_unopened() -> None:
    bench = ModuleBench(slot(1, "rak13600"))
    module = bench.sampled["wisblock-1"].placed.module
    with pytest.raises(OutputRefused, match="rak13600 has no writable"):
        module.write("uid", "1")
    module.close()
    with pytest.raises(WisgateError, match="not open"):
        next(module.sample(module.groups[0]))


def test_at_a_prompt_faults_are_errors() -> None:
    with open_modules(ONE) as board:
        board.world.set("card.number", NTAG213)
        board.read("wisblock-1")
        board.twins.faults.inject("never-ready", "wisblock-1")
        with pytest.raises(NotReady, match="no acknowledge"):
            board.read("wisblock-1")
        board.twins.faults.clear("never-ready", "wisblock-1")
        board.twins.faults.inject("wrong-chip", "wisblock-1", answer=0xFF)
        with pytest.raises(UnexpectedValue):
            board.read("wisblock-1")
        board.twins.faults.clear("wrong-chip", "wisblock-1")
        assert values(board.read("wisblock-1"))["present"] is True
