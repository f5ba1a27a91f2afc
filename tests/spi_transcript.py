"""Transcripts of chips on SPI: the text of `transcript.py`, with `spi`, `line` and `peer` lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from transcript import After, Drive, Frame, Level, Peer, Step, Wait, World, load

from wisgate.bus.lines import Edge


class ScriptedSpi:
    """A chip select, and the lines beside it, that expect what the transcript says, in order: its
    frames, and the levels that the host sets. A line that the chip drives answers its levels one
    after the other and keeps the last; those that nobody asks for are passed over."""

    def __init__(self, chip: str, steps: list[Step]) -> None:
        self._chip = chip
        self._levels: dict[str, bool] = {}
        self.left = [step for step in steps if isinstance(step, Frame | Drive | Level)]

    def transfer(self, data: bytes) -> bytes:
        want = self._next(f"sent {data.hex(' ')}")
        where = f"{self._chip}.txt:{want.line}"
        assert isinstance(want, Frame), f"{where}: sent {data.hex(' ')} instead of setting a line"
        assert data == want.write, f"{where}: sent {data.hex(' ')}"
        return want.read

    def line(self, name: str) -> ScriptedLine:
        """One of the lines beside the bus."""
        return ScriptedLine(self, name)

    def drive(self, name: str, level: bool) -> None:
        """The host sets a line."""
        want = self._next(f"set {name}={level:d}")
        assert isinstance(want, Drive), f"{self._chip}.txt:{want.line}: set {name}={level:d}"
        assert (name, level) == (want.name, want.level), f"{self._chip}.txt:{want.line}: {name}"

    def level(self, name: str) -> bool:
        """The host reads a line."""
        if self.left and isinstance(self.left[0], Level) and self.left[0].name == name:
            self._pass()
        return self._levels[name]

    def done(self) -> None:
        """What is left but levels that nobody asked for was never sent."""
        while self.left and isinstance(self.left[0], Level):
            self._pass()
        assert not self.left, f"{self._chip}.txt:{self.left[0].line}: never sent"

    def _next(self, said: str) -> Step:
        while self.left and isinstance(self.left[0], Level):
            self._pass()
        assert self.left, f"{self._chip}: nothing more expected, {said}"
        return self.left.pop(0)

    def _pass(self) -> None:
        step = self.left.pop(0)
        assert isinstance(step, Level)
        self._levels[step.name] = step.level


class ScriptedLine:
    """One line of a `ScriptedSpi`: levels as they are on the wire."""

    def __init__(self, script: ScriptedSpi, name: str) -> None:
        self._script, self._name = script, name

    def get(self) -> bool:
        return self._script.level(self._name)

    def set(self, value: bool) -> None:
        self._script.drive(self._name, value)

    def edges(self) -> list[Edge]:
        return []

    def release(self) -> None:
        return None


@contextmanager
def script(chip: str, title: str) -> Iterator[ScriptedSpi]:
    """A chip select that plays one section, all of it."""
    with conversation(load(chip, title), chip) as spi:
        yield spi


@contextmanager
def conversation(steps: list[Step], chip: str = "test") -> Iterator[ScriptedSpi]:
    """A chip select that plays these steps, all of them."""
    spi = ScriptedSpi(chip, steps)
    yield spi
    spi.done()


class SpiTwin(Protocol):
    """A twin of a chip on SPI, and the lines beside it."""

    def transfer(self, data: bytes) -> bytes: ...

    def drive(self, name: str, level: bool) -> None: ...

    def level(self, name: str) -> bool: ...


class OtherEnd(Protocol):
    """The other end of the radio or the bus that the chip speaks to."""

    def send(self, payload: bytes) -> None: ...

    def received(self) -> bytes: ...


def replay_spi(
    chip: str,
    steps: list[Step],
    twin: SpiTwin,
    peer: OtherEnd,
    world: Callable[[str, float], None],
    wait: Callable[[float], None],
) -> None:
    """Play these steps to a twin. `world` sets a quantity, `wait` lets time pass."""
    for step in steps:
        match step:
            case Wait(seconds):
                wait(seconds)
            case World(quantities):
                for name, value in quantities.items():
                    world(name, value)
            case Frame():
                _check(f"{chip}.txt:{step.line}", step, twin.transfer(step.write))
            case After(title):
                replay_spi(chip, load(chip, title), twin, peer, world, wait)
            case Drive(_, name, level):
                twin.drive(name, level)
            case Level(line, name, level):
                assert twin.level(name) is level, f"{chip}.txt:{line}: {name} is {not level:d}"
            case Peer(_, payload, sends=True):
                peer.send(payload)
            case Peer(line, payload):
                got = peer.received()
                assert got == payload, f"{chip}.txt:{line}: received {got.hex(' ')}"
            case _:
                raise AssertionError(f"{chip}.txt: {step} is not for a chip on SPI")


def _check(where: str, step: Frame, answer: bytes) -> None:
    seen = bytes(a & m for a, m in zip(answer, step.mask, strict=True))
    want = bytes(a & m for a, m in zip(step.read, step.mask, strict=True))
    assert seen == want, f"{where}: answered {answer.hex(' ')}"
