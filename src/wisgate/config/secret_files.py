"""Secrets in files, as sinks and upstreams read them at every connect."""

from __future__ import annotations

from pathlib import Path


def text_in(file: Path, option: str) -> str:
    """The text in `file`, which `option` names. Raises OSError, and ValueError, which never repeats
    what the file holds."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        cure = "write the secret into it, and nothing else"
        raise ValueError(f"{option} is no text in UTF-8; {cure}") from None
