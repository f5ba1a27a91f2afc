"""Every fault that a virtual box can have, against what doctor makes of it: it names that one, and
no other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from examined import troubles, verdicts

from wisgate.virtual.board import VirtualRak7391
from wisgate.virtual.faults import FaultKind

HEAD = 'name = "box"\nboard = "rak7391"\n'


def slots(one: str, other: str, more: str = "") -> str:
    return (
        f'{HEAD}[[slot]]\nslot = "wisblock-1"\nmodule = "{one}"\n'
        f'[[slot]]\nslot = "wisblock-2"\nmodule = "{other}"\n{more}'
    )


LOOP = slots("rak5801", "rak16000")
PUMP = slots("rak5801", "rak13007")
VOLTS = slots("rak5811", "rak13001")
LINE = f"""{HEAD}[[slot]]
slot = "wisblock-1"
module = "rak5802"
[[slot.unit]]
id = 42
name = "climate"
interval = "2s"
registers = [{{ name = "humidity", address = 0, kind = "holding", type = "uint16", unit = "%" }}]
[[slot]]
slot = "mpcie-2"
module = "ec25"
[[slot]]
slot = "m2"
module = "nvme-b-key"
[sink.broker]
type = "mqtt"
url = "mqtt://127.0.0.1:1883"
"""


LIN = f"""{HEAD}[[slot]]
slot = "wisblock-1"
module = "rak13005"
[[slot.frame]]
id = 0x10
name = "room"
size = 3
signals = [{{ name = "warmth", bit = 0, length = 16, signed = true, scale = 0.01, unit = "Cel" }}]
"""
RADIO = slots("rak13300", "rak13600")
CAN = slots("rak13006", "rak14003")
SERVO = slots("rak13004", "rak16001")
HAT = """name = "hat"
board = "rak6421"
[[slot]]
slot = "sensor-a"
module = "rak1906"
[[slot]]
slot = "sensor-b"
module = "rak1901"
"""
GAS = slots("rak12004", "rak12015").replace('"rak12004"\n', '"rak12004"\naddress = 0x52\n')
MOTION = slots("rak12006", "rak12009")
MOTOR = slots("rak17000", "rak12037")
KNOB = slots("rak14006", "rak13003")
COOLED = f"{HEAD}[onboard.fan]\n"
NETWORK = f"""{HEAD}[[modbus]]
host = "10.0.0.5"
[[modbus.unit]]
id = 7
name = "meter"
registers = [{{ name = "power", address = 0, kind = "input" }}]
"""


BOXES = [
    LOOP, PUMP, VOLTS, LINE, LIN, RADIO, CAN, SERVO, GAS, MOTION, MOTOR, KNOB, COOLED, HAT,
    NETWORK,
]  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A fault, and the names that doctor must give. `late`: it comes when the modules are open."""

    kind: FaultKind
    target: str
    names: set[str]
    text: str = LOOP
    late: bool = False
    parameters: Mapping[str, float] = field(default_factory=dict)
    why: str = ""
    """Where the name is another one, or nothing can be seen."""

    def __str__(self) -> str:
        return f"{self.kind}-{self.target}{'-late' if self.late else ''}"


K = FaultKind
NACK, BYTES, STUCK, STRETCH = (
    {"no-acknowledge"}, {"no-acknowledge-of-bytes"}, {"bus-stuck"}, {"clock-stretch"},
)  # fmt: skip
ONE_ERROR = "the CM4's controller reports SDA and SCL alike"

ROWS = [
    Row(K.NO_ACKNOWLEDGE, "adc", NACK),
    Row(K.NO_ACKNOWLEDGE, "climate", NACK),
    Row(K.NO_ACKNOWLEDGE, "expander-1", NACK),
    Row(K.NO_ACKNOWLEDGE, "expander-2", NACK),
    Row(K.NO_ACKNOWLEDGE, "wisblock-2", NACK),
    Row(K.NO_ACKNOWLEDGE, "wisblock-2", NACK, late=True),
    Row(K.NO_ACKNOWLEDGE_OF_BYTES, "adc", BYTES),
    Row(K.NO_ACKNOWLEDGE_OF_BYTES, "expander-2", BYTES),
    Row(K.NO_ACKNOWLEDGE_OF_BYTES, "wisblock-2", BYTES),
    Row(K.NO_ACKNOWLEDGE_OF_BYTES, "climate", BYTES),
    Row(K.MUTE_BUS, "i2c", STUCK),
    Row(K.MUTE_BUS, "i2c", STUCK, late=True),
    Row(K.BUS_TIMEOUT, "i2c", STUCK, why=ONE_ERROR),
    Row(K.CLOCK_STRETCH, "adc", STRETCH),
    Row(K.CLOCK_STRETCH, "climate", STRETCH),
    Row(K.CLOCK_STRETCH, "expander-2", STRETCH),
    Row(K.CLOCK_STRETCH, "wisblock-2", STRETCH),
    Row(K.KERNEL_OWNED, "adc", {"kernel-owned"}),
    Row(K.KERNEL_OWNED, "climate", {"kernel-owned"}),
    Row(K.KERNEL_OWNED, "wisblock-2", {"kernel-owned"}),
    Row(K.NEVER_READY, "adc", {"never-ready"}),
    Row(K.NEVER_READY, "wisblock-2", {"never-ready"}),
    Row(K.NEVER_READY, "climate", NACK, why="an SHTC3 that measures answers nothing"),
    Row(K.WRONG_CHIP, "adc", {"wrong-chip"}),
    Row(K.WRONG_CHIP, "expander-2", {"wrong-chip"}),
    Row(K.WRONG_CHIP, "wisblock-2", {"wrong-chip"}),
    Row(K.WRONG_CHIP, "climate", {"damaged-bytes"}, why="its answers end in a check code"),
    Row(K.BIT_FLIPS, "climate", {"damaged-bytes"}, parameters={"rate": 0.5}),
    Row(K.BROWN_OUT, "expander-2", {"latch-lost"}, late=True),
    Row(K.BROWN_OUT, "expander-2", {"latch-lost"}, PUMP, late=True),
    Row(K.BROWN_OUT, "expander-2", set(), why="nothing is driven yet that could be lost"),
    Row(K.BROWN_OUT, "adc", set(), late=True, why="it is set up with every conversion"),
    Row(K.BROWN_OUT, "wisblock-2", set(), late=True, why="it is set up with every conversion"),
    Row(K.FROZEN_VALUE, "tank.level", {"frozen-value"}),
    Row(K.FROZEN_VALUE, "load.amps", {"frozen-value"}),
    Row(K.CLIPPED_VALUE, "tank.level", {"out-of-range"}),
    Row(K.CLIPPED_VALUE, "load.amps", {"out-of-range"}),
    Row(K.CLIPPED_VALUE, "pressure.volts", {"out-of-range"}, VOLTS),
    Row(K.CLIPPED_VALUE, "cpu.temperature", {"too-hot"}),
    Row(K.OPEN_LOOP, "wisblock-1", {"wire-fault"}),
    Row(K.OPEN_LOOP, "wisblock-1", set(), VOLTS, why="0 V is a good voltage"),
    Row(K.MODULE_PULLED, "wisblock-1", {"wire-fault"}, why="it has no identity: an open loop"),
    Row(K.MODULE_PULLED, "wisblock-2", NACK),
    Row(K.MODULE_PULLED, "wisblock-2", NACK, late=True),
    Row(K.MODULE_PULLED, "wisblock-2", set(), PUMP, why="a relay module gives no sign of itself"),
    Row(K.MODULE_PULLED, "wisblock-1", {"no-answer"}, LINE),
    Row(K.SUPPLY_LOST, "supply", {"supply-lost"}),
    Row(K.UNDERVOLTAGE, "supply", {"undervoltage"}),
    Row(K.SERIAL_SILENCE, "wisblock-1", {"no-answer"}, LINE),
    Row(K.SERIAL_NOISE, "wisblock-1", {"damaged-bytes"}, LINE, parameters={"rate": 0.3}),
    Row(K.SERIAL_ECHO, "wisblock-1", {"serial-echo"}, LINE),
    Row(K.PORT_GONE, "wisblock-1", {"port-gone"}, LINE),
    Row(K.PORT_GONE, "wisblock-1", {"port-gone"}, LINE, late=True),
    Row(K.PORT_MOVED, "wisblock-1", set(), LINE, why="found by its place, whatever its number"),
    Row(K.TYPE_C_CABLE, "usb", {"type-c-cable"}, LINE),
    Row(K.CARD_PULLED, "mpcie-2", {"card-missing"}, LINE),
    Row(K.CARD_PULLED, "m2", {"card-missing"}, LINE),
    Row(K.BROKER_GONE, "broker", {"broker-unreachable"}, LINE),
    Row(K.NETWORK_GONE, "network", {"no-carrier"}),
    Row(K.HOST_GONE, "10.0.0.5:502", {"host-unreachable"}, NETWORK),
    Row(K.HOST_GONE, "10.0.0.5:502", {"host-unreachable"}, NETWORK, late=True),
    Row(K.DISK_FULL, "drive", {"disk-full"}),
    Row(K.BUS_DOMINANT, "wisblock-1", {"no-answer"}, LIN, why="shorted and silent lines are alike"),
    Row(K.SERIAL_SILENCE, "wisblock-1", {"no-answer"}, LIN),
    Row(K.COLLISION, "wisblock-1", {"damaged-bytes"}, LIN),
    Row(K.MODULE_PULLED, "wisblock-1", {"no-answer"}, LIN),
    Row(
        K.NEVER_READY, "wisblock-1", {"no-answer"}, RADIO, why="BUSY of an empty slot is high, too"
    ),
    Row(K.MODULE_PULLED, "wisblock-1", {"no-answer"}, RADIO),
    Row(K.NOBODY_THERE, "wisblock-1", set(), RADIO, why="a radio cannot know who does not listen"),
    Row(K.NEVER_READY, "wisblock-2", {"never-ready"}, RADIO),
    Row(K.NO_ACKNOWLEDGE, "wisblock-2", NACK, RADIO),
    Row(K.WRONG_CHIP, "wisblock-2", {"never-ready"}, RADIO, why="its answers never say ready"),
    Row(K.MODULE_PULLED, "wisblock-2", NACK, RADIO, late=True),
    Row(K.NEVER_READY, "wisblock-1", {"never-ready"}, CAN),
    Row(K.MODULE_PULLED, "wisblock-1", {"no-answer"}, CAN),
    Row(K.BUS_SHORTED, "wisblock-1", set(), CAN, why="it shows when something is sent"),
    Row(K.NOBODY_THERE, "wisblock-1", set(), CAN, why="it shows when something is sent"),
    Row(K.NO_ACKNOWLEDGE, "wisblock-2", NACK, CAN),
    Row(K.BROWN_OUT, "wisblock-2", {"unexpected-value"}, CAN, late=True),
    Row(K.MODULE_PULLED, "wisblock-2", NACK, CAN),
    Row(K.NO_ACKNOWLEDGE, "wisblock-1", NACK, SERVO, late=True),
    Row(K.BROWN_OUT, "wisblock-1", {"unexpected-value"}, SERVO, late=True),
    Row(K.WRONG_CHIP, "wisblock-1", {"unexpected-value"}, SERVO, late=True, why="no identity"),
    Row(K.MODULE_PULLED, "wisblock-1", NACK, SERVO, late=True),
    Row(
        K.MODULE_PULLED, "wisblock-2", {"no-answer"}, SERVO, why="it is looked for at three places"
    ),
    Row(K.WRONG_CHIP, "wisblock-2", set(), SERVO, why="an ADS7830 has no identity: a number comes"),
    Row(K.OPEN_LOOP, "wisblock-1", {"unexpected-value"}, GAS),
    Row(K.HEATER_BROKEN, "sensor-a", {"wire-fault"}, HAT),
    Row(K.NO_ACKNOWLEDGE, "sensor-a", NACK, HAT),
    Row(K.WRONG_CHIP, "sensor-a", {"wrong-chip"}, HAT),
    Row(K.NO_ACKNOWLEDGE, "sensor-b", NACK, HAT),
    Row(K.MODULE_PULLED, "sensor-b", NACK, HAT),
    Row(K.MUTE_BUS, "i2c", STUCK, HAT),
    Row(K.NO_ACKNOWLEDGE, "wisblock-1", NACK, GAS),
    Row(K.MODULE_PULLED, "wisblock-1", NACK, GAS),
    Row(K.NO_ACKNOWLEDGE, "wisblock-2", NACK, MOTION),
    Row(K.MODULE_PULLED, "wisblock-1", set(), MOTION, why="a quiet room reads the same"),
    Row(K.OVER_CURRENT, "wisblock-1", set(), MOTOR, why="it shows when the motor is driven"),
    Row(K.NEVER_READY, "wisblock-2", {"never-ready"}, MOTOR),
    Row(
        K.WRONG_CHIP, "wisblock-2", {"damaged-bytes"}, MOTOR, why="its answers end in a check code"
    ),
    Row(K.MODULE_PULLED, "wisblock-2", NACK, MOTOR),
    Row(K.NO_ACKNOWLEDGE, "wisblock-2", NACK, KNOB),
    Row(K.BROWN_OUT, "wisblock-2", {"unexpected-value"}, KNOB, late=True),
    Row(K.MODULE_PULLED, "wisblock-1", set(), KNOB, why="an encoder at rest is contacts that rest"),
    Row(K.FAN_BLOCKED, "fan", {"fan-stalled"}, COOLED),
    Row(K.FAN_BLOCKED, "fan", set(), why="this box has no function that asks the fan"),
    Row(K.BATTERY_EMPTY, "clock", set(), late=True, why="it shows when the supply returns"),
    Row(K.CLOCK_STOPPED, "clock", {"clock-stopped"}),
    Row(K.TIME_UNKNOWN, "computer", {"time-not-kept"}),
    Row(K.CLOCK_JUMP, "computer", set(), why="a time service may set the clock"),
    Row(K.BROWN_OUT, "fan", set(), COOLED, late=True, why="it gets its set-up again"),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_doctor_names_the_fault_and_no_other(row: Row, tmp_path: Path) -> None:
    def inject(board: VirtualRak7391) -> None:
        board.faults.inject(row.kind, row.target, **row.parameters)

    when = {"after" if row.late else "before": inject}
    found = verdicts(row.text, tmp_path, **when)
    assert troubles(found) == row.names


@pytest.mark.parametrize("text", BOXES)
@pytest.mark.parametrize("seed", [2, 3])
def test_a_healthy_box_has_no_trouble(text: str, seed: int, tmp_path: Path) -> None:
    assert troubles(verdicts(text, tmp_path, seed=seed)) == set()


@pytest.mark.parametrize("text", sorted({row.text for row in ROWS}))
def test_every_fault_that_these_boxes_can_have_has_a_row(text: str, tmp_path: Path) -> None:
    possible: set[FaultKind] = set()

    def look(board: VirtualRak7391) -> None:
        possible.update(kind for kind in FaultKind if board.faults.targets(kind))

    verdicts(text, tmp_path, look)
    assert possible <= {row.kind for row in ROWS}


def test_what_is_not_named_by_its_own_name_says_why() -> None:
    silent = [str(row) for row in ROWS if not row.names and not row.why]
    assert silent == []
