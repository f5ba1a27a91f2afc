"""The InfluxDB sink against a real InfluxDB 1; versions 2 and 3 by a server that passes the lines
on to it."""

from __future__ import annotations

import asyncio
import json
import random
from pathlib import Path
from typing import Any

import httpx
import pytest
from delivering import deliver
from influxd import Influxd, influxd
from peers import free_port, until
from receiver import Got, Reply, receiver
from sink_access import access
from stores import levels, opened, put

from wisgate.config.addresses import Url
from wisgate.config.model import Where
from wisgate.config.sinks.influx import InfluxConfig
from wisgate.core.clock import SystemClock
from wisgate.core.errors import SinkRefused
from wisgate.core.points import Status
from wisgate.gateway.forwarder import Forwarder
from wisgate.gateway.sinks.base import Sink
from wisgate.gateway.sinks.influx import make
from wisgate.gateway.sinks.influx_udp import FITS
from wisgate.gateway.sinks.line_protocol import line
from wisgate.store.records import ALARM, AlarmState, Entry, Gap, Phase, Record

pytestmark = pytest.mark.peers

NOON = 1_795_176_000_123_456_789
FAMILY = {"gateway": "pump-house"}
AWKWARD = ["", 'a "quote"', "back\\slash", "ends\\", '\\"', "a,b=c d", "ü€😀", "#", "'"]


def sink(port: int, version: str = "1", scheme: str = "http", **options: Any) -> Sink:
    url = Url(scheme, "127.0.0.1", port, username=options.pop("username", ""))
    database = options.pop("database", "plant")
    config = InfluxConfig(
        Where("gateway.toml", 1), "influx", "influx", (), url=url, version=version,
        database=database, **options,
    )  # fmt: skip
    return make(config, "pump-house", access())


def record(seq: int, value: Any = 1.5, *, point: str = "level", at: int | None = None) -> Record:
    return Record(seq, NOON + seq if at is None else at, point, "m", value, Status.GOOD)


def test_every_kind_of_record_arrives_with_its_nanoseconds(tmp_path: Path) -> None:
    state = AlarmState(Phase.SHELVED, "high", 3.4, 'call "Anna"', shelved_until_ns=NOON)
    batch = [
        record(1),
        Record(2, NOON + 2, "level", "m", 9.0, Status.FAULT),
        Record(3, NOON + 3, "pump", "", True, Status.GOOD, "user anna"),
        Record(4, NOON + 4, "count", "{reset}/h", 2**40 + 1, Status.UNCERTAIN),
        Record(5, NOON + 5, f"{ALARM}overflow", "", state.encoded(), Status.GOOD, "user anna"),
        Gap(9, NOON + 9, 6, 8, "the power went"),
    ]
    with influxd(tmp_path) as server:
        assert deliver(sink(server.port), batch) is None
        readings = server.query("SELECT * FROM wisgate")
        assert readings == [
            {**FAMILY, "time": NOON + 1, "point": "level", "unit": "m", "value": 1.5,
             "status": "good", "seq": 1},
            {**FAMILY, "time": NOON + 2, "point": "level", "unit": "m", "status": "fault",
             "seq": 2},
            {**FAMILY, "time": NOON + 3, "point": "pump", "value": 1, "status": "good", "seq": 3,
             "cause": "user anna"},
            {**FAMILY, "time": NOON + 4, "point": "count", "unit": "{reset}/h",
             "value": 2**40 + 1, "status": "uncertain", "seq": 4},
        ]  # fmt: skip
        assert server.query("SELECT * FROM wisgate_alarm") == [
            {**FAMILY, "time": NOON + 5, "alarm": "overflow", "severity": "high",
             "state": "shelved", "value": 3.4, "text": 'call "Anna"', "shelved_until": NOON,
             "cause": "user anna", "seq": 5},
        ]  # fmt: skip
        assert server.query("SELECT * FROM wisgate_gap") == [
            {**FAMILY, "time": NOON + 9, "first": 6, "last": 8, "cause": "the power went",
             "seq": 9},
        ]  # fmt: skip


def test_texts_come_back_as_they_were(tmp_path: Path) -> None:
    chance = random.Random(7)
    texts = [*AWKWARD, *("".join(chance.choices(r'\\", =ab#ü', k=9)) for _ in range(300))]
    batch = [record(n, text, point="card") for n, text in enumerate(texts)]
    batch.append(record(1000, "two\nlines\r", point="card"))
    with influxd(tmp_path) as server:
        assert deliver(sink(server.port), batch) is None
        rows = server.query("SELECT value_text FROM wisgate WHERE point = 'card'")
    assert [row.get("value_text") for row in rows] == [*texts, "two\\nlines\\r"]


def test_tags_come_back_as_they_were(tmp_path: Path) -> None:
    units = ["a b", "a,b", "a=b", "m\\2 x", "%", "[in_i'H2O]", "10*3/ul", '"']
    batch = [Record(n, NOON + n, "level", unit, 1.0, Status.GOOD) for n, unit in enumerate(units)]
    with influxd(tmp_path) as server:
        assert deliver(sink(server.port, measurement="a.b-c"), batch) is None
        rows = server.query('SELECT * FROM "a.b-c"')
    assert [row["unit"] for row in rows] == units


def test_a_second_delivery_changes_nothing(tmp_path: Path) -> None:
    batch = [record(n, float(n)) for n in range(1, 50)]
    with influxd(tmp_path) as server:
        for _ in range(2):
            assert deliver(sink(server.port), batch) is None
        assert len(server.query("SELECT * FROM wisgate")) == 49


def test_only_the_records_that_the_server_refuses_are_set_aside(tmp_path: Path) -> None:
    """What is older than the retention, and a field that has another type already."""
    with influxd(tmp_path) as server:
        server.query('CREATE RETENTION POLICY "day" ON "plant" DURATION 1d REPLICATION 1 DEFAULT')
        now = SystemClock().utc_ns()
        batch = [record(n, at=now + n) for n in range(1, 40)]
        batch[6], batch[20] = record(7, at=NOON // 10), record(21, at=1)
        error = deliver(sink(server.port), batch)
        assert isinstance(error, SinkRefused)
        assert error.seqs == (7, 21)
        assert "points beyond retention policy" in str(error)
        assert len(server.query("SELECT * FROM wisgate")) == 37
        mixed: list[Entry] = [Gap(n, now + n, 1, 1, "x") for n in range(50, 55)]
        httpx.post(
            f"http://127.0.0.1:{server.port}/write?db=plant", trust_env=False,
            content=f'wisgate_alarm state=1 {now}',
        )  # fmt: skip
        state = AlarmState(Phase.ACTIVE, "high").encoded()
        mixed.insert(2, Record(60, now, f"{ALARM}overflow", "", state, Status.GOOD))
        error = deliver(sink(server.port), mixed)
        assert isinstance(error, SinkRefused)
        assert error.seqs == (60,)
        assert "field type conflict" in str(error)
        assert len(server.query("SELECT * FROM wisgate_gap")) == 5


def test_a_database_or_a_user_that_is_not_there_lets_all_wait(tmp_path: Path) -> None:
    with influxd(tmp_path / "open") as server:
        error = deliver(sink(server.port, database="x"), [record(1)])
        assert not isinstance(error, SinkRefused)
        assert "database not found" in str(error)
    secret = tmp_path / "secret"
    with influxd(tmp_path / "closed", auth=("anna", "right")) as server:
        for password, told in (("right\n", "None"), ("wrong", "check the secrets in the files")):
            secret.write_text(password)
            login = {"username": "anna", "password_file": secret}
            assert told in str(deliver(sink(server.port, **login), [record(1)]))
        assert "401" in str(deliver(sink(server.port), [record(1)]))
        missing = sink(server.port, username="anna", password_file=tmp_path / "none")
        assert "No such file" in str(deliver(missing, [record(1)]))


def test_a_server_that_is_killed_misses_nothing(tmp_path: Path) -> None:
    async def main(server: Influxd) -> None:
        async with opened(tmp_path / "store") as store:
            there = sink(server.port)
            forwarder = Forwarder(there, store, SystemClock(), limit=20, rate=500)
            task = asyncio.create_task(forwarder.run())
            await put(store, levels(400))
            for _ in range(2):
                before = forwarder.state.delivered
                while forwarder.state.delivered < before + 40:  # noqa: ASYNC110  # some are
                    await asyncio.sleep(0.001)
                await asyncio.to_thread(server.kill)
                while forwarder.state.connected:  # noqa: ASYNC110  # it sees the end
                    await asyncio.sleep(0.001)
                await asyncio.to_thread(server.start)
            async with asyncio.timeout(30):
                while forwarder.state.lag:  # noqa: ASYNC110  # all are delivered
                    await asyncio.sleep(0.01)
            forwarder.stop()
            await asyncio.wait_for(task, 10)
            await forwarder.close(3)

    with influxd(tmp_path / "influx") as server:
        asyncio.run(main(server))
        rows = server.query("SELECT seq FROM wisgate")
    assert [row["seq"] for row in rows] == list(range(1, 401))


def test_datagrams_arrive_when_somebody_listens(tmp_path: Path) -> None:
    batch = [record(n, float(n)) for n in range(1, 101)]
    batch.append(record(101, "x" * 2000, point="card"))
    batch.append(record(102, "x" * 65_000, point="card"))
    with influxd(tmp_path) as server:
        error = deliver(sink(server.udp, scheme="udp"), batch)
        assert isinstance(error, SinkRefused)
        assert error.seqs == (102,)
        until(lambda: len(server.query("SELECT seq FROM wisgate")) == 101, "all have arrived")
    nobody = sink(free_port(), scheme="udp")
    assert "nobody listens; is UDP switched on in the server?" in str(deliver(nobody, batch))


def test_datagrams_are_as_large_as_networks_carry_them() -> None:
    """Counted at a socket of our own."""

    async def main() -> list[bytes]:
        came: list[bytes] = []

        class Keeps(asyncio.DatagramProtocol):
            def datagram_received(self, data: bytes, addr: Any) -> None:
                came.append(data)

        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(Keeps, ("127.0.0.1", 0))
        there = sink(transport.get_extra_info("sockname")[1], scheme="udp")
        await there.deliver([record(n) for n in range(100)])
        await there.close(1)
        while b"".join(came).count(b"wisgate,") < 100:  # noqa: ASYNC110  # what is on its way
            await asyncio.sleep(0.001)
        transport.close()
        return came

    came = asyncio.run(main())
    assert max(map(len, came)) <= FITS
    assert len(came) <= 9
    assert b"\n".join(came).decode().split("\n") == [
        line(record(n), "pump-house", "wisgate") for n in range(100)
    ]


def passed_on(server: Influxd, got: Got) -> Reply:
    """What version 1 says of the lines that a request to another version holds."""
    answer = httpx.post(
        f"http://127.0.0.1:{server.port}/write?db=plant", content=got.body, trust_env=False
    )
    return Reply(answer.status_code, answer.text)


def test_version_2(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("secret-token\n")
    with influxd(tmp_path / "influx") as server, receiver() as there:
        there.reply = lambda got: passed_on(server, got)
        to_two = sink(there.port, "2", org="our plant", bucket="b&c", token_file=token)
        assert deliver(to_two, [record(1), Gap(3, NOON, 2, 2, "x")]) is None
        (got,) = there.requests
        assert got.path == "/api/v2/write"
        assert got.query == {"org": "our plant", "bucket": "b&c", "precision": "ns"}
        assert got.headers["authorization"] == "Token secret-token"
        assert [row["seq"] for row in server.query("SELECT seq FROM wisgate")] == [1]


def test_version_3_names_the_lines_that_it_leaves_out(tmp_path: Path) -> None:
    """The answer as InfluxDB 3 Core documents it for `accept_partial=true`."""
    token = tmp_path / "token"
    token.write_text("apiv3_x")

    def reply(got: Got) -> Reply:
        bad = [
            {"original_line": text, "line_number": n, "error_message": "invalid column type"}
            for n, text in enumerate(got.body.decode().split("\n"), 1)
            if "bad" in text
        ]
        if not bad:
            return Reply(204)
        content = {"error": "partial write of line protocol occurred", "data": bad}
        return Reply(400, json.dumps(content))

    with receiver() as there:
        there.reply = reply
        to_three = sink(there.port, "3", token_file=token)
        batch = [record(n, "bad" if n in (17, 19) else "good\n") for n in range(10, 30)]
        error = deliver(to_three, batch)
        (got,) = there.requests
        assert isinstance(error, SinkRefused)
        assert error.seqs == (17, 19)
        assert "invalid column type" in str(error)
        assert got.path == "/api/v3/write_lp"
        assert got.query == {"db": "plant", "precision": "nanosecond", "accept_partial": "true"}
        assert got.headers["authorization"] == "Bearer apiv3_x"
        for text in ('{"data": {"line_number": 1}}', '{"data": [{"line_number": 99}]}', "[", "{}"):
            there.reply = lambda got, t=text: Reply(400, t) if b"bad" in got.body else Reply()
            error = deliver(sink(there.port, "3"), batch)
            assert isinstance(error, SinkRefused)
            assert error.seqs == (17, 19)


@pytest.mark.parametrize("content", ["one-secret\ntwo", "gehe\u00efm-secret", " \n"])
def test_a_token_that_no_header_can_carry_is_told_and_not_shown(
    content: str, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text(content)
    with receiver() as there:
        error = deliver(sink(there.port, "3", token_file=token), [record(1)])
        assert not there.requests
    assert "token_file holds no token; write it there in one line, and nothing else" in str(error)
    assert "secret" not in str(error)
