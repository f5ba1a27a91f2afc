"""Batches given to a sink as the forwarder gives them, without a store."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from wisgate.core.errors import SinkError
from wisgate.gateway.sinks.base import Sink
from wisgate.store.records import Entry


def deliver(there: Sink, *batches: Sequence[Entry]) -> SinkError | None:
    """Open, deliver and close. Returns what the last batch raised."""

    async def main() -> SinkError | None:
        failure: SinkError | None = None
        try:
            for batch in batches:
                try:
                    await there.open()
                    await there.deliver(batch)
                    failure = None
                except SinkError as error:
                    failure = error
        finally:
            await there.close(1)
        return failure

    return asyncio.run(main())
