"""wisgate command: let a module do something that is no value of a point."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import click

from ..core.errors import Unavailable
from ..core.points import Value
from . import remote
from .logs import show_logs
from .options import data_option, gateway_folder, json_option, virtual_option
from .write import parse_value, value_of


@click.command(
    epilog="Examples: wisgate command · wisgate command wisblock-1 calibrate ·"
    " wisgate command wisblock-2 send payload=hello ·"
    " wisgate command --file examples/air-duct.toml --virtual wisblock-1 wake",
    short_help="Let a module do something: calibrate, send, erase.",
)
@click.argument("place", required=False)
@click.argument("name", required=False)
@click.argument("arguments", nargs=-1, metavar="[ARGUMENT=VALUE]...")
@click.option(
    "--file", type=click.Path(path_type=Path, readable=False),
    help="Where no gateway runs: open the board of this file, do it, close it.",
)  # fmt: skip
@virtual_option
@data_option
@json_option
def command(
    place: str | None,
    name: str | None,
    arguments: tuple[str, ...],
    file: Path | None,
    virtual: bool,
    data: Path | None,
    as_json: bool,
) -> None:
    """Let the module in slot PLACE, or a function of the board, do the command NAME. Without them:
    list what can be done."""
    if place is not None and name is None:
        raise click.UsageError(f"which command of {place}? wisgate command lists them")
    given = dict(_argument(text) for text in arguments)
    running = None if file is not None else remote.find(data)
    if running is not None:
        told: _Told = running
    elif file is not None:
        told = _Opened(file, virtual, data)
    else:
        raise Unavailable(
            "no gateway runs here; start one, or name a file: wisgate command --file FILE"
        )
    if place is None or name is None:
        _list(told.commands(), as_json)
    else:
        _tell(name, told.perform(place, name, given), as_json)


class _Told(Protocol):
    """Who does it: a running gateway, or a board that is opened for it."""

    def commands(self) -> list[dict[str, Any]]: ...
    def perform(self, place: str, name: str, given: dict[str, Value]) -> Mapping[str, Value]: ...


class _Opened:
    """The board of a file; what it keeps goes into the folder of its gateway."""

    def __init__(self, file: Path, virtual: bool, data: Path | None) -> None:
        from ..config.load import load
        from .session import Session

        show_logs()
        config = load(file)
        folder = gateway_folder(config.name, data, virtual=virtual)
        self._session = Session(config, folder, virtual)

    def commands(self) -> list[dict[str, Any]]:
        import msgspec

        from ..web.commands import command_view

        plan = self._session.plan()
        views = [
            command_view(p.slot.name, c) for p in plan.driven for c in p.module.commanded(p.options)
        ]
        views += [command_view(f.name, c) for f in plan.board.onboard for c in f.commands]
        found: list[dict[str, Any]] = msgspec.to_builtins(views)
        return found

    def perform(self, place: str, name: str, given: dict[str, Value]) -> Mapping[str, Value]:
        return asyncio.run(self._perform(place, name, given))

    async def _perform(self, place: str, name: str, given: dict[str, Value]) -> Mapping[str, Value]:
        from .session import open_once

        async with open_once(self._session) as gateway:
            return await gateway.perform(place, name, given, "command line")


def _argument(text: str) -> tuple[str, Value]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise click.UsageError(f'"{text}" is no argument; write name=value')
    return name, parse_value(value)


def _list(commands: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        _print_json({"commands": commands})
        return
    if not commands:
        click.echo("nothing here takes commands")
    for each in commands:
        usage = " ".join([each["slot"], each["name"], *(_usage(a) for a in each["arguments"])])
        click.echo(f"wisgate command {usage}")
        returns = f"; gives {each['returns']}" if each["returns"] else ""
        click.echo(f"    {each['title']}{returns}")


def _usage(argument: dict[str, Any]) -> str:
    example = argument["example"] or argument["dimension"] or argument["kind"]
    text = f"{argument['name']}={example}"
    return text if argument["required"] else f"[{text}]"


def _tell(name: str, result: Mapping[str, Value], as_json: bool) -> None:
    if as_json:
        _print_json({"result": dict(result)})
        return
    for key, value in result.items():
        click.echo(f"{key} = {value_of(value)}")
    if not result:
        click.echo(f"{name}: done")


def _print_json(found: object) -> None:
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(found)).decode())
