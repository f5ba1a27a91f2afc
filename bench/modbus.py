"""How much of the wire the Modbus client uses: virtual line, 9600 baud, virtual time.

The limit is what the standard leaves: request, the unit's silence, answer, our silence, and nothing
else. The share counts our processor time as if the wire waited for all of it. What a USB bridge
adds (1 to 16 ms per answer) is not in it.
"""

from __future__ import annotations

import time

from wisgate.core.clock import VirtualClock
from wisgate.protocols.modbus import ModbusRtu, silence
from wisgate.protocols.modbus_tables import Table
from wisgate.virtual.uart import VirtualUart
from wisgate.virtual.units.modbus import ModbusUnit, Tables

BAUD, BITS, ROUNDS = 9600, 10, 200


def limit(count: int) -> float:
    """Seconds that one read of `count` registers must take."""
    characters = 8 + 5 + 2 * count
    return characters * BITS / BAUD + 2 * silence(BAUD)


def measured(count: int) -> tuple[float, float]:
    """Seconds of virtual time per read, and seconds of processor time."""
    clock = VirtualClock()
    uart = VirtualUart(clock, BAUD)
    unit = ModbusUnit(42, Tables(holding=dict.fromkeys(range(125), 7)), delay=silence(BAUD))
    uart.twins.append(unit)
    client = ModbusRtu(uart, clock)
    begin, cpu = clock.monotonic(), time.process_time()
    for _ in range(ROUNDS):
        client.read(42, Table.HOLDING, 0, count)
    return (clock.monotonic() - begin) / ROUNDS, (time.process_time() - cpu) / ROUNDS


def main() -> None:
    print(f"{'registers':>9} {'limit ms':>9} {'taken ms':>9} {'share':>7} {'cpu ms':>7}")
    for count in (1, 2, 10, 50, 125):
        least, (taken, cpu) = limit(count), measured(count)
        print(
            f"{count:>9} {least * 1e3:>9.2f} {taken * 1e3:>9.2f} {least / (taken + cpu):>7.1%}"
            f" {cpu * 1e3:>7.2f}"
        )
    print(
        f"10 registers joined instead of one by one: {10 * limit(1) / limit(10):.1f} times faster"
    )


if __name__ == "__main__":
    main()
