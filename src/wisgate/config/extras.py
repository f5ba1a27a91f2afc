"""What a table needs beyond the plain installation."""

from __future__ import annotations

from importlib.util import find_spec

from .tables import Table


def demand_extra(table: Table, extra: str, module: str) -> None:
    """Fault a table that needs `module`, which `extra` installs, where it is not."""
    try:
        there = find_spec(module) is not None
    except ModuleNotFoundError:  # not even the package around it
        there = False
    if there:
        return
    kind = table.values.get("type")
    what, key = (table.label, None) if kind is None else (f'type: "{kind}"', "type")
    found = f"{what} needs {module}, which is not installed"
    table.fault(f"{found}; run: pip install 'wisgate[{extra}]'", key)
