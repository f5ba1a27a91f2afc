from __future__ import annotations

import pytest

from wisgate.chips.can_frames import CanFrame
from wisgate.core.errors import OutputRefused
from wisgate.modules.can_text import understood, written

FRAMES = [
    ("123#010203", CanFrame(0x123, b"\1\2\3")),
    ("000#", CanFrame(0)),
    ("18DAF110#AABB", CanFrame(0x18DAF110, b"\xaa\xbb", extended=True)),
    ("00000001#", CanFrame(1, extended=True)),
    ("001#R", CanFrame(1, remote=True)),
    ("7FF##0", CanFrame(0x7FF, fd=True)),
    ("7FF##1" + "AB" * 12, CanFrame(0x7FF, b"\xab" * 12, fd=True, fast=True)),
]


@pytest.mark.parametrize(("text", "frame"), FRAMES)
def test_there_and_back(text: str, frame: CanFrame) -> None:
    assert written(frame) == text
    assert understood(text) == frame
    assert understood(f" {text.lower()} ") == frame


@pytest.mark.parametrize(
    "text", ["", "123", "12#00", "1234#00", "123#0", "123#XX", "123#R1", "123##", "123##2AA", "#00"]
)
def test_what_is_no_frame(text: str) -> None:
    with pytest.raises(OutputRefused, match=r"^frame: .* is none; write 123#0102"):
        understood(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [("800#", "0x800 does not fit 11 bits"), ("20000000#", "does not fit 29 bits"),
     ("123#" + "00" * 9, "9 bytes"), ("123##0" + "00" * 13, "13 bytes")],
)  # fmt: skip
def test_what_no_frame_can_carry(text: str, why: str) -> None:
    with pytest.raises(OutputRefused, match=rf"^frame: .*{why}"):
        understood(text)
