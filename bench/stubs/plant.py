"""A hall of Modbus TCP units: `python plant.py PORT`. Every register tells the milliseconds of the
clock at the moment of the answer, modulo 32768, so that no reading equals the one before and every
one tells its age. Unit 250 tells how many registers were given so far, in two words."""

from __future__ import annotations

import asyncio
import struct
import sys
import time

COUNTER = 250
_REQUEST = struct.Struct(">HHHBBHH")
_HEAD = struct.Struct(">HHHBBB")
_given = 0


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    global _given
    try:
        while True:
            transaction, _, _, unit, function, _, count = _REQUEST.unpack(
                await reader.readexactly(_REQUEST.size)
            )
            if unit == COUNTER:
                words = [_given >> 16, _given & 0xFFFF]
            else:
                words = [int(time.time() * 1000) & 0x7FFF] * count
                _given += count
            size = 2 * len(words)
            head = _HEAD.pack(transaction, 0, 3 + size, unit, function, size)
            writer.write(head + struct.pack(f">{len(words)}H", *words))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main() -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1]))
    print("listening", flush=True)
    await server.serve_forever()


asyncio.run(main())
