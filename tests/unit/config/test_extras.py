"""A type whose library is not installed is told with the command that installs it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from wisgate.config.load import load
from wisgate.core.errors import ConfigError

FILE = """
name = "pump-house"
board = "rak7391"

[sink.base]
type = "postgres"
url = "postgresql://anna@db.example/plant"
"""


def test_what_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gateway.toml").write_text(FILE)
    assert load(tmp_path / "gateway.toml").sinks[0].type == "postgres"
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "gateway.toml")
    assert str(caught.value) == (
        f'{tmp_path}/gateway.toml:6: type: "postgres" needs psycopg, which is not installed;'
        " run: pip install 'wisgate[postgres]'"
    )
