"""CAT24C32 in numbers. onsemi CAT24C32: memory organisation, write operations, AC characteristics.

No registers: two bytes of address, big-endian, then what is to be written, or a repeated START and
what is read. The address counts on from byte to byte: in a read over the whole chip, in a write
only inside one page.
"""

from __future__ import annotations

SIZE = 4096
"""Bytes; the four high bits of an address do not count."""
PAGE = 32
"""Bytes that one write cycle takes. A longer write begins the same page anew."""
WRITE_CYCLE_S = 5e-3
"""Seconds at most after the STOP of a write; nothing is acknowledged meanwhile."""
ERASED = 0xFF
"""What a byte reads that was never written."""
