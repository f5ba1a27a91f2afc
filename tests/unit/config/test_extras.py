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
type = "{}"
url = "{}"
"""
POSTGRES = FILE.format("postgres", "postgresql://anna@db.example/plant")
SPARKPLUG = FILE.format("sparkplug", "mqtt://broker.example")


@pytest.mark.parametrize(
    ("file", "kind", "module", "missing"),
    [
        (POSTGRES, "postgres", "psycopg", "psycopg"),
        (SPARKPLUG, "sparkplug", "google.protobuf", "google.protobuf"),
        (SPARKPLUG, "sparkplug", "google.protobuf", "google"),  # the package around it
    ],
)
def test_what_is_missing_is_named(
    file: str, kind: str, module: str, missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gateway.toml").write_text(file)
    assert load(tmp_path / "gateway.toml").sinks[0].type == kind
    if missing != module:
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "gateway.toml")
    assert str(caught.value) == (
        f'{tmp_path}/gateway.toml:6: type: "{kind}" needs {module}, which is not installed;'
        f" run: pip install 'wisgate[{kind}]'"
    )
