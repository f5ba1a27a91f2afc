"""Captures, byte by byte: TShark 4.0.17 reads these bytes as the comments say."""

from __future__ import annotations

import pytest
from radio_bench import DATA, JOIN, ROOF, SHED

from wisgate.lorawan.capture import Capture, Signal
from wisgate.lorawan.radio import Fsk, Lora, Modulation

NOON = 1_795_176_000_123_456_789
DOWN = bytes.fromhex("60a6fe6a01a0030092ccd6db")
GOOD = Signal(868_100_000, Lora(7, 125_000), -57.4, 8.5)


def blocks(capture: bytes) -> list[tuple[int, bytes]]:
    """Kinds and bodies; the lengths before and after each are the same."""
    found = []
    while capture:
        kind, size = (int.from_bytes(capture[at : at + 4], "little") for at in (0, 4))
        assert int.from_bytes(capture[size - 4 : size], "little") == size
        assert size % 4 == 0
        found.append((kind, capture[8 : size - 4]))
        capture = capture[size:]
    return found


def header(signal: Signal) -> bytes:
    return blocks(Capture().heard(ROOF, NOON, DATA, signal))[1][1][20:35]


def test_a_file_begins_with_a_section() -> None:
    assert Capture().begin().hex() == (
        "0a0d0d0a" "1c000000" "4d3c2b1a" "01000000" "ffffffffffffffff" "1c000000"
    )  # fmt: skip


def test_a_frame_is_a_packet_on_the_interface_of_its_board() -> None:
    interface, packet = blocks(Capture().heard(ROOF, NOON, DATA, GOOD))
    assert interface[0] == 1
    assert interface[1].hex() == (
        "0e010000" "ffff0000"  # LoRaTap
        "02001000" + ROOF.encode().hex() +  # the name
        "09000100" "09000000" "00000000"  # nanoseconds
    )  # fmt: skip
    assert packet[0] == 6
    head, content = packet[1][:20], packet[1][20:]
    assert head.hex() == "00000000" "0fbfe918" "154daa94" "21000000" "21000000"  # fmt: skip
    assert NOON == 0x18E9BF0F << 32 | 0x94AA4D15
    # 868.1 MHz, 125 kHz, SF7, -57 dBm, 8.5 dB, LoRaWAN
    assert content[:15].hex() == "0000000f33be27a0010752ffff2234"
    assert content[15:36] == DATA + bytes(3)
    assert content[-12:].hex() == "020004000100000000000000"  # received


def test_every_board_is_declared_once() -> None:
    capture = Capture()
    written = b"".join(
        capture.heard(board, NOON, phy, GOOD)
        for board, phy in ((ROOF, DATA), (SHED, JOIN), (ROOF, DATA), (SHED, DATA))
    )
    found = blocks(written)
    assert [kind for kind, _ in found] == [1, 6, 1, 6, 6, 6]
    numbers = [int.from_bytes(body[:4], "little") for kind, body in found if kind == 6]
    assert numbers == [0, 1, 0, 1]


@pytest.mark.parametrize(
    ("rssi", "snr", "expected"),
    [
        (-120.0, -18.25, (19, 183)), (-150.0, -40.0, (0, 128)), (200.0, 40.0, (255, 127)),
        (-60.0, None, (79, 0)),
    ],
)  # fmt: skip
def test_levels_stay_within_their_bytes(
    rssi: float, snr: float | None, expected: tuple[int, int]
) -> None:
    tap = header(Signal(868_100_000, Lora(7, 125_000), rssi, snr))
    assert (tap[10], tap[13]) == expected


@pytest.mark.parametrize(
    ("modulation", "expected"),
    [
        (Lora(12, 500_000), (4, 12)), (Lora(5, 250_000), (2, 5)), (Lora(12, 812_500), (6, 12)),
        (Fsk(50_000), (0, 0)),
    ],
)  # fmt: skip
def test_modulations(modulation: Modulation, expected: tuple[int, int]) -> None:
    tap = header(Signal(868_100_000, modulation, -60.0, 5.0))
    assert (tap[8], tap[9]) == expected


def test_downlinks_are_outbound_and_have_no_level() -> None:
    signal = Signal(869_525_000, Lora(12, 125_000))
    _, (kind, body) = blocks(Capture().sent(SHED, NOON, DOWN, signal))
    assert (kind, body[-12:].hex()) == (6, "020004000200000000000000")
    assert body[20 + 10] == 255
    assert body[35:47] == DOWN
