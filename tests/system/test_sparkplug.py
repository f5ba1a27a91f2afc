"""The Sparkplug sink at a real Mosquitto, read by an independent decoder (npm's
sparkplug-payload)."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from frozen_pipe import pipe_to
from gateways import pump_house, running
from peers import Mosquitto, Received, Subscriber, mosquitto
from sink_access import access
from sparkplug_peer import fields, properties, read, written
from stores import opened

from wisgate.config.model import Where
from wisgate.config.sinks.sparkplug import SparkplugConfig
from wisgate.core.clock import SystemClock
from wisgate.core.errors import SinkError, SinkRefused
from wisgate.core.points import Reading, Status
from wisgate.gateway.forwarder import Forwarder
from wisgate.gateway.sinks.base import Access
from wisgate.gateway.sinks.sparkplug import SparkplugSink
from wisgate.store.records import AlarmState, Entry, Gap, Phase, Record

pytestmark = pytest.mark.peers

NOON = 1_795_176_000_000_000_000
SECOND = 1_000_000_000
FILE = """
[[virtual]]
name = "level"
type = "float"
unit = "m"

[[virtual]]
name = "count"
type = "int"

[[virtual]]
name = "pump"
type = "bool"

[[virtual]]
name = "note"
type = "text"

[[alarm]]
name = "overflow"
point = "level"
above = "3.2m"
severity = "high"
"""
GROUP = "spBv1.0/plant"
NODE = "pump-house"


def topic(kind: str) -> str:
    return f"{GROUP}/{kind}/{NODE}"


def config(port: int, **options: Any) -> SparkplugConfig:
    given = {"group": "plant", "points": (), **options}
    points = given.pop("points")
    return SparkplugConfig(
        Where("gateway.toml", 1), "scada", "sparkplug", points, "127.0.0.1", port, False, **given
    )


def readings(**values: Any) -> dict[str, Reading]:
    return {n: Reading(n, v, Status.GOOD, NOON + i) for i, (n, v) in enumerate(values.items())}


def record(seq: int, point: str, value: Any, status: Status = Status.GOOD) -> Record:
    return Record(seq, NOON + seq * SECOND, point, "", value, status)


@asynccontextmanager
async def born(port: int, by: Access | None = None, **options: Any) -> AsyncIterator[SparkplugSink]:
    sink = SparkplugSink(config(port, **options), NODE, by or access(FILE))
    try:
        await sink.open()
        yield sink
    finally:
        await sink.close(5)


async def until(condition: Any) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def run(main: Coroutine[Any, Any, None]) -> None:
    asyncio.run(main)


def of_kind(got: list[Received], *kinds: str) -> list[Received]:
    return [m for m in got if m.topic.split("/")[2] in kinds]


def aliases(birth: dict[str, Any]) -> dict[int, str]:
    return {m["alias"]: m["name"] for m in birth["metrics"] if "alias" in m}


def test_a_birth_tells_everything_and_a_death_ends_it(tmp_path: Path) -> None:
    by = access(FILE, last=readings(level=1.5, count=-7, pump=True),
                phases={"overflow": Phase.ACTIVE})  # fmt: skip

    async def main(port: int) -> None:
        sink = SparkplugSink(config(port), NODE, by)
        for _ in range(2):
            await sink.open()
            await sink.close(5)

    with mosquitto(tmp_path) as broker, Subscriber(broker.port, ["spBv1.0/#"]) as host:
        run(main(broker.port))
        got = host.wait(lambda messages: len(messages) == 4)
    assert [(m.topic, m.retained, m.qos) for m in got] == [
        (topic("NBIRTH"), False, 0), (topic("NDEATH"), False, 1)
    ] * 2  # fmt: skip
    first, death, second, last = fields(*(m.payload for m in got))
    (seen,) = read(got[0].payload)
    told = {m["name"]: (m["type"], m["value"]) for m in seen["metrics"]}
    expected = {
        "level": ("Double", 1.5), "count": ("Int64", -7), "pump": ("Boolean", True),
        "note": ("String", None), "Alarm/overflow": ("String", "active"),
        "Gateway/Gap": ("String", None), "bdSeq": ("Int64", 0),
        "Node Control/Rebirth": ("Boolean", False),
    }  # fmt: skip
    assert {name: told[name] for name in expected} == expected
    metrics = {m["name"]: m for m in first["metrics"]}
    assert first["seq"] == 0
    assert sorted(aliases(first)) == list(range(1, len(metrics) - 1))
    assert "alias" not in metrics["Node Control/Rebirth"]
    assert metrics["note"]["isNull"] is True
    assert "stringValue" not in metrics["note"]
    assert properties(metrics["note"]) == {"Quality": 500, "Status": "stale"}
    assert properties(metrics["level"]) == {"engUnit": "m"}
    assert metrics["level"]["timestamp"] == NOON // 1_000_000
    times = [m["timestamp"] for m in first["metrics"]]
    assert times == sorted(times)
    for number, message in enumerate((death, last)):
        assert message == {"metrics": [{"name": "bdSeq", "datatype": 4, "longValue": number}]}
    assert next(m for m in second["metrics"] if m["name"] == "bdSeq")["longValue"] == 1


VICTIM = """
import asyncio, sys
sys.path[:0] = sys.argv[2:]
from test_sparkplug import born
async def main():
    async with born(int(sys.argv[1])):
        print("born", flush=True)
        await asyncio.sleep(60)
asyncio.run(main())
"""


def test_a_node_that_is_cut_off_dies_by_its_will(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as broker, Subscriber(broker.port, ["spBv1.0/#"]) as host:
        here = Path(__file__).parent
        command = [sys.executable, "-c", VICTIM, str(broker.port), str(here), str(here.parent)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as victim:
            assert victim.stdout is not None
            assert victim.stdout.readline() == b"born\n"
            victim.kill()
        got = host.wait(lambda messages: len(messages) == 2)
    assert [(m.topic, m.qos) for m in got] == [(topic("NBIRTH"), 0), (topic("NDEATH"), 1)]
    (death,) = fields(got[1].payload)
    assert death == {"metrics": [{"name": "bdSeq", "datatype": 4, "longValue": 0}]}


def test_data_goes_by_alias_and_a_fault_is_never_a_number(tmp_path: Path) -> None:
    alarm = AlarmState(Phase.ACKNOWLEDGED, "high", 3.3, "Tank full").encoded()
    batch: list[Entry] = [
        record(1, "level", 2.5),
        record(2, "count", -(2**63)),
        record(3, "pump", False),
        record(4, "note", "ü"),
        record(5, "level", 0.5, Status.UNCERTAIN),
        record(6, "level", None, Status.FAULT),
        record(7, "level", None, Status.STALE),
        record(8, "alarm/overflow", alarm),
        Gap(9, NOON + 9 * SECOND, 9, 12, "the power went"),
    ]

    async def main(port: int) -> None:
        async with born(port) as sink:
            await sink.deliver(batch)

    with mosquitto(tmp_path) as broker, Subscriber(broker.port, ["spBv1.0/#"]) as host:
        run(main(broker.port))
        got = host.wait(lambda messages: len(messages) == 3)
    birth, data = fields(got[0].payload, got[1].payload)
    names, rows = aliases(birth), data["metrics"]
    assert (got[1].topic, got[1].qos, got[1].retained) == (topic("NDATA"), 0, False)
    assert (data["seq"], len(rows)) == (1, 9)
    assert not any({"name", "datatype", "isHistorical"} & row.keys() for row in rows)
    assert [(names[r["alias"]], r["timestamp"]) for r in rows] == [
        (name, (NOON + n * SECOND) // 1_000_000)
        for n, name in enumerate(
            ["level", "count", "pump", "note", "level", "level", "level", "Alarm/overflow",
             "Gateway/Gap"], 1,
        )
    ]  # fmt: skip
    assert (rows[0]["doubleValue"], rows[2]["booleanValue"], rows[3]["stringValue"]) == (
        2.5, False, "ü",
    )  # fmt: skip
    assert rows[1]["longValue"] == 2**63  # the two's complement of -2**63
    assert (rows[4]["doubleValue"], properties(rows[4])) == (
        0.5, {"Quality": 192, "Status": "uncertain"},
    )  # fmt: skip
    for row, quality, status in ((rows[5], 0, "fault"), (rows[6], 500, "stale")):
        assert row["isNull"] is True
        assert "doubleValue" not in row
        assert properties(row) == {"Quality": quality, "Status": status}
    assert (rows[7]["stringValue"], properties(rows[7])) == (
        "acknowledged", {"Severity": "high", "Text": "Tank full"},
    )  # fmt: skip
    assert json.loads(rows[8]["stringValue"])["cause"] == "the power went"


def test_a_time_that_is_a_guess_says_so(tmp_path: Path) -> None:
    async def main(port: int) -> None:
        async with born(port) as sink:
            guess = Record(2, NOON, "level", "", None, Status.FAULT, estimated=True)
            await sink.deliver([record(1, "level", 1.0), guess])

    with mosquitto(tmp_path) as broker, Subscriber(broker.port, ["spBv1.0/+/NDATA/#"]) as host:
        run(main(broker.port))
        got = host.wait(lambda messages: len(messages) == 2)
    (known,), (guessed,) = (told["metrics"] for told in fields(*(m.payload for m in got)))
    assert properties(known) == {}
    assert properties(guessed) == {"Quality": 0, "Status": "fault", "TimeEstimated": True}


def test_numbers_run_to_255_and_begin_again(tmp_path: Path) -> None:
    async def main(port: int) -> None:
        async with born(port) as sink:
            for n in range(1, 258):
                await sink.deliver([record(n, "count", n)])

    with mosquitto(tmp_path) as broker, Subscriber(broker.port, ["spBv1.0/+/NDATA/#"]) as host:
        run(main(broker.port))
        got = host.wait(lambda messages: len(messages) == 257)
    seqs = [data["seq"] for data in fields(*(m.payload for m in got))]
    assert seqs == [*range(1, 256), 0, 1]


def test_what_is_older_than_the_birth_is_history(tmp_path: Path) -> None:
    newest = 2

    async def main(port: int) -> None:
        by = access(FILE, last=readings(count=2), newest=lambda: newest)
        async with born(port, by) as sink:
            await sink.deliver([record(n, "count", n) for n in range(1, 5)])

    with mosquitto(tmp_path) as broker, Subscriber(broker.port, ["spBv1.0/+/NDATA/#"]) as host:
        run(main(broker.port))
        (message,) = host.wait(lambda messages: len(messages) == 1)
    (data,) = fields(message.payload)
    assert [r.get("isHistorical", False) for r in data["metrics"]] == [True, True, False, False]


def test_time_that_goes_back_begins_a_new_message(tmp_path: Path) -> None:
    async def main(port: int) -> None:
        async with born(port) as sink:
            back = Record(3, NOON, "count", "", 3, Status.GOOD)
            await sink.deliver([record(1, "count", 1), record(2, "count", 2), back])

    with mosquitto(tmp_path) as broker, Subscriber(broker.port, ["spBv1.0/+/NDATA/#"]) as host:
        run(main(broker.port))
        got = host.wait(lambda messages: len(messages) == 2)
    both = fields(*(m.payload for m in got))
    assert [[r["longValue"] for r in data["metrics"]] for data in both] == [[1, 2], [3]]
    assert [data["seq"] for data in both] == [1, 2]


def test_what_can_be_no_change_of_a_metric_is_set_aside(tmp_path: Path) -> None:
    async def main(port: int) -> None:
        async with born(port, version="5") as sink:
            batch = [record(1, "gone", 1.0), record(2, "level", 2.0), record(3, "level", "text"),
                     record(4, "note", "x" * 3000), record(5, "level", 5.0)]  # fmt: skip
            with pytest.raises(SinkRefused, match="gone is not in the file any more") as error:
                await sink.deliver(batch)
            assert error.value.seqs == (1, 3, 4)

    lines = ["max_packet_size 2000"]
    with (
        mosquitto(tmp_path, lines=lines) as broker,
        Subscriber(broker.port, ["spBv1.0/+/NDATA/#"]) as host,
    ):
        run(main(broker.port))
        got = host.wait(lambda messages: len(messages) == 2)
    both = fields(*(m.payload for m in got))
    assert [[r["doubleValue"] for r in data["metrics"]] for data in both] == [[2.0], [5.0]]
    assert [data["seq"] for data in both] == [1, 2]


def test_a_host_asks_for_a_rebirth(tmp_path: Path) -> None:
    async def main(port: int, host: Subscriber) -> None:
        async with born(port) as sink:
            await sink.deliver([record(1, "count", 1)])
            wish = written({"name": "Node Control/Rebirth", "type": "Boolean", "value": True})
            no = written({"name": "Node Control/Rebirth", "type": "Boolean", "value": False})
            await asyncio.to_thread(host.publish, topic("NCMD"), no)
            await asyncio.to_thread(host.publish, topic("NCMD"), wish)
            await until(lambda: len(of_kind(host.messages, "NBIRTH")) == 2)
            await sink.deliver([record(2, "count", 2)])

    with mosquitto(tmp_path) as broker, Subscriber(broker.port, ["spBv1.0/#"]) as host:
        run(main(broker.port, host))
        got = of_kind(host.wait(lambda m: len(of_kind(m, "NDEATH")) == 1), "NBIRTH", "NDATA")
    told = fields(*(m.payload for m in got))
    assert [(m.topic.split("/")[2], data["seq"]) for m, data in zip(got, told, strict=True)] == [
        ("NBIRTH", 0), ("NDATA", 1), ("NBIRTH", 0), ("NDATA", 1),
    ]  # fmt: skip
    numbers = [next(m for m in told[n]["metrics"] if m["name"] == "bdSeq") for n in (0, 2)]
    assert [n["longValue"] for n in numbers] == [0, 0]


@pytest.mark.parametrize("commands", [True, False])
def test_commands_are_done_only_when_they_are_switched_on(
    commands: bool, tmp_path: Path, caplog: Any
) -> None:
    wanted: list[tuple[str, Any]] = []

    async def main(port: int) -> None:
        by = access(FILE, command=lambda *command: wanted.append(command))
        with Subscriber(port, ["spBv1.0/#"]) as host:
            async with born(port, by, commands=commands) as sink:
                await until(lambda: host.messages)
                numbers = {
                    name: n for n, name in aliases(fields(host.messages[0].payload)[0]).items()
                }
                order = written(
                    {"alias": numbers["pump"], "type": "Boolean", "value": True},
                    {"name": "level", "type": "Float", "value": 0.5},
                    {"name": "level", "type": "Int32", "value": -2},
                    {"alias": numbers["count"], "type": "Int64", "value": -3},
                    {"name": "count", "type": "UInt64", "value": 2**52},
                    {"name": "note", "type": "String", "value": "hi"},
                    {"name": "pump", "type": "String", "value": "on"},
                    {"name": "nothing", "type": "Boolean", "value": True},
                    {"name": "Alarm/overflow", "type": "String", "value": "normal"},
                )
                for payload in (order, b"\xff\xff nonsense", order):
                    await asyncio.to_thread(host.publish, topic("NCMD"), payload)
                # what was sent before is through once a rebirth is
                wish = written({"name": "Node Control/Rebirth", "type": "Boolean", "value": True})
                await asyncio.to_thread(host.publish, topic("NCMD"), wish)
                await until(lambda: len(of_kind(host.messages, "NBIRTH")) == 2)
                await sink.deliver([record(1, "count", 1)])

    with mosquitto(tmp_path) as broker:
        run(main(broker.port))
    once = [("pump", True), ("level", 0.5), ("level", -2), ("count", -3), ("count", 2**52),
            ("note", "hi")]  # fmt: skip
    assert wanted == (once * 2 if commands else [])
    told = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert len(told) == len(set(told))
    assert any("there is no metric nothing" in line for line in told)
    assert any("pump takes another type of value" in line for line in told) is commands
    assert any("pump cannot be written" in line for line in told) is not commands


def test_nothing_is_told_without_the_primary_host(tmp_path: Path) -> None:
    state = "spBv1.0/STATE/scada"

    def said(online: bool, timestamp: int) -> str:
        return json.dumps({"online": online, "timestamp": timestamp})

    async def main(port: int, host: Subscriber) -> None:
        async def say(payload: str) -> None:
            await asyncio.to_thread(host.publish, state, payload, retain=True)

        def count(kind: str) -> int:
            return len(of_kind(host.messages, kind))

        sink = SparkplugSink(config(port, primary_host="scada"), NODE, access(FILE))
        with pytest.raises(SinkError, match="host application scada is not online"):
            await sink.open()
        await say("ONLINE")  # as Sparkplug 2 said it
        await say(said(False, 5))
        with pytest.raises(SinkError, match="not online"):
            await sink.deliver([record(1, "count", 1)])
        await say(said(True, 4))  # older than what it said last
        await say(said(True, 6))
        await until(lambda: count("NBIRTH") == 1)
        await sink.deliver([record(1, "count", 1)])
        await say(said(False, 7))
        await until(lambda: count("NDEATH") == 1)
        with pytest.raises(SinkError, match="not online"):
            await sink.deliver([record(2, "count", 2)])
        await say(said(True, 8))
        await until(lambda: count("NBIRTH") == 2)
        await sink.deliver([record(2, "count", 2)])
        await sink.close(5)

    with mosquitto(tmp_path) as broker, Subscriber(broker.port, ["spBv1.0/plant/#"]) as host:
        run(main(broker.port, host))
        got = host.wait(lambda messages: len(messages) == 6)
    kinds = [m.topic.split("/")[2] for m in got]
    assert kinds == ["NBIRTH", "NDATA", "NDEATH", "NBIRTH", "NDATA", "NDEATH"]
    births = fields(got[0].payload, got[3].payload)
    numbers = [next(m for m in b["metrics"] if m["name"] == "bdSeq")["longValue"] for b in births]
    assert numbers[1] == numbers[0] + 1


def test_a_broker_that_goes_and_comes_back_misses_nothing(tmp_path: Path) -> None:
    async def main(broker: Mosquitto, host: Subscriber) -> None:
        async with opened(tmp_path / "store", clock=SystemClock()) as store:
            by = access(FILE, newest=lambda: store.last_seq)
            sink = SparkplugSink(config(broker.port), NODE, by)
            ready = asyncio.Event()  # the host hears what comes: at QoS 0 the broker keeps nothing
            ready.set()
            forwarder = Forwarder(
                sink, store, SystemClock(), chance=lambda: 0.5, link=lambda: ready.is_set()
            )
            task = asyncio.create_task(forwarder.run())

            async def append(first: int, last: int) -> None:
                for n in range(first, last + 1):
                    store.append(Reading("count", n, time_ns=NOON + n))
                await store.flush()

            await until(lambda: forwarder.state.connected)
            await append(1, 1000)
            await until(lambda: forwarder.state.delivered == 1000)
            await asyncio.to_thread(
                host.wait, lambda messages: values(messages) >= set(range(1, 1001))
            )
            await asyncio.to_thread(broker.stop)
            await append(1001, 1500)
            await until(lambda: not forwarder.state.connected)
            ready.clear()
            await asyncio.to_thread(broker.start)
            await asyncio.to_thread(host.subscribed, 2)
            ready.set()
            await until(lambda: forwarder.state.lag == 0)
            await append(1501, 1510)
            await until(lambda: forwarder.state.lag == 0)
            forwarder.stop()
            await asyncio.wait_for(task, 10)
            await sink.close(5)

    def values(messages: list[Received]) -> set[int]:
        return set(sent(messages))

    def sent(messages: list[Received]) -> dict[int, bool]:
        """Values that came, and whether as history."""
        told = fields(*(m.payload for m in of_kind(messages, "NDATA")))
        return {r["longValue"]: r.get("isHistorical", False) for d in told for r in d["metrics"]}

    with mosquitto(tmp_path / "broker") as broker, Subscriber(broker.port, ["spBv1.0/#"]) as host:
        run(main(broker, host))
        host.wait(lambda messages: len(of_kind(messages, "NDEATH")) >= 1)
    found = sent(host.messages)
    assert set(found) == set(range(1, 1511))
    assert all(found[n] for n in range(1001, 1501))
    assert not any(found[n] for n in range(1501, 1511))


def test_what_never_reached_the_broker_is_not_delivered(tmp_path: Path) -> None:
    """The operating system takes QoS 0 messages for a connection that is dead already."""

    async def main(port: int) -> None:
        async with pipe_to(port) as (pipe, entry):
            newest = 0
            async with born(entry, access(FILE, newest=lambda: newest)) as sink:
                await sink.deliver([record(1, "count", 1)])
                pipe.frozen = True
                delivering = asyncio.create_task(sink.deliver([record(2, "count", 2)]))
                await asyncio.wait([delivering], timeout=0.5)
                assert not delivering.done()
                pipe.cut()
                with pytest.raises(SinkError):
                    await delivering
                pipe.frozen, newest = False, 2
                await sink.deliver([record(2, "count", 2)])

    with mosquitto(tmp_path) as broker, Subscriber(broker.port, ["spBv1.0/+/NDATA/#"]) as host:
        run(main(broker.port))
        got = host.wait(lambda messages: len(messages) == 2)
    rows = [row for told in fields(*(m.payload for m in got)) for row in told["metrics"]]
    assert [(r["longValue"], r.get("isHistorical", False)) for r in rows] == [(1, False), (2, True)]


def test_a_whole_gateway_is_an_edge_node(tmp_path: Path) -> None:
    turned_on = ('type = "mqtt"', 'type = "sparkplug"\ngroup = "plant"\ncommands = true')
    with mosquitto(tmp_path / "broker") as broker, Subscriber(broker.port, ["spBv1.0/#"]) as host:
        file = pump_house(tmp_path / "file", broker.port, turned_on)
        with running(tmp_path / "run", file, tmp_path / "data") as gateway:
            host.wait(lambda messages: len(of_kind(messages, "NBIRTH")) >= 1)
            order = written({"name": "pump", "type": "Boolean", "value": True})
            host.publish(topic("NCMD"), order)

            def switched(messages: list[Received]) -> bool:
                births = fields(*(m.payload for m in of_kind(messages, "NBIRTH")))
                number = {name: n for n, name in aliases(births[0]).items()}["pump"]
                told = fields(*(m.payload for m in of_kind(messages, "NDATA")))
                rows = [r for data in told for r in data["metrics"] if r["alias"] == number]
                return any(r.get("booleanValue") for r in rows)

            host.wait(switched)
            gateway.stop()
        got = host.wait(lambda messages: len(of_kind(messages, "NDEATH")) >= 1)
    assert got[-1].topic == topic("NDEATH")
