"""What the gateway gives its display to show."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from wisgate.board import open_board
from wisgate.board.twins import Twins
from wisgate.board.virtual_time import run
from wisgate.bus.host import Interface
from wisgate.bus.lane import InlineLane
from wisgate.catalog.catalog import load
from wisgate.config.load import read
from wisgate.core import toml
from wisgate.core.clock import VirtualClock
from wisgate.gateway.display import Screen, keep_showing, pages
from wisgate.gateway.gateway import Gateway, Parts
from wisgate.onboard.display import Display
from wisgate.plan.plan import make
from wisgate.protocols.screen import Page

HEAD = 'name = "pump-house"\nboard = "rak7391"\n[onboard.display]\n'
ETH = Interface("eth0", True, ("192.0.2.10", "2001:db8::1"))


class NoStore:
    """Enough of a store for what is never stored here."""

    class stats:
        error = ""

    def append(self, reading: Any) -> None:
        return None

    def extend(self, readings: Any) -> None:
        return None


def gateway(text: str = HEAD, *, virtual: bool = True, folder: Path = Path()) -> Gateway:
    clock = VirtualClock()
    config = read(toml.parse(text, "gateway.toml"), folder, load())
    board = open_board(make(config, load()), clock=clock, lane=InlineLane, virtual=True)
    lane = InlineLane("store")
    return Gateway(Parts(board, NoStore(), lane, Path(), virtual))  # type: ignore[arg-type]


def test_who_it_is_and_that_all_is_well() -> None:
    clean, well = pages(gateway(), [ETH])
    assert clean == Page("pump-house", ("eth0 192.0.2.10",))
    assert well == Page("all is well", ("00:00 UTC",))


@pytest.mark.parametrize(
    ("interface", "line"),
    [
        (Interface("eth0", False, ()), "eth0 no cable"),
        (Interface("wlan0", True, ()), "wlan0 no address"),
        (ETH, "eth0 192.0.2.10"),
    ],
)
def test_addresses(interface: Interface, line: str) -> None:
    assert pages(gateway(), [interface])[0].lines == (line,)


@pytest.mark.parametrize(("listen", "lines"), [("127.0.0.1:8391", 0), ("0.0.0.0:8391", 1)])
def test_a_port_that_others_reach(tmp_path: Path, listen: str, lines: int) -> None:
    for name in ("c.pem", "k.pem"):
        (tmp_path / name).touch(0o600)
    secure = 'certificate = "c.pem"\nkey = "k.pem"\n' if lines else ""
    made = gateway(HEAD + f'[web]\nlisten = "{listen}"\n{secure}', folder=tmp_path)
    assert pages(made, [])[0].lines == ("port 8391",) * lines


def test_what_is_wrong() -> None:
    made = gateway()
    surroundings = made.board.surroundings
    assert isinstance(surroundings, Twins)
    surroundings.board.faults.inject("no-acknowledge", "climate")
    climate = made.sampled[0]

    async def main() -> None:
        for _ in range(5):
            await climate.sample(climate.placed.module.groups[0])

    run(main(), made.board.ends.clock)
    (_, wrong) = pages(made, [ETH])
    assert wrong == Page("1 wrong", ("climate: no", "acknowledge from 0x70"))


def test_the_claim_code_on_hardware_alone() -> None:
    for virtual, count in ((True, 2), (False, 3)):
        made = gateway(virtual=virtual)
        made.claim_code = lambda: "7KQ2-MX9D"
        found = pages(made, [ETH])
        assert len(found) == count
        assert any("7KQ2-MX9D" in line for page in found for line in page.lines) is not virtual
        made.claim_code = lambda: ""
        assert len(pages(made, [ETH])) == 2


def test_the_display_is_told_again_and_again() -> None:
    made = gateway()
    display = next(s.placed.module for s in made.sampled if s.placed.name == "display")
    assert isinstance(display, Display)
    told: list[int] = []
    show = display.show
    display.show = lambda pages: (told.append(len(pages)), show(pages))[1]  # type: ignore[method-assign]

    async def main() -> None:
        task = asyncio.create_task(keep_showing(made))
        await asyncio.sleep(12)
        task.cancel()

    run(main(), made.board.ends.clock)
    assert told == [2, 2, 2]


def test_without_a_display_there_is_nothing_to_do() -> None:
    made = gateway('name = "pump-house"\nboard = "rak7391"\n')
    run(keep_showing(made), made.board.ends.clock)
    assert not any(isinstance(s.placed.module, Screen) for s in made.sampled)
