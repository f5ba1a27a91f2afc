"""JSON as forwarders take it: with comments (`//` and `/* */`); with the line of every value."""

from __future__ import annotations

import json
import re
from typing import Any

from ...core.errors import ConfigError
from ...core.toml import Document, KeyPath

_TOKEN = re.compile(
    r"""(?P<gap>[ \t\r\n]+|//[^\n]*|/\*.*?\*/)
    |(?P<text>"(?:[^"\\\n]|\\.)*")
    |(?P<word>-?\d[\w.+-]*|true|false|null)
    |(?P<mark>[{}\[\]:,])""",
    re.VERBOSE | re.DOTALL,
)
DEEPEST = 32
"""Tables inside of tables."""


def parse(text: str, file: str) -> Document:
    """Raises ConfigError with file and line."""
    return _Parser(text, file).document()


class _Parser:
    def __init__(self, text: str, file: str) -> None:
        self._text, self._file = text, file
        self._place = 0
        self._line = 1
        self._lines: dict[KeyPath, int] = {}
        self._kind, self._token = "", ""
        self._next()

    def document(self) -> Document:
        if self._token != "{":
            raise self._fault("a table in braces is expected, {…}")
        values = self._value((), 0)
        if self._kind:
            raise self._fault(f"{self._token} is after the end; remove it, or a brace before it")
        return Document(values, self._lines, self._file)

    def _next(self) -> None:
        """Go to the next token that is no gap."""
        self._line += self._token.count("\n")
        while self._place < len(self._text):
            match = _TOKEN.match(self._text, self._place)
            if match is None:
                self._kind, self._token = "bad", self._text[self._place]
                return
            self._place = match.end()
            self._kind, self._token = str(match.lastgroup), match[0]
            if self._kind != "gap":
                return
            self._line += self._token.count("\n")
        self._kind, self._token = "", ""

    def _fault(self, what: str) -> ConfigError:
        return ConfigError([f"{self._file}:{self._line}: {what}"])

    def _take(self, mark: str, cure: str) -> None:
        if self._token != mark:
            found = self._token or "the end of the file"
            raise self._fault(f"{found} where {mark} is expected; {cure}")
        self._next()

    def _value(self, path: KeyPath, depth: int) -> Any:
        if depth > DEEPEST:
            raise self._fault("more tables inside of tables than any forwarder has; remove some")
        self._lines[path] = self._line
        if self._token == "{":
            return self._table(path, depth)
        if self._token == "[":
            return self._list(path, depth)
        if self._kind not in ("text", "word"):
            found = self._token or "the end of the file"
            raise self._fault(f"{found} where a value is expected; write one, or remove the comma")
        return self._plain()

    def _plain(self) -> Any:
        try:
            found = json.loads(self._token)
        except ValueError:
            raise self._fault(
                f"{self._token} is no value of JSON; write a number or a text in quotes"
            ) from None
        self._next()
        return found

    def _table(self, path: KeyPath, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        self._next()
        while self._token != "}":
            if self._kind != "text":
                name = self._token or "the end of the file"
                raise self._fault(f'{name} where a name in quotes is expected; write "name": value')
            line, key = self._line, self._plain()
            if key in found:
                first = self._lines[(*path, key)]
                raise ConfigError(
                    [f"{self._file}:{line}: {key} stands at line {first} already; remove one"]
                )
            self._take(":", "write one after the name")
            found[key] = self._value((*path, key), depth + 1)
            self._part_from_next("}")
        self._next()
        return found

    def _part_from_next(self, end: str) -> None:
        if self._token == end:
            return
        self._take(",", "put one between two values")
        if self._token == end:
            raise self._fault(f"a comma before {end}, which not every forwarder takes; remove it")

    def _list(self, path: KeyPath, depth: int) -> list[Any]:
        found: list[Any] = []
        self._next()
        while self._token != "]":
            found.append(self._value((*path, len(found)), depth + 1))
            self._part_from_next("]")
        self._next()
        return found
