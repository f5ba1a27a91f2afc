"""Operations on alarms: what is raised, who has seen it, and what was."""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request

from ..config.readers import did_you_mean
from ..store.records import ALARM
from .contract import Gateway
from .guard import caller_of
from .shapes import AlarmHistoryView, AlarmsView, AlarmView, ShelveBody
from .spans import span_of
from .views import alarm_history_view, alarm_view


class Alarms:
    """Threads: the event loop only."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway, self._alarms = gateway, gateway.alarms

    async def list(self, _request: Request, _body: Any) -> AlarmsView:
        return AlarmsView([alarm_view(a) for a in self._alarms.all()])

    async def acknowledge(self, request: Request, _body: Any) -> AlarmView:
        who = f"user {caller_of(request).user}"
        return alarm_view(self._alarms.acknowledge(self._name(request), who))

    async def shelve(self, request: Request, body: ShelveBody) -> AlarmView:
        who = f"user {caller_of(request).user}" + (f": {body.reason}" if body.reason else "")
        return alarm_view(self._alarms.shelve(self._name(request), body.seconds, who))

    async def history(self, request: Request, _body: Any) -> AlarmHistoryView:
        point = f"{ALARM}{self._name(request)}"
        span = span_of(request, self._gateway.clock.utc_ns())
        return alarm_history_view(await self._gateway.store.history(point, *span))

    def _name(self, request: Request) -> str:
        name: str = request.path_params["name"]
        known = [alarm.config.name for alarm in self._alarms.all()]
        if name not in known:
            hint = did_you_mean(name[:80], known, "there are")
            raise HTTPException(404, f'there is no alarm "{name[:80]}"; {hint}')
        return name
