"""TOML text to values, with the lines of tables, keys and array elements.

The standard library parses; a scanner of our own walks over text that it accepted and only notes
positions, so that both agree about what is valid.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import ConfigError

KeyPath = tuple[str | int, ...]
"""("slot", 0, "point", 1, "name"): keys, and the places in arrays counted from 0."""

MAX_BYTES = 1 << 20
"""A larger file is refused unread: nobody writes a gateway of that size by hand."""


@dataclass(frozen=True)
class Document:
    """A parsed text. `file` is the name that messages begin with. `lines` may leave out what stands
    on the line of the table or key around it."""

    values: Mapping[str, Any]
    lines: Mapping[KeyPath, int]
    file: str

    def line(self, path: KeyPath) -> int:
        """The line of `path`, counted from 1, or of the nearest table around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def load(path: Path) -> Document:
    """Read and parse a file. Raises ConfigError with file and line."""
    file = str(path)
    try:
        if path.is_dir():
            raise ConfigError([f"{file}: is a directory; name the file itself"])
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError([f"{file}: no such file; check the path"]) from None
    except PermissionError:
        raise ConfigError([f"{file}: no permission to read it; check owner and mode"]) from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise ConfigError([f"{file}: cannot be read ({why}); check the path"]) from None
    if len(content) > MAX_BYTES:
        raise ConfigError(
            [f"{file}:1: the file is larger than 1 MiB; check that it is the right one"]
        )
    return parse(_decoded(content, file), file)


def _decoded(content: bytes, file: str) -> str:
    if b"\0" in content:
        raise ConfigError([f"{file}:1: the file is binary; TOML, a text in UTF-8, is expected"])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        bad = error.object[error.start]
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            [f"{file}:{line}: the byte 0x{bad:02x} is not UTF-8; save the file as text in UTF-8"]
        ) from None


def parse(text: str, file: str) -> Document:
    """Parse a text. Raises ConfigError with file and line."""
    if not text.strip():
        raise ConfigError([f"{file}:1: the file is empty; start from one in examples/"])
    if line := _endless_key(text):
        raise ConfigError([f"{file}:{line}: a key of more than 100 parts; write a shorter one"])
    try:
        values = tomllib.loads(text)
        lines = _Scanner(text).scan()
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([_fault(str(error), text, file)]) from None
    except RecursionError:
        line = _busiest(text, re.compile(r"[\[{]"))
        raise ConfigError(
            [f"{file}:{line}: lists or tables are nested too deeply; take some away"]
        ) from None
    except ValueError:  # an integer beyond what Python converts
        line = _busiest(text, re.compile(r"[0-9]"))
        raise ConfigError(
            [f"{file}:{line}: a number has too many digits; write a shorter one"]
        ) from None
    return Document(values, lines, file)


_PARTS = 100
_PART = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_ENDLESS_KEY = re.compile(rf"(?:^|[{{,])[ \t\[]*(?:{_PART}[ \t]*\.[ \t]*){{{_PARTS}}}")


def _endless_key(text: str) -> int:
    """The line of a key of more than 100 parts, 0 without one: the parser takes minutes for some
    100,000 parts."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") >= _PARTS and _ENDLESS_KEY.search(line):
            return number
    return 0


def _busiest(text: str, mark: re.Pattern[str]) -> int:
    """The line that holds most of `mark`."""
    counts = [len(mark.findall(line)) for line in text.split("\n")]
    return counts.index(max(counts)) + 1


_PLACE = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)

_CLEAR = (
    ("Expected '=' after a key", 'no "=" after the key; write key = value'),
    ("Cannot overwrite a value", "this key was given before; keep one of the two"),
    ("Duplicate inline table key", "this key was given before in the same { }; keep one"),
    ("Cannot declare", "this table was given before; keep one, or write [[…]] for a list"),
    ("Cannot mutate immutable", "this table was closed before; put all its keys in one place"),
    ("Expected newline or end of document", "something follows the value; one key per line"),
    ("Invalid value", 'this is no value; text needs quotes ("…"), others are 1, 0.5, true, false'),
    ("Invalid statement", "neither a table nor a key; write [table] or key = value"),
    ("Invalid initial character for a key", "a key is missing; write key = value"),
    ("Unclosed array", "a list is not closed; write ] at its end"),
    ("Unclosed inline table", "an inline table is not closed; write } at its end"),
    ("Expected ']", "the table's name is not closed; write [name] or [[name]]"),
    ("Unterminated string", "a text is not closed; write the quote at its end"),
    ("Illegal character '\\n'", "a text is not closed; write the quote at the end of it"),
    ("Unescaped '\\'", "a backslash in a text; write it twice, or use '…' quotes"),
    ("Invalid date or datetime", "this date or time does not exist; text needs quotes"),
    ("Illegal character", "a control character; remove it"),
    ("Found invalid character", "a control character; remove it"),
    ("Escaped character", "this escape is no character; write the character itself"),
    ("Invalid hex value", "this escape is no character; write the character itself"),
    ('Expected "', "a text is not closed; write the quote at its end"),
    ('Expected "\'"', "a text is not closed; write the quote at its end"),
)


_BARE_QUANTITY = re.compile(
    r"=\s*(?!0[xob])([+-]?[0-9][0-9.]*\s*[A-Za-z%°µΩ][^\s#,\]}]*)\s*(?:#.*)?$"
)


def _fault(message: str, text: str, file: str) -> str:
    match = _PLACE.fullmatch(message)
    what = match[1] if match else message
    clear = next((words for start, words in _CLEAR if what.startswith(start)), what)
    if match and match[2]:
        line = text.split("\n")[int(match[2]) - 1]
        if what.startswith("Expected newline") and (bare := _BARE_QUANTITY.search(line)):
            clear = f'a number with a unit stands in quotes; write "{bare[1].strip()}"'
        return f"{file}:{match[2]}: not TOML at column {match[3]}: {clear}"
    if what.startswith("Invalid value"):
        clear = "a list or an inline table is not closed; write the missing ] or }"
    last = text.rstrip().count("\n") + 1
    return f"{file}:{last}: not TOML at the end of the file: {clear}"


_SPACE = re.compile(r"[ \t]*")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:""|")?'
    r"|'''.*?'''(?:''|')?"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\n]*")
_INSIDE = r"""(?:[^][{}"'#\n]|"(?:\\.|[^"\\\n])*"(?!")|'[^'\n]*'(?!'))*+"""
_FLAT = re.compile(rf"\[{_INSIDE}\]|\{{{_INSIDE}\}}")
"""A list or an inline table on one line, with none inside: its line tells all that stands in it."""


class _Scanner:
    """Walks over valid TOML once and notes where keys and elements begin."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._counted, self._newlines = 0, 0
        self._lines: dict[KeyPath, int] = {}
        self._counts: dict[KeyPath, int] = {}

    def scan(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)
        return self._lines

    def _skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if match is None:
            return ""
        self._at = match.end()
        return match[0]

    def _line(self) -> int:
        self._newlines += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._newlines + 1

    def _header(self) -> KeyPath:
        line, repeated = self._line(), self._text.startswith("[[", self._at)
        self._at += 2 if repeated else 1
        names = self._key()
        self._at += 2 if repeated else 1
        path: KeyPath = ()
        for name in names[:-1]:
            path = (*path, name)
            self._lines.setdefault(path, line)
            path = self._last(path)
        path = (*path, names[-1])
        if repeated:
            self._counts[path] = self._counts.get(path, -1) + 1
            self._lines.setdefault(path, line)
            path = self._last(path)
        self._lines[path] = line
        return path

    def _last(self, path: KeyPath) -> KeyPath:
        """The path of the newest element when `path` is an array of tables."""
        return (*path, self._counts[path]) if path in self._counts else path

    def _key(self) -> tuple[str, ...]:
        parts: list[str] = []
        while True:
            self._skip(_SPACE)
            if self._text[self._at] in "\"'":
                raw = self._skip(_STRING)
                parts.append(tomllib.loads(f"k = {raw}")["k"])
            else:
                parts.append(self._skip(_BARE))
            self._skip(_SPACE)
            if self._text[self._at] != ".":
                return tuple(parts)
            self._at += 1

    def _pair(self, table: KeyPath) -> None:
        line = self._line()
        path = table
        for name in self._key():
            path = (*path, name)
            self._lines.setdefault(path, line)
        self._at += 1  # "="
        self._skip(_SPACE)
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        first = self._text[self._at]
        if first in "[{" and self._skip(_FLAT):
            return
        if first == "[":
            self._array(path)
        elif first == "{":
            self._inline(path)
        elif first in "\"'":
            self._skip(_STRING)
        else:
            self._skip(_SCALAR)

    def _array(self, path: KeyPath) -> None:
        self._at += 1
        place = 0
        self._skip(_BLANK)
        while self._text[self._at] != "]":
            self._lines[*path, place] = self._line()
            self._value((*path, place))
            place += 1
            self._comma()
        self._at += 1

    def _inline(self, path: KeyPath) -> None:
        self._at += 1
        self._skip(_BLANK)
        while self._text[self._at] != "}":
            self._pair(path)
            self._comma()
        self._at += 1

    def _comma(self) -> None:
        self._skip(_BLANK)
        if self._text[self._at] == ",":
            self._at += 1
            self._skip(_BLANK)
