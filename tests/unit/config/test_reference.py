"""The reference page is what the declarations say."""

from __future__ import annotations

from pathlib import Path

from wisgate.config.reference import reference

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "configuration.md"


def test_page_is_up_to_date():
    assert PAGE.read_text("utf-8") == reference(), (
        "run: python -m wisgate.config.reference > docs/reference/configuration.md"
    )
