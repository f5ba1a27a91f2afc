"""The bodies of the API. The OpenAPI document is made from these types and nothing else."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct, field

from ..board.scan import Seen
from ..core.points import Kind, Status
from ..store.records import Phase

Number = float | int | bool | str | None


class PointView(Struct, frozen=True):
    """A point with its last reading."""

    name: str
    value: Number
    unit: Annotated[str, Meta(description="UCUM code")]
    display: Annotated[str, Meta(description="the unit as people write it")]
    status: Status
    time: Annotated[str | None, Meta(description="UTC; null before the first reading")]
    age: Annotated[float | None, Meta(description="seconds since `time`")]
    kind: Kind
    decimals: int
    writable: bool
    slot: Annotated[str, Meta(description="empty for points of the board and virtual points")]
    source: str
    interval: Annotated[float | None, Meta(description="seconds between samples")]
    cause: Annotated[str, Meta(description="who wrote it last, of an output or virtual point")]
    event: Annotated[bool, Meta(description="whether readings are things that happened")]


class PointsView(Struct, frozen=True):
    points: list[PointView]


class DisplayView(Struct, frozen=True):
    """What the little display of a virtual board shows."""

    width: int
    height: int
    rows: Annotated[
        list[str], Meta(description="hexadecimal digits of each row, four dots each, left first")
    ]


class HistoryRow(Struct, frozen=True):
    """A record, or a stretch of the history that begins at `time`."""

    time: str
    value: Annotated[Number, Meta(description="the last of the stretch")]
    status: Annotated[Status, Meta(description="the worst of the stretch")]
    count: int = 1
    min: Annotated[float | None, Meta(description="of numbers only; so the others")] = None
    average: float | None = None
    max: float | None = None
    cause: Annotated[
        str, Meta(description="who wrote it; empty for a measurement and for a stretch")
    ] = ""


class HistoryView(Struct, frozen=True):
    """Stretches without records are left out; the value before them holds on."""

    point: str
    unit: str
    display: str
    start: Annotated[str, Meta(description="UTC")] = field(name="from")
    end: Annotated[str, Meta(description="UTC")] = field(name="to")
    before: Annotated[HistoryRow | None, Meta(description="the last record before `from`")]
    rows: list[HistoryRow]
    truncated: Annotated[bool, Meta(description="there are more records; these are the first")]


class StoreView(Struct, frozen=True):
    """What the store holds."""

    records: int
    bytes: int
    oldest: str | None
    pending: Annotated[int, Meta(description="readings that are not committed yet")]
    dropped: Annotated[int, Meta(description="readings lost because the disk took none")]
    error: str
    last_seq: int
    set_aside: Annotated[int, Meta(description="records that a sink refused")]
    records_per_second: Annotated[
        float | None, Meta(description="over the last hour; null for a minute after the start")
    ] = None
    hours_kept: Annotated[
        float | None, Meta(description="how long a record stays at this rate")
    ] = None
    bytes_written_per_day: Annotated[
        float | None, Meta(description="to the drive, at this rate")
    ] = None
    flash_years: Annotated[
        float | None, Meta(description="how long a new drive lasts at this rate")
    ] = None
    lasting: Annotated[str, Meta(description="hours and years as a sentence")] = ""


class SinkView(Struct, frozen=True):
    """How a sink is doing."""

    name: str
    type: str
    connected: bool
    error: str
    since: Annotated[str | None, Meta(description="UTC; since when it is in this state")]
    delivered: Annotated[int, Meta(description="records acknowledged since the start")]
    lag: Annotated[int, Meta(description="records that wait")]


class AlarmView(Struct, frozen=True):
    """An alarm and its state."""

    name: str
    state: Annotated[Phase, Meta(description="cleared: gone, but latched and not acknowledged")]
    severity: str
    text: Annotated[str, Meta(description="what to do")]
    point: Annotated[str, Meta(description="what it watches; empty without one")]
    value: Annotated[Number, Meta(description="of the point, at the last change")]
    since: Annotated[str | None, Meta(description="UTC of the last change; null before the first")]
    shelved_until: Annotated[str | None, Meta(description="UTC")]
    cause: Annotated[str, Meta(description="who changed it last, if it was somebody")]


class AlarmsView(Struct, frozen=True):
    alarms: list[AlarmView]


class AlarmRow(Struct, frozen=True):
    """A change of an alarm."""

    time: Annotated[str, Meta(description="UTC")]
    state: Phase
    severity: str
    value: Annotated[Number, Meta(description="of the point that it watches")]
    text: Annotated[str, Meta(description="what to do")]
    shelved_until: Annotated[str | None, Meta(description="UTC")]
    cause: Annotated[str, Meta(description="who changed it, if it was somebody")]


class AlarmHistoryView(Struct, frozen=True):
    """The changes of an alarm. The state before them holds on."""

    point: Annotated[str, Meta(description="under which they are stored: alarm/ and its name")]
    start: Annotated[str, Meta(description="UTC")] = field(name="from")
    end: Annotated[str, Meta(description="UTC")] = field(name="to")
    before: Annotated[AlarmRow | None, Meta(description="the last change before `from`")]
    rows: list[AlarmRow]
    truncated: Annotated[bool, Meta(description="there are more changes; these are the first")]


class ShelveBody(Struct, frozen=True, forbid_unknown_fields=True):
    seconds: Annotated[float, Meta(ge=0, description="for so long; 0 ends it")] = field(name="for")
    reason: Annotated[str, Meta(max_length=200, description="becomes part of the cause")] = ""


class StatusView(Struct, frozen=True):
    """The gateway as a whole."""

    name: str
    board: str
    version: str
    virtual: bool
    started: str
    ok: bool
    problems: list[str]
    sinks: list[SinkView]
    store: StoreView
    counters: dict[str, int]
    alarms: list[AlarmView]
    radio: Annotated[bool, Meta(description="whether it has LoRaWAN")] = False


class HealthView(Struct, frozen=True):
    ok: bool
    problems: list[str]


class SessionView(Struct, frozen=True):
    """Who asks, and what the sign-in page must offer."""

    user: Annotated[str | None, Meta(description="null when not signed in")]
    claimed: Annotated[bool, Meta(description="whether a first user exists")]
    readable: Annotated[bool, Meta(description="whether this client may read")]


class ClaimCodeView(Struct, frozen=True):
    code: str


class VerdictView(Struct, frozen=True):
    level: Annotated[str, Meta(description="ok, unknown, warning or difference")]
    name: Annotated[str, Meta(description="the same for the same trouble: no-acknowledge")]
    subject: str
    found: str
    expected: str
    cure: str


class CheckView(Struct, frozen=True):
    title: str
    verdicts: list[VerdictView]


class DoctorView(Struct, frozen=True):
    differs: Annotated[bool, Meta(description="whether anything is not as the plan says")]
    checks: list[CheckView]


class ScanView(Struct, frozen=True):
    differs: Annotated[bool, Meta(description="whether hardware and plan differ")]
    seen: list[Seen]


class ErrorView(Struct, frozen=True):
    error: Annotated[str, Meta(description="one line: what, what was expected, what to do")]


class WriteBody(Struct, frozen=True, forbid_unknown_fields=True):
    value: float | int | bool | str


class ArgumentView(Struct, frozen=True):
    """What a command is told."""

    name: str
    title: str
    kind: Kind
    dimension: Annotated[str, Meta(description='of a quantity, which is a text such as "10s"')]
    choices: list[str | int]
    default: Number
    required: bool
    example: str


class CommandView(Struct, frozen=True):
    """An action of a module that is no value of a point."""

    slot: Annotated[str, Meta(description="the slot, or the function of the board")]
    name: str
    title: str
    arguments: list[ArgumentView]
    returns: Annotated[str, Meta(description="what the result holds, in words")]


class CommandsView(Struct, frozen=True):
    commands: list[CommandView]


class CommandBody(Struct, frozen=True, forbid_unknown_fields=True):
    arguments: dict[str, Number] = field(default_factory=dict)


class ResultView(Struct, frozen=True):
    result: dict[str, Number]


UserName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.@-]{0,31}$")]
Password = Annotated[str, Meta(min_length=10, max_length=256)]


class ClaimBody(Struct, frozen=True, forbid_unknown_fields=True):
    code: Annotated[str, Meta(max_length=32)]
    user: UserName
    password: Password


class SignInBody(Struct, frozen=True, forbid_unknown_fields=True):
    user: Annotated[str, Meta(max_length=64)]
    password: Annotated[str, Meta(max_length=256)]
