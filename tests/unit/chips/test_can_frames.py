"""Message objects against the witness of the MCP2518FD and DS20006027B, tables 3-5 and 3-6."""

import pytest

from wisgate.chips.can_frames import CanFrame, frame_of, header_of, length_of

OBJECTS = [
    (CanFrame(0x123, b"\1\2\3"), "23 01 00 00 03 00 00 00"),
    (CanFrame(0x18DAF110, b"\xaa\xbb", extended=True), "36 86 88 17 12 00 00 00"),
    (CanFrame(0x7FF, bytes(12), fd=True, fast=True), "FF 07 00 00 C9 00 00 00"),
    (CanFrame(0x7FF, bytes(64), fd=True), "FF 07 00 00 8F 00 00 00"),
    (CanFrame(0x1FFFFFFF, extended=True), "FF FF FF 1F 10 00 00 00"),
    (CanFrame(0x001, remote=True), "01 00 00 00 20 00 00 00"),
]


@pytest.mark.parametrize(("frame", "header"), OBJECTS)
def test_objects(frame, header):
    raw = bytes.fromhex(header)
    assert header_of(frame) == raw
    assert length_of(raw) == len(frame.payload)
    assert frame_of(raw, frame.payload) == frame


def test_what_a_received_object_has_besides():
    """The filter that let it through, and error passive of the sender."""
    assert frame_of(bytes.fromhex("23 01 00 00 03 F9 00 00"), b"abc") == CanFrame(0x123, b"abc")


@pytest.mark.parametrize(("dlc", "length"), [("08", 8), ("09", 8), ("0F", 8), ("2F", 0), ("28", 0)])
def test_a_frame_of_can_2_0_has_no_more_than_8_bytes(dlc, length):
    assert length_of(bytes.fromhex(f"23 01 00 00 {dlc} 00 00 00")) == length


@pytest.mark.parametrize("identifier", [-1, 0x800])
def test_an_identifier_that_is_too_long(identifier):
    with pytest.raises(ValueError, match=f"identifier {identifier:#x} does not fit 11 bits"):
        CanFrame(identifier)
    with pytest.raises(ValueError, match="0x20000000 does not fit 29 bits"):
        CanFrame(0x20000000, extended=True)
    assert CanFrame(0x800, extended=True).identifier == 0x800


@pytest.mark.parametrize(
    ("length", "fd"), [(9, False), (12, False), (9, True), (13, True), (63, True), (65, True)]
)
def test_a_length_that_no_frame_has(length, fd):
    with pytest.raises(ValueError, match=f"{length} bytes: a frame has 0 to 8"):
        CanFrame(1, bytes(length), fd=fd)
