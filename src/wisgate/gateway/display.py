"""What the little display of the box shows: who it is, what is wrong, how to claim it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from ..bus.host import Interface
from ..core.clock import Clock
from ..protocols.screen import Page, wrapped

if TYPE_CHECKING:
    from .gateway import Gateway

FRESH_S = 5.0
"""How often it is told anew."""
MOST_LINES = 5


@runtime_checkable
class Screen(Protocol):
    """A module that shows pages in turn; `onboard.display` is one."""

    def show(self, pages: Sequence[Page]) -> None: ...


async def keep_showing(gateway: Gateway) -> None:
    """Tell every display what to show, again and again; returns at once without one."""
    screens = [
        (s.placed.lane, s.placed.module)
        for s in gateway.sampled
        if isinstance(s.placed.module, Screen)
    ]
    while screens:
        for lane, screen in screens:
            interfaces = await lane.run(gateway.board.ends.host.interfaces)
            screen.show(pages(gateway, interfaces))
        await asyncio.sleep(FRESH_S)


def pages(gateway: Gateway, interfaces: Sequence[Interface]) -> tuple[Page, ...]:
    """Name and addresses; what is wrong; the claim code, while there is one. A virtual board shows
    none: its display is in the dashboard, where the code must not be."""
    found = [Page(gateway.config.name, _addresses(gateway, interfaces))]
    problems = gateway.health().problems
    title = f"{len(problems)} wrong" if problems else "all is well"
    lines = [line for problem in problems for line in wrapped(problem)]
    found.append(Page(title, tuple(lines[:MOST_LINES]) or (_time(gateway.clock),)))
    code = "" if gateway.virtual else gateway.claim_code()
    if code:
        found.append(Page("claim code", ("", f"     {code}", "", "enter it in the", "dashboard")))
    return tuple(found)


def _addresses(gateway: Gateway, interfaces: Sequence[Interface]) -> tuple[str, ...]:
    """A line for each network that is there; the port where other hosts reach the dashboard."""
    web = gateway.config.web
    open_to_others = web is not None and not web.host.startswith("127.")
    lines = [f"port {web.port}"] if web is not None and open_to_others else []
    for interface in interfaces:
        shown = interface.addresses[0] if interface.addresses else "no address"
        lines.append(f"{interface.name} {shown if interface.carrier else 'no cable'}")
    return tuple(lines[:MOST_LINES])


def _time(clock: Clock) -> str:
    minutes = clock.utc_ns() // 60_000_000_000
    return f"{minutes // 60 % 24:02}:{minutes % 60:02} UTC"
