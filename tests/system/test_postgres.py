"""The PostgreSQL sink against a real PostgreSQL."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from certificates import Authority
from delivering import deliver
from peers import free_port
from postgresql import PASSWORD, Postgresql, postgresql
from sink_access import access
from stores import levels, opened, put

from wisgate.config.model import Where
from wisgate.config.sinks.postgres import PostgresConfig
from wisgate.core.clock import SystemClock
from wisgate.core.errors import SinkError, SinkRefused
from wisgate.core.points import Status
from wisgate.gateway.forwarder import Forwarder
from wisgate.gateway.sinks.postgres import PostgresSink, make
from wisgate.store.records import ALARM, AlarmState, Gap, Phase, Record

pytestmark = pytest.mark.peers

NOON = 1_795_176_000_123_456_789
WHEN = datetime(2026, 11, 20, 12, 0, 0, 123456, UTC)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def running(keys: Authority) -> Iterator[Postgresql]:
    with postgresql(keys.sign("server")) as server:
        yield server


@pytest.fixture
def server(running: Postgresql) -> Postgresql:
    running.fresh()
    return running


def sink(port: int, folder: Path, gateway: str = "pump-house", **options: Any) -> PostgresSink:
    secret = folder / "secret"
    if not secret.exists():
        secret.write_text(f"{PASSWORD}\n")
    given = {
        "host": "127.0.0.1", "database": "plant", "username": "postgres", "password_file": secret,
        **options,
    }  # fmt: skip
    config = PostgresConfig(Where("gateway.toml", 1), "base", "postgres", (), port=port, **given)
    return make(config, gateway, access())


def record(seq: int, value: Any = 1.5, *, point: str = "level", at: int | None = None) -> Record:
    return Record(seq, NOON + seq if at is None else at, point, "m", value, Status.GOOD)


def seqs(server: Postgresql) -> list[int]:
    return [seq for (seq,) in server.run("SELECT seq FROM wisgate_readings ORDER BY seq")]


def test_every_kind_of_record_is_a_row(server: Postgresql, tmp_path: Path) -> None:
    state = AlarmState(Phase.SHELVED, "high", 3.4, "call Anna", shelved_until_ns=NOON)
    batch = [
        record(1, at=NOON),
        Record(2, NOON, "level", "m", 9.0, Status.FAULT),
        Record(3, NOON, "pump", "", True, Status.GOOD, "user anna"),
        Record(4, NOON, "card", "", "tab\there\\N\nü", Status.UNCERTAIN, estimated=True),
        Record(5, NOON, f"{ALARM}overflow", "", state.encoded(), Status.GOOD, "user anna"),
        Gap(9, NOON, 6, 8, "the power went"),
        Record(10, -1, "count", "1", 2**40 + 1, Status.GOOD),
    ]
    assert deliver(sink(server.port, tmp_path), batch) is None
    ours = "pump-house"
    assert server.run("SELECT * FROM wisgate_readings ORDER BY seq") == [
        (ours, 1, WHEN, "level", "m", 1.5, None, "good", None, False),
        (ours, 2, WHEN, "level", "m", None, None, "fault", None, False),
        (ours, 3, WHEN, "pump", "", 1.0, None, "good", "user anna", False),
        (ours, 4, WHEN, "card", "", None, "tab\there\\N\nü", "uncertain", None, True),
        (ours, 10, datetime(1970, 1, 1, tzinfo=UTC) - timedelta(microseconds=1), "count", "1",
         2.0**40 + 1, None, "good", None, False),
    ]  # fmt: skip
    assert server.run("SELECT * FROM wisgate_alarms") == [
        (ours, 5, WHEN, "overflow", "shelved", "high", 3.4, None, "call Anna", WHEN, "user anna",
         False)
    ]  # fmt: skip
    assert server.run("SELECT * FROM wisgate_gaps") == [(ours, 9, WHEN, 6, 8, "the power went")]


def test_a_record_is_there_once(server: Postgresql, tmp_path: Path) -> None:
    first, second = sink(server.port, tmp_path), sink(server.port, tmp_path)
    assert deliver(first, [record(n) for n in range(1, 60)]) is None
    assert deliver(second, [record(n) for n in range(40, 99)], [record(98)]) is None
    other = sink(server.port, tmp_path, "other")
    assert deliver(other, [record(n, at=1) for n in range(1, 11)]) is None
    assert server.run("SELECT gateway, count(*) FROM wisgate_readings GROUP BY 1 ORDER BY 1") == [
        ("other", 10),
        ("pump-house", 98),
    ]


def test_another_record_under_our_number_is_told_and_hides_nothing(
    server: Postgresql, tmp_path: Path
) -> None:
    assert deliver(sink(server.port, tmp_path), [record(1), record(2)]) is None
    error = deliver(sink(server.port, tmp_path), [record(1), record(2, at=7), record(3)])
    assert not isinstance(error, SinkRefused)
    assert "record 2 of pump-house is another one there" in str(error)
    assert seqs(server) == [1, 2]


def test_only_what_the_tables_will_never_take_is_set_aside(
    server: Postgresql, tmp_path: Path
) -> None:
    there = sink(server.port, tmp_path)
    batch = [record(n, point="card", value="fine") for n in range(1, 80)]
    batch[16] = record(17, point="card", value="nu\0ll")
    batch[50] = record(51, point="card", value="\ud800")
    error = deliver(there, batch)
    assert isinstance(error, SinkRefused)
    assert error.seqs == (17, 51)
    assert "NUL" in str(error)
    assert seqs(server) == [n for n in range(1, 80) if n not in (17, 51)]
    server.run("ALTER TABLE wisgate_readings ADD CHECK (value < 100)")
    error = deliver(sink(server.port, tmp_path), [record(90), record(91, 200.0), record(92)])
    assert isinstance(error, SinkRefused)
    assert error.seqs == (91,)
    assert "violates check constraint" in str(error)
    assert seqs(server)[-2:] == [90, 92]


def test_tables_may_be_changed_by_their_owner(server: Postgresql, tmp_path: Path) -> None:
    assert deliver(sink(server.port, tmp_path), [record(1)]) is None
    server.run(
        "ALTER TABLE wisgate_readings ADD id bigint GENERATED ALWAYS AS IDENTITY,"
        " ADD site text NOT NULL DEFAULT 'north', ALTER value TYPE numeric"
    )
    assert deliver(sink(server.port, tmp_path), [record(2, 0.1)]) is None
    assert server.run("SELECT id, site, value::text FROM wisgate_readings ORDER BY seq") == [
        (1, "north", "1.5"),
        (2, "north", "0.1"),
    ]


def test_tables_that_are_taken_away_are_made_again(server: Postgresql, tmp_path: Path) -> None:
    there = sink(server.port, tmp_path)

    async def main() -> None:
        await there.deliver([record(1)])
        await asyncio.to_thread(server.run, "DROP TABLE wisgate_readings")
        with pytest.raises(SinkError, match="does not exist"):
            await there.deliver([record(2)])
        await there.deliver([record(2)])
        await there.close(1)

    asyncio.run(main())
    assert seqs(server) == [2]


def test_a_fleet_makes_the_tables_once(server: Postgresql, tmp_path: Path) -> None:
    async def main() -> None:
        fleet = [sink(server.port, tmp_path, f"box-{n}", prefix="fleet") for n in range(8)]
        await asyncio.gather(*(one.deliver([record(1)]) for one in fleet))
        await asyncio.gather(*(one.close(1) for one in fleet))

    asyncio.run(main())
    assert server.run("SELECT count(*) FROM fleet_readings") == [(8,)]


def test_hypertables_where_there_are_any(server: Postgresql, tmp_path: Path) -> None:
    """Functions with the name and the arguments that TimescaleDB documents, both the older and the
    newer one; they demand what TimescaleDB demands: unique keys that hold the time."""
    server.run("CREATE TABLE called (relation text, time_column name, if_not_exists bool)")
    server.run("CREATE TYPE dimension_info AS (column_name name)")
    server.run("""
        CREATE FUNCTION create_hypertable(relation regclass, dimension dimension_info,
            create_default_indexes boolean DEFAULT true, if_not_exists boolean DEFAULT false)
        RETURNS int LANGUAGE sql AS 'SELECT 1'""")
    server.run("""
        CREATE FUNCTION create_hypertable(relation regclass, time_column_name name,
            partitioning_column name DEFAULT NULL, number_partitions int DEFAULT NULL,
            chunk_time_interval anyelement DEFAULT NULL::bigint,
            create_default_indexes boolean DEFAULT true, if_not_exists boolean DEFAULT false)
        RETURNS record LANGUAGE plpgsql AS $$
        DECLARE answer record;
        BEGIN
            IF EXISTS (SELECT FROM pg_index i WHERE i.indrelid = relation AND i.indisunique
                AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = relation
                    AND a.attname = time_column_name AND a.attnum = ANY (i.indkey)))
            THEN RAISE 'cannot create a unique index without the column "time"'; END IF;
            INSERT INTO called VALUES (relation, time_column_name, if_not_exists);
            SELECT 1, 'public' INTO answer;
            RETURN answer;
        END $$""")
    for _ in range(2):
        there = sink(server.port, tmp_path)
        assert deliver(there, [record(1), Gap(3, NOON, 2, 2, "x")], [record(1), record(4)]) is None
    assert server.run("SELECT * FROM called ORDER BY 1") == [
        (f"wisgate_{kind}", "time", True) for kind in ("alarms", "gaps", "readings")
    ]
    assert seqs(server) == [1, 4]


def test_tls_as_strict_as_the_file_says(
    server: Postgresql, keys: Authority, tmp_path: Path
) -> None:
    used = (
        "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
        " WHERE application_name = 'wisgate'"
    )

    def encrypted(**options: Any) -> bool:
        async def main() -> bool:
            there = sink(server.port, tmp_path, **options)
            try:
                await there.open()
                ((found,),) = await asyncio.to_thread(server.run, used)
            finally:
                await there.close(1)
            return bool(found)

        return asyncio.run(main())

    assert encrypted(sslmode="verify-full", ca_file=keys.file)
    assert encrypted(sslmode="require")
    assert encrypted(sslmode="prefer")
    assert not encrypted(sslmode="disable")
    unknown, namesake = Authority(tmp_path, "other CA").file, Authority(tmp_path).file
    for ca_file, cure in (
        (unknown, "name its CA in ca_file"),
        (None, "name its CA in ca_file"),
        (namesake, "check ca_file and the certificate of the server"),
    ):
        there = sink(server.port, tmp_path, sslmode="verify-full", ca_file=ca_file)
        assert str(deliver(there, [record(1)])).endswith(f"; {cure}")


def test_messages_name_the_cure(server: Postgresql, tmp_path: Path) -> None:
    def told(**options: Any) -> str:
        return str(
            deliver(sink(options.pop("port", server.port), tmp_path, **options), [record(1)])
        )

    place = f"base: 127.0.0.1:{server.port}: "
    (tmp_path / "wrong").write_text("wrong")
    wrong = told(password_file=tmp_path / "wrong")
    assert wrong.startswith(place)
    assert wrong.endswith("; check url and password_file")
    assert 'database "nothing" does not exist' in told(database="nothing")
    assert told(port=free_port()).endswith("is the server running, and is this its port?")
    assert "No such file" in told(password_file=tmp_path / "none")
    assert told(password_file=None).endswith("; name a password_file")
    server.run("DROP ROLE IF EXISTS anna", "postgres")
    server.run(f"CREATE ROLE anna LOGIN PASSWORD '{PASSWORD}'", "postgres")
    refused = told(username="anna")
    assert "permission denied for schema public" in refused
    assert "grant CREATE on the schema once" in refused
    assert deliver(sink(server.port, tmp_path), [record(1)]) is None
    server.run("GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO anna")
    assert deliver(sink(server.port, tmp_path, username="anna"), [record(2)]) is None
    assert seqs(server) == [1, 2]


def test_a_server_that_hangs_is_not_waited_for(server: Postgresql, tmp_path: Path) -> None:
    there = sink(server.port, tmp_path, timeout=2.0)

    async def main() -> None:
        await there.deliver([record(1)])
        with psycopg.connect(server.address("plant")) as other:
            other.execute("LOCK TABLE wisgate_readings")
            with pytest.raises(SinkError, match="no answer in 2 s; check the network"):
                await there.deliver([record(2)])
        await there.deliver([record(2)])
        await there.close(1)

    asyncio.run(main())
    assert seqs(server) == [1, 2]


def test_a_server_that_is_frozen_holds_nobody_up(server: Postgresql, tmp_path: Path) -> None:
    """It neither answers nor hangs up; a gateway that stops must not wait for it either."""
    there = sink(server.port, tmp_path, timeout=2.0)
    patient = sink(server.port, tmp_path, timeout=60.0)

    async def main() -> None:
        await there.deliver([record(1)])
        await patient.deliver([record(2)])
        with server.frozen():
            async with asyncio.timeout(8):
                with pytest.raises(SinkError, match="no answer in 2 s"):
                    await there.deliver([record(3)])
                task = asyncio.create_task(patient.deliver([record(4)]))
                await asyncio.sleep(0.1)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                await patient.close(1)
        await there.deliver([record(3), record(4)])
        await there.close(1)

    asyncio.run(main())
    assert seqs(server) == [1, 2, 3, 4]


def test_killed_in_the_middle_nothing_is_lost_and_nothing_there_twice(
    server: Postgresql, tmp_path: Path
) -> None:
    """The server is killed under a commit, and the gateway between a commit and its cursor."""
    chance = random.Random(7)

    async def main() -> None:
        async with opened(tmp_path / "store") as store:
            await put(store, levels(3000))
            for kill_server in (True, False, True, False, False):
                there = sink(server.port, tmp_path)
                forwarder = Forwarder(there, store, SystemClock(), limit=chance.randint(1, 60))
                task = asyncio.create_task(forwarder.run())
                first = chance.randint(50, 300)
                while forwarder.state.delivered < first:  # noqa: ASYNC110  # some are
                    await asyncio.sleep(0)
                await asyncio.sleep(chance.random() / 100)
                if kill_server:
                    await asyncio.to_thread(server.kill)
                    while forwarder.state.connected:  # noqa: ASYNC110  # it sees the end
                        await asyncio.sleep(0.001)
                    await asyncio.to_thread(server.start)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                await forwarder.close(1)
            there = sink(server.port, tmp_path)
            forwarder = Forwarder(there, store, SystemClock())
            forwarder.stop()
            await asyncio.wait_for(forwarder.run(), 30)
            await forwarder.close(3)

    asyncio.run(main())
    assert seqs(server) == list(range(1, 3001))
