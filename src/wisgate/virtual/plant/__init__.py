"""What happens in the world, a file per subject. `site` is around every board; a front in
`virtual/modules/` names what belongs to its module in `PROCESSES`.

Each file has `QUANTITIES`, a dictionary of its quantities with their dimensions ("" is on or off,
"number" has none), and the processes that move them.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pkgutil import iter_modules

from ..world import Process
from .site import SITE


def quantities() -> dict[str, str]:
    """Every quantity that some world has, with its dimension."""
    files = [import_module(f"{__name__}.{m.name}") for m in iter_modules(__path__)]
    return {name: dim for file in files for name, dim in getattr(file, "QUANTITIES", {}).items()}


def plant(modules: Iterable[str] = ()) -> tuple[Process, ...]:
    """The processes around a board with these modules, each once. A module that has no front is
    told of by who plugs it."""
    kinds: dict[type[Process], None] = dict.fromkeys(SITE)
    for name in modules:
        try:
            front = import_module(f"wisgate.virtual.modules.{name}")
        except ModuleNotFoundError:
            continue
        kinds |= dict.fromkeys(getattr(front, "PROCESSES", ()))
    return tuple(kind() for kind in kinds)
