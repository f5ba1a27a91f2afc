"""The fingerprint reader against packets of the sheet and of the ZFM-20 manual."""

from __future__ import annotations

import pytest
from serial_line import replay_serial
from transcript import titles

from wisgate.core.clock import VirtualClock
from wisgate.virtual.uart import VirtualUart
from wisgate.virtual.units.fingerprint import FingerprintReader


@pytest.mark.parametrize("title", titles("units/fingerprint"))
def test_it_speaks_the_transcript(title: str) -> None:
    reader = FingerprintReader()

    def send(data: bytes) -> bytes:
        return b"".join(answer for _silence, answer in reader.received(data))

    def world(name: str, value: float | str) -> None:
        assert hasattr(reader, name)
        setattr(reader, name, value)

    replay_serial("units/fingerprint", title, send, world, lambda seconds: None)


def packet(payload: str, kind: int = 1, address: str = "FFFFFFFF") -> bytes:
    body = bytes.fromhex(payload)
    content = bytes([kind]) + (len(body) + 2).to_bytes(2, "big") + body
    return b"\xef\x01" + bytes.fromhex(address) + content + sum(content).to_bytes(2, "big")


def ask(reader: FingerprintReader, payload: str) -> str:
    """What an answer carries, in hexadecimal."""
    ((_silence, answer),) = reader.received(packet(payload))
    assert answer[:6] == packet("")[:6]
    assert answer[6] == 7
    assert int.from_bytes(answer[7:9], "big") == len(answer) - 9
    assert sum(answer[6:-2]) & 0xFFFF == int.from_bytes(answer[-2:], "big")
    return answer[9:-2].hex(" ").upper()


def enrolled(page: int = 5, finger: int = 1, **options: int) -> FingerprintReader:
    reader = FingerprintReader(**options)
    reader.finger = finger
    for payload in ("01", "02 01", "01", "02 02", "05", f"06 01 {page:04X}"):
        assert ask(reader, payload) == "00"
    return reader


@pytest.mark.parametrize(
    ("payload", "seconds"),
    [("01", 0.15), ("02 01", 0.3), ("04 01 00 00 00 7F", 0.2), ("06 01 00 05", 0.1),
     ("0C 00 05 00 01", 0.1), ("0D", 0.2), ("05", 0.02), ("1D", 0.02), ("0F", 0.02),
     ("13 00 00 00 00", 0.02), ("7E", 0.02)],
)  # fmt: skip
def test_how_long_it_takes(payload: str, seconds: float) -> None:
    ((silence, _answer),) = enrolled().received(packet(payload))
    assert silence == seconds


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xef\x01",
        packet(""),
        packet("01", address="FFFFFFFE"),
        b"\xef\x02" + packet("01")[2:],
    ],
)
def test_what_it_does_not_hear(data: bytes) -> None:
    assert list(FingerprintReader().received(data)) == []


@pytest.mark.parametrize(
    "data",
    [packet("01")[:-1] + b"\x06", packet("01", kind=2), packet("01 00"), packet("02"),
     packet("04 01 00 00 00"), packet("13 00 00 00"), packet("1D 00")],
)  # fmt: skip
def test_what_it_calls_damaged(data: bytes) -> None:
    ((_silence, answer),) = FingerprintReader().received(data)
    assert answer == packet("01", kind=7)


def test_noise_before_a_packet_and_bytes_behind_it() -> None:
    ((_silence, answer),) = FingerprintReader().received(b"\x55\x00" + packet("1D") + b"\xff")
    assert answer == packet("00 00 00", kind=7)


def test_another_address_and_room() -> None:
    reader = FingerprintReader(address=0x01020304, room=10, baud=9600)
    assert reader.baud == 9600
    ((_silence, answer),) = reader.received(packet("0F", address="01020304"))
    assert answer == packet("00 0000 0009 000A 0003 01020304 0002 0001", 7, "01020304")
    assert list(reader.received(packet("01"))) == []


def test_a_password_is_wanted_until_it_is_given() -> None:
    reader = FingerprintReader(password=0x12345678)
    assert ask(reader, "1D") == "21"
    assert ask(reader, "13 00 00 00 00") == "13"
    assert ask(reader, "1D") == "21"
    assert ask(reader, "13 12 34 56 78") == "00"
    assert ask(reader, "1D") == "00 00 00"
    reader.power_cycle()
    assert ask(reader, "1D") == "21"


def test_no_image_in_the_buffer() -> None:
    reader = FingerprintReader()
    assert ask(reader, "02 01") == "15"
    reader.finger = 1
    ask(reader, "01")
    reader.finger = 0
    assert ask(reader, "01") == "02"
    assert ask(reader, "02 01") == "15"


@pytest.mark.parametrize(("smeared", "answer"), [(0.0, "00"), (0.49, "00"), (0.5, "06"), (1, "06")])
def test_smeared(smeared: float, answer: str) -> None:
    reader = FingerprintReader()
    reader.finger, reader.smeared = 1, smeared
    assert ask(reader, "01") == "00"
    assert ask(reader, "02 01") == answer


def test_looks_at_the_world_when_it_takes_an_image() -> None:
    reader = FingerprintReader()

    def look() -> None:
        reader.finger = 3

    reader.look = look
    assert ask(reader, "01") == "00"
    reader.look = lambda: None
    reader.finger = 0
    ask(reader, "02 02")
    assert ask(reader, "05") == "0A"
    ask(reader, "02 01")
    assert ask(reader, "05") == "00"


def test_nothing_in_the_buffer_to_store_and_a_worn_flash() -> None:
    reader = FingerprintReader()
    assert ask(reader, "06 01 00 05") == "18"
    reader = enrolled()
    reader.worn = True
    assert ask(reader, "06 01 00 06") == "18"
    assert ask(reader, "1D") == "00 00 01"


def test_the_lowest_page_wins_and_the_range_has_two_ends() -> None:
    reader = enrolled(9)
    ask(reader, "06 02 00 07")
    assert ask(reader, "04 01 00 00 00 7F") == "00 00 07 00 64"
    assert ask(reader, "04 02 00 08 00 02") == "00 00 09 00 64"
    assert ask(reader, "04 01 00 08 00 01") == "09 00 00 00 00"
    assert ask(reader, "04 01 00 09 00 01") == "00 00 09 00 64"
    assert ask(reader, "04 01 00 0A 00 10") == "09 00 00 00 00"


def test_pages_at_the_edge() -> None:
    reader = enrolled(126)
    assert ask(reader, "06 01 00 7F") == "0B"
    assert ask(reader, "06 01 01 00") == "0B"
    assert ask(reader, "0C 00 7E 00 02") == "0B"
    assert ask(reader, "1D") == "00 00 01"
    assert ask(reader, "0C 00 7E 00 01") == "00"
    assert ask(reader, "1D") == "00 00 00"


def test_deletes_what_it_is_told() -> None:
    reader = enrolled(1)
    for page in (2, 3, 4):
        ask(reader, f"06 01 00 {page:02X}")
    assert ask(reader, "0C 00 02 00 02") == "00"
    assert sorted(reader.library) == [1, 4]


def test_without_power_the_library_stays_and_the_buffers_do_not() -> None:
    reader = enrolled()
    reader.power_cycle()
    assert reader.library == {5: 1}
    assert ask(reader, "05") == "0A"
    assert ask(reader, "02 01") == "15"


def test_on_a_line_of_its_rate() -> None:
    clock = VirtualClock()
    uart = VirtualUart(clock, 57600)
    uart.twins.append(FingerprintReader())
    uart.write(packet("13 00 00 00 00"))
    assert uart.read(12, 0.1) == packet("00", kind=7)
    uart.set_baud(9600)
    uart.write(packet("13 00 00 00 00"))
    assert uart.read(12, 0.1) == b""
