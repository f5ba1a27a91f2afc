"""Messages of Protocol Buffers, built from tables of their field numbers.

What nobody here sends or understands is left out of a table; whoever reads a message skips what it
does not know.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from google.protobuf import (  # type: ignore[import-untyped]  # it brings no types
    descriptor_pb2,
    descriptor_pool,
    duration_pb2,
    message,
    message_factory,
    timestamp_pb2,
)

DecodeError: type[Exception] = message.DecodeError
DURATION, TIMESTAMP = "google.protobuf.Duration", "google.protobuf.Timestamp"
"""Kinds of fields: seconds, and nanoseconds of the same sign."""

Field = tuple[str, int, str]
"""Name, number and kind: a scalar of the language, a message or an enumeration of the table.
`kind*` is repeated, `kind/name` excludes the others of that name, `kind:kind` maps one to the
other."""


def built(
    package: str,
    syntax: str,
    messages: Mapping[str, Sequence[Field]],
    enums: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Any]:
    """The classes of `messages`. The names of an enumeration are numbered from zero; names are
    unique within a package. `syntax` is "proto2" or "proto3"."""
    file = descriptor_pb2.FileDescriptorProto(
        name=f"{package}.proto",
        package=package,
        syntax=syntax,
        dependency=[duration_pb2.DESCRIPTOR.name, timestamp_pb2.DESCRIPTOR.name],
    )
    for name, values in (enums or {}).items():
        described = file.enum_type.add(name=name)
        for number, value in enumerate(values):
            described.value.add(name=value, number=number)
    for name, fields in messages.items():
        _describe(file.message_type.add(name=name), package, fields, enums or {})
    pool = descriptor_pool.DescriptorPool()
    for known in (duration_pb2, timestamp_pb2):
        pool.AddSerializedFile(known.DESCRIPTOR.serialized_pb)
    pool.Add(file)
    found = {name: pool.FindMessageTypeByName(f"{package}.{name}") for name in messages}
    return {name: message_factory.GetMessageClass(found[name]) for name in messages}


def _describe(
    described: Any, package: str, fields: Sequence[Field], enums: Mapping[str, Sequence[str]]
) -> None:
    either: list[str] = []
    for name, number, kind in fields:
        field = described.field.add(name=name, number=number)
        plain, _, one_of = kind.partition("/")
        if one_of and one_of not in either:
            either.append(one_of)
            described.oneof_decl.add(name=one_of)
        if one_of:
            field.oneof_index = either.index(one_of)
        repeated = plain.endswith("*") or ":" in plain
        field.label = field.LABEL_REPEATED if repeated else field.LABEL_OPTIONAL
        if ":" in plain:
            plain = _map(described, name, plain)
            field.type, field.type_name = field.TYPE_MESSAGE, f".{package}.{described.name}.{plain}"
        else:
            _set_type(field, package, plain.removesuffix("*"), enums)


def _set_type(field: Any, package: str, kind: str, enums: Mapping[str, Sequence[str]]) -> None:
    scalar = getattr(field, f"TYPE_{kind.upper()}", None)
    if scalar is not None:
        field.type = scalar
    elif kind in enums:
        field.type, field.type_name = field.TYPE_ENUM, f".{package}.{kind}"
    else:
        known = f".{kind}" if "." in kind else f".{package}.{kind}"
        field.type, field.type_name = field.TYPE_MESSAGE, known


def _map(described: Any, name: str, kinds: str) -> str:
    """The entry of a map of scalars, which is a message of its own."""
    entry = described.nested_type.add(name=name.title().replace("_", "") + "Entry")
    entry.options.map_entry = True
    for number, (part, kind) in enumerate(zip(("key", "value"), kinds.split(":"), strict=True), 1):
        field = entry.field.add(name=part, number=number)
        field.label, field.type = field.LABEL_OPTIONAL, getattr(field, f"TYPE_{kind.upper()}")
    return str(entry.name)
