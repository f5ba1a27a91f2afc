"""Writes YAML that every parser reads alike: block style, and quotes wherever a plain word could
be taken for something else (YAML 1.1 takes `no` for false and 22:22 for a number)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

PLAIN = re.compile(r"(?:\./)?[A-Za-z_/][A-Za-z0-9_./-]*")
WORDS = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
"""What YAML 1.1 reads as something else than text."""

Value = object
"""Mappings, sequences, texts, numbers, booleans, and `Noted` of them."""


@dataclass(frozen=True)
class Noted:
    """A value of a mapping with comment lines above its key."""

    comment: tuple[str, ...]
    value: Value


def yaml(value: Mapping[str, Value]) -> str:
    """`value` as a YAML text."""
    return "\n".join([*_lines(value, ""), ""])


def _lines(value: Value, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _entry(f"{indent}{scalar(key)}:", inner, indent)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value:
            yield from _element(inner, indent)


def _entry(head: str, value: Value, indent: str) -> Iterator[str]:
    if isinstance(value, Noted):
        yield from (f"{indent}# {line}".rstrip() for line in value.comment)
        value = value.value
    if _nested(value):
        yield head
        yield from _lines(value, indent + "  ")
    else:
        yield f"{head} {scalar(value)}"


def _element(value: Value, indent: str) -> Iterator[str]:
    if not _nested(value):
        yield f"{indent}- {scalar(value)}"
        return
    first, *rest = _lines(value, indent + "  ")
    yield f"{indent}- {first.lstrip()}"
    yield from rest


def _nested(value: Value) -> bool:
    return isinstance(value, Mapping | Sequence) and not isinstance(value, str) and bool(value)


def scalar(value: Value) -> str:
    """A text, number, boolean or empty collection; JSON where plain YAML would be doubtful."""
    if isinstance(value, str) and PLAIN.fullmatch(value) and value.lower() not in WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)
