from __future__ import annotations

import pytest

from wisgate.core.errors import OutputRefused
from wisgate.core.points import Value
from wisgate.modules.radio_payloads import payload_of, text_of


@pytest.mark.parametrize(
    ("text", "digits", "payload"),
    [("hello", None, b"hello"), ("Grüße", None, "Grüße".encode()), (None, "0A FF", b"\x0a\xff"),
     (None, "0aff00", b"\x0a\xff\x00"), ("x" * 255, None, b"x" * 255)],
)  # fmt: skip
def test_what_is_sent(text: Value, digits: Value, payload: bytes) -> None:
    assert payload_of(text, digits, 255) == payload


@pytest.mark.parametrize(
    ("text", "digits", "why"),
    [(None, None, "either text or hex"), ("a", "00", "either text or hex"), ("", None, "0 bytes"),
     (None, "", "0 bytes"), (None, "0", "not pairs"), (None, "xy", "not pairs"),
     ("x" * 256, None, "256 bytes; a packet has 1 to 255"), ("ü" * 128, None, "256 bytes")],
)  # fmt: skip
def test_what_is_not(text: Value, digits: Value, why: str) -> None:
    with pytest.raises(OutputRefused, match=why):
        payload_of(text, digits, 255)


@pytest.mark.parametrize(
    ("payload", "text"),
    [(b"hello", "hello"), (b"", ""), ("Grüße".encode(), "Grüße"), (b"a\x00", None), (b"\xff", None),
     (b"a\n", None), (b"\xef\xbf\xbd", None)],
)  # fmt: skip
def test_what_can_be_read_as_text(payload: bytes, text: str | None) -> None:
    assert text_of(payload) == text
