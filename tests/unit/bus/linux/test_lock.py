from __future__ import annotations

from pathlib import Path

import pytest

from wisgate.bus.linux.lock import hold
from wisgate.core.errors import Unavailable


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    lock = tmp_path / "new" / "lock"
    with hold(lock), pytest.raises(Unavailable, match=f"another wisgate uses {lock.parent}"):
        hold(lock).__enter__()
    with hold(lock):
        assert lock.exists()


def test_a_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="must be writable"), hold(tmp_path / "file" / "lock"):
        pass
