"""What a modulation says of its air time; the numbers are those of `test_air_time.py`."""

import pytest

from wisgate.lorawan.radio import Fsk, Lora


def test_air_time_of_each_modulation():
    lora = Lora(12, 125_000)
    assert lora.airtime(23) == pytest.approx(1.482752)
    assert lora.airtime(12, crc=False) == pytest.approx(0.991232)
    assert lora.airtime(23, preamble=10) - lora.airtime(23) == pytest.approx(2 * 32.768e-3)
    implicit = Lora(7, 125_000).airtime(17, preamble=10, crc=False, implicit_header=True)
    assert implicit == pytest.approx(48.384e-3)
    assert Lora(12, 812_500, "4/8LI").airtime(20) == pytest.approx(52.25 * 4096 / 812_500)
    assert Fsk(50_000).airtime(23) == pytest.approx(5.44e-3)
    assert Fsk(50_000).airtime(23, preamble=4, crc=False) == pytest.approx(4.96e-3)
