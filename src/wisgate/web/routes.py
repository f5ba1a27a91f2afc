"""The table of operations. Routes and OpenAPI document are both made from it."""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from .accounts import Accounts
from .alarms import Alarms
from .answers import json, refusal
from .commands import Commands
from .contract import Gateway
from .events import About, Streams
from .guard import caller_of
from .metrics import MEDIA, Exposition
from .openapi import document
from .operation import Access, Operation, Query
from .points import MAX_BUCKETS, Points
from .radio import RadioOperations
from .radio_shapes import FramesView, RadioView
from .sessions import Sessions
from .shapes import (
    AlarmHistoryView,
    AlarmsView,
    AlarmView,
    ClaimBody,
    ClaimCodeView,
    CommandBody,
    CommandsView,
    DisplayView,
    DoctorView,
    HealthView,
    HistoryView,
    PointsView,
    PointView,
    ResultView,
    ScanView,
    SessionView,
    ShelveBody,
    SignInBody,
    StatusView,
    WriteBody,
)
from .views import display_view, doctor_view, scan_view, status_view

_ROOT = "/api/v1"
_BODY = (403, 408, 413, 415, 421, 422)
_TIME = {"type": "string"}
_SPAN = (
    Query("from", _TIME, "RFC 3339 or seconds since 1970; an hour before `to` if left out"),
    Query("to", _TIME, "the same; now if left out"),
)


class Whole:
    """Operations on the gateway as a whole."""

    def __init__(self, gateway: Gateway, streams: Streams, sessions: Sessions) -> None:
        self._gateway = gateway
        self._streams = streams
        self._sessions = sessions
        self.radio = RadioOperations(gateway)
        self.operations: list[Operation] = []

    async def plan(self, _request: Request, _body: Any) -> dict[str, Any]:
        return self._gateway.plan_view()

    async def status(self, _request: Request, _body: Any) -> StatusView:
        return status_view(self._gateway)

    async def display(self, _request: Request, _body: Any) -> DisplayView:
        picture = self._gateway.board.surroundings.picture()
        if picture is None:
            raise HTTPException(404, "there is no display whose picture could be shown here")
        return display_view(picture)

    async def doctor(self, _request: Request, _body: Any) -> DoctorView:
        return doctor_view(await self._gateway.examine())

    async def scan(self, _request: Request, _body: Any) -> ScanView:
        return scan_view(await self._gateway.scan())

    async def health(self, request: Request, _body: Any) -> Response:
        """What is wrong is told to those who may read; that something is, to everyone."""
        health = self._gateway.health()
        problems = list(health.problems) if caller_of(request).readable else []
        return json(HealthView(health.ok, problems), 200 if health.ok else 503)

    async def events(self, request: Request, _body: Any) -> Response:
        return self._streaming(request)

    async def radio_events(self, request: Request, _body: Any) -> Response:
        return self._streaming(request, self.radio.changes())

    def _streaming(self, request: Request, about: About | None = None) -> Response:
        if self._streams.full:
            return refusal(503, "too many dashboards are open; close one")
        caller = caller_of(request)

        def allowed() -> bool:
            return not caller.bound or self._sessions.user(caller.token) is not None

        return StreamingResponse(
            self._streams.stream(allowed, about), media_type="text/event-stream"
        )

    async def openapi(self, _request: Request, _body: Any) -> dict[str, Any]:
        return document(self.operations)


def operations(
    points: Points,
    alarms: Alarms,
    commands: Commands,
    whole: Whole,
    accounts: Accounts,
    metrics: Exposition,
) -> list[Operation]:
    table = [
        *_point_operations(points),
        *_alarm_operations(alarms),
        *_command_operations(commands),
        *_whole_operations(whole, metrics),
        *_radio_operations(whole),
        *_account_operations(accounts),
    ]
    whole.operations = table
    return table


def _point_operations(points: Points) -> list[Operation]:
    one = f"{_ROOT}/points/{{name}}"
    refusals = (*_BODY, 401, 404, 409, 502, 503)
    buckets = Query(
        "buckets",
        {"type": "integer", "minimum": 0, "maximum": MAX_BUCKETS},
        "into how many equal stretches the records are gathered; 0 for every record",
    )
    read, write = Access.READ, Access.WRITE
    return [
        Operation("GET", f"{_ROOT}/points", points.list, "Every point", read, PointsView,
                  refusals=(401, 421)),
        Operation("GET", one, points.read, "One point", read, PointView,
                  refusals=(401, 404, 421)),
        Operation("PUT", one, points.write, "Set an output or a virtual point", write, PointView,
                  WriteBody, refusals=refusals),
        Operation("POST", one, points.write, "The same, for clients without PUT", write, PointView,
                  WriteBody, refusals=refusals),
        Operation("POST", f"{one}/sample", points.sample, "Read one point now, between its samples",
                  write, PointView, refusals=(401, 404, 421)),
        Operation("GET", f"{one}/history", points.history, "What the store holds of a point", read,
                  HistoryView, query=(*_SPAN, buckets), refusals=(401, 404, 421, 422, 503)),
    ]  # fmt: skip


def _alarm_operations(alarms: Alarms) -> list[Operation]:
    one = f"{_ROOT}/alarms/{{name}}"
    refusals = (*_BODY, 401, 404, 409)
    return [
        Operation("GET", f"{_ROOT}/alarms", alarms.list, "Every alarm", Access.READ, AlarmsView,
                  refusals=(401, 421)),
        Operation("POST", f"{one}/acknowledge", alarms.acknowledge, "Somebody has seen it",
                  Access.WRITE, AlarmView, refusals=(401, 403, 404, 409, 421)),
        Operation("POST", f"{one}/shelve", alarms.shelve, "Let nobody hear of it for a while",
                  Access.WRITE, AlarmView, ShelveBody, refusals=refusals),
        Operation("GET", f"{one}/history", alarms.history, "The changes of an alarm", Access.READ,
                  AlarmHistoryView, query=_SPAN, refusals=(401, 404, 421, 422, 503)),
    ]  # fmt: skip


def _command_operations(commands: Commands) -> list[Operation]:
    one = f"{_ROOT}/commands/{{slot}}/{{name}}"
    return [
        Operation("GET", f"{_ROOT}/commands", commands.list, "What modules can be told to do",
                  Access.READ, CommandsView, refusals=(401, 421)),
        Operation("POST", one, commands.perform, "Let a module do it", Access.WRITE, ResultView,
                  CommandBody, refusals=(*_BODY, 401, 404, 409, 502, 503)),
    ]  # fmt: skip


def _whole_operations(whole: Whole, metrics: Exposition) -> list[Operation]:
    read, everyone = Access.READ, Access.OPEN
    return [
        Operation("GET", f"{_ROOT}/status", whole.status, "The gateway as a whole", read,
                  StatusView, refusals=(401, 421)),
        Operation("GET", f"{_ROOT}/doctor", whole.doctor, "An examination of the whole box",
                  Access.CONSOLE, DoctorView, refusals=(403, 421)),
        Operation("GET", f"{_ROOT}/scan", whole.scan, "Who answers on the I2C bus",
                  Access.CONSOLE, ScanView, refusals=(403, 421, 502)),
        Operation("GET", f"{_ROOT}/plan", whole.plan, "The board and what sits in it", read,
                  dict, refusals=(401, 421)),
        Operation("GET", f"{_ROOT}/display", whole.display,
                  "What the little display of a virtual board shows", read, DisplayView,
                  refusals=(401, 404, 421)),
        Operation("GET", f"{_ROOT}/events", whole.events,
                  "Server-sent events: `snapshot` once, then `readings`, `status`, `ping`", read,
                  media="text/event-stream", refusals=(401, 421, 503)),
        Operation("GET", f"{_ROOT}/openapi.json", whole.openapi, "This document", everyone, dict,
                  refusals=(421,)),
        Operation("GET", "/metrics", metrics.text, "Figures for Prometheus", read, media=MEDIA,
                  refusals=(401, 421)),
        Operation("GET", "/healthz", whole.health, "Whether all is well", everyone, HealthView,
                  refusals=(421,), degraded=503),
    ]  # fmt: skip


def _radio_operations(whole: Whole) -> list[Operation]:
    root, read = f"{_ROOT}/radio", Access.READ
    return [
        Operation("GET", root, whole.radio.state, "LoRaWAN: boards, upstreams, air time", read,
                  RadioView, refusals=(401, 404, 421)),
        Operation("GET", f"{root}/frames", whole.radio.frames, "The frames of late", read,
                  FramesView, refusals=(401, 404, 421)),
        Operation("GET", f"{root}/events", whole.radio_events,
                  "Server-sent events: `radio`, `frames`, `ping`", read,
                  media="text/event-stream", refusals=(401, 404, 421, 503)),
    ]  # fmt: skip


def _account_operations(accounts: Accounts) -> list[Operation]:
    claim, session = f"{_ROOT}/claim", f"{_ROOT}/session"
    everyone = Access.OPEN
    return [
        Operation("POST", claim, accounts.claim, "Create the first user", everyone, SessionView,
                  ClaimBody, refusals=(*_BODY, 409, 429, 503)),
        Operation("POST", f"{claim}/renew", accounts.renew, "A new claim code", Access.CONSOLE,
                  ClaimCodeView, refusals=(403, 409, 421)),
        Operation("GET", session, accounts.who, "Who is signed in", everyone, SessionView,
                  refusals=(421,)),
        Operation("POST", session, accounts.sign_in, "Sign in", everyone, SessionView, SignInBody,
                  refusals=(*_BODY, 429)),
        Operation("DELETE", session, accounts.sign_out, "Sign out", everyone, refusals=(403, 421)),
    ]  # fmt: skip
