"""What of the board its own functions can reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..bus.host import Host
from ..bus.i2c import I2c
from ..bus.lines import LineAt
from ..bus.memory import Forgetful, Memory
from ..bus.pwm import Pwm
from ..core.clock import Clock


@dataclass(frozen=True)
class Carrier:
    """The board, seen from one of its functions. Built by the board, on the wire or on twins."""

    clock: Clock
    i2c: I2c
    host: Host
    lines: Mapping[str, LineAt] = field(default_factory=dict)
    """By the name that the catalog gives a line of the board: {"BUZZER": …}."""
    chips: Mapping[str, int] = field(default_factory=dict)
    """I2C address by reference designator: {"U-FAN": 0x2F}."""
    pwms: Mapping[str, Pwm] = field(default_factory=dict)
    """By the name of their line: {"BUZZER": …}."""
    memory: Memory = field(default_factory=Forgetful)
    """What the function keeps over restarts."""
