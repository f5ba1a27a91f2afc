"""The PN532 twin and its tags beyond the transcript."""

from __future__ import annotations

import pytest

from wisgate.core.clock import VirtualClock
from wisgate.virtual.chips.nfc_tags import Classic, NfcTag, RefusedError, Type2, tag_of
from wisgate.virtual.chips.pn532 import Pn532Twin

KEY = b"\xff" * 6
UID = bytes.fromhex("01020304")


def frame(content: str | bytes, tfi: int = 0xD4) -> bytes:
    """A normal frame, by the rule of the sheet."""
    body = bytes([tfi]) + (bytes.fromhex(content) if isinstance(content, str) else content)
    size = len(body)
    return b"\0\0\xff" + bytes([size, -size & 255]) + body + bytes([-sum(body) & 255, 0])


class Talk:
    """A twin that was woken, and what to say to it."""

    def __init__(self, *, configured: bool = True) -> None:
        self.clock = VirtualClock()
        self.chip = Pn532Twin(self.clock)
        self.wake()
        if configured:
            assert self.ask("14 01 14 01") == "15"
            assert self.ask("32 05 FF 01 02") == "33"

    def wake(self) -> None:
        self.clock.advance(0.01)
        assert not self.chip.addressed(0x24, False)
        self.clock.advance(0.0011)
        assert self.chip.addressed(0x24, False)

    def send(self, content: str | bytes) -> None:
        assert self.chip.addressed(0x24, False)
        data = frame(content)
        assert self.chip.write(data) == len(data)
        self.chip.stop()

    def ask(self, content: str | bytes, seconds: float = 0.1, count: int = 300) -> str:
        """The answer after D5, in hexadecimal; "" when there is none, "error" for a refusal."""
        self.send(content)
        self.clock.advance(0.0011)
        assert self.chip.read(7) == bytes.fromhex("01 00 00 FF 00 FF 00")
        self.clock.advance(seconds)
        got = self.chip.read(count)
        if got[0] == 0:
            return ""
        if got[1:9] == bytes.fromhex("00 00 FF 01 FF 7F 81 00"):
            return "error"
        assert got[1:4] == b"\0\0\xff"
        size, at = got[4], 6
        if got[4:6] == b"\xff\xff":
            size, at = got[6] << 8 | got[7], 9
            assert sum(got[6:9]) & 255 == 0
        else:
            assert got[4] + got[5] & 255 == 0
        content_, rest = got[at : at + size], got[at + size + 1 :]
        assert sum(got[at : at + size + 1]) & 255 == 0
        assert content_[0] == 0xD5
        assert not any(rest)
        return content_[1:].hex(" ").upper()


def test_only_its_address() -> None:
    talk = Talk()
    for read in (True, False):
        assert talk.chip.addressed(0x24, read)
        assert not talk.chip.addressed(0x25, read)


def test_boots_within_2_ms_and_wakes_within_1_ms() -> None:
    clock = VirtualClock()
    chip = Pn532Twin(clock)
    clock.advance(0.0015)
    assert not chip.addressed(0x24, False)
    clock.advance(0.0009)
    assert not chip.addressed(0x24, False)
    clock.advance(0.0002)
    assert chip.addressed(0x24, False)
    clock = VirtualClock()
    chip = Pn532Twin(clock)
    assert not chip.addressed(0x24, True)
    clock.advance(0.0019)
    assert not chip.addressed(0x24, True)
    clock.advance(0.0001)
    assert chip.addressed(0x24, True)


def test_the_acknowledge_comes_after_1_ms_and_the_answer_2_ms_later() -> None:
    talk = Talk()
    talk.send("02")
    for seconds, ready in ((0.0009, 0), (0.0002, 1)):
        talk.clock.advance(seconds)
        assert talk.chip.read(1) == bytes([ready])
    assert talk.chip.read(1) == b"\x01"
    assert talk.chip.read(7)[1:] == bytes.fromhex("00 00 FF 00 FF 00")
    for seconds, ready in ((0.0018, 0), (0.0002, 1)):
        talk.clock.advance(seconds)
        assert talk.chip.read(1) == bytes([ready])


def test_a_busy_read_is_zeros() -> None:
    assert Talk().chip.read(3) == b"\0\0\0"


def test_never_ready() -> None:
    talk = Talk()
    talk.chip.never_ready = True
    talk.send("02")
    talk.clock.advance(1)
    assert talk.chip.read(1) == b"\0"
    talk.chip.never_ready = False
    assert talk.chip.read(1) == b"\x01"


def test_general_status() -> None:
    talk = Talk()
    assert talk.ask("04") == "05 00 00 00 80"
    talk.chip.tag = tag_of("ntag213:04123456789ABC")
    assert talk.ask("4A 01 00").startswith("4B 01")
    assert talk.ask("04") == "05 00 01 01 01 00 00 00 80"
    assert talk.ask("52 00") == "53 00"
    assert talk.ask("04") == "05 00 01 00 80"
    talk.ask("32 01 00")
    assert talk.ask("04") == "05 00 00 00 80"
    talk.ask("32 01 01")
    assert talk.ask("04") == "05 00 01 00 80"
    talk.ask("32 01 02")  # bit 1 says whether it listens for other fields first
    assert talk.ask("04") == "05 00 00 00 80"


@pytest.mark.parametrize(
    "command",
    ["14", "14 00", "14 05", "14 01 14 01 00", "16", "32", "32 01", "32 01 01 01", "32 05 FF 01",
     "32 05 FF 01 02 00", "4A 01", "4A 00 00", "4A 03 00", "4A 01 05", "40 01", "52", "52 00 00",
     "40 01 60 04 FF FF FF FF FF FF 01 02 03", "40 01 61 04", "60 01 01 00", "99"],
)  # fmt: skip
def test_wrong_parameters(command: str) -> None:
    assert Talk().ask(command) == "error"


@pytest.mark.parametrize("mode", ["14 01", "14 02", "14 03 14", "14 04 14 01"])
def test_every_mode_of_the_sam(mode: str) -> None:
    assert Talk(configured=False).ask(mode) == "15"


def test_before_the_sam_is_configured_the_radio_says_nothing() -> None:
    talk = Talk(configured=False)
    talk.chip.tag = tag_of("ntag213:04123456789ABC")
    for silent in ("4A 01 00", "40 01 30 03", "32 01 01", "52 00", "42 60"):
        assert talk.ask(silent) == ""
    for heard in ("02", "04", "14 01"):
        assert talk.ask(heard).startswith(f"{int(heard[:2], 16) + 1:02X}")
    assert talk.ask("4A 01 00", 0.1).startswith("4B 01")


def test_other_items_of_the_radio_are_taken() -> None:
    assert Talk().ask("32 04 01") == "33"
    assert Talk().ask("32 02 00 0B 0A") == "33"


def test_a_tag_of_type_a_is_not_found_as_another() -> None:
    talk = Talk()
    talk.chip.tag = tag_of("ntag213:04123456789ABC")
    assert talk.ask("4A 01 03") == "4B 00"
    assert talk.ask("4A 02 00").startswith("4B 01 01 00 44")


@pytest.mark.parametrize(("retries", "seconds"), [(0, 0.005), (1, 0.010), (2, 0.015), (16, 0.085)])
def test_how_long_it_looks(retries: int, seconds: float) -> None:
    talk = Talk()
    talk.ask(f"32 05 FF 01 {retries:02X}")
    talk.send("4A 01 00")
    talk.clock.advance(0.0011)
    talk.chip.read(7)
    talk.clock.advance(seconds - 0.0003)
    assert talk.chip.read(1) == b"\0"
    talk.clock.advance(0.0003)
    assert talk.chip.read(1) == b"\x01"


def test_looks_at_the_world_while_it_searches_and_before_an_exchange() -> None:
    talk = Talk()
    looks = []
    talk.chip.look = lambda: looks.append(talk.clock.monotonic())
    assert talk.ask("4A 01 00") == "4B 00"
    assert len(looks) == 3  # at the command, at the acknowledge, at the answer
    talk.ask("42 60")
    assert len(looks) == 4


@pytest.mark.parametrize(("seconds", "ready"), [(0.0079, False), (0.0082, True)])
def test_a_tag_takes_8_ms_to_be_selected(seconds: float, ready: bool) -> None:
    talk = Talk()
    talk.chip.tag = tag_of("ntag213:04123456789ABC")
    talk.send("4A 01 00")
    talk.clock.advance(0.001)
    talk.chip.read(7)
    talk.clock.advance(seconds)
    assert talk.chip.read(1) == bytes([ready])


@pytest.mark.parametrize(("tag", "seconds"), [("ntag213:04123456789ABC", 0.005), ("none", 0.052)])
def test_how_long_an_exchange_takes(tag: str, seconds: float) -> None:
    talk = Talk()
    talk.chip.tag = tag_of("ntag213:04123456789ABC")
    talk.ask("4A 01 00")
    if tag == "none":
        talk.chip.tag = None
    talk.send("40 01 30 00")
    talk.clock.advance(0.001)
    talk.chip.read(7)
    talk.clock.advance(seconds - 0.0001)
    assert talk.chip.read(1) == b"\0"
    talk.clock.advance(0.0002)
    assert talk.chip.read(1) == b"\x01"


def test_a_halted_tag_is_waited_for_as_long_as_one_that_left() -> None:
    talk = Talk()
    talk.chip.tag = tag_of("ntag213:04123456789ABC")
    talk.ask("4A 01 00")
    assert talk.ask("40 01 30 2D") == "41 13"
    talk.send("40 01 30 03")
    talk.clock.advance(0.001)
    talk.chip.read(7)
    talk.clock.advance(0.0519)
    assert talk.chip.read(1) == b"\0"
    talk.clock.advance(0.0002)
    assert talk.chip.read(1) == b"\x01"


def test_looking_for_a_tag_lets_go_of_the_one_before() -> None:
    talk = Talk()
    talk.chip.tag = tag_of("ntag213:04123456789ABC")
    talk.ask("4A 01 00")
    talk.chip.tag = None
    assert talk.ask("4A 01 00") == "4B 00"
    assert talk.ask("40 01 30 03") == "41 27"


def test_an_exchange_of_one_byte_is_one() -> None:
    assert Talk().ask("40 01 30") == "41 27"


def test_a_tag_that_went_and_came_is_not_selected_any_more() -> None:
    talk = Talk()
    tag = tag_of("ntag213:04123456789ABC")
    talk.chip.tag = tag
    talk.ask("4A 01 00")
    talk.chip.tag = None
    talk.chip.tag = tag
    assert talk.ask("40 01 30 03") == "41 01"
    talk.ask("4A 01 00")
    assert talk.ask("40 01 30 03").startswith("41 00")
    talk.chip.tag = tag  # the same again: nothing happened
    assert talk.ask("40 01 30 03").startswith("41 00")


def test_another_tag_in_its_place_does_not_answer_for_it() -> None:
    talk = Talk()
    talk.chip.tag = tag_of("ntag213:04123456789ABC")
    talk.ask("4A 01 00")
    talk.chip.tag = tag_of("ntag213:04000000000000")
    assert talk.ask("40 01 30 03") == "41 01"


def test_only_target_1_exists() -> None:
    talk = Talk()
    talk.chip.tag = tag_of("ntag213:04123456789ABC")
    talk.ask("4A 01 00")
    assert talk.ask("40 02 30 03") == "41 27"


def test_a_page_that_the_tag_does_not_have() -> None:
    talk = Talk()
    talk.chip.tag = tag_of("ntag213:04123456789ABC")
    talk.ask("4A 01 00")
    assert talk.ask("40 01 30 2D") == "41 13"
    assert talk.ask("40 01 30 03") == "41 01"


def test_what_was_written_stays_when_the_tag_leaves() -> None:
    talk = Talk()
    tag = tag_of("ntag213:04123456789ABC")
    talk.chip.tag = tag
    talk.ask("4A 01 00")
    assert talk.ask("40 01 A2 10 01 02 03 04") == "41 00"
    talk.chip.tag = None
    talk.chip.power_cycle()
    talk = Talk()
    talk.chip.tag = tag
    talk.ask("4A 01 00")
    assert talk.ask("40 01 30 10")[:17] == "41 00 01 02 03 04"


def test_a_long_answer_is_an_extended_frame() -> None:
    talk = Talk()
    talk.chip.tag = tag_of("ntag216:04123456789ABC")
    talk.ask("4A 01 00")
    assert len(talk.ask("42 3A 04 44").split()) == 2 + 65 * 4
    assert len(talk.ask("42 3A 04 86", count=600).split()) == 2 + 131 * 4
    assert len(talk.ask("42 3A 04 42").split()) == 2 + 63 * 4  # with D5, 255 bytes
    talk.send("42 3A 04 42")
    talk.clock.advance(0.0011)
    talk.chip.read(7)
    talk.clock.advance(0.1)
    assert talk.chip.read(7)[4:7] == b"\xff\x01\xd5"


def test_an_extended_command() -> None:
    talk = Talk()
    for header, body, answer in (
        ("00 02 FE", bytes.fromhex("D4 02"), "D5 03 32 01 06 07"),
        ("01 03 FC", bytes.fromhex("D4 42") + bytes(257), "D5 43 27"),
    ):
        data = bytes.fromhex(f"00 00 FF FF FF {header}") + body + bytes([-sum(body) & 255, 0])
        talk.chip.write(data)
        talk.clock.advance(0.01)
        assert talk.chip.read(7)[1:] == bytes.fromhex("00 00 FF 00 FF 00")
        assert talk.chip.read(14)[6:].startswith(bytes.fromhex(answer))


@pytest.mark.parametrize(
    "data",
    ["", "00", "00 00 FF", "00 00 FF 02", "00 00 FF 02 FE D4 02", "00 00 FF 02 FD D4 02 2A 00",
     "00 00 FF 02 FE D4 02 2B 00", "00 00 FF 02 FE D5 02 29 00", "D4 02 2A 00",
     "00 00 FF FF FF 00 02 FD D4 02 2A 00", "00 00 FF 03 FD D4 02 2A", "FF 02 FE D4 02 2A 00",
     "00 00 FF 02 FE D4 02 29 01", "00 00 FF FF FF", "00 00 FF FF FF 00", "00 00 FF 00"],
)  # fmt: skip
def test_what_is_no_command_is_dropped(data: str) -> None:
    talk = Talk()
    raw = bytes.fromhex(data)
    assert talk.chip.write(raw) == len(raw)
    talk.clock.advance(0.1)
    assert talk.chip.read(1) == b"\0"


@pytest.mark.parametrize("before", ["", "00", "55 55 00 00 00"])
def test_a_long_preamble(before: str) -> None:
    talk = Talk()
    talk.chip.write(bytes.fromhex(before) + frame("02")[1:])
    talk.clock.advance(0.01)
    assert talk.chip.read(1) == b"\x01"


def test_nothing_to_say_again() -> None:
    talk = Talk(configured=False)
    talk.chip.write(bytes.fromhex("00 00 FF FF 00 00"))
    talk.clock.advance(0.1)
    assert talk.chip.read(1) == b"\0"


def test_a_short_read_takes_the_frame_with_it() -> None:
    talk = Talk()
    talk.send("02")
    talk.clock.advance(0.1)
    assert talk.chip.read(3) == b"\x01\x00\x00"
    assert talk.chip.read(14)[1:8] == bytes.fromhex("00 00 FF 06 FA D5 03")


def test_power_down_forgets_what_was_configured() -> None:
    talk = Talk()
    talk.chip.tag = tag_of("ntag213:04123456789ABC")
    talk.ask("4A 01 00")
    assert talk.ask("16 80") == "17 00"
    talk.wake()
    assert talk.ask("4A 01 00") == ""
    assert talk.ask("14 01") == "15"
    assert talk.ask("40 01 30 03") == "41 27"


def test_power_down_without_the_bus_among_the_wakers() -> None:
    talk = Talk()
    assert talk.ask("16 20") == "17 00"
    for _ in range(3):
        talk.clock.advance(0.1)
        assert not talk.chip.addressed(0x24, False)
    talk.chip.power_cycle()
    talk.wake()


def test_switched_off_it_is_not_there() -> None:
    talk = Talk()
    talk.chip.switch(False)
    for _ in range(3):
        talk.clock.advance(0.1)
        assert not talk.chip.addressed(0x24, True)
    talk.chip.switch(True)
    talk.wake()
    assert talk.ask("4A 01 00") == ""
    talk.ask("14 01")
    talk.chip.switch(True)  # it is on already
    assert talk.ask("02") == "03 32 01 06 07"


def test_a_power_cycle_restores_the_endless_search_and_drops_the_rest() -> None:
    talk = Talk()
    talk.chip.tag = tag_of("ntag213:04123456789ABC")
    talk.ask("4A 01 00")
    talk.send("02")
    talk.chip.power_cycle()
    talk.wake()
    talk.clock.advance(0.1)
    assert talk.chip.read(1) == b"\0"
    talk.ask("14 01")
    assert talk.ask("40 01 30 03") == "41 27"
    talk.chip.tag = None
    assert talk.ask("4A 01 00", 60.0) == ""


def refused(tag: NfcTag, command: str) -> int:
    with pytest.raises(RefusedError) as caught:
        tag.answer(bytes.fromhex(command))
    return caught.value.status


def unlocked(sel_res: int = 0x08, block: int = 4, key: str = "60") -> Classic:
    tag = Classic(UID, sel_res)
    tag.select()
    assert tag.answer(bytes.fromhex(key) + bytes([block]) + KEY + UID) == b""
    return tag


def test_a_classic_begins_with_its_uid() -> None:
    assert unlocked(block=0).answer(b"\x30\x00") == UID + bytes(12)


@pytest.mark.parametrize(
    ("sel_res", "block", "trailer"),
    [(0x08, 0, 3), (0x08, 60, 63), (0x18, 127, 127), (0x18, 128, 143), (0x18, 255, 255)],
)
def test_sectors(sel_res: int, block: int, trailer: int) -> None:
    tag = unlocked(sel_res, block)
    assert tag.answer(bytes([0x30, trailer])).hex() == "000000000000ff078069ffffffffffff"
    if trailer < 255:
        assert refused(tag, f"30 {trailer + 1:02X}") == 0x14


def test_block_0_is_never_written_and_block_1_is() -> None:
    assert refused(unlocked(block=0), "A0 00" + " 00" * 16) == 0x14
    assert unlocked(block=0).answer(b"\xa0\x01" + bytes(16)) == b""


@pytest.mark.parametrize(("sel_res", "block"), [(0x08, 64), (0x08, 255)])
def test_blocks_that_a_1k_does_not_have(sel_res: int, block: int) -> None:
    tag = Classic(UID, sel_res)
    tag.select()
    assert refused(tag, f"60 {block:02X} FF FF FF FF FF FF 01 02 03 04") == 0x14


@pytest.mark.parametrize(
    "command", ["A0 00" + " 00" * 16, "A0 04" + " 00" * 15, "A0 08" + " 00" * 16, "30", "A2 04 00"]
)
def test_what_a_classic_refuses_ends_the_conversation(command: str) -> None:
    tag = unlocked()
    assert refused(tag, command) == 0x14
    assert refused(tag, "30 04") == 0x01


def test_another_key_b_opens_and_the_factorys_does_not() -> None:
    """MF1S50yyX 8.7: a key B that can be read does not count."""
    assert refused(unlocked(key="61"), "30 04") == 0x14
    tag = unlocked()
    tag.answer(bytes.fromhex("A0 07") + KEY + bytes.fromhex("78 77 88 69 B0 B1 B2 B3 B4 B5"))
    tag.select()
    assert tag.answer(bytes.fromhex("61 04 B0 B1 B2 B3 B4 B5") + UID) == b""
    assert tag.answer(b"\x30\x04") == bytes(16)
    assert refused(tag, "61 04 FF FF FF FF FF FF 01 02 03 04") == 0x14


def test_the_uid_belongs_to_the_authentication() -> None:
    tag = Classic(bytes.fromhex("04112233445566"))
    tag.select()
    assert tag.answer(bytes.fromhex("60 04 FF FF FF FF FF FF 33 44 55 66")) == b""
    assert refused(tag, "60 04 FF FF FF FF FF FF 04 11 22 33") == 0x14


def test_a_wrong_key_closes_what_was_open_and_selecting_does_too() -> None:
    tag = unlocked()
    assert refused(tag, "60 04 00 00 00 00 00 00 01 02 03 04") == 0x14
    tag.select()
    assert refused(tag, "30 04") == 0x14
    tag = unlocked()
    tag.select()
    assert refused(tag, "30 04") == 0x14


@pytest.mark.parametrize(
    ("kind", "pages"), [("ultralight", 16), ("ntag213", 45), ("ntag215", 135), ("ntag216", 231)]
)
def test_pages(kind: str, pages: int) -> None:
    tag = Type2(bytes.fromhex("04123456789ABC"), kind)
    tag.select()
    last = tag.answer(bytes([0x30, pages - 1]))
    assert last[4:8] == bytes.fromhex("04 12 34 AA")
    assert refused(tag, f"30 {pages:02X}") == 0x13


def test_the_check_byte_of_a_uid_whose_bits_meet() -> None:
    tag = Type2(bytes.fromhex("1DFF3456789ABC"))
    tag.select()
    assert tag.answer(b"\x30\x00")[:4] == bytes.fromhex("1D FF 34 5E")  # 88 xor 1D xor FF xor 34


def test_lock_bits_and_one_time_pages_are_only_set() -> None:
    tag = Type2(bytes.fromhex("04123456789ABC"), "ultralight")
    tag.select()
    for page, first, second, reads in (
        ("02", "FF FF 0F 01", "00 00 F0 00", "0848ff01"),
        ("03", "E1 10 12 00", "02 00 00 01", "e3101201"),
    ):
        tag.answer(bytes.fromhex(f"A2 {page} {first}"))
        tag.answer(bytes.fromhex(f"A2 {page} {second}"))
        assert tag.answer(bytes.fromhex(f"30 {page}"))[:4].hex() == reads


@pytest.mark.parametrize(
    "command", ["A2 00 00 00 00 00", "A2 01 00 00 00 00", "A2 10 00 00 00 00", "A2 04 00 00 00",
                "60", "3A 00 01", "30", "30 00 00", "A0 04" + " 00" * 16]
)  # fmt: skip
def test_what_an_ultralight_refuses(command: str) -> None:
    tag = Type2(bytes.fromhex("04123456789ABC"), "ultralight")
    tag.select()
    assert refused(tag, command) == 0x13
    assert refused(tag, "30 00") == 0x01


@pytest.mark.parametrize("command", ["3A 05 04", "3A 00 2D", "3A 00", "A2 2D 00 00 00 00"])
def test_what_an_ntag_refuses(command: str) -> None:
    tag = Type2(bytes.fromhex("04123456789ABC"))
    tag.select()
    assert refused(tag, command) == 0x13


def test_fast_read_has_both_ends() -> None:
    tag = Type2(bytes.fromhex("04123456789ABC"))
    tag.select()
    assert tag.answer(b"\x3a\x03\x04") == bytes.fromhex("E1 10 12 00 01 03 A0 0C")
    assert tag.answer(b"\x3a\x2c\x2c") == bytes(4)


def test_a_tag_is_silent_until_it_is_selected_and_after_it_left() -> None:
    tag = Type2(bytes.fromhex("04123456789ABC"))
    assert refused(tag, "30 03") == 0x01
    tag.select()
    tag.leave()
    assert refused(tag, "30 03") == 0x01
    tag.select()
    with pytest.raises(RefusedError):
        tag.answer(b"")


def test_tags_by_name() -> None:
    assert tag_of("none") is None
    kinds = {"classic-1k": (4, 8), "classic-4k": (2, 0x18), "ultralight": (0x44, 0)}
    for kind, (sens, sel) in kinds.items():
        tag = tag_of(f"{kind}:04123456789ABC")
        assert tag is not None
        assert (tag.sens_res, tag.sel_res) == (sens, sel)
        assert tag.uid == bytes.fromhex("04123456789ABC")
    assert Type2(bytes(7)).kind == "ntag213"
    assert Classic(bytes(4)).sel_res == 0x08
