"""Joining of reads."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wisgate.protocols.modbus_registers import width
from wisgate.protocols.modbus_spans import Span, plan_reads, split
from wisgate.protocols.modbus_tables import Table


@dataclass(frozen=True)
class Located:
    table: str
    address: int
    encoding: str


def holding(*addresses: int, encoding: str = "uint16") -> list[Located]:
    return [Located("holding", a, encoding) for a in addresses]


def extents(spans: list[Span[Located]]) -> list[tuple[int, int]]:
    return [(s.address, s.count) for s in spans]


@pytest.mark.parametrize(
    ("registers", "expected"),
    [
        (holding(0, 1), [(0, 2)]),
        (holding(1, 0), [(0, 2)]),
        (holding(0, 9), [(0, 10)]),  # a gap of 8
        (holding(0, 10), [(0, 1), (10, 1)]),  # … and of 9
        (holding(0, 2, encoding="float32"), [(0, 4)]),
        (holding(0, 0), [(0, 1)]),
        ([*holding(0, encoding="int32"), *holding(0)], [(0, 2)]),
        (holding(*range(126)), [(0, 125), (125, 1)]),
        (holding(*range(0, 126, 2), encoding="uint32"), [(0, 124), (124, 2)]),
        (holding(0xFFFF), [(0xFFFF, 1)]),
        (holding(), []),
    ],
)
def test_extents(registers: list[Located], expected: list[tuple[int, int]]) -> None:
    assert extents(plan_reads(registers)) == expected


def test_tables_are_never_joined_and_bits_may_be_farther_apart() -> None:
    registers = [
        Located("holding", 0, "uint16"),
        Located("input", 0, "uint16"),
        Located("coil", 0, "bool"),
        Located("coil", 129, "bool"),
        Located("coil", 259, "bool"),
        Located("discrete", 130, "bool"),
    ]
    spans = plan_reads(registers)
    assert [(s.table.value, s.address, s.count) for s in spans] == [
        ("coil", 0, 130),
        ("coil", 259, 1),
        ("discrete", 130, 1),
        ("input", 0, 1),
        ("holding", 0, 1),
    ]


def test_a_part_is_found_in_its_span() -> None:
    (span,) = plan_reads([*holding(4), *holding(7, encoding="uint32")])
    values = [40, 50, 60, 70, 80]
    assert [list(span.part(r, values)) for r in span.registers] == [[40], [70, 80]]


def test_a_refused_span_loses_its_gaps_first_and_then_its_half() -> None:
    (span,) = plan_reads(holding(0, 1, 2, 3, 8))
    tight, last = split(span)
    assert extents([tight, last]) == [(0, 4), (8, 1)]
    assert extents(split(tight)) == [(0, 2), (2, 2)]
    assert split(last) == [last]


located = st.builds(
    lambda bits, table, address: Located(
        ("coil", "discrete")[table] if bits else ("input", "holding")[table],
        address,
        "bool" if bits else ("uint16", "float32", "int32_swapped")[address % 3],
    ),
    st.booleans(),
    st.integers(0, 1),
    st.integers(0, 3000) | st.integers(0xFF00, 0xFFFE),
)


@given(st.lists(located, max_size=60, unique=True), st.integers(0, 200))
def test_every_register_is_read_once_and_no_limit_is_passed(
    registers: list[Located], max_gap: int
) -> None:
    spans = plan_reads(registers, max_gap)
    covered = [r for s in spans for r in s.registers]
    assert len(covered) == len(registers)
    assert set(covered) == set(registers)
    for span in spans:
        most = 2000 if span.table in (Table.COIL, Table.DISCRETE) else 125
        assert 1 <= span.count <= most
        assert span.address + span.count <= 0x10000
        for register in span.registers:
            assert register.table == span.table
            first, last = register.address, register.address + width(register.encoding)
            assert span.address <= first < last <= span.address + span.count


@given(st.lists(located, min_size=1, max_size=30, unique=True))
def test_splitting_ends_with_single_registers(registers: list[Located]) -> None:
    spans, rounds = plan_reads(registers), 0
    while any(len(s.registers) > 1 for s in spans):
        spans = [part for s in spans for part in split(s)]
        rounds += 1
        assert rounds <= 6
    assert {s.registers[0] for s in spans} == set(registers)
