"""A real PostgreSQL on a free port of the loopback. It never runs as root: for the administrator it
runs as the user of Debian's package."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from certificates import Pair
from peers import DEADLINE_S, free_port, until

OWNER = "postgres" if os.geteuid() == 0 else None
PASSWORD = "right"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "8MB",
    "max_connections": "20",
}


def binary(name: str) -> str:
    """The newest of Debian's, which are not on the path; or what is on the path."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    found = shutil.which(name, path=str(folders[-1])) if folders else shutil.which(name)
    assert found, f"{name} is missing; run: sudo apt-get install postgresql"
    return found


@dataclass
class Postgresql:
    """A server that can be killed and started again with what it had."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        settings = {**SETTINGS, "port": str(self.port)}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [binary("postgres"), "-D", str(self.folder / "cluster"), *options],
                cwd=self.folder, user=OWNER, group=OWNER, stdout=log, stderr=log,
            )  # fmt: skip
        until(self._ready, f"PostgreSQL answers on port {self.port}")

    def _ready(self) -> bool:
        if self.process is not None and self.process.poll() is not None:
            raise AssertionError((self.folder / "log").read_text())
        try:
            psycopg.connect(self.address("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def kill(self) -> None:
        """At once, without writing down anything: the next start recovers from the log."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(DEADLINE_S)
            self.process = None

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """All of its processes stand still."""
        assert self.process is not None
        backends = self.run(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
        )
        pids = [self.process.pid, *(pid for (pid,) in backends)]
        ends = [pid for pid in pids if Path(f"/proc/{pid}").exists()]
        for pid in ends:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in ends:
                with suppress(ProcessLookupError):  # its client had hung up before it stood still
                    os.kill(pid, signal.SIGCONT)

    def address(self, database: str) -> str:
        return (
            f"host=127.0.0.1 port={self.port} user=postgres password={PASSWORD} dbname={database}"
        )

    def run(self, statement: str, database: str = "plant") -> list[tuple[Any, ...]]:
        """Do it; the rows that it gives."""
        with psycopg.connect(self.address(database), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def fresh(self) -> None:
        """An empty database "plant"."""
        self.run("DROP DATABASE IF EXISTS plant WITH (FORCE)", "postgres")
        self.run("CREATE DATABASE plant", "postgres")

    def serve_tls(self, own: Pair) -> None:
        """From the start on."""
        lines = ["ssl = on"]
        for name, file in (("ssl_cert_file", own.certificate), ("ssl_key_file", own.key)):
            copy = Path(shutil.copy(file, self.folder))
            copy.chmod(0o600)
            if OWNER:
                shutil.chown(copy, OWNER, OWNER)
            lines.append(f"{name} = '{copy}'")
        with (self.folder / "cluster" / "postgresql.conf").open("a") as settings:
            settings.write("\n".join(lines) + "\n")


def _as_owner(folder: Path, command: Sequence[str]) -> None:
    subprocess.run(command, cwd=folder, user=OWNER, group=OWNER, check=True, capture_output=True)


@contextmanager
def postgresql(tls: Pair | None = None) -> Iterator[Postgresql]:
    """A new cluster; with `tls` it takes connections with and without. Not in a folder of
    pytest's, through which another user cannot go."""
    folder = Path(tempfile.mkdtemp(prefix="wisgate-postgresql-"))
    there = Postgresql(folder, free_port())
    try:
        (folder / "password").write_text(PASSWORD)
        if OWNER:
            shutil.chown(folder, OWNER, OWNER)
            shutil.chown(folder / "password", OWNER, OWNER)
        _as_owner(
            folder,
            [
                binary("initdb"), "-D", str(folder / "cluster"), "-U", "postgres", "-E", "UTF8",
                "--locale=C", "--auth=scram-sha-256", f"--pwfile={folder / 'password'}",
                "--no-sync",
            ],
        )  # fmt: skip
        if tls is not None:
            there.serve_tls(tls)
        there.start()
        yield there
    finally:
        there.kill()
        shutil.rmtree(folder)
