"""The `tx` and `rx` lines of a transcript: played by a line to a driver, and to a twin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from transcript import Serial, Step, Wait, World, load


class ScriptedUart:
    """A serial line that expects exactly the bytes of the transcript; `wait` costs no time."""

    baud = 57600

    def __init__(self, chip: str, steps: list[Step]) -> None:
        self._chip = chip
        self.left = [step for step in steps if isinstance(step, Serial)]
        self._arrived = b""

    def write(self, data: bytes) -> None:
        assert self.left, f"{self._chip}: nothing more expected, sent {data.hex(' ')}"
        want = self.left.pop(0)
        assert data == want.payload, f"{self._chip}.txt:{want.line}: sent {data.hex(' ')}"
        self._arrived = b""
        while self.left and not self.left[0].sent:
            self._arrived += self.left.pop(0).payload

    def read(self, count: int, timeout: float) -> bytes:
        assert timeout > 0 or not count, f"{self._chip}: waits {timeout} s"
        got, self._arrived = self._arrived[:count], self._arrived[count:]
        return got

    def flush(self) -> None:
        self._arrived = b""

    def send_break(self, seconds: float) -> None:
        raise AssertionError(f"{self._chip}: a break of {seconds} s")

    def set_baud(self, baud: int) -> None:
        raise AssertionError(f"{self._chip}: goes to {baud} baud")


@contextmanager
def serial_script(chip: str, title: str) -> Iterator[ScriptedUart]:
    """A serial line that plays one section, all of it."""
    uart = ScriptedUart(chip, load(chip, title))
    yield uart
    assert not uart.left, f"{chip}.txt:{uart.left[0].line}: never sent"


def replay_serial(
    chip: str,
    title: str,
    send: Callable[[bytes], bytes],
    world: Callable[[str, float | str], None],
    wait: Callable[[float], None],
) -> None:
    """Play one section to the twin of something on a serial line. `send` gives it bytes and
    returns all that comes back."""
    arrived = b""
    for step in load(chip, title):
        match step:
            case Wait(seconds):
                wait(seconds)
            case World(quantities):
                for name, value in quantities.items():
                    world(name, value)
            case Serial(line, True, payload, _):
                assert not arrived, f"{chip}.txt:{line}: before it came {arrived.hex(' ')}"
                arrived = send(payload)
            case Serial(line, False, payload, mask):
                got, arrived = arrived[: len(payload)], arrived[len(payload) :]
                assert len(got) == len(payload), f"{chip}.txt:{line}: answered {got.hex(' ')}"
                seen = bytes(a & m for a, m in zip(got, mask, strict=True))
                want = bytes(a & m for a, m in zip(payload, mask, strict=True))
                assert seen == want, f"{chip}.txt:{line}: answered {got.hex(' ')}"
                assert payload or not arrived, f"{chip}.txt:{line}: not silent, {arrived.hex(' ')}"
    assert not arrived, f"{chip}.txt: {title!r} ends before {arrived.hex(' ')}"
