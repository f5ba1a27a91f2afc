"""A Modbus RTU server that is not ours: unit 42 by pymodbus, on the serial port named as argument.

Prints "ready" when it listens and ends when its input is closed.
"""

from __future__ import annotations

import asyncio
import sys

from pymodbus.server import ModbusSerialServer
from pymodbus.simulator import DataType, SimData, SimDevice


def unit() -> SimDevice:
    def registers(address: int, values: list[int]) -> SimData:
        return SimData(address, values=values, datatype=DataType.REGISTERS)

    def bits(address: int, values: list[bool]) -> SimData:
        return SimData(address, values=values, datatype=DataType.BITS)

    coils = [bits(0, [False] * 2016)]
    discrete = [bits(0, [True, False, True, True] * 4)]
    holding = [registers(0, [60, 0xF6A8]), registers(100, [0] * 125)]
    inputs = [registers(0, [0x41B8, 0])]
    return SimDevice(id=42, simdata=(coils, discrete, holding, inputs))


async def main(port: str) -> None:
    server = ModbusSerialServer(unit(), port=port, baudrate=19200, ignore_missing_devices=True)
    await server.serve_forever(background=True)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await server.shutdown()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
