"""What the catalog says that a function moves on its bus, against what it does."""

from __future__ import annotations

import pytest
from module_bench import ModuleBench

from wisgate.bus.trace import TracedI2c

OPTIONAL = {name: f"[onboard.{name}]\n" for name in ("fan", "memory", "identity")}


@pytest.mark.parametrize("name", ["climate", "indicators", "clock", *OPTIONAL])
def test_a_sampling_moves_no_more_than_is_planned(name: str) -> None:
    bench = ModuleBench(OPTIONAL.get(name, ""))
    entry = next(f for f in bench.board.plan.board.onboard if f.name == name)
    bus = bench.board.ends.i2c
    assert isinstance(bus, TracedI2c)

    async def main() -> None:
        await bench.sampled[name].open()
        await bench.read(name)
        before = bus.counters.bytes, bus.counters.transactions
        await bench.read(name)
        moved = bus.counters.bytes - before[0], bus.counters.transactions - before[1]
        assert entry.bytes / 2 < moved[0] <= entry.bytes
        assert entry.transactions / 2 <= moved[1] <= entry.transactions

    bench.run(main())
