"""The ends of wires with a tape on them: one wrapper for writing and for playing back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, get_type_hints

import msgspec

from .host import Host
from .i2c import I2c
from .lines import Edge, Input, Line, Lines, Output
from .pwm import Pwm
from .spi import Spi
from .tape import Tape
from .uart import Uart


class TapedI2c:
    """`bus` is None when the tape plays back; so in all of these."""

    def __init__(self, end: str, bus: I2c | None, tape: Tape) -> None:
        self._end, self._bus, self._tape = end, bus, tape

    def transfer(self, address: int, write: bytes = b"", read: int = 0) -> bytes:
        def act() -> str:
            return "" if self._bus is None else self._bus.transfer(address, write, read).hex()

        asked = [address, write.hex(), read]
        return bytes.fromhex(self._tape.call(self._end, "transfer", asked, act))


class TapedSpi:
    def __init__(self, end: str, bus: Spi | None, tape: Tape) -> None:
        self._end, self._bus, self._tape = end, bus, tape

    def transfer(self, data: bytes) -> bytes:
        def act() -> str:
            return "" if self._bus is None else self._bus.transfer(data).hex()

        return bytes.fromhex(self._tape.call(self._end, "transfer", [data.hex()], act))


class TapedUart:
    def __init__(self, end: str, port: Uart | None, tape: Tape, baud: int = 9600) -> None:
        self._end, self._port, self._tape = end, port, tape
        self._baud = baud if port is None else port.baud

    @property
    def baud(self) -> int:
        return self._baud

    def write(self, data: bytes) -> None:
        self._call("write", [data.hex()], lambda port: port.write(data))

    def read(self, count: int, timeout: float) -> bytes:
        # Not the time-out: what is left of it depends on when the call was made, to a microsecond.
        return bytes.fromhex(
            self._call("read", [count], lambda port: port.read(count, timeout).hex()) or ""
        )

    def flush(self) -> None:
        self._call("flush", [], lambda port: port.flush())

    def send_break(self, seconds: float) -> None:
        self._call("break", [round(seconds, 6)], lambda port: port.send_break(seconds))

    def set_baud(self, baud: int) -> None:
        self._call("baud", [baud], lambda port: port.set_baud(baud))
        self._baud = baud

    def _call(self, name: str, asked: list[Any], act: Callable[[Uart], Any]) -> Any:
        port = self._port
        return self._tape.call(self._end, name, asked, lambda: port and act(port))


class TapedLines:
    def __init__(self, end: str, lines: Lines | None, tape: Tape, interrupts: bool = False) -> None:
        self._end, self._lines, self._tape = end, lines, tape
        self._interrupts = interrupts if lines is None else lines.interrupts

    @property
    def interrupts(self) -> bool:
        return self._interrupts

    def request(self, offset: int, settings: Input | Output, consumer: str) -> Line:
        taken: list[Line] = []

        def act() -> None:
            if self._lines is not None:
                taken.append(self._lines.request(offset, settings, consumer))

        kind = type(settings).__name__.lower()
        told = {k: getattr(v, "value", v) for k, v in asdict(settings).items()}
        end = f"{self._end} line {offset}"
        self._tape.call(end, "request", [kind, told, consumer], act)
        return TapedLine(end, taken[0] if taken else None, self._tape)


class TapedLine:
    def __init__(self, end: str, line: Line | None, tape: Tape) -> None:
        self._end, self._line, self._tape = end, line, tape

    def get(self) -> bool:
        return bool(self._call("get", [], lambda line: line.get()))

    def set(self, value: bool) -> None:
        self._call("set", [value], lambda line: line.set(value))

    def edges(self) -> list[Edge]:
        begin = self._tape.begin

        def act(line: Line) -> list[list[Any]]:
            return [[e.active, round(e.time - begin, 6)] for e in line.edges()]

        return [Edge(active, begin + time) for active, time in self._call("edges", [], act)]

    def release(self) -> None:
        self._call("release", [], lambda line: line.release())

    def _call(self, name: str, asked: list[Any], act: Callable[[Line], Any]) -> Any:
        line = self._line
        return self._tape.call(self._end, name, asked, lambda: line and act(line))


class TapedPwm:
    def __init__(self, end: str, pwm: Pwm | None, tape: Tape) -> None:
        self._end, self._pwm, self._tape = end, pwm, tape

    def play(self, hertz: float) -> None:
        self._call("play", [hertz], lambda pwm: pwm.play(hertz))

    def stop(self) -> None:
        self._call("stop", [], lambda pwm: pwm.stop())

    def _call(self, name: str, asked: list[Any], act: Callable[[Pwm], None]) -> None:
        pwm = self._pwm
        self._tape.call(self._end, name, asked, lambda: None if pwm is None else act(pwm))


class TapedHost:
    """Every method of `Host`: what it returns is plain values or frozen dataclasses of them, which
    JSON carries and the annotations of the contract bring back."""

    def __init__(self, host: Host | None, tape: Tape) -> None:
        self._host, self._tape = host, tape

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)
        kind = get_type_hints(getattr(Host, name))["return"]

        def call(*asked: Any) -> Any:
            def act() -> Any:
                host = self._host
                return None if host is None else msgspec.to_builtins(getattr(host, name)(*asked))

            return msgspec.convert(self._tape.call("host", name, list(asked), act), kind)

        return call
