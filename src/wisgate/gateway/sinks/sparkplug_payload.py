"""The encoding of Sparkplug B: messages of Protocol Buffers, built from their field numbers.

What nobody here sends or understands is left out; whoever reads a message skips what it does not
know. Source: Eclipse Sparkplug 3.0.0, section 6.4: names, numbers and types of the fields, data
types, quality codes.
"""

from __future__ import annotations

from typing import Any

from google.protobuf import (  # type: ignore[import-untyped]  # it brings no types
    descriptor_pb2,
    descriptor_pool,
    message,
    message_factory,
)

INT64, DOUBLE, BOOLEAN, STRING = 4, 10, 11, 12
"""Data types of metrics. Int64 is carried in `long_value` as its two's complement."""
UNSIGNED = (5, 6, 7, 8)
"""UInt8 to UInt64, which a host may write."""
INT32 = 3
"""The type of the property Quality."""
BAD, GOOD, STALE = 0, 192, 500
"""Its values."""

_PACKAGE = "wisgate.sparkplug"
_FIELDS: dict[str, tuple[tuple[str, int, str], ...]] = {
    "PropertyValue": (
        ("type", 1, "uint32"), ("is_null", 2, "bool"), ("int_value", 3, "uint32"),
        ("boolean_value", 7, "bool"), ("string_value", 8, "string"),
    ),
    "PropertySet": (("keys", 1, "string*"), ("values", 2, "PropertyValue*")),
    "Metric": (
        ("name", 1, "string"), ("alias", 2, "uint64"), ("timestamp", 3, "uint64"),
        ("datatype", 4, "uint32"), ("is_historical", 5, "bool"), ("is_null", 7, "bool"),
        ("properties", 9, "PropertySet"), ("int_value", 10, "uint32"),
        ("long_value", 11, "uint64"), ("float_value", 12, "float"), ("double_value", 13, "double"),
        ("boolean_value", 14, "bool"), ("string_value", 15, "string"),
    ),
    "Payload": (("timestamp", 1, "uint64"), ("metrics", 2, "Metric*"), ("seq", 3, "uint64")),
}  # fmt: skip
"""Message: name, number and type of its fields; `*`: repeated. The fields `…_value` of a message
exclude each other."""
_VALUE = "_value"


def _built() -> dict[str, Any]:
    """The classes of the messages."""
    file = descriptor_pb2.FileDescriptorProto(
        name="sparkplug_b.proto", package=_PACKAGE, syntax="proto2"
    )
    for name, fields in _FIELDS.items():
        described = file.message_type.add(name=name)
        if any(field.endswith(_VALUE) for field, _, _ in fields):
            described.oneof_decl.add(name="value")
        for field, number, kind in fields:
            _add(described, field, number, kind)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    found = {name: pool.FindMessageTypeByName(f"{_PACKAGE}.{name}") for name in _FIELDS}
    return {name: message_factory.GetMessageClass(found[name]) for name in _FIELDS}


def _add(described: Any, name: str, number: int, kind: str) -> None:
    field = described.field.add(name=name, number=number)
    plain = kind.removesuffix("*")
    field.label = field.LABEL_REPEATED if kind.endswith("*") else field.LABEL_OPTIONAL
    if plain in _FIELDS:
        field.type, field.type_name = field.TYPE_MESSAGE, f".{_PACKAGE}.{plain}"
    else:
        field.type = getattr(field, f"TYPE_{plain.upper()}")
    if name.endswith(_VALUE):
        field.oneof_index = 0


DecodeError: type[Exception] = message.DecodeError
Payload: Any = _built()["Payload"]
"""A message. `SerializeToString`, `FromString`; its `metrics` as in `_FIELDS`."""
