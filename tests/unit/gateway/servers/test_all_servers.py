"""The servers of a gateway together."""

from __future__ import annotations

import asyncio

import pytest

from wisgate.core.errors import Unavailable
from wisgate.gateway.servers import Servers


class Scripted:
    """A server that cannot listen, or cannot close, as it is told."""

    def __init__(self, name: str, told: list[str], *, opens: bool = True, closes: bool = True):
        self.name, self._told, self._opens, self._closes = name, told, opens, closes

    async def open(self) -> None:
        if not self._opens:
            raise Unavailable(f"server {self.name}: taken; choose another port")
        self._told.append(f"{self.name} opens")

    async def close(self) -> None:
        self._told.append(f"{self.name} closes")
        if not self._closes:
            raise RuntimeError("broken")


def test_what_one_cannot_do_keeps_the_others_from_nothing(
    caplog: pytest.LogCaptureFixture, tracebacks: list[str]
) -> None:
    told: list[str] = []
    servers = Servers()
    servers._servers += [
        Scripted("one", told, closes=False), Scripted("two", told, opens=False),
        Scripted("three", told),
    ]  # fmt: skip

    async def main() -> None:
        with pytest.raises(Unavailable, match="server two"):
            await servers.open()
        await servers.close()

    asyncio.run(main())
    assert told == ["one opens", "one closes", "two closes", "three closes"]
    assert "server one: unexpected while closing" in caplog.text
    tracebacks.clear()
