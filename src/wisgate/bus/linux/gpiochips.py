"""GPIO chips of the kernel: what we use of the binding, and where a chip is."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol

import gpiod
from gpiod.line import Value

from ...core.errors import BusUnavailable


class GpioRequest(Protocol):
    """What we use of `gpiod.LineRequest`."""

    def get_value(self, line: int | str) -> Value: ...
    def set_value(self, line: int | str, value: Value) -> None: ...
    def wait_edge_events(self, timeout: float | None = None) -> bool: ...
    def read_edge_events(self, max_events: int | None = None) -> list[gpiod.EdgeEvent]: ...
    def release(self) -> None: ...


class GpioChip(Protocol):
    """What we use of `gpiod.Chip`."""

    def get_info(self) -> gpiod.ChipInfo: ...
    def get_line_info(self, line: int | str) -> gpiod.LineInfo: ...
    def request_lines(
        self,
        config: dict[Iterable[int | str] | int | str, gpiod.LineSettings | None],
        consumer: str | None = None,
        event_buffer_size: int | None = None,
    ) -> GpioRequest: ...
    def close(self) -> None: ...


OpenChip = Callable[[str], GpioChip]

FAILURES = (OSError, ValueError, NotImplementedError)
"""How the binding reports a failed call: EINVAL as ValueError and EOPNOTSUPP as
NotImplementedError, both with the number first (libgpiod 2, python/gpiod/ext/common.c)."""


def os_error(error: OSError | ValueError | NotImplementedError) -> OSError:
    """One of FAILURES as the OSError that it stands for."""
    if isinstance(error, OSError):
        return error
    if len(error.args) == 2:
        return OSError(*error.args)
    return OSError(errno.EINVAL, str(error))


def places(root: Path) -> Iterator[Path]:
    """Every GPIO chip's place in the tree of hardware, by number."""
    folder = root / "sys/bus/gpio/devices"
    if folder.is_dir():
        for entry in sorted(folder.iterdir(), key=lambda path: (len(path.name), path.name)):
            yield entry.resolve()


def has_interrupt(chip: Path) -> bool:
    """Whether the device tree gives the chip an interrupt; without a device tree, perhaps."""
    tree = chip.parent / "of_node"
    if not tree.is_dir():
        return True
    return any((tree / name).exists() for name in ("interrupts", "interrupts-extended"))


def opened(open_chip: OpenChip, node: Path, name: str) -> GpioChip:
    try:
        return open_chip(str(node))
    except PermissionError as error:
        raise BusUnavailable(
            f"{name}: {node} may not be opened; add the user to the group gpio:"
            " sudo usermod -aG gpio $USER, then sign in again"
        ) from error
    except FAILURES as error:
        raise BusUnavailable(
            f"{name}: {node} cannot be opened: {os_error(error).strerror}; look at gpiodetect"
        ) from error
