"""What the operating system tells of a gateway's folder and process."""

from __future__ import annotations

import os
from pathlib import Path

from wisgate.board.folder import bytes_written


def test_bytes_written_grow_with_what_is_written(tmp_path: Path) -> None:
    before = bytes_written()
    assert before is not None
    with (tmp_path / "file").open("wb") as file:
        file.write(bytes(1_000_000))
        file.flush()
        os.fsync(file.fileno())
    after = bytes_written()
    assert after is not None
    assert 0 <= before <= after
