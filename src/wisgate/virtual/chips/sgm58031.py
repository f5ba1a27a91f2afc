"""SGM58031 twin, from the SG Micro SGM58031 datasheet; written without looking at the driver.

World inputs: `ain0` to `ain3`, volts at the pins; `look` is called before they are sampled.
A conversion samples at its start. As in the ADS1115, OS written while a conversion runs starts
nothing. Not modelled: noise, the alert pin and its thresholds, burn-out sources, external
reference and gain trim, PD, general call.
"""

from __future__ import annotations

from ...registers.sgm58031 import (
    SAMPLES_PER_SECOND,
    ChipId,
    Config,
    Config1,
    Conversion,
    HighThreshold,
    LowThreshold,
)
from .converter16 import Converter16


class Sgm58031Twin(Converter16):
    """Threads: lane only."""

    words = (Conversion, Config, LowThreshold, HighThreshold, Config1, ChipId)

    def _rate(self, code: int) -> float:
        fast = Config1.decode(self._file[Config1.address]).fast
        return SAMPLES_PER_SECOND[fast][code]
