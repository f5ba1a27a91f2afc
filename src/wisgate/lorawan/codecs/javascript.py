"""Codecs in JavaScript, as makers and networks publish them. Which interface a file has is told by
the function that it defines:

    decodeUplink({bytes, fPort, recvTime, variables})   → {data, warnings, errors}
                                    The Things Stack, the Device Repository, ChirpStack 4
    Decode(fPort, bytes, variables) → fields            ChirpStack 3
    Decoder(bytes, port)            → fields            The Things Network 2
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from ...core.errors import Unavailable
from ...core.points import Value
from .base import Decoded

CALL_S = 0.05
START_S = 0.25
"""For reading the file: some hold long tables."""
MEMORY, STACK = 16 * 1024 * 1024, 256 * 1024
LONGEST_FILE = 1024 * 1024
_MEMORY = "out of memory"
_BUFFER, _PRELUDE = (Path(__file__).with_name(f"{name}.js") for name in ("buffer", "prelude"))


class _Answer(msgspec.Struct):
    fields: dict[str, Value] = {}
    warnings: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


class Script:
    """One file for all motes that use it: compiled once, on the first call.

    A call blocks. It may cost 50 ms of processor time (`seconds`) and 16 MiB; what stands in
    between is some arithmetic on integers of a million bits, which nobody interrupts and which
    takes 4 s at worst. After a limit was hit the file is started anew. Usual codecs take 20 to
    100 µs. Threads: one, the same for each call.
    """

    def __init__(self, file: Path, *, seconds: float = CALL_S, source: str | None = None) -> None:
        """`source` is the text of `file`, where that has been read already."""
        self.file = file
        self._seconds, self._source = seconds, source
        self._context: Any = None
        self._run: Any = None
        self._died: type[Exception] = ValueError

    def check(self) -> None:
        """Raises Unavailable for a file that cannot be read or is no codec."""
        if error := self._start():
            raise Unavailable(f"{self.file}: {error}; write a function decodeUplink(input)")

    def call(self, given: Mapping[str, Any]) -> Decoded:
        """`given`: bytes, fPort, recvTime in ms since 1970 (a codec gets a Date), variables."""
        if self._run is None and (error := self._start()):
            return Decoded({}, error=error)
        found = self._asked("call", msgspec.json.encode(given).decode(), self._seconds)
        error = "; ".join(found.errors)
        return Decoded({} if error else found.fields, found.warnings, error)

    def _start(self) -> str:
        """Compile; returns what is wrong."""
        import quickjs  # type: ignore[import-untyped]  # it ships no types

        if self._source is None:
            try:
                if self.file.stat().st_size > LONGEST_FILE:
                    return f"longer than {LONGEST_FILE} bytes"
                self._source = self.file.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                return f"cannot be read: {error}"
        self._context, self._died = quickjs.Context(), quickjs.JSException
        self._context.set_memory_limit(MEMORY)
        self._context.set_max_stack_size(STACK)
        self._context.eval(_BUFFER.read_text(encoding="utf-8"))
        self._run = self._context.eval(_PRELUDE.read_text(encoding="utf-8"))
        errors = self._asked("start", self._source, START_S).errors
        if errors:
            self._run = None
        return "; ".join(errors)

    def _asked(self, order: str, sent: str, seconds: float) -> _Answer:
        """What the prelude answers, or what the interpreter died of: then it is not used again."""
        self._context.set_time_limit(seconds)
        try:
            found = msgspec.json.decode(self._run(order, sent), type=_Answer)
        except self._died as error:
            late = "interrupted" in str(error)
            found = _failed(f"took longer than {seconds * 1000:g} ms" if late else _MEMORY)
        except (msgspec.MsgspecError, TypeError, ValueError):
            found = _failed("answered what is no JSON")
        else:
            if found.errors != (_MEMORY,):
                return found
            found = _failed(f"took more than {MEMORY // 2**20} MiB")
        self._run = None
        return found


class JavaScript:
    """The codec of one mote: a file, and the mote's own `variables`."""

    def __init__(self, script: Script, variables: Mapping[str, str] | None = None) -> None:
        self.script, self._variables = script, dict(variables or {})

    def decode(self, payload: bytes, port: int, at_ns: int) -> Decoded:
        return self.script.call(
            {
                "bytes": list(payload),
                "fPort": port,
                "recvTime": at_ns // 1_000_000,
                "variables": self._variables,
            }
        )


def _failed(text: str) -> _Answer:
    return _Answer(errors=(text,))
