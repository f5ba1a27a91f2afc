"""The encoding of Sparkplug B.

Source: Eclipse Sparkplug 3.0.0, section 6.4: names, numbers and types of the fields, data types,
quality codes.
"""

from __future__ import annotations

from typing import Any

from ...protocols import protobuf

INT64, DOUBLE, BOOLEAN, STRING = 4, 10, 11, 12
"""Data types of metrics. Int64 is carried in `long_value` as its two's complement."""
UNSIGNED = (5, 6, 7, 8)
"""UInt8 to UInt64, which a host may write."""
INT32 = 3
"""The type of the property Quality."""
BAD, GOOD, STALE = 0, 192, 500
"""Its values."""

_FIELDS: dict[str, tuple[protobuf.Field, ...]] = {
    "PropertyValue": (
        ("type", 1, "uint32"), ("is_null", 2, "bool"), ("int_value", 3, "uint32/value"),
        ("boolean_value", 7, "bool/value"), ("string_value", 8, "string/value"),
    ),
    "PropertySet": (("keys", 1, "string*"), ("values", 2, "PropertyValue*")),
    "Metric": (
        ("name", 1, "string"), ("alias", 2, "uint64"), ("timestamp", 3, "uint64"),
        ("datatype", 4, "uint32"), ("is_historical", 5, "bool"), ("is_null", 7, "bool"),
        ("properties", 9, "PropertySet"), ("int_value", 10, "uint32/value"),
        ("long_value", 11, "uint64/value"), ("float_value", 12, "float/value"),
        ("double_value", 13, "double/value"), ("boolean_value", 14, "bool/value"),
        ("string_value", 15, "string/value"),
    ),
    "Payload": (("timestamp", 1, "uint64"), ("metrics", 2, "Metric*"), ("seq", 3, "uint64")),
}  # fmt: skip

DecodeError = protobuf.DecodeError
Payload: Any = protobuf.built("wisgate.sparkplug", "proto2", _FIELDS)["Payload"]
"""A message. `SerializeToString`, `FromString`; its `metrics` as in `_FIELDS`."""
