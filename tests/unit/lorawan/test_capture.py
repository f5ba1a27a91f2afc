"""Captures, byte by byte: TShark 4.0.17 reads these bytes as the comments say."""

from __future__ import annotations

from radio_bench import DATA, JOIN, ROOF, SHED, uplink

from wisgate.lorawan.capture import Capture
from wisgate.lorawan.radio import Fsk, Heard, Immediately, Lora, Shot

NOON = 1_795_176_000_123_456_789
DOWN = bytes.fromhex("60a6fe6a01a0030092ccd6db")


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


def test_a_file_begins_with_a_section() -> None:
    assert Capture().begin().hex() == (
        "0a0d0d0a" "1c000000" "4d3c2b1a" "01000000" "ffffffffffffffff" "1c000000"
    )  # fmt: skip


def test_a_frame_is_a_packet_on_the_interface_of_its_board() -> None:
    capture = Capture()
    told = Heard(1, ROOF, "EU868", (uplink(at_ns=NOON, rssi=-57.4, snr=8.5),))
    interface, packet = blocks(capture.heard(told))
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
    both = Heard(1, ROOF, "EU868", (uplink(), uplink(SHED, JOIN)))
    kinds = [kind for kind, _ in blocks(capture.heard(both) + capture.heard(both))]
    assert kinds == [1, 6, 1, 6, 6, 6]
    numbers = [body[:4] for kind, body in blocks(capture.heard(both)) if kind == 6]
    assert [int.from_bytes(number, "little") for number in numbers] == [0, 1]


def levels(rssi: float, snr: float | None) -> tuple[int, int]:
    told = Heard(1, ROOF, "EU868", (uplink(rssi=rssi, snr=snr),))
    content = blocks(Capture().heard(told))[1][1][20:]
    return content[10], content[13]


def test_levels_stay_within_their_bytes() -> None:
    assert levels(-120.0, -18.25) == (19, 183)
    assert levels(-150.0, -40.0) == (0, 128)
    assert levels(200.0, 40.0) == (255, 127)
    assert levels(-60.0, None) == (79, 0)


def test_modulations() -> None:
    for modulation, expected in (
        (Lora(12, 500_000), (4, 12)), (Lora(5, 250_000), (2, 5)), (Lora(12, 812_500), (6, 12)),
        (Fsk(50_000), (0, 0)),
    ):  # fmt: skip
        told = Heard(1, ROOF, "EU868", (uplink(modulation=modulation),))
        content = blocks(Capture().heard(told))[1][1][20:]
        assert (content[8], content[9]) == expected


def test_downlinks_are_outbound() -> None:
    shot = Shot(
        phy=DOWN, frequency=869_525_000, modulation=Lora(12, 125_000), power=14.0,
        due=Immediately(),
    )  # fmt: skip
    _, (kind, body) = blocks(Capture().sent(shot, SHED, NOON))
    assert (kind, body[-12:].hex()) == (6, "020004000200000000000000")
    assert body[20 + 10] == 255
    assert DOWN in body
