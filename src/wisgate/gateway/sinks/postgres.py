"""PostgreSQL sink: a row per record, once, whatever happens. A batch is one transaction: COPY into
a temporary table, then INSERT of what `(gateway, seq)` does not know yet."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

from ...config.secret_files import text_in
from ...config.sinks.postgres import VERIFY, PostgresConfig
from ...core.errors import SinkError
from ...store.records import Entry
from .base import Access
from .offering import offer
from .postgres_tables import TABLES, Kind, kind_of, row_of

CONNECT_S = 10
ONE_AT_A_TIME = 0x77697367617465
"""Of the lock under which gateways of a fleet make the tables: "wisgate" in ASCII."""
KEEPALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}

Connection = psycopg.AsyncConnection[Any]

CURES = {
    "password authentication failed": "check url and password_file",
    "no password supplied": "name a password_file",
    "Connection refused": "is the server running, and is this its port?",
    "certificate verify failed": "name its CA in ca_file",
    "does not support SSL": 'switch TLS on in the server, or write sslmode = "disable"',
    "SSL error": "check ca_file and the certificate of the server",
    "no pg_hba.conf entry": "let this user in from here, in the server's pg_hba.conf",
    "permission denied": "grant CREATE on the schema once, then SELECT and INSERT on the tables",
}


class PostgresSink:
    """One database. Threads: the event loop only."""

    def __init__(self, config: PostgresConfig, gateway: str) -> None:
        self.name = config.name
        self._config, self._gateway = config, gateway
        self._connection: Connection | None = None

    async def open(self) -> None:
        """Connect, and make the tables that are not there. Raises SinkError."""
        if self._connection is not None:
            return
        try:
            given = await asyncio.to_thread(self._given)
            async with asyncio.timeout(self._config.timeout):
                self._connection = await psycopg.AsyncConnection.connect(**given)
            await self._bounded(self._connection, self._prepare(self._connection))
        except (psycopg.Error, OSError, ValueError) as error:
            await self._drop()
            raise SinkError(self._told(error)) from error

    async def deliver(self, batch: Sequence[Entry]) -> None:
        """Commit. Raises SinkError, SinkRefused."""
        await offer(batch, self._commit, self._place)

    async def close(self, deadline: float) -> None:
        await self._drop()

    async def _commit(self, batch: Sequence[Entry]) -> str:
        await self.open()
        if self._connection is None:
            raise SinkError(f"{self._place}: not connected")
        try:
            await self._bounded(self._connection, self._store(self._connection, batch))
        except (psycopg.DataError, psycopg.IntegrityError, UnicodeEncodeError) as error:
            return _line(error)
        except (psycopg.Error, OSError) as error:
            await self._drop()
            raise SinkError(self._told(error)) from error
        return ""

    async def _bounded(self, connection: Connection, work: Coroutine[Any, Any, None]) -> None:
        """Wait for `work`, not longer than a batch may take. What ends early loses its socket
        first: psycopg would tell a server that hangs, and wait for its answer. Raises
        TimeoutError."""
        task = asyncio.ensure_future(work)
        try:
            done, _ = await asyncio.wait({task}, timeout=self._config.timeout)
            if not done:
                raise TimeoutError
            task.result()
        finally:
            if not task.done():
                connection.pgconn.finish()
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def _store(self, connection: Connection, batch: Sequence[Entry]) -> None:
        async with connection.transaction():
            for kind in TABLES:
                rows = [row_of(e, self._gateway) for e in batch if kind_of(e) is kind]
                if rows:
                    await self._insert(connection, kind, rows)

    async def _insert(
        self, connection: Connection, kind: Kind, rows: Sequence[Sequence[Any]]
    ) -> None:
        columns = SQL(", ").join(map(Identifier, TABLES[kind].columns))
        fresh, table = Identifier(self._fresh(kind)), Identifier(self._table(kind))
        async with connection.cursor() as cursor:
            statement = SQL("COPY {} ({}) FROM STDIN").format(fresh, columns)
            async with cursor.copy(statement) as copy:
                for row in rows:
                    await copy.write_row(row)
            await cursor.execute(
                SQL("INSERT INTO {} ({}) SELECT {} FROM {} ON CONFLICT DO NOTHING").format(
                    table, columns, columns, fresh
                )
            )
            if cursor.rowcount < len(rows):
                await cursor.execute(
                    SQL(
                        "SELECT seq FROM {} f JOIN {} t USING (gateway, seq)"
                        " WHERE t.time <> f.time LIMIT 1"
                    ).format(fresh, table)
                )
                self._demand_ours(await cursor.fetchone())

    def _demand_ours(self, other: tuple[int] | None) -> None:
        """What is there under our name and number must be what was sent before: it would hide the
        new record for ever."""
        if other is not None:
            raise SinkError(
                f"{self._place}: record {other[0]} of {self._gateway} is another one there: does a"
                " second gateway have this name, or did its numbers begin anew? give it another"
                " name, or delete its rows"
            )

    # Tables

    def _table(self, kind: Kind) -> str:
        return f"{self._config.prefix}_{kind}"

    def _fresh(self, kind: Kind) -> str:
        """The temporary table that rows pass through."""
        return f"{self._config.prefix}_fresh_{kind}"

    async def _prepare(self, connection: Connection) -> None:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(%s)", (ONE_AT_A_TIME,))
            for kind in TABLES:
                found = await connection.execute("SELECT to_regclass(%s)", (self._table(kind),))
                if await found.fetchone() == (None,):
                    await self._make(connection, kind)
        for kind, table in TABLES.items():
            columns = SQL(", ").join(map(Identifier, table.columns))
            await connection.execute(
                SQL(
                    "CREATE TEMPORARY TABLE {} ON COMMIT DELETE ROWS AS"
                    " SELECT {} FROM {} WITH NO DATA"
                ).format(Identifier(self._fresh(kind)), columns, Identifier(self._table(kind)))
            )

    async def _make(self, connection: Connection, kind: Kind) -> None:
        """A table, as hypertable where there are any: the key of such a one must hold the time,
        and a record that comes again has the same time."""
        hyper = await self._has_hypertables(connection)
        name, table = self._table(kind), TABLES[kind]
        key = SQL("gateway, seq, time" if hyper else "gateway, seq")
        await connection.execute(
            SQL("CREATE TABLE {} ({}, PRIMARY KEY ({}))").format(
                Identifier(name), SQL(table.definition), key
            )
        )
        if hyper:
            statement = (
                "SELECT create_hypertable(%s::regclass, 'time'::name, if_not_exists => true)"
            )
            await connection.execute(statement, (name,))
        await connection.execute(
            SQL("CREATE INDEX {} ON {} ({})").format(
                Identifier(f"{name}_by_time"), Identifier(name), SQL(table.searched)
            )
        )

    async def _has_hypertables(self, connection: Connection) -> bool:
        found = await connection.execute(
            "SELECT EXISTS (SELECT FROM pg_proc WHERE proname = 'create_hypertable'"
            " AND pg_function_is_visible(oid))"
        )
        return await found.fetchone() == (True,)

    # The connection

    def _given(self) -> dict[str, Any]:
        """For psycopg; files are read at every connect. Raises OSError, ValueError."""
        config = self._config
        secret, ca_file = config.password_file, config.ca_file
        given = {
            "host": config.host, "port": config.port, "dbname": config.database,
            "user": config.username, "sslmode": config.sslmode, "application_name": "wisgate",
            "connect_timeout": CONNECT_S, "autocommit": True, **KEEPALIVE,
        }  # fmt: skip
        if secret is not None:
            given["password"] = text_in(secret, "password_file").strip()
        if config.sslmode == VERIFY:
            given["sslrootcert"] = str(ca_file) if ca_file is not None else "system"
        return given

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    @property
    def _place(self) -> str:
        return f"{self.name}: {self._config.host}:{self._config.port}"

    def _told(self, error: Exception) -> str:
        if isinstance(error, TimeoutError):
            wait = f"no answer in {self._config.timeout:g} s"
            return f"{self._place}: {wait}; check the network and the server"
        line = _line(error)
        cure = next((cure for sign, cure in CURES.items() if sign in line), "")
        return f"{self._place}: {line}" + (f"; {cure}" if cure else "")


def _line(error: Exception) -> str:
    """What PostgreSQL says, without the rows that it repeats, which may be long."""
    diagnosis = error.diag.message_primary if isinstance(error, psycopg.Error) else None
    return " ".join((diagnosis or str(error)).split())


def make(config: PostgresConfig, gateway: str, access: Access) -> PostgresSink:
    return PostgresSink(config, gateway)
