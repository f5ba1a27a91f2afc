"""LinuxLines against a chip that refuses and forgets like the kernel's."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import gpiod
import pytest
from gpiod.line import Bias as KernelBias
from gpiod.line import Clock as KernelClock
from gpiod.line import Direction, Drive, Value
from gpiod.line import Edge as KernelEdge

from wisgate.bus.lines import Bias, Edge, Input, Output
from wisgate.bus.linux.gpiochips import GpioRequest
from wisgate.bus.linux.lines import LinuxLines
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import BusError, BusTimeout, BusUnavailable, NoAcknowledge

Config = dict[Iterable[int | str] | int | str, gpiod.LineSettings | None]


@dataclass
class FakeRequest:
    """A line as the kernel keeps it: logical value, settings, caught edges."""

    chip: FakeChip
    offset: int
    settings: gpiod.LineSettings
    consumer: str
    events: list[gpiod.EdgeEvent] = field(default_factory=list)

    def get_value(self, line: int | str) -> Value:
        self.chip.fail()
        if self.chip.unreadable:
            raise_like_the_binding(errno.EREMOTEIO)
        return self.chip.values.get(self.offset, Value.INACTIVE)

    def set_value(self, line: int | str, value: Value) -> None:
        self.chip.fail()
        self.chip.values[self.offset] = value

    def wait_edge_events(self, timeout: float | None = None) -> bool:
        self.chip.fail()
        assert timeout == 0, "edges never blocks"
        return bool(self.events)

    def read_edge_events(self, max_events: int | None = None) -> list[gpiod.EdgeEvent]:
        some, self.events = self.events[:2], self.events[2:]
        return some

    def release(self) -> None:
        del self.chip.held[self.offset]


def raise_like_the_binding(code: int) -> None:
    """libgpiod's binding turns two error numbers into exceptions that are no OSError."""
    kinds = {errno.EINVAL: ValueError, errno.EOPNOTSUPP: NotImplementedError}
    raise kinds.get(code, OSError)(code, os.strerror(code))


class FakeChip:
    """A GPIO chip; `no_edges` is how it refuses them."""

    def __init__(self, label: str, *, lines: int = 16, no_edges: int | None = None) -> None:
        self.label = label
        self.lines = lines
        self.no_edges = no_edges
        self.held: dict[int, FakeRequest] = {}
        self.values: dict[int, Value] = {}
        self.failing: int | None = None
        self.unreadable = False
        self.opened = 0
        self.edge_requests = 0

    def fail(self) -> None:
        if self.failing is not None:
            raise_like_the_binding(self.failing)

    def get_info(self) -> gpiod.ChipInfo:
        return gpiod.ChipInfo("gpiochipX", self.label, self.lines)

    def get_line_info(self, line: int | str) -> gpiod.LineInfo:
        held = self.held.get(int(line))
        return gpiod.LineInfo(
            int(line), "IO2_1", held is not None, held.consumer if held else "",
            Direction.INPUT.value, False, KernelBias.AS_IS.value, Drive.PUSH_PULL.value,
            KernelEdge.NONE.value, KernelClock.MONOTONIC.value, False, 0,
        )  # fmt: skip

    def request_lines(
        self, config: Config, consumer: str | None = None, event_buffer_size: int | None = None
    ) -> GpioRequest:
        ((offset, settings),) = config.items()
        assert isinstance(offset, int)
        assert settings is not None
        self.fail()
        if offset in self.held:
            raise OSError(errno.EBUSY, "Device or resource busy")
        if settings.edge_detection is not KernelEdge.NONE:
            self.edge_requests += 1
            if self.no_edges is not None:
                raise_like_the_binding(self.no_edges)
        if settings.direction is Direction.OUTPUT:
            self.values[offset] = settings.output_value
        self.held[offset] = FakeRequest(self, offset, settings, consumer or "")
        return self.held[offset]

    def close(self) -> None:
        self.opened -= 1


class Machine:
    """Sysfs with chips in it, and the nodes that open them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.clock = VirtualClock()
        self._nodes: dict[str, FakeChip | OSError] = {}
        (root / "sys/bus/gpio/devices").mkdir(parents=True)

    def add(
        self, number: int, parent: str, chip: FakeChip | OSError, *, properties: str = ""
    ) -> None:
        """`properties` are the names in the chip's node of the device tree."""
        name = f"gpiochip{number}"
        place = self.root / "sys/devices/platform/soc" / parent / name
        place.mkdir(parents=True)
        tree = place.parent / "of_node"
        tree.mkdir()
        for entry in properties.split():
            (tree / entry).touch()
        (self.root / "sys/bus/gpio/devices" / name).symlink_to(place)
        self._nodes[str(self.root / "dev" / name)] = chip

    def open_chip(self, path: str) -> FakeChip:
        chip = self._nodes[path]
        if isinstance(chip, OSError):
            raise chip
        chip.opened += 1
        return chip


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


Open = Callable[[FakeChip], LinuxLines]


@pytest.fixture
def opened(machine: Machine) -> Iterator[Open]:
    """Opens a chip as the expander 0x26 of i2c-1, with an interrupt in its device tree."""
    with ExitStack() as stack:

        def at_0x26(chip: FakeChip) -> LinuxLines:
            parent = "fe804000.i2c/i2c-1/1-0026"
            machine.add(3, parent, chip, properties="compatible interrupts")
            return stack.enter_context(find(machine, 0x26))

        yield at_0x26


def find(machine: Machine, address: int, bus: int = 1) -> LinuxLines:
    return LinuxLines.at_i2c(
        bus, address, root=machine.root, open_chip=machine.open_chip, clock=machine.clock
    )


def labelled(machine: Machine, label: str) -> LinuxLines:
    return LinuxLines.by_label(label, root=machine.root, open_chip=machine.open_chip)


def event(kind: gpiod.EdgeEvent.Type, nanoseconds: int) -> gpiod.EdgeEvent:
    return gpiod.EdgeEvent(kind.value, nanoseconds, 1, 1, 1)


RISING, FALLING = gpiod.EdgeEvent.Type.RISING_EDGE, gpiod.EdgeEvent.Type.FALLING_EDGE


def test_an_expander_is_found_by_its_address_under_any_number(machine: Machine) -> None:
    slots, leds = FakeChip("1-0026"), FakeChip("1-0027")
    machine.add(0, "fe200000.gpio", FakeChip("pinctrl-bcm2711", lines=58))
    machine.add(2, "fe804000.i2c/i2c-1/1-0027", leds)
    machine.add(11, "fe804000.i2c/i2c-1/1-0026", slots)
    machine.add(12, "fe805000.i2c/i2c-11/11-0026", FakeChip("11-0026"))
    with find(machine, 0x26) as lines:
        assert lines.label == "1-0026"
        assert (slots.opened, leds.opened) == (1, 0)
    assert slots.opened == 0


def test_no_expander_there(machine: Machine) -> None:
    machine.add(2, "fe804000.i2c/i2c-1/1-0027", FakeChip("1-0027"))
    with pytest.raises(BusUnavailable, match=r"no GPIO chip at 0x26 on i2c-1.*pca953x,addr=0x26"):
        find(machine, 0x26)


def test_no_gpio_in_the_kernel_at_all(tmp_path: Path) -> None:
    with pytest.raises(BusUnavailable, match="no GPIO chip is labelled pinctrl-bcm2711"):
        LinuxLines.by_label("pinctrl-bcm2711", root=tmp_path)


def test_a_chip_is_found_by_label_and_the_others_are_closed(machine: Machine) -> None:
    first, second = FakeChip("raspberrypi-exp-gpio"), FakeChip("pinctrl-bcm2711", lines=58)
    machine.add(0, "soc/firmware", first)
    machine.add(1, "fe200000.gpio", second)
    with labelled(machine, "pinctrl-bcm2711"):
        assert (first.opened, second.opened) == (0, 1)


def test_no_such_label_names_what_there_is(machine: Machine) -> None:
    chip = FakeChip("1-0026")
    machine.add(0, "fe804000.i2c/i2c-1/1-0026", chip)
    with pytest.raises(BusUnavailable, match="labelled pinctrl-bcm2711; there are: 1-0026"):
        labelled(machine, "pinctrl-bcm2711")
    assert chip.opened == 0


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (PermissionError(errno.EACCES, "Permission denied"), "group gpio"),
        (FileNotFoundError(errno.ENOENT, "No such file"), "cannot be opened: No such file"),
    ],
)
def test_a_chip_that_cannot_be_opened(machine: Machine, error: OSError, text: str) -> None:
    machine.add(3, "fe804000.i2c/i2c-1/1-0026", error)
    with pytest.raises(BusUnavailable, match=text):
        find(machine, 0x26)


def test_an_output_is_latched_with_its_request(opened: Open) -> None:
    chip = FakeChip("1-0026")
    line = opened(chip).request(4, Output(value=True, active_low=True), "rak13007")
    settings = chip.held[4].settings
    assert settings.direction is Direction.OUTPUT
    assert settings.output_value is Value.ACTIVE
    assert settings.active_low
    assert chip.held[4].consumer == "wisgate:rak13007"
    assert line.get() is True
    line.set(False)
    assert chip.values[4] is Value.INACTIVE
    assert line.get() is False


@pytest.mark.parametrize("bias", list(Bias))
def test_an_input_takes_its_settings(opened: Open, bias: Bias) -> None:
    chip = FakeChip("1-0026")
    opened(chip).request(1, Input(active_low=True, bias=bias), "button")
    settings = chip.held[1].settings
    assert settings.direction is Direction.INPUT
    assert settings.active_low
    assert settings.bias.name == bias.name
    assert settings.edge_detection is KernelEdge.NONE


@pytest.mark.parametrize("offset", [-1, 16, 58])
def test_a_line_that_the_chip_does_not_have(opened: Open, offset: int) -> None:
    with pytest.raises(ValueError, match="lines 0 to 15, not"):
        opened(FakeChip("1-0026")).request(offset, Input(), "button")


def test_a_held_line_names_who_holds_it(opened: Open) -> None:
    chip = FakeChip("1-0026")
    chip.held[6] = FakeRequest(chip, 6, gpiod.LineSettings(), "led-daemon")
    lines = opened(chip)
    for settings in (Output(value=False), Input(edges=True)):
        with pytest.raises(BusUnavailable, match="line 6 is held by led-daemon"):
            lines.request(6, settings, "leds")


def test_edges_are_caught_by_the_kernel(opened: Open) -> None:
    chip = FakeChip("1-0026")
    lines = opened(chip)
    line = lines.request(1, Input(edges=True), "power")
    assert lines.interrupts
    assert chip.held[1].settings.edge_detection is KernelEdge.BOTH
    chip.held[1].events = [
        event(RISING, 1_500_000_000), event(FALLING, 2_000_000_000), event(RISING, 2_250_000_000),
    ]  # fmt: skip
    assert line.edges() == [Edge(True, 1.5), Edge(False, 2.0), Edge(True, 2.25)]
    assert line.edges() == []


@pytest.mark.parametrize("code", [errno.ENXIO, errno.EINVAL, errno.EOPNOTSUPP])
def test_a_chip_that_refuses_edges_is_compared(machine: Machine, opened: Open, code: int) -> None:
    chip = FakeChip("1-0026", no_edges=code)
    lines = opened(chip)
    assert lines.interrupts
    chip.values[1] = Value.ACTIVE
    line = lines.request(1, Input(edges=True), "button")
    assert not lines.interrupts
    assert line.edges() == []
    chip.values[1] = Value.INACTIVE
    machine.clock.advance(0.25)
    assert line.edges() == [Edge(False, 0.25)]
    assert line.edges() == []
    lines.request(2, Input(edges=True), "second")
    assert chip.edge_requests == 1


def test_an_expander_without_interrupt_in_the_device_tree_is_not_even_asked(
    machine: Machine,
) -> None:
    chip = FakeChip("1-0026", no_edges=errno.ENXIO)
    machine.add(3, "fe804000.i2c/i2c-1/1-0026", chip, properties="compatible reg")
    with find(machine, 0x26) as lines:
        assert not lines.interrupts
        line = lines.request(1, Input(edges=True), "button")
        chip.values[1] = Value.ACTIVE
        assert [edge.active for edge in line.edges()] == [True]
        assert chip.edge_requests == 0


def test_edges_of_a_line_that_was_not_asked_for_them(opened: Open) -> None:
    chip = FakeChip("1-0026")
    lines = opened(chip)
    line = lines.request(1, Input(), "button")
    assert line.edges() == []
    chip.values[1] = Value.ACTIVE
    assert [edge.active for edge in line.edges()] == [True]
    assert lines.interrupts


@pytest.mark.parametrize(
    ("code", "kind", "text"),
    [
        (errno.EREMOTEIO, NoAcknowledge, "0x26"),
        (errno.ETIMEDOUT, BusTimeout, "expander 0x26 on i2c-1 line 1"),
        (errno.ENODEV, BusUnavailable, "expander 0x26 on i2c-1 line 1"),
        (errno.EINVAL, BusUnavailable, "line 1: the kernel refuses.*EINVAL"),
        (errno.EOPNOTSUPP, BusUnavailable, "line 1: the controller cannot.*EOPNOTSUPP"),
    ],
)
def test_a_failing_expander(opened: Open, code: int, kind: type[BusError], text: str) -> None:
    chip = FakeChip("1-0026")
    lines = opened(chip)
    line = lines.request(1, Input(edges=True), "button")
    chip.failing = code
    for act in (line.get, line.edges, lambda: line.set(True)):
        with pytest.raises(kind, match=text):
            act()
    with pytest.raises(kind):
        lines.request(2, Output(value=False), "relay")


def test_a_failing_chip_without_address(machine: Machine) -> None:
    chip = FakeChip("pinctrl-bcm2711", lines=58)
    machine.add(0, "fe200000.gpio", chip)
    with labelled(machine, "pinctrl-bcm2711") as lines:
        line = lines.request(16, Input(), "power")
        chip.failing = errno.EREMOTEIO
        with pytest.raises(BusError, match="pinctrl-bcm2711 line 16: no answer"):
            line.get()


def test_a_line_that_fails_while_it_is_first_compared_is_not_kept(opened: Open) -> None:
    chip = FakeChip("1-0026", no_edges=errno.ENXIO)
    lines = opened(chip)
    chip.unreadable = True
    with pytest.raises(NoAcknowledge):
        lines.request(1, Input(edges=True), "button")
    assert chip.held == {}


def test_release_lets_go_and_a_released_line_refuses(opened: Open) -> None:
    chip = FakeChip("1-0026")
    lines = opened(chip)
    line = lines.request(4, Output(value=True), "relay")
    line.release()
    line.release()
    assert chip.held == {}
    assert chip.values[4] is Value.ACTIVE
    for act in (line.get, line.edges, lambda: line.set(False)):
        with pytest.raises(BusUnavailable, match="line 4 was released"):
            act()
    lines.request(4, Input(), "again")


def test_close_releases_every_line(machine: Machine) -> None:
    chip = FakeChip("1-0026")
    machine.add(3, "fe804000.i2c/i2c-1/1-0026", chip)
    lines = find(machine, 0x26)
    lines.request(1, Input(), "a")
    lines.request(2, Output(value=False), "b")
    lines.close()
    lines.close()
    assert chip.held == {}
    assert chip.opened == 0
    with pytest.raises(BusUnavailable, match="is closed"):
        lines.request(1, Input(), "a")
