"""Everything that reads what others wrote, as functions of bytes. They raise nothing: what a parser
is expected to raise is caught here, anything else is a fault of ours."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from sink_access import access

from fuzz.radio_targets import RADIO_TARGETS
from fuzz.target import Target
from fuzz.wire_targets import WIRE_TARGETS
from wisgate.catalog.catalog import load as load_catalog
from wisgate.chips.zoe_m8q import solution
from wisgate.config.conditions import calculation, condition
from wisgate.config.expressions import calculated, evaluate
from wisgate.config.load import read
from wisgate.config.modbus_map import mapped
from wisgate.core import toml
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import BusError, ChipError, ConfigError, PlanConflict, UnitRefused
from wisgate.core.points import Kind, Point, Status, Value, fitting
from wisgate.gateway.live import Live
from wisgate.gateway.payloads import command_value
from wisgate.gateway.servers.modbus import Image
from wisgate.gateway.sinks.sparkplug_node import REBIRTH, Node
from wisgate.plan.plan import make
from wisgate.protocols import fingerprint, modbus_frames, modbus_serving, modbus_tcp, ndef
from wisgate.protocols.lin_stream import LinStream
from wisgate.protocols.modbus_tables import Table
from wisgate.store.records import Record
from wisgate.virtual.scenario_file import Reader
from wisgate.virtual.units.modbus import ModbusUnit, Tables

TESTS = Path(__file__).parents[1]
EXAMPLES = TESTS.parent / "examples"
CATALOG = load_catalog()
POINTS = {
    p.name: p
    for p in (
        Point("level", "m"), Point("flow", "l/s"), Point("warmth", "Cel"), Point("room", "Cel"),
        Point("pump", kind=Kind.BOOL), Point("count", kind=Kind.INT), Point("card", kind=Kind.TEXT),
    )
}  # fmt: skip
VALUES: tuple[Value, ...] = (None, True, False, 0, -1, 2**62, 0.0, 1e308, -2.5, "", "card")


def expression(sent: bytes) -> None:
    text = sent.decode("utf-8", "replace")
    for read_text in (condition, calculation):
        try:
            found = read_text(text, POINTS, ("overflow",))
        except ValueError:
            continue
        checked = found[0] if isinstance(found, tuple) else found
        for value in VALUES:
            evaluate(checked, lambda _asked, value=value: value)  # type: ignore[misc]
            calculated(checked, lambda _asked, value=value: value)  # type: ignore[misc]


def config(sent: bytes) -> None:
    text = sent.decode("utf-8", "replace")
    with suppress(ConfigError, PlanConflict):
        make(read(toml.parse(text, "gateway.toml"), EXAMPLES, CATALOG), CATALOG).check()


def scenario(sent: bytes) -> None:
    with suppress(ConfigError):
        reader = Reader(toml.parse(sent.decode("utf-8", "replace"), "story.toml"))
        events = reader.events()
        assert reader.faults or events


def command(sent: bytes) -> None:
    with suppress(ValueError):
        assert isinstance(command_value(sent), bool | int | float | str)


def modbus_rtu(sent: bytes) -> None:
    exchanges = (
        modbus_frames.read_request(7, Table.HOLDING, 0, 4),
        modbus_frames.read_request(7, Table.COIL, 3, 17),
        modbus_frames.write_request(7, Table.HOLDING, 1, [5], single=True),
    )
    for exchange in exchanges:
        found = exchange.find(sent)
        assert 0 < exchange.missing(sent) < 300
        exchange.damaged(sent)
        if found is not None:
            with suppress(BusError, ChipError):
                exchange.payload(found)
    modbus_frames.foreign(sent[:64])


class _Nobody:
    """A peer that is never asked: the fuzzer itself brings the answers."""

    async def ask(self, *_: object, **__: object) -> bytes:
        raise AssertionError


def modbus_tcp_answer(sent: bytes) -> None:
    def frames() -> Iterator[bytes]:
        rest = sent
        while rest and (size := modbus_tcp.frame_size(rest)):
            yield rest[:size]
            rest = rest[size:]

    with suppress(BusError, ChipError):
        for frame in islice(frames(), 20):
            if len(frame) <= modbus_tcp.HEADER:
                continue
            client = modbus_tcp.ModbusTcp(_Nobody())  # type: ignore[arg-type]
            _answered(client.writing(7, Table.COIL, 0, [1], single=True, timeout=1.0), frame)
            for table, count in ((Table.HOLDING, 4), (Table.DISCRETE, 17)):
                question = client.question(7, table, 0, count, 1.0)
                question.answer = frame
                together = client.payload(question)
                assert together == _answered(client.reading(7, table, 0, count, 1.0), frame)


def _answered(steps: Generator[Any, Any, Any], frame: bytes) -> Any:
    """What the steps return when that comes; None when they raise what they may."""
    next(steps)
    try:
        steps.send(frame)
    except StopIteration as done:
        return done.value
    except (BusError, ChipError):
        return None
    raise AssertionError("one frame answers one question")


def modbus_unit(sent: bytes) -> None:
    tables = Tables(
        coils=dict.fromkeys(range(40), 0), holding={n: n for n in range(40)}, inputs={0: 7}
    )
    for _, frame in ModbusUnit(7, tables).received(sent):
        assert modbus_frames.intact(frame)


class _Shown:
    """What our Modbus server shows: every point, never read."""

    live = Live(POINTS.values(), VirtualClock())


IMAGE = Image(mapped([replace(p, writable=True) for p in POINTS.values()], {}), _Shown())  # type: ignore[arg-type]


def modbus_server(sent: bytes) -> None:
    with suppress(UnitRefused):
        match modbus_serving.parsed(sent or b"\0"):
            case modbus_serving.Write() as write:
                name, value = IMAGE.meant(write)
                fitting(POINTS[name], value)
            case modbus_serving.Read(table, address, count):
                shown = IMAGE.bits if table.holds_bits else IMAGE.words
                values = shown(address, count)
                assert len(values) == count
                assert len(modbus_serving.read_answer(sent, values)) <= modbus_tcp.LONGEST_PDU


def lin(sent: bytes) -> None:
    stream = LinStream({0x10: 4, 0x3C: 8})
    heard = [frame for byte in sent for frame in stream.feed(bytes([byte]))]
    heard += stream.feed(b"")
    assert all(0 <= frame.identifier <= 0x3F for frame in heard)
    assert len(heard) <= len(sent)


def tag(sent: bytes) -> None:
    with suppress(ChipError):
        found = ndef.find(sent)
        assert found.missing or 0 <= found.start <= len(sent)
        assert found.missing >= 0
        records = ndef.decode(found.message or sent)
        # a text of no language is read, for there are such tags, and never written
        writable = all(not isinstance(r, ndef.Text) or r.language for r in records)
        assert not (records and writable) or ndef.decode(ndef.encode(records)) == records


def print_reader(sent: bytes) -> None:
    with suppress(ChipError):
        fingerprint.parse(sent)


def position(sent: bytes) -> None:
    with suppress(ChipError):
        found = solution(sent)
        assert found.position is None or abs(found.position.latitude) <= 90


NODE = Node(access("".join(f'[[virtual]]\nname = "{k}"\ntype = "{k}"\n' for k in Kind)), (), True)


def host(sent: bytes) -> None:
    wanted, _wrong = NODE.wishes(sent)
    for name, value in wanted:
        assert name == REBIRTH or NODE.unfit(Record(1, 0, name, "", value, Status.GOOD)) in (
            "", f"{name} was of another type before the file was changed",
        )  # fmt: skip


TARGETS: dict[str, Target] = {
    "expression": Target(
        expression,
        (b"level > 3.2m and not pump", b"rate(level, 1min) < -0.1m", b"avg(flow, 10min) > 2 l/s",
         b"warmth - room > 5K or alarm(overflow)", b"card == 'x' and known(count)",
         b"hour() >= 6 and weekday() < 6", b"(level * 2 + 1m) / 3 > -(0.5m)"),
        ("and", "or", "not", "rate(", "avg(", "alarm(", "known(", "10min", "true", "<=", "!="),
    ),
    "config": Target(
        config,
        tuple(f.read_bytes() for f in sorted(EXAMPLES.glob("*.toml"))),
        ("[[slot]]", "[[slot.point]]", "[[rule]]", "[[alarm]]", "[sink.x]", "[[modbus]]",
         "[[calculate]]", "[onboard.climate]", "[[virtual]]", "module", "interval", "registers",
         '"rak5802"', '"1s"'),
    ),
    "scenario": Target(
        scenario,
        tuple(f.read_bytes() for f in sorted((EXAMPLES / "scenarios").glob("*.toml"))),
        ("[[at]]", "time", "set", "ramp", "fault", "target", "for", "every", "release"),
    ),
    "command": Target(command, (b"true", b"on", b"1.5", b'"text"', b"-0", b"1e400", b"{}")),
    "host": Target(
        host,
        (bytes.fromhex("12 06 10 03 20 0b 70 01"),
         bytes.fromhex("12 0c 0a 05 666c6f6174 65 0000003f"),
         b"\x12\x18\x0a\x14Node Control/Rebirth\x70\x01"),
    ),
    "modbus-rtu": Target(
        modbus_rtu,
        (bytes.fromhex("07 03 08 00 01 00 02 00 03 00 04 8a 15"), bytes.fromhex("07 83 02 a1 32")),
    ),
    "modbus-tcp": Target(
        modbus_tcp_answer,
        (bytes.fromhex("0001 0000 000b 07 03 08 0001000200030004"),
         bytes.fromhex("0001 0000 0006 07 02 03 010203"),
         bytes.fromhex("0001 0000 0003 07 83 02")),
    ),
    "modbus-unit": Target(
        modbus_unit,
        (modbus_frames.read_request(7, Table.HOLDING, 0, 4).request,
         modbus_frames.write_request(7, Table.COIL, 1, [1, 0, 1], single=False).request),
    ),
    "modbus-server": Target(
        modbus_server,
        (bytes.fromhex("03 0000 0008"), bytes.fromhex("01 0010 0002"),
         bytes.fromhex("05 0010 ff00"), bytes.fromhex("10 0000 0002 04 3f80 0000")),
    ),
    "lin": Target(lin, (bytes.fromhex("0055 50 01020304 f4"), bytes.fromhex("0055 3c 0001"))),
    "tag": Target(tag, (bytes.fromhex("0310d1010c5402656e68656c6c6f20796f75fe"),
                        bytes.fromhex("030cd10108550161622e636f6dfe"))),
    "fingerprint": Target(print_reader, (bytes.fromhex("ef01ffffffff07000300000a"),)),
    "position": Target(position, (bytes(92), bytes([0] * 20 + [3, 1] + [0] * 70))),
    **RADIO_TARGETS, **WIRE_TARGETS,
}  # fmt: skip
