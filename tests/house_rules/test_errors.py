"""The tree in the docstring of core/errors.py is the tree of the classes, and all of it is used."""

from __future__ import annotations

import errno
import re

from source_tree import ROOT, demand_none, modules, relative

from wisgate.bus.linux.faults import FAULTS
from wisgate.core import errors

FAULT_CODES = {
    "EAGAIN",
    "EBADMSG",
    "EBUSY",
    "EINVAL",
    "EIO",
    "ENODEV",
    "ENOMEM",
    "ENXIO",
    "EOPNOTSUPP",
    "EPFNOSUPPORT",
    "EPROTO",
    "ESHUTDOWN",
    "ETIMEDOUT",
    "EREMOTEIO",
}
"""Kernel, Documentation/i2c/fault-codes, and EREMOTEIO, which the CM4's controller gives."""

NOT_FROM_THE_KERNEL = {"NoAnswer", "Unreachable"}
"""A silent peer on a serial line is a deadline of ours, not an error number; and a host of the
network is no bus."""


def classes() -> dict[str, type[errors.WisgateError]]:
    return {
        name: thing
        for name, thing in vars(errors).items()
        if isinstance(thing, type) and issubclass(thing, errors.WisgateError)
    }


def drawn() -> dict[str, tuple[str | None, str]]:
    """The tree of the docstring: name → parent and the rest of the line."""
    found: dict[str, tuple[str | None, str]] = {}
    above: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        match = re.fullmatch(r"((?:[│ ]  )*(?:[├└]─ )?)(\w+)( {2,}.*)?", line)
        if not match or not match[2][0].isupper():
            continue
        depth = len(match[1]) // 3
        del above[depth:]
        found[match[2]] = (above[-1] if above else None, match[3] or "")
        above.append(match[2])
    return found


def test_the_drawn_tree_is_the_tree() -> None:
    real = {
        name: None if kind is errors.WisgateError else kind.__mro__[1].__name__
        for name, kind in classes().items()
    }
    assert {name: parent for name, (parent, _) in drawn().items()} == real


def test_the_drawn_exit_codes_and_retries_are_the_real_ones() -> None:
    wrong = []
    for name, (parent, note) in drawn().items():
        kind = classes()[name]
        if found := re.search(r"exit (\d+)", note):
            if kind.exit_code != int(found[1]):
                wrong.append(f"{name}: drawn with exit {found[1]}, is {kind.exit_code}")
        elif kind.exit_code != 1:
            wrong.append(f"{name}: exit {kind.exit_code} is not drawn")
        above = parent is not None and classes()[parent].retryable
        if ("retryable" in note) > kind.retryable or (kind.retryable and not above) > (
            "retryable" in note
        ):
            wrong.append(f"{name}: retryable is {kind.retryable}, the drawing says otherwise")
    demand_none(wrong)


def test_every_error_is_raised_somewhere() -> None:
    text = {p: p.read_text(encoding="utf-8") for p in modules() if p.name != "errors.py"}
    parents = {kind.__mro__[1].__name__ for kind in classes().values()}
    unused = [
        name
        for name in classes()
        if name not in parents and not any(re.search(rf"\b{name}\b", t) for t in text.values())
    ]
    demand_none([f"{name}: nobody raises it" for name in unused])


def test_every_fault_of_the_kernel_is_mapped() -> None:
    mapped = {errno.errorcode[code] for code in FAULTS}
    missing = sorted(
        name for name in FAULT_CODES if name not in mapped and getattr(errno, name) not in FAULTS
    )
    demand_none([f"{name}: not in bus/linux/faults.py" for name in missing])


def test_every_bus_error_comes_from_some_fault() -> None:
    reached = {kind.__name__ for kind, _ in FAULTS.values()}
    kinds = {n for n, kind in classes().items() if issubclass(kind, errors.BusError)}
    assert kinds - reached == NOT_FROM_THE_KERNEL


def test_no_second_tree() -> None:
    """An exception outside the tree is a private matter of its folder: nobody else catches it."""
    wrong = []
    for path in modules():
        text = path.read_text(encoding="utf-8")
        for name, base in re.findall(r"^class (\w+)\((\w*(?:Error|Exception))\):", text, re.M):
            if base in classes() or path.name == "errors.py":
                continue
            users = [p for p in modules() if re.search(rf"\b{name}\b", p.read_text())]
            if outside := [p for p in users if p.parent != path.parent]:
                where = ", ".join(relative(p) for p in outside)
                wrong.append(f"{relative(path)}: {name} is no WisgateError and used in {where}")
    demand_none(wrong)


def test_exit_codes_are_documented() -> None:
    page = (ROOT / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")
    codes = {kind.exit_code for kind in classes().values()} | {0, 64}
    missing = [str(code) for code in sorted(codes) if f"| {code} |" not in page]
    demand_none([f"exit code {code} is not in the page" for code in missing])
