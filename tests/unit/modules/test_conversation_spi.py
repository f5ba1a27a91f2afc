"""What the catalog says a sample over SPI costs is what the driver does."""

from __future__ import annotations

import pytest
from module_bench import HEAD, slot

from wisgate.board.prompt import open_modules
from wisgate.catalog.catalog import load

ONE = "wisblock-1"


@pytest.mark.parametrize("name", ["rak13300", "rak13006"])
def test_a_sample_costs_what_the_catalog_says(name: str) -> None:
    """Every byte goes both ways; the catalog counts those that say something. No line is read."""
    sent: list[int] = []
    with open_modules(HEAD + slot(1, name)) as board:
        board.read(ONE)
        spi, i2c = board.twins.slots[ONE].spi, board.twins.i2c
        transfer = spi.transfer

        def count(data: bytes) -> bytes:
            sent.append(len(data))
            return transfer(data)

        def refuse(address: int, write: bytes = b"", read: int = 0) -> bytes:
            raise AssertionError(f"{address:#04x} is asked")

        spi.transfer, unhindered = count, i2c.transfer  # type: ignore[method-assign]
        i2c.transfer = refuse  # type: ignore[method-assign]
        readings = board.read(ONE)
        i2c.transfer = unhindered  # type: ignore[method-assign]
        frames = tuple(sent)
    assert "packet" not in {reading.name for reading in readings}  # nothing had come
    (entry,) = load().modules[name].conversation
    assert (entry.bus, entry.wait) == ("SPI", "0s")
    assert (len(frames), sum(frames)) == (entry.transactions, entry.writes + entry.reads)
