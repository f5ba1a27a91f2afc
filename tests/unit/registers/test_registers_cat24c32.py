"""The numbers of the CAT24C32 against the boards sheet A13, written out a second time."""

from wisgate.registers import cat24c32


def test_numbers():
    assert cat24c32.SIZE == 4096
    assert cat24c32.PAGE == 32
    assert cat24c32.WRITE_CYCLE_S == 0.005
    assert cat24c32.ERASED == 0xFF
