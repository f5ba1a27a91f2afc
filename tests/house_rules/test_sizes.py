"""Files and functions stay small enough to read at once."""

from __future__ import annotations

from source_tree import against, demand_none, functions, modules, relative, tree

MODULE_LINES = 300
FUNCTION_LINES = 40


def test_modules_and_functions_are_small() -> None:
    found: dict[str, str] = {}
    for path in modules():
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > MODULE_LINES:
            found[relative(path)] = f"{lines} lines, {MODULE_LINES} at most"
        for name, function in functions(tree(path)):
            assert function.end_lineno is not None
            long = function.end_lineno - function.lineno + 1
            if long > FUNCTION_LINES:
                found[f"{relative(path)} {name}"] = f"{long} lines, {FUNCTION_LINES} at most"
    wrong = against(found, "allowed_sizes.txt")
    demand_none(wrong)
