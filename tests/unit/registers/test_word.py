"""The word: fields, their codes, and what is refused."""

from dataclasses import replace
from enum import IntEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wisgate.core.errors import UnexpectedValue
from wisgate.registers import ina219, sgm58031
from wisgate.registers.word import Word, bit, bits


class Colour(IntEnum):
    RED = 1
    BLUE = 2


class Sample(Word, address=0x10, reset=0x8421, source="nowhere"):
    colour: Colour = bits(13, 12)
    level: int = bits(9, 4, signed=True)
    on: bool = bit(0)


@given(raw=st.integers(0, 0xFFFF))
def test_a_word_of_one_field_keeps_every_bit(raw):
    assert ina219.ShuntVoltage.decode(raw).encode() == raw
    assert sgm58031.HighThreshold.decode(raw).encode() == raw


def test_decode_names_the_fields():
    word = Sample.decode(0b0010_0011_1110_0001)
    assert (word.colour, word.level, word.on) == (Colour.BLUE, -2, True)
    assert isinstance(word.colour, Colour)
    assert word.on is True


@pytest.mark.parametrize(("level", "code"), [(-32, 0x200), (-1, 0x3F0), (0, 0), (31, 0x1F0)])
def test_signed_fields(level, code):
    word = Sample(colour=Colour.RED, level=level, on=False)
    assert word.encode() & 0x03F0 == code
    assert Sample.decode(word.encode()).level == level


def test_bits_without_a_name_keep_their_reset_value():
    assert Sample(colour=Colour.RED, level=0, on=False).encode() == 0x8421 & ~0x33F1 | 0x1000


@pytest.mark.parametrize("level", [-33, 32])
def test_a_value_too_big_is_refused(level):
    with pytest.raises(ValueError, match=f"Sample.level={level} does not fit 9:4"):
        Sample(colour=Colour.RED, level=level, on=False).encode()


def test_an_unsigned_field_takes_no_negative():
    word = ina219.BusVoltage(code=-1, ready=False, overflow=False)
    with pytest.raises(ValueError, match="does not fit"):
        word.encode()
    assert replace(word, code=0x1FFF).encode() == 0xFFF8
    with pytest.raises(ValueError, match="does not fit"):
        replace(word, code=0x2000).encode()


@pytest.mark.parametrize("code", [0, 3])
def test_a_reserved_code_is_an_error(code):
    with pytest.raises(UnexpectedValue, match=rf"Sample.colour reads {code:#x}, reserved"):
        Sample.decode(code << 12)


def test_words_are_frozen():
    with pytest.raises(AttributeError):
        Sample.decode(0x1000).on = True


@pytest.mark.parametrize(("high", "low"), [(6, 6), (7, 5), (9, 7), (8, 8), (1, 2)])
def test_fields_that_overlap_or_do_not_fit_are_refused(high, low):
    with pytest.raises(TypeError, match=r"Bad\.second"):

        class Bad(Word, address=0, width=8, source="nowhere"):
            first: bool = bit(6)
            second: int = bits(high, low)


def test_the_facts_of_a_word():
    assert (Sample.address, Sample.width, Sample.reset) == (0x10, 16, 0x8421)
    assert (Sample.writable, Sample.source) == (True, "nowhere")


def test_a_word_is_its_fields():
    class Other(Word, address=0x10, source="nowhere"):
        on: bool = bit(0)

    class Same(Word, address=0x10, source="nowhere"):
        on: bool = bit(0)

    word = Sample(colour=Colour.RED, level=3, on=False)
    assert word == Sample(colour=Colour.RED, level=3, on=False)
    assert hash(word) == hash(Sample(colour=Colour.RED, level=3, on=False))
    assert word != replace(word, level=4)
    assert Other(on=True) != Same(on=True)
    assert repr(word) == "Sample(colour=<Colour.RED: 1>, level=3, on=False)"
