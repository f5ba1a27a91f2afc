"""What modules keep over restarts: whole or not at all, and never a reason to fail."""

from pathlib import Path

import pytest

from wisgate.board.memory import forgetful, in_folder
from wisgate.core.errors import Unavailable

KEPT = {"r0": 11200.5, "at": "2026-01-01T00:00:00Z", "count": 3, "clean": True, "note": None}


def test_what_was_kept_is_there_after_a_restart(tmp_path: Path) -> None:
    in_folder(tmp_path)("wisblock-1-rak12009").keep(KEPT)
    assert in_folder(tmp_path)("wisblock-1-rak12009").load() == KEPT
    assert in_folder(tmp_path)("wisblock-2-rak12009").load() == {}


def test_a_second_time_replaces_the_first(tmp_path: Path) -> None:
    memory = in_folder(tmp_path)("clock")
    memory.keep({"a": 1})
    memory.keep({"b": 2})
    assert memory.load() == {"b": 2}
    assert [p.name for p in (tmp_path / "modules").iterdir()] == ["clock.json"]


@pytest.mark.parametrize("damage", [b"", b"{", b"[1]", b"\xff\xfe", b'{"a": [1]}'])
def test_a_damaged_file_is_an_empty_memory(tmp_path: Path, damage: bytes) -> None:
    memory = in_folder(tmp_path)("clock")
    memory.keep({"a": 1})
    (tmp_path / "modules" / "clock.json").write_bytes(damage)
    assert memory.load() == {}


def test_a_disk_that_refuses_is_told(tmp_path: Path) -> None:
    (tmp_path / "modules").write_text("a file where the folder should be")
    with pytest.raises(Unavailable, match="cannot be written"):
        in_folder(tmp_path)("clock").keep({"a": 1})


def test_a_forgetful_memory_lasts_as_long_as_the_board() -> None:
    memories = forgetful()
    memories("a").keep({"x": 1})
    assert memories("a").load() == {"x": 1}
    assert memories("b").load() == {}
    assert forgetful()("a").load() == {}
