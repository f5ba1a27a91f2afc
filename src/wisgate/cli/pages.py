"""The vendor's pages as `wisgate catalog show s3` prints them: tables, then statements."""

from __future__ import annotations

from ..catalog.catalog import Catalog
from ..catalog.pages import Page
from ..core.errors import CatalogError
from .sections import Section

STATEMENTS = "statements"


def page(catalog: Catalog, asked: str) -> Page | None:
    """The page "s3" or "pages/s3"; None when that is no page."""
    return catalog.pages.get(asked.strip().lower().removeprefix("pages/"))


def page_sections(of: Page, asked: str = "") -> list[Section]:
    """All of a page, one of its tables, or its statements. Raises CatalogError."""
    made = [_table(of, n) for n in range(len(of.tables))]
    if of.statements:
        made.append(_statements(of))
    found = [s for s in made if asked.lower() in ("", s.name)]
    if not found:
        known = ", ".join(dict.fromkeys(s.name for s in made))
        raise CatalogError(f"{of.id} has no section {asked!r}; it has: {known}")
    return found


def _table(of: Page, n: int) -> Section:
    table = of.tables[n]
    source = f"{of.id.upper()} line {table.line}; {table.carried}"
    rows = [(*row, source) for row in table.rows]
    return Section(table.id, table.title, (*table.columns, "Source; carried by"), rows)


def _statements(of: Page) -> Section:
    rows = [(s.id, s.says, f"{of.id.upper()} line {s.line}; {s.entry}") for s in of.statements]
    return Section(STATEMENTS, "Statements", ("", "Says", "Source; carried by"), rows)
