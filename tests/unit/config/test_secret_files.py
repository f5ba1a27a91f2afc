"""Secrets in files: read as they are, and never told."""

from __future__ import annotations

from pathlib import Path

import pytest

from wisgate.config.secret_files import text_in


def test_a_secret_may_have_any_letter(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("gehe\u00efm\n", encoding="utf-8")
    assert text_in(file, "token_file") == "gehe\u00efm\n"


def test_what_is_no_text_is_told_without_it(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_bytes(b"hidden\xff")
    with pytest.raises(ValueError, match=r"^token_file is no text in UTF-8; write") as error:
        text_in(file, "token_file")
    assert "hidden" not in str(error.value)
