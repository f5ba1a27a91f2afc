"""Files that rotate: what is on the disk after every kind of end, and what is kept."""

from __future__ import annotations

import errno
import gzip
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import date, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wisgate.gateway.rotation import REMEMBERED, Limits, Line, RotatingFiles

FRIDAY = date(2026, 11, 20)
LARGE = Limits(1e6, 1e9, 100)


Files = Callable[..., RotatingFiles]


def rotating(folder: Path, limits: Limits = LARGE) -> RotatingFiles:
    return RotatingFiles(folder, "pump", "csv", b"seq\n", limits)


@pytest.fixture
def files() -> Iterator[Files]:
    """Makes them, and closes all that it made."""
    with ExitStack() as ends:

        def made(folder: Path, limits: Limits = LARGE) -> RotatingFiles:
            there = rotating(folder, limits)
            ends.callback(there.close)
            return there

        yield made


def line(seq: int, day: date = FRIDAY) -> Line:
    return Line(seq, day, b"%d\n" % seq)


def lines(first: int, last: int, day: date = FRIDAY) -> list[Line]:
    return [line(seq, day) for seq in range(first, last + 1)]


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def read(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def seqs(folder: Path) -> list[int]:
    """Of every line in every file, heads left out."""
    return [
        int(text)
        for path in sorted(folder.iterdir())
        for text in read(path).split(b"\n")
        if text not in (b"", b"seq")
    ]


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """The disk is full: the kernel refuses to let any file of this process grow beyond `size`."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_file_is_named_after_its_day_and_first_line(files: Files, tmp_path: Path) -> None:
    there = files(tmp_path / "made by itself")
    there.append(lines(7, 9))
    there.append(lines(10, 10))
    only = tmp_path / "made by itself" / "pump-2026-11-20-000000000007.csv"
    assert only.read_bytes() == b"seq\n7\n8\n9\n10\n"
    assert only.stat().st_mode & 0o777 == 0o640
    assert names(only.parent) == [only.name]


def test_a_new_day_and_a_full_file_begin_another(files: Files, tmp_path: Path) -> None:
    there = files(tmp_path, Limits(20, 1e9, 100))
    there.append([*lines(10, 16), *lines(17, 18, FRIDAY + timedelta(days=1))])
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {
        "pump-2026-11-20-000000000010.csv": b"seq\n10\n11\n12\n13\n14\n",
        "pump-2026-11-20-000000000015.csv": b"seq\n15\n16\n",
        "pump-2026-11-21-000000000017.csv": b"seq\n17\n18\n",
    }


def test_readings_around_midnight_do_not_tear_the_files_up(files: Files, tmp_path: Path) -> None:
    saturday = FRIDAY + timedelta(days=1)
    there = files(tmp_path)
    there.append([line(1), line(2, saturday), line(3), line(4, saturday)])
    assert names(tmp_path) == [
        "pump-2026-11-20-000000000001.csv",
        "pump-2026-11-21-000000000002.csv",
    ]
    there.append([line(5, FRIDAY - timedelta(days=1))])
    assert names(tmp_path)[0] == "pump-2026-11-19-000000000005.csv"


def test_a_restart_goes_on_in_the_same_file_without_a_second_line(
    files: Files, tmp_path: Path
) -> None:
    files(tmp_path).append(lines(1, 5))
    files(tmp_path).append(lines(4, 8))
    assert names(tmp_path) == ["pump-2026-11-20-000000000001.csv"]
    assert seqs(tmp_path) == list(range(1, 9))


def test_a_restart_knows_the_lines_of_the_file_before(files: Files, tmp_path: Path) -> None:
    packed = Limits(50, 1e9, 100, compress=True)
    files(tmp_path, packed).append(lines(10, 27))
    assert [n[-7:] for n in names(tmp_path)] == [".csv.gz", "025.csv"]
    files(tmp_path, packed).append(lines(12, 30))
    assert seqs(tmp_path) == list(range(10, 31))


def test_numbers_that_begin_anew_are_no_lines_that_are_known(files: Files, tmp_path: Path) -> None:
    """The folder of the store was lost: the same numbers, other readings."""
    files(tmp_path).append([Line(1, FRIDAY, b"1,old\n")])
    files(tmp_path).append([Line(1, FRIDAY, b"1,new\n")])
    assert next(tmp_path.iterdir()).read_bytes() == b"seq\n1,old\n1,new\n"


@given(whole=st.integers(0, 5), torn=st.integers(0, 12), nulls=st.integers(0, 3))
def test_whatever_a_power_cut_leaves_is_completed(
    tmp_path_factory: pytest.TempPathFactory, whole: int, torn: int, nulls: int
) -> None:
    """What was acknowledged is on the disk; of what was under way there is any part, or nulls."""
    folder = tmp_path_factory.mktemp("cut")
    with closing(rotating(folder)) as there:
        there.append(lines(1, 5))
    under_way = b"".join(one.text for one in lines(6, 11))
    with next(folder.iterdir()).open("ab") as file:
        file.write(under_way[:torn] + b"\0" * nulls + under_way[torn + nulls :] * bool(nulls))
    with closing(rotating(folder)) as there:
        there.append(lines(1 + whole, 11))
    assert next(folder.iterdir()).read_bytes() == b"seq\n" + b"".join(
        one.text for one in lines(1, 11)
    )


@pytest.mark.parametrize("left", [b"", b"se", b"\0\0\0\0", b"seq\n"])
def test_a_power_cut_while_a_file_began(files: Files, tmp_path: Path, left: bytes) -> None:
    (tmp_path / "pump-2026-11-20-000000000001.csv").write_bytes(left)
    files(tmp_path).append(lines(1, 2))
    assert next(tmp_path.iterdir()).read_bytes() == b"seq\n1\n2\n"


def test_the_end_of_a_large_file_is_looked_at_only(files: Files, tmp_path: Path) -> None:
    path = tmp_path / "pump-2026-11-20-000000000001.csv"
    path.write_bytes(b"seq\n" + b"x" * 999 + b"\n" + b"y" * (3 << 20))
    files(tmp_path).append(lines(2, 2))
    assert path.read_bytes() == b"seq\n" + b"x" * 999 + b"\n2\n"
    path.write_bytes(b"seq\n" + b"".join(b"%d\n" % n for n in range(10**6)))
    there = files(tmp_path, Limits(1e8, 1e9, 100))
    there.append([line(10**6 - 1), line(10**6)])
    assert path.read_bytes().endswith(b"\n999998\n999999\n1000000\n")


def test_a_full_disk_leaves_whole_lines_and_nothing_twice(files: Files, tmp_path: Path) -> None:
    there = files(tmp_path, Limits(60, 1e9, 100))
    there.append(lines(10, 12))
    with no_file_beyond(40):
        for _ in range(3):
            with pytest.raises(OSError, match="File too large"):
                there.append(lines(13, 40))
    there.append(lines(13, 40))
    assert seqs(tmp_path) == list(range(10, 41))
    assert all(p.read_bytes().startswith(b"seq\n") for p in tmp_path.iterdir())


def test_a_full_disk_in_the_second_file_of_a_batch(files: Files, tmp_path: Path) -> None:
    there = files(tmp_path, Limits(30, 1e9, 100))
    batch = [*lines(10, 15), Line(16, FRIDAY, b"16" * 50 + b"\n"), *lines(17, 18)]
    with no_file_beyond(80), pytest.raises(OSError, match="File too large"):
        there.append(batch)
    there.append(batch)
    assert seqs(tmp_path) == [*range(10, 16), int("16" * 50), 17, 18]


def test_a_file_that_somebody_took_away_is_begun_anew(files: Files, tmp_path: Path) -> None:
    there = files(tmp_path)
    there.append(lines(1, 3))
    next(tmp_path.iterdir()).rename(tmp_path / "elsewhere")
    there.append(lines(4, 5))
    assert (tmp_path / "pump-2026-11-20-000000000004.csv").read_bytes() == b"seq\n4\n5\n"


def test_a_stick_that_is_pulled_and_another_put_in(files: Files, tmp_path: Path) -> None:
    stick, drawer = tmp_path / "stick", tmp_path / "drawer"
    stick.mkdir()
    there = files(stick / "readings")
    there.append(lines(1, 3))
    stick.rename(drawer)
    with pytest.raises(FileNotFoundError):
        there.append(lines(4, 5))
    assert not stick.exists()
    stick.mkdir()
    there.append(lines(4, 5))
    there.append(lines(6, 6))
    assert seqs(stick / "readings") == [4, 5, 6]
    assert seqs(drawer / "readings") == [1, 2, 3]


def test_the_oldest_go_by_number_and_by_size(files: Files, tmp_path: Path) -> None:
    (tmp_path / "pump-2026-13-77-000000000001.csv").write_text("of somebody else")
    (tmp_path / "notes.txt").write_text("of somebody else")
    by_number = files(tmp_path, Limits(10, 1e9, 3))
    for seq in range(1, 20):
        by_number.append([line(seq)])
    ours = sorted(tmp_path.glob("pump-2026-11*"))
    assert len(ours) == 3
    assert ours[-1].read_bytes().endswith(b"19\n")
    files(tmp_path, Limits(10, 25, 100)).append(lines(20, 30))
    ours = sorted(tmp_path.glob("pump-2026-11*"))
    assert sum(p.stat().st_size for p in ours) <= 25
    assert ours[-1].read_bytes() == b"seq\n30\n" or ours[-1].read_bytes().endswith(b"30\n")
    assert (tmp_path / "notes.txt").exists()
    assert len(list(tmp_path.iterdir())) == len(ours) + 2


def test_closed_files_are_compressed_and_cut_compressions_done_again(
    files: Files, tmp_path: Path
) -> None:
    there = files(tmp_path, Limits(20, 1e9, 100, compress=True))
    there.append(lines(10, 30))
    there.close()
    assert [p.suffix for p in sorted(tmp_path.iterdir())] == [".gz"] * 4 + [".csv"]
    assert seqs(tmp_path) == list(range(10, 31))
    first = min(tmp_path.iterdir())
    first.with_suffix("").write_bytes(read(first))  # the end came before the plain one went
    first.write_bytes(b"")
    (tmp_path / "pump-2026-11-20-000000000001.csv.part").write_bytes(b"half")
    files(tmp_path, Limits(20, 1e9, 100, compress=True)).append(lines(31, 31))
    assert seqs(tmp_path) == list(range(10, 32))
    assert [p.suffix for p in sorted(tmp_path.iterdir())] == [".gz"] * 4 + [".csv"]


@pytest.mark.parametrize("left", [b"", b"nothing packed", gzip.compress(b"12\n", mtime=0)[:-9]])
def test_a_damaged_file_among_the_closed_stops_nobody(
    files: Files, tmp_path: Path, left: bytes
) -> None:
    damaged = tmp_path / "pump-2026-11-20-000000000001.csv.gz"
    damaged.write_bytes(left)
    files(tmp_path).append(lines(13, 14))
    assert damaged.read_bytes() == left
    assert (tmp_path / "pump-2026-11-20-000000000013.csv").read_bytes() == b"seq\n13\n14\n"


def test_a_line_counts_only_once_it_is_synced(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a failed sync the kernel may have dropped what was written, and says so only once."""
    synced: list[bytes] = []
    broken: list[OSError] = []
    path = tmp_path / "pump-2026-11-20-000000000001.csv"

    def sync(descriptor: int) -> None:
        if broken:
            raise broken.pop()
        synced.append(path.read_bytes())

    monkeypatch.setattr("os.fdatasync", sync)
    there = files(tmp_path)
    there.append(lines(1, 2))
    assert synced == [b"seq\n", b"seq\n1\n2\n"]
    broken.append(OSError(errno.EIO, "Input/output error"))
    with pytest.raises(OSError, match="Input/output error"):
        there.append(lines(3, 4))
    there.append(lines(3, 4))
    assert synced[2:] == [b"seq\n1\n2\n3\n4\n"]


def test_an_interrupted_compression_leaves_the_plain_file(files: Files, tmp_path: Path) -> None:
    there = files(tmp_path, Limits(20, 1e9, 100, compress=True))
    there.interrupt()
    there.append(lines(10, 20))
    assert {p.suffix for p in tmp_path.iterdir()} == {".csv"}


def test_what_is_remembered_is_bounded(files: Files, tmp_path: Path) -> None:
    there = files(tmp_path)
    there.append(lines(1, REMEMBERED + 1))
    there.append(lines(1, 2))
    assert seqs(tmp_path).count(1) == 2
    assert seqs(tmp_path).count(2) == 1


VICTIM = """
import sys
from pathlib import Path
from test_rotation import Limits, line, rotating
there = rotating(Path(sys.argv[1]), Limits(2000, 1e9, 10_000, compress=True))
for seq in range(int(sys.argv[2]), 10**6, 10):
    there.append([line(n) for n in range(seq, seq + 10)])
    print(seq + 9, flush=True)
"""


def test_kill_at_any_moment_loses_and_doubles_nothing(files: Files, tmp_path: Path) -> None:
    folder, done = tmp_path / "readings", 0
    for lived in (1, 35, 80):
        command = [sys.executable, "-c", VICTIM, str(folder), str(done + 1)]
        here = str(Path(__file__).parent)
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=here, text=True) as victim:
            assert victim.stdout is not None
            for told in count(1):
                done = int(victim.stdout.readline())
                if told == lived:
                    victim.kill()
                    break
            for rest in victim.stdout:
                done = int(rest) if rest.endswith("\n") else done
    files(folder).append(lines(done + 1, done + 10))
    assert seqs(folder) == list(range(1, done + 11))
