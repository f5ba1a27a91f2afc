"""A virtual day: everything fails once and comes back, and one seed leaves the same bytes."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest
from gateways import EXAMPLES, PUMP_HOUSE, Stored, wisgate

ROUGH_DAY = EXAMPLES / "scenarios/rough-day.toml"
FACTOR = 8
"""The short day has this many times fewer hours. Faults come as much closer; they last as long."""


def short_day(folder: Path) -> Path:
    """The rough day in three hours."""
    times = re.compile(r'^(time|every) = "([\d.]+)(min|h)"', re.MULTILINE)
    text = times.sub(
        lambda m: f'{m[1]} = "{float(m[2]) * {"min": 60, "h": 3600}[m[3]] / FACTOR:g}s"',
        ROUGH_DAY.read_text(),
    )
    file = folder / "short-day.toml"
    file.write_text(text)
    return file


def run(folder: Path, hours: float, scenario: Path | None, seed: int) -> Path:
    """The folder of a virtual day."""
    data = folder / f"seed-{seed}-{len(list(folder.iterdir()))}-{hours}"
    more: list[str | Path] = [] if scenario is None else ["--scenario", scenario]
    done = wisgate(
        "run", PUMP_HOUSE, "--fast-forward", f"{hours}h", "--seed", str(seed), "--data", data,
        *more, state=folder, seconds=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    logged = {line[:10] for line in done.stderr.splitlines() if " WARNING " in line}
    assert logged <= {"2026-01-01", "2026-01-02"}, "the log tells virtual time"
    assert f"store: {data}/wisgate.db" in done.stdout
    return data


def digest(data: Path) -> str:
    return sha256((data / "wisgate.db").read_bytes()).hexdigest()


def check_day(folder: Path, hours: float, scenario: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        homes = [folder / name for name in ("first", "again", "other")]
        for home in homes:
            home.mkdir()
        runs = pool.map(lambda home, seed: run(home, hours, scenario, seed), homes, (7, 7, 8))
        first, again, other = runs
    assert digest(first) == digest(again)
    assert digest(first) != digest(other)
    check_faults(Stored(first))
    for data in (first, other):
        names = ["boot", "lock", "power-fail.json", "wisgate.db"]
        assert sorted(file.name for file in data.iterdir()) == names
        stored = Stored(data)
        ((seq, first, last, cause),) = stored.gaps
        assert (first, last, cause) == (seq - 1, seq - 1, "power fail")
        numbers = sorted([seq, first, *(row[0] for row in stored.rows)])
        assert numbers == list(range(1, len(stored.rows) + 3))
        assert stored.of("pump")[-1][0] == 0


def check_faults(stored: Stored) -> None:
    """Every fault of the day shows as a status, and none as a number."""
    assert stored.statuses("tank_level") >= {"good", "fault", "absent"}
    assert stored.statuses("board_temperature") >= {"good", "fault", "absent"}
    assert stored.statuses("pump") >= {"good", "fault"}
    assert {value for value, _, _ in stored.of("supply_present")} == {0, 1}
    for _, name, value, status, _ in stored.rows:
        assert (value is not None) == (status in ("good", "uncertain")), (name, value, status)
    levels = [value for value, _, _ in stored.of("tank_level") if value is not None]
    assert max(levels) > 3.3, "the tank runs over"
    assert all(-0.1 < level < 3.8 for level in levels)


@pytest.mark.timeout(180)
def test_a_short_day_with_faults(tmp_path: Path) -> None:
    check_day(tmp_path, 24 / FACTOR, short_day(tmp_path))


@pytest.mark.prove
def test_a_whole_day_with_faults(tmp_path: Path) -> None:
    check_day(tmp_path, 24, ROUGH_DAY)


def test_outputs_end_safe(tmp_path: Path) -> None:
    day = Stored(run(tmp_path, 2, None, 3))
    started = next(count for count, row in enumerate(day.rows) if row[1] == "pump" and row[2] == 1)
    levels = [row for row in day.rows[:started] if row[1] == "tank_level"]
    assert levels[-1][2] < 0.8, "the rule starts the pump at a low level"
    # The same day again, ended while the pump runs: stored is that it was switched off.
    ended = Stored(run(tmp_path, (seconds_of(day, started) + 30) / 3600, None, 3))
    assert ended.of("pump")[-2:] == [(1, "good", "fill"), (0, "good", "safe state")]


def seconds_of(day: Stored, count: int) -> float:
    return (day.times[count] - day.times[0]) / 1e9


def test_a_folder_with_a_store_is_not_overwritten(tmp_path: Path) -> None:
    data = run(tmp_path, 0.1, None, 1)
    before = digest(data)
    again = wisgate("run", PUMP_HOUSE, "--fast-forward", "6min", "--data", data, state=tmp_path)
    assert again.returncode == 1
    assert "holds a store already" in again.stderr
    assert digest(data) == before
