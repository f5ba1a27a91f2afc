"""Transcripts: one text, two readers. A driver is checked against it, and so is its twin.

`transcripts/<chip>.txt` holds sections; each starts with `= title (source)`. Its lines:

    41: 00 01 9B              write these bytes to address 0x41
    41: 01 -> 07 D0           write, repeated START, read; the chip answers these bytes
    70: -> 66 66 93           read only
    41: 02 -> 5D 98/FF F8     only the bits of the mask after the slash count
    70: !                     nobody acknowledges the address (SMBus quick)
    70: 35 17 !               not acknowledged when written to; a read after it never happens
    70: -> !                  not acknowledged when read
    spi: 80 00                one chip select frame on SPI; what is answered does not count
    spi: C0 00 -> 00 22/00 7E full duplex: as many bytes come back, under the mask
    line reset=0              the host drives a line of the chip
    line busy -> 1            the level of a line that the chip drives
    after start-up            that section has been played before; a driver's script begins here
    peer: 48 65               the other end of a radio or a bus sends this (the header says what)
    peer -> 48 65             it received this last
    tx: EF 01 FF              sent over a serial line (`serial_line.py` plays these two)
    rx: EF 01 00/FF FF 00     comes back, under the mask; a dash is silence
    wait 2 ms                 also us and s
    world bus_v=11.98         what the twin's pins see from here on, a number or a word
    # …                       a comment
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from wisgate.bus.i2c import I2c
from wisgate.core.errors import NoAcknowledge

HERE = Path(__file__).parent / "transcripts"

_EXCHANGE = re.compile(
    r"(?P<address>[0-9A-F]{2}):(?P<write>(?: [0-9A-F]{2})*)"
    r"(?P<reads> ->(?P<read>(?: [0-9A-F]{2})*)(?:/(?P<mask>[0-9A-F]{2}(?: [0-9A-F]{2})*))?)?"
    r"(?P<refused> !)?"
)
_FRAME = re.compile(
    r"spi:(?P<write>(?: [0-9A-F]{2})+)"
    r"(?: ->(?P<read>(?: [0-9A-F]{2})+)(?:/(?P<mask>[0-9A-F]{2}(?: [0-9A-F]{2})*))?)?"
)
_LINE = re.compile(r"line (\w+)(=| -> )([01])")
_AFTER = re.compile(r"after (\S.*)")
_PEER = re.compile(r"peer(:| ->)((?: [0-9A-F]{2})+)")
_WAIT = re.compile(r"wait (\d+(?:\.\d+)?) (us|ms|s)")
_SERIAL = re.compile(
    r"(?P<way>tx|rx):(?: -|(?P<data>(?: [0-9A-F]{2})+)(?:/(?P<mask>[0-9A-F]{2}(?: [0-9A-F]{2})*))?)"
)
_WORLD = re.compile(r"world((?: \w+=[-+.:\w]+)+)")
_SCALE = {"us": 1e-6, "ms": 1e-3, "s": 1.0}


@dataclass(frozen=True)
class Exchange:
    """One transaction. `count` bytes are read; a refused one has an empty answer."""

    line: int
    address: int
    write: bytes
    count: int
    read: bytes
    mask: bytes
    acknowledged: bool = True


@dataclass(frozen=True)
class Wait:
    seconds: float


@dataclass(frozen=True)
class World:
    quantities: dict[str, float | str]


@dataclass(frozen=True)
class Frame:
    """One chip select frame. `read` and `mask` are as long as `write`."""

    line: int
    write: bytes
    read: bytes
    mask: bytes


@dataclass(frozen=True)
class Drive:
    """The host sets a line."""

    line: int
    name: str
    level: bool


@dataclass(frozen=True)
class Level:
    """The chip holds a line at a level."""

    line: int
    name: str
    level: bool


@dataclass(frozen=True)
class Peer:
    """What the other end sends, or has received last."""

    line: int
    payload: bytes
    sends: bool


@dataclass(frozen=True)
class After:
    """What has been said before, in another section."""

    title: str


@dataclass(frozen=True)
class Serial:
    """Bytes on a serial line, sent by the host or coming back; none is silence."""

    line: int
    sent: bool
    payload: bytes
    mask: bytes


Step = Serial | Exchange | Frame | Drive | Level | Peer | After | Wait | World


def titles(chip: str) -> list[str]:
    """The titles of all sections of a chip, without their sources."""
    return list(_sections(chip))


def load(chip: str, title: str) -> list[Step]:
    """The steps of one section."""
    steps = [_step(f"{chip}.txt:{number}", number, text) for number, text in _sections(chip)[title]]
    assert steps, f"{chip}.txt: {title!r} is empty"
    return steps


def parse(text: str) -> list[Step]:
    """The steps of a conversation that stands in a test: what a twin cannot do by itself, such as
    a brown-out in the middle."""
    rows = [(number, row.strip()) for number, row in enumerate(text.splitlines(), 1)]
    return [_step(f"test:{number}", number, row) for number, row in rows if row]


def _sections(chip: str) -> dict[str, list[tuple[int, str]]]:
    sections: dict[str, list[tuple[int, str]]] = {}
    title = ""
    lines = (HERE / f"{chip}.txt").read_text(encoding="utf-8").splitlines()
    for number, text in enumerate(lines, 1):
        text = text.split("#")[0].strip()
        if text.startswith("="):
            title = re.sub(r"\s*\(.*\)$", "", text[1:].strip())
            assert title not in sections, f"{chip}.txt:{number}: a second section {title!r}"
            sections[title] = []
        elif text:
            assert title, f"{chip}.txt:{number}: before the first section"
            sections[title].append((number, text))
    return sections


def _step(where: str, number: int, text: str) -> Step:
    if match := _WAIT.fullmatch(text):
        return Wait(float(match[1]) * _SCALE[match[2]])
    if match := _WORLD.fullmatch(text):
        pairs = (word.split("=") for word in match[1].split())
        return World({name: _quantity(value) for name, value in pairs})
    if match := _SERIAL.fullmatch(text):
        payload = bytes.fromhex(match["data"] or "")
        mask = bytes.fromhex(match["mask"]) if match["mask"] else b"\xff" * len(payload)
        assert len(mask) == len(payload), f"{where}: the mask does not fit the answer"
        return Serial(number, match["way"] == "tx", payload, mask)
    if match := _EXCHANGE.fullmatch(text):
        return _exchange(where, number, match)
    if match := _FRAME.fullmatch(text):
        return _frame(where, number, match)
    if match := _LINE.fullmatch(text):
        kind = Drive if match[2] == "=" else Level
        return kind(number, match[1], match[3] == "1")
    if match := _AFTER.fullmatch(text):
        return After(match[1])
    if match := _PEER.fullmatch(text):
        return Peer(number, bytes.fromhex(match[2]), match[1] == ":")
    raise ValueError(f"{where}: cannot read {text!r}")


def _quantity(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _exchange(where: str, number: int, match: re.Match[str]) -> Exchange:
    read, refused = bytes.fromhex(match["read"] or ""), match["refused"] is not None
    mask = bytes.fromhex(match["mask"]) if match["mask"] else b"\xff" * len(read)
    assert len(mask) == len(read), f"{where}: the mask does not fit the answer"
    assert not (refused and read), f"{where}: an answer that is refused"
    assert not match["reads"] or read or refused, f"{where}: reads nothing"
    count = len(read) or (1 if match["reads"] else 0)
    write = bytes.fromhex(match["write"])
    return Exchange(number, int(match["address"], 16), write, count, read, mask, not refused)


def _frame(where: str, number: int, match: re.Match[str]) -> Frame:
    write, read = bytes.fromhex(match["write"]), bytes.fromhex(match["read"] or "")
    mask = bytes.fromhex(match["mask"]) if match["mask"] else b"\xff" * len(read)
    if not read:
        read = mask = bytes(len(write))
    assert len(mask) == len(read) == len(write), f"{where}: answer and mask do not fit the frame"
    return Frame(number, write, read, mask)


class ScriptedI2c:
    """A bus that expects exactly the transactions of the transcript, in order."""

    def __init__(self, chip: str, steps: list[Step]) -> None:
        self._chip = chip
        self.left = [step for step in steps if isinstance(step, Exchange)]

    def transfer(self, address: int, write: bytes = b"", read: int = 0) -> bytes:
        assert self.left, f"{self._chip}: nothing more expected, sent {address:#04x} {write.hex()}"
        want = self.left.pop(0)
        where = f"{self._chip}.txt:{want.line}"
        assert (address, write) == (want.address, want.write), f"{where}: sent {write.hex(' ')}"
        if not want.acknowledged:
            assert want.write or bool(read) == bool(want.count), f"{where}: reads {read} bytes"
            raise NoAcknowledge(address)
        assert read == want.count, f"{where}: reads {read} bytes"
        return want.read


@contextmanager
def script(chip: str, title: str) -> Iterator[ScriptedI2c]:
    """A bus that plays one section, all of it."""
    with conversation(load(chip, title), chip) as bus:
        yield bus


@contextmanager
def conversation(steps: list[Step], chip: str = "test") -> Iterator[ScriptedI2c]:
    """A bus that plays these steps, all of them."""
    bus = ScriptedI2c(chip, steps)
    yield bus
    assert not bus.left, f"{chip}.txt:{bus.left[0].line}: never sent"


def replay(
    chip: str,
    title: str,
    bus: I2c,
    world: Callable[[str, float | str], None],
    wait: Callable[[float], None],
) -> None:
    """Play one section to a bus with a twin. `world` sets a quantity, `wait` lets time pass."""
    for step in load(chip, title):
        match step:
            case Wait(seconds):
                wait(seconds)
            case World(quantities):
                for name, value in quantities.items():
                    world(name, value)
            case Exchange():
                _check(f"{chip}.txt:{step.line}", step, bus)


def _check(where: str, step: Exchange, bus: I2c) -> None:
    try:
        answer = bus.transfer(step.address, step.write, step.count)
    except NoAcknowledge:
        assert not step.acknowledged, f"{where}: not acknowledged"
        return
    assert step.acknowledged, f"{where}: acknowledged, answered {answer.hex(' ')}"
    seen = bytes(a & m for a, m in zip(answer, step.mask, strict=True))
    want = bytes(a & m for a, m in zip(step.read, step.mask, strict=True))
    assert seen == want, f"{where}: answered {answer.hex(' ')}"
