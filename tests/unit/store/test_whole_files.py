"""A file is replaced as a whole, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from wisgate.store.files import replacing, write_synced


def test_a_file_is_made_and_replaced_with_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "users.json"
    write_synced(path, b"first", 0o600)
    write_synced(path, b"second", 0o600)
    assert path.read_bytes() == b"second"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_what_was_not_finished_leaves_the_old_file_and_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "gateway.toml"
    write_synced(path, b"old")

    def half() -> None:
        with replacing(path) as fresh:
            fresh.write_bytes(b"ne")
            raise ValueError("half")

    with pytest.raises(ValueError, match="half"):
        half()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_an_earlier_end_left_beside_is_not_followed(tmp_path: Path) -> None:
    victim, path = tmp_path / "victim", tmp_path / "secret"
    victim.write_bytes(b"mine")
    (tmp_path / "secret.new").symlink_to(victim)
    write_synced(path, b"theirs", 0o600)
    assert (victim.read_bytes(), path.read_bytes()) == (b"mine", b"theirs")
    assert not path.is_symlink()
