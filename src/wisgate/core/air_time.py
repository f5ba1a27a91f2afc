"""How long a packet is on the air. Plain arithmetic: no chip, no board."""

from __future__ import annotations

from math import ceil

from .units import Seconds

SPREADING = range(5, 13)
LONGEST = 255  # the length is one byte
_SHORT = (5, 6)  # spreading factors whose preamble and header are others; SX1261/2, 6.1.4
_SLOW_SYMBOL_S = 16e-3  # SX1302 HAL, lgw_time_on_air. SX1261/2, 6.1.1.4: 16.38 ms, the same cases
_FIRST_BITS, _HEADER_BITS, _CRC_BITS = 8, 20, 16
_FIRST_SYMBOLS = 8  # the block of the header, always coded 4/8
_SX1280_HZ = (203_125, 812_500, 406_250, 1_625_000)
_SX1280_SLOW = 11  # SX1280, 7.4.4: low rate from this spreading factor on, whatever the bandwidth
_SX1280_TOLERANCE = 0.016  # forwarders write 200, 203, 400, 406, 800, 812, 1600 or 1625 kHz
_CODED = {"4/5": 5, "4/6": 6, "4/7": 7, "4/8": 8}
_INTERLEAVED = {"4/5LI": 5, "4/6LI": 6, "4/8LI": 8}


def symbol(spreading_factor: int, bandwidth: float) -> Seconds:
    """How long one LoRa symbol takes; `bandwidth` in Hz."""
    return Seconds(2**spreading_factor / bandwidth)


def slow(spreading_factor: int, bandwidth: float) -> bool:
    """Whether low data rate optimisation is on; `bandwidth` in Hz."""
    if spreading_factor >= _SX1280_SLOW and any(
        abs(bandwidth - hz) <= hz * _SX1280_TOLERANCE for hz in _SX1280_HZ
    ):
        return True
    return symbol(spreading_factor, bandwidth) >= _SLOW_SYMBOL_S


def lora(
    length: int,
    spreading_factor: int,
    bandwidth: float,
    coding_rate: str = "4/5",
    *,
    preamble: int = 8,
    header: bool = True,
    crc: bool = True,
) -> Seconds:
    """A LoRa packet of `length` bytes; `bandwidth` in Hz, `preamble` in symbols, `coding_rate` as
    forwarders write it, "LI" for long interleaving. LoRaWAN's downlinks have no CRC. Raises
    ValueError for what no chip can send. SX1261/2, 6.1.4; SX1280, 7.4.4."""
    if not 0 <= length <= LONGEST:
        raise ValueError(f"{length} bytes; a packet has 0 to {LONGEST}")
    if spreading_factor not in SPREADING:
        raise ValueError(f"spreading factor {spreading_factor} is not one of 5 to 12")
    if bandwidth <= 0:
        raise ValueError(f"a bandwidth of {bandwidth:g} Hz is not above 0")
    short = spreading_factor in _SHORT
    per_symbol = spreading_factor - (2 if slow(spreading_factor, bandwidth) else 0)
    payload = 8 * length + (_CRC_BITS if crc else 0)
    room = 4 * spreading_factor - (0 if short else _FIRST_BITS) - (_HEADER_BITS if header else 0)
    if coding_rate in _CODED:
        blocks = ceil(max(0, payload - room) / (4 * per_symbol))
        symbols = _FIRST_SYMBOLS + blocks * _CODED[coding_rate]
    elif coding_rate in _INTERLEAVED:
        coded = _INTERLEAVED[coding_rate] / 4
        symbols = (
            _with_header(length, payload, room, coded, per_symbol)
            if header
            else _without_header(payload, spreading_factor - (0 if short else 2), coded, per_symbol)
        )
    else:
        raise ValueError(f"no coding rate {coding_rate!r}; write one of {_written()}")
    return Seconds(
        (preamble + (6.25 if short else 4.25) + symbols) * symbol(spreading_factor, bandwidth)
    )


def _with_header(length: int, payload: int, room: int, coded: float, per_symbol: int) -> int:
    """Symbols with long interleaving: the payload is one block, its CRC never in the first."""
    if room < payload:
        room = min(room, 8 * length)
    return _FIRST_SYMBOLS + ceil(max(0, payload - room) * coded / per_symbol)


def _without_header(payload: int, first: int, coded: float, per_symbol: int) -> int:
    bits = payload * coded
    if ceil(bits / first) < _FIRST_SYMBOLS:
        return ceil(bits / first)
    return _FIRST_SYMBOLS + ceil((bits - first * _FIRST_SYMBOLS) / per_symbol)


def _written() -> str:
    return ", ".join((*_CODED, *_INTERLEAVED))


def fsk(length: int, bit_rate: float, *, preamble: int = 5, crc: bool = True) -> Seconds:
    """An FSK packet of `length` bytes with LoRaWAN's sync word of three bytes; `preamble` in bytes,
    `bit_rate` in bit/s. Raises ValueError."""
    if not 0 <= length <= LONGEST:
        raise ValueError(f"{length} bytes; a packet has 0 to {LONGEST}")
    if bit_rate <= 0:
        raise ValueError(f"a bit rate of {bit_rate:g} bit/s is not above 0")
    return Seconds(8 * (preamble + 3 + 1 + length + (2 if crc else 0)) / bit_rate)
