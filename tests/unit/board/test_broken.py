"""A wire that cannot be opened fails when it is used, for who asked for that."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from wisgate.board.broken import BrokenI2c, BrokenLines, BrokenUart
from wisgate.board.linux import _opened
from wisgate.bus.lines import Input
from wisgate.core.errors import BusUnavailable

WHY = BusUnavailable("/dev/i2c-1 does not exist; put dtparam=i2c_arm=on into config.txt")


def fail() -> BrokenI2c:
    raise WHY


def test_strictly_it_fails_at_once() -> None:
    with pytest.raises(BusUnavailable):
        _opened(fail, BrokenI2c, False)


def test_leniently_it_fails_when_used() -> None:
    wire = _opened(fail, BrokenI2c, True)
    with pytest.raises(BusUnavailable, match="does not exist"):
        wire.transfer(0x41)
    wire.close()


UART = BrokenUart(WHY)


@pytest.mark.parametrize(
    "use",
    [
        lambda: BrokenLines(WHY).request(4, Input(), "test"),
        lambda: UART.write(b"x"),
        lambda: UART.read(1, 0.1),
        UART.flush,
        lambda: UART.send_break(0.001),
        lambda: UART.set_baud(9600),
    ],
)
def test_every_use_says_why(use: Callable[[], object]) -> None:
    with pytest.raises(BusUnavailable, match="does not exist"):
        use()
    BrokenLines(WHY).close()
    UART.close()
