"""wisgate run: what it does to its own process, and what it refuses."""

from __future__ import annotations

import asyncio
import gc

from click.testing import CliRunner

from wisgate.board.folder import hold_folder
from wisgate.cli import wisgate
from wisgate.cli.session import Session

FILE = 'name = "hall"\nboard = "rak7391"\n'


def ran(folder, monkeypatch, live, *arguments: str) -> list[bool]:
    """Whether garbage was collected: as the gateway is opened, and afterwards."""
    seen: list[bool] = []

    def opened(session: Session, announce: object) -> None:
        seen.append(gc.isenabled())
        live(session)

    monkeypatch.setattr("wisgate.cli.session.live", opened)
    (folder / "gateway.toml").write_text(FILE)
    data = ("--virtual", "--data", str(folder / "store"))
    CliRunner().invoke(wisgate, ["run", str(folder / "gateway.toml"), *data, *arguments])
    return [*seen, gc.isenabled()]


def test_a_start_looks_for_no_garbage_and_what_failed_leaves_that_as_it_was(tmp_path, monkeypatch):
    assert ran(tmp_path, monkeypatch, lambda session: None) == [False, True]
    with hold_folder(tmp_path / "store"):
        assert ran(tmp_path, monkeypatch, lambda session: None) == [True]


def test_garbage_is_looked_for_once_the_gateway_works(tmp_path, monkeypatch):
    class Opening:
        def __init__(self) -> None:
            self.at_work = asyncio.Event()

    async def begin(session: Session) -> list[bool]:
        gateway = Opening()
        beside = [asyncio.create_task(work(gateway)) for work in session.beside]
        await asyncio.sleep(0)
        before = gc.isenabled()
        gateway.at_work.set()
        await asyncio.gather(*beside)
        return [before, gc.isenabled()]

    found: list[bool] = []
    threshold = gc.get_threshold()
    try:
        ran(tmp_path, monkeypatch, lambda session: found.extend(asyncio.run(begin(session))))
    finally:
        gc.unfreeze()
        gc.set_threshold(*threshold)
    assert found == [False, True]


def test_only_the_virtual_world_has_a_seed(tmp_path):
    (tmp_path / "gateway.toml").write_text(FILE)
    words = ["run", str(tmp_path / "gateway.toml"), "--seed", "7", "--data", str(tmp_path)]
    ran = CliRunner().invoke(wisgate, words)
    assert ran.exit_code == 2
    assert "--seed is for the virtual board; add --virtual" in ran.stderr
