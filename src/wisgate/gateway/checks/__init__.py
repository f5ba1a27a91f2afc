"""What `doctor` looks at, one file each: `check(box)` gives verdicts. The order matters: what
explains the trouble of others comes before them."""

from __future__ import annotations

from ..verdicts import Check
from . import (
    chips,
    clock,
    containers,
    expanders,
    functions,
    i2c_bus,
    lanes,
    modem,
    modules,
    network,
    plugged,
    serial,
    sinks,
    storage,
    supply,
)

CHECKS: dict[str, Check] = {
    "i2c bus": i2c_bus.check,
    "chips": chips.check,
    "expanders": expanders.check,
    "usb and pci": plugged.check,
    "modules": modules.check,
    "functions of the board": functions.check,
    "serial lines": serial.check,
    "time of the buses": lanes.check,
    "voltage and heat": supply.check,
    "clock": clock.check,
    "storage": storage.check,
    "network": network.check,
    "modem": modem.check,
    "sinks": sinks.check,
    "containers": containers.check,
}
"""By the heading under which people see the verdicts."""
