"""The computer of the virtual board lives in its world."""

from __future__ import annotations

from wisgate.core.clock import VirtualClock
from wisgate.virtual.board import VirtualRak7391


def test_the_processor_is_as_warm_as_the_world_says() -> None:
    board = VirtualRak7391(VirtualClock())
    board.world.set("cpu.temperature", 71.5)
    assert board.host.cpu_temperature() == 71.5


def test_its_boot_id_belongs_to_the_seed() -> None:
    one, same, other = (VirtualRak7391(VirtualClock(), seed=seed) for seed in (1, 1, 2))
    assert one.host.boot_id() == same.host.boot_id() != other.host.boot_id()
