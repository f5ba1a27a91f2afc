"""The single mutations of one Python file, from its syntax tree."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.BitXor: ast.BitOr,
    ast.Mod: ast.FloorDiv,
}
ORDERS = {"big": "little", "little": "big"}
SILENT_KEYWORDS = {"source"}
CONTEXT = 24


@dataclass(frozen=True)
class Mutant:
    """One changed file. `path` is relative to the root, `change` names scope and change; where two
    read the same, the second is told apart by a number."""

    path: str
    line: int
    change: str
    source: str

    @property
    def key(self) -> str:
        return f"{self.path}: {self.change}"


def mutants(path: str, source: str, codes: dict[str, list[str]]) -> Iterator[Mutant]:
    """Every mutant of a file. `codes` are the members of the enumerations of the register map."""
    tree = ast.parse(source)
    whole = ast.unparse(tree)
    seen = {whole}
    told: Counter[str] = Counter()
    for scope, line, change in _walk(tree, "", codes):
        for _ in change:
            mutated = ast.unparse(tree)
            if mutated not in seen:
                seen.add(mutated)
                text = f"{scope}: {_difference(whole, mutated)}"
                told[text] += 1
                number = f" ({told[text]})" if told[text] > 1 else ""
                yield Mutant(path, line, text + number, mutated)


def enumerations(source: str) -> dict[str, list[str]]:
    """The members of each enumeration of a register map."""
    return {
        node.name: [
            target.id
            for assign in node.body
            if isinstance(assign, ast.Assign)
            for target in assign.targets
            if isinstance(target, ast.Name)
        ]
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef)
        and any(isinstance(base, ast.Name) and base.id.endswith("Enum") for base in node.bases)
    }


Change = Iterator[None]
"""A generator that changes the tree in place before each yield and puts it right at its end."""


def _walk(
    node: ast.AST, scope: str, codes: dict[str, list[str]]
) -> Iterator[tuple[str, int, Change]]:
    if isinstance(node, ast.Raise | ast.JoinedStr | ast.Import | ast.ImportFrom):
        return  # messages are not behaviour
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        scope = f"{scope}.{node.name}" if scope else node.name
    for change in _changes(node, codes):
        yield scope or "module", getattr(node, "lineno", 0), change
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            silent = isinstance(child, ast.keyword) and child.arg in SILENT_KEYWORDS
            if isinstance(child, ast.AST) and not silent and not _is_docstring(child):
                yield from _walk(child, scope, codes)


def _is_docstring(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _changes(node: ast.AST, codes: dict[str, list[str]]) -> Iterator[Change]:
    match node:
        case ast.Constant(value=value):
            yield _set(node, "value", _constants(value))
        case ast.Compare(ops=[operator]):
            yield _set(node, "ops", [[new()] for new in COMPARISONS[type(operator)]])
        case ast.BinOp(op=operator) | ast.AugAssign(op=operator) if type(operator) in OPERATORS:
            yield _set(node, "op", [OPERATORS[type(operator)]()])
        case ast.BoolOp(op=operator):
            yield _set(node, "op", [ast.Or() if isinstance(operator, ast.And) else ast.And()])
        case ast.UnaryOp(op=ast.USub() | ast.Invert()):
            yield _set(node, "op", [ast.UAdd()])
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
            if not isinstance(test, ast.Compare):
                yield _set(node, "test", [_negated(test)])
        case ast.Attribute(value=ast.Name(id=owner), attr=member) if member in codes.get(owner, ()):
            members = codes[owner]
            yield _set(node, "attr", [members[(members.index(member) + 1) % len(members)]])
        case ast.Call(func=ast.Name(id="bits"), keywords=[]):
            signed = ast.keyword(arg="signed", value=ast.Constant(value=True))
            yield _set(node, "keywords", [[signed]])
    for body in ("body", "orelse"):
        statements = getattr(node, body, None)
        # A constructor declares its attributes: leaving one out changes no behaviour.
        quiet = isinstance(node, ast.Module) or getattr(node, "name", "") == "__init__"
        if isinstance(statements, list) and not quiet:
            yield from _statements(node, body, statements)


def _constants(value: object) -> list[object]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1] if value > 0 else [value + 1]
    if isinstance(value, float):
        return [value * 2, value / 2] if value else [1.0]
    if isinstance(value, bytes):
        return [bytes([value[0] ^ 1]) + value[1:]] if value else [b"\0"]
    return [ORDERS[value]] if isinstance(value, str) and value in ORDERS else []


def _negated(test: ast.expr) -> ast.expr:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    return ast.UnaryOp(op=ast.Not(), operand=test)


def _statements(node: ast.AST, body: str, statements: list[ast.stmt]) -> Iterator[Change]:
    """Leave out one action, or swap it with the next."""
    for at, statement in enumerate(statements):
        if not _is_action(statement):
            continue
        yield _set(node, body, [[*statements[:at], ast.Pass(), *statements[at + 1 :]]])
        following = statements[at + 1 : at + 2]
        if isinstance(statement, ast.Expr) and following and isinstance(following[0], ast.Expr):
            pair = [following[0], statement]
            yield _set(node, body, [[*statements[:at], *pair, *statements[at + 2 :]]])


def _is_action(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr):
        return not _is_docstring(statement)
    return isinstance(statement, ast.Assign | ast.AugAssign) and all(
        isinstance(target, ast.Attribute | ast.Subscript)
        for target in getattr(statement, "targets", None) or [statement.target]  # type: ignore[union-attr]
    )


def _set(node: ast.AST, name: str, values: list[object]) -> Change:
    old = getattr(node, name)
    for value in values:
        setattr(node, name, value)
        yield
    setattr(node, name, old)


def _difference(old: str, new: str) -> str:
    """What changed, on one line, with a little of what stands around it."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    left = max(start - CONTEXT, old.rfind("\n", 0, start) + 1)
    right = CONTEXT // 2
    return f"{_cut(old, left, end, right)} → {_cut(new, left, end, right)}"


def _cut(text: str, left: int, end: int, right: int) -> str:
    stop = len(text) - end
    tail = text[stop : stop + right].split("\n")[0]
    return " ".join((text[left:stop] + tail).split())
