"""Operations on commands: what modules can be told to do, and telling them."""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request

from ..catalog.settings import Argument, Command
from .contract import Gateway
from .guard import caller_of
from .shapes import ArgumentView, CommandBody, CommandsView, CommandView, ResultView


class Commands:
    """Threads: the event loop only."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def list(self, _request: Request, _body: Any) -> CommandsView:
        placed = self._gateway.board.placed
        return CommandsView([command_view(p.name, c) for p in placed for c in p.commands])

    async def perform(self, request: Request, body: CommandBody) -> ResultView:
        place, name = request.path_params["slot"], request.path_params["name"]
        placed = self._gateway.board.placed
        if not any(p.name == place and c.name == name for p in placed for c in p.commands):
            raise HTTPException(404, f'"{place[:80]}" has no command "{name[:80]}"')
        cause = f"user {caller_of(request).user}"
        return ResultView(dict(await self._gateway.perform(place, name, body.arguments, cause)))


def command_view(place: str, command: Command) -> CommandView:
    """What people are told of a command of the module in `place`."""
    arguments = [_argument(a) for a in command.arguments]
    return CommandView(place, command.name, command.title, arguments, command.returns)


def _argument(argument: Argument) -> ArgumentView:
    return ArgumentView(
        argument.name,
        argument.title,
        argument.kind,
        argument.dimension,
        list(argument.choices),
        argument.default,
        argument.required and argument.default is None,
        argument.example,
    )
