"""`wisgate` as real processes: started, waited for, killed, and what they left behind."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sqlite3
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from peers import by_modes, free_port, until

WISGATE = Path(sys.executable).with_name("wisgate")
EXAMPLES = Path(__file__).parents[1] / "examples"
PUMP_HOUSE = EXAMPLES / "pump-house.toml"

STOP_S = 8.0
"""After a signal a gateway is gone within this time, whatever it was doing."""
PATIENCE_S = 40.0
"""For a process on a machine whose cores others use, too."""

SCHEMA_STATUS = ("good", "uncertain", "stale", "saturated", "absent", "fault")
"""The numbers of statuses in the file of the store; written down a second time on purpose."""


def pump_house(folder: Path, broker: int, *changes: tuple[str, str], more: str = "") -> Path:
    """A copy of the example on ports of its own. `changes`: texts to replace, each of which must
    be there. `more` is added at the end."""
    text = PUMP_HOUSE.read_text()
    for old, new in (
        ("mqtt://127.0.0.1:1883", f"mqtt://127.0.0.1:{broker}"),
        ('listen = "127.0.0.1:8391"', f'listen = "127.0.0.1:{free_port()}"'),
        *changes,
    ):
        assert old in text, old
        text = text.replace(old, new)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "gateway.toml"
    file.write_text(text + more)
    return file


def environment(state: Path) -> dict[str, str]:
    """Without colours, at home in `state`."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("WISGATE", "XDG", "NO_COLOR"))}
    return {**kept, "XDG_STATE_HOME": str(state)}


def wisgate(
    *words: str | Path, state: Path, seconds: float = PATIENCE_S
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [WISGATE, *words], capture_output=True, text=True, timeout=seconds, check=False,
        env=environment(state), stdin=subprocess.DEVNULL,
    )  # fmt: skip


class Running:
    """A process of `wisgate`, its output in files. Use as a context; what still runs at the end is
    killed."""

    def __init__(
        self, folder: Path, *words: str | Path, limit_kb: int | None = None, refused: bool = False
    ) -> None:
        """`limit_kb`: no file may grow beyond (ulimit -f). `refused`: what a mode forbids is
        forbidden, whoever runs the tests."""
        folder.mkdir(parents=True, exist_ok=True)
        self._out, self._err = folder / "stdout", folder / "stderr"
        command: Sequence[str | Path] = [WISGATE, *words]
        if limit_kb is not None:
            command = ["bash", "-c", f'ulimit -f {limit_kb}; exec "$@"', "limited", *command]
        if refused:
            command = [*by_modes(), *command]
        with self._out.open("w") as out, self._err.open("w") as err:
            self.process = subprocess.Popen(
                command, stdout=out, stderr=err, stdin=subprocess.DEVNULL,
                env=environment(folder / "state"),
            )  # fmt: skip

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def out(self) -> str:
        return self._out.read_text()

    @property
    def err(self) -> str:
        return self._err.read_text()

    @property
    def url(self) -> str:
        """Of the dashboard, without the slash at its end."""
        match = re.search(r"dashboard: (\S+)/\s", self.out)
        assert match is not None, self.out
        return match[1]

    def says(self, text: str, seconds: float = PATIENCE_S) -> Running:
        """Wait until `text` stands in its output."""

        def there() -> bool:
            if text in self.out or text in self.err:
                return True
            assert self.process.poll() is None, f"it ended: {self.out}{self.err}"
            return False

        until(there, f"{text!r} is said; {self.out}{self.err}", seconds)
        return self

    def ready(self) -> Running:
        """Wait for the address of the dashboard."""
        return self.says("dashboard: ")

    def lives_for(self, seconds: float) -> None:
        """Let it run for so long; fails when it ends by itself."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
            raise AssertionError(f"it ended by itself: {self.out}{self.err}")

    def kill(self) -> None:
        """Without any warning, like a power switch."""
        self.process.kill()
        self.process.wait(PATIENCE_S)

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def ends(self, seconds: float = STOP_S) -> int:
        """Wait for its end; returns the exit code."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still there after {seconds:g} s: {self.out}{self.err}") from None

    def stop(self, number: signal.Signals = signal.SIGTERM, seconds: float = STOP_S) -> int:
        """Ask it to end; returns the exit code."""
        self.send(number)
        return self.ends(seconds)


def stored_rows(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """Number, point, value, status, cause and time of every record, read without our code."""
    rows = connection.execute(
        "SELECT seq, name, value, status, cause, time_ns FROM record JOIN point"
        " ON record.point = point.id"
    ).fetchall()
    points = {key: row for key, *row in connection.execute("SELECT id, name, kind FROM point")}
    for seq, time_ns, first, last, body in connection.execute("SELECT * FROM sampling"):
        values = struct.unpack(f"<{last - first + 1}d", body[:-4])
        for key, value in enumerate(values, first):
            name, kind = points[key]
            shown = value if kind == 0 else int(value)  # as SQLite keeps whole numbers and switches
            rows.append((seq - last + key, name, shown, 0, None, time_ns))
    return sorted(rows)


class Stored:
    """What a store holds, read without our code while nobody writes."""

    def __init__(self, folder: Path) -> None:
        with contextlib.closing(sqlite3.connect(folder / "wisgate.db")) as connection:
            rows = stored_rows(connection)
            self.gaps = connection.execute("SELECT seq, first, last, cause FROM gap").fetchall()
        self.rows = [(s, n, v, SCHEMA_STATUS[st], c) for s, n, v, st, c, _ in rows]
        self.times = [time_ns for *_, time_ns in rows]

    def of(self, point: str) -> list[tuple[Any, str, str]]:
        """Value, status and cause of every record of a point, oldest first."""
        return [(value, status, cause) for _, name, value, status, cause in self.rows
                if name == point]  # fmt: skip

    def statuses(self, point: str) -> set[str]:
        return {status for _, status, _ in self.of(point)}


@contextlib.contextmanager
def running(folder: Path, file: Path, data: Path, *more: str | Path) -> Iterator[Running]:
    """`wisgate run FILE --virtual` with its own folders, ready."""
    with Running(folder, "run", file, "--virtual", "--data", data, *more) as gateway:
        yield gateway.ready()
