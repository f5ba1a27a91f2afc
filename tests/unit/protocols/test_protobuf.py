"""Messages from tables: what the library's own messages write and read is the same."""

from __future__ import annotations

import pytest
from google.protobuf import descriptor_pb2, timestamp_pb2

from wisgate.protocols import protobuf

SHAPES = protobuf.built(
    "wisgate.shapes",
    "proto3",
    {
        "Place": (("x", 1, "int32"), ("colour", 2, "Colour")),
        "Shape": (
            ("name", 1, "string"), ("places", 2, "Place*"), ("at", 3, protobuf.TIMESTAMP),
            ("size", 4, "uint32/how"), ("ratio", 5, "float/how"), ("text", 6, "string:string"),
        ),
    },
    {"Colour": ("BLACK", "WHITE")},
)  # fmt: skip


def test_fields_lists_maps_and_names_go_around() -> None:
    shape = SHAPES["Shape"](name="roof", places=[{"x": -1, "colour": "WHITE"}, {"x": 2}])
    shape.at.seconds, shape.text["by"] = 5, "anna"
    found = SHAPES["Shape"].FromString(shape.SerializeToString())
    assert [(p.x, p.colour) for p in found.places] == [(-1, 1), (2, 0)]
    assert (found.name, found.at.seconds, dict(found.text)) == ("roof", 5, {"by": "anna"})


def test_the_last_of_those_that_exclude_each_other_counts() -> None:
    shape = SHAPES["Shape"](size=3)
    shape.ratio = 0.5
    assert (shape.WhichOneof("how"), shape.size) == ("ratio", 0)


def test_another_implementation_of_a_message_reads_it() -> None:
    name = protobuf.built("wisgate.field", "proto2", {"Field": (("name", 1, "string"),)})["Field"]
    read = descriptor_pb2.FieldDescriptorProto.FromString(name(name="x").SerializeToString())
    assert read.name == "x"
    at = SHAPES["Shape"](at={"seconds": 7, "nanos": 8}).at
    assert timestamp_pb2.Timestamp.FromString(at.SerializeToString()).nanos == 8


def test_what_is_no_message_is_refused() -> None:
    with pytest.raises(protobuf.DecodeError):
        SHAPES["Shape"].FromString(b"\x0a\xff")
