"""JSON and TOML as people want to read them: what is short stands on one line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

Value = str | int | float | bool | None | Sequence["Value"] | Mapping[str, "Value"]
WIDTH = 110


def as_json(value: Value) -> str:
    return _json(value, "") + "\n"


def _json(value: Value, indent: str) -> str:
    flat = json.dumps(value, ensure_ascii=False)
    deeper = indent + "  "
    if isinstance(value, Mapping):
        nested = any(isinstance(v, Mapping) for v in value.values())
        if value and (nested or len(flat) + len(indent) > WIDTH):
            rows = [f"{deeper}{json.dumps(k)}: {_json(v, deeper)}" for k, v in value.items()]
            return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
    elif isinstance(value, list | tuple) and value and len(flat) + len(indent) > WIDTH:
        rows = [f"{deeper}{_json(v, deeper)}" for v in value]
        return "[\n" + ",\n".join(rows) + f"\n{indent}]"
    return flat


def as_toml(tables: Iterable[tuple[str, Mapping[str, Value]]], note: str) -> str:
    """Tables by their dotted name, "[…]" around it for one of a list; `note` stands above."""
    parts = [f"# {note}\n"]
    for name, table in tables:
        rows = [f"{key} = {_toml(value)}\n" for key, value in table.items()]
        parts.append(f"[{name}]\n" + "".join(rows))
    return "\n".join(parts)


def _toml(value: Value) -> str:
    """Numbers, texts, booleans and lists of them, which TOML and JSON write alike."""
    if isinstance(value, list | tuple) and len(json.dumps(value)) > WIDTH - 30:
        return "[\n" + "".join(f"  {json.dumps(v)},\n" for v in value) + "]"
    return json.dumps(value, ensure_ascii=False)
