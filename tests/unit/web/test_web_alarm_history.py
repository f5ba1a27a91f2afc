"""The changes of an alarm over HTTP: what the store holds of the point `alarm/NAME`."""

from asking import Asking, ask

from wisgate.core.clock import VIRTUAL_START_NS
from wisgate.core.points import Status
from wisgate.store.records import AlarmState, Phase, Record

SECOND = 1_000_000_000
AT = VIRTUAL_START_NS
PATH = "/api/v1/alarms/overflow/history"
SPAN = {"from": "2026-01-01T00:00:00Z", "to": "2026-01-01T01:00:00Z"}


def change(seq: int, seconds: int, state: AlarmState, cause: str = "") -> Record:
    time_ns, value = AT + seconds * SECOND, state.encoded()
    return Record(seq, time_ns, "alarm/overflow", "", value, Status.GOOD, cause)


def test_changes_with_who_made_them(tmp_path):
    async def steps(web: Asking):
        until = AT + 60 * SECOND
        web.gateway.store.records = [
            change(1, -1, AlarmState(Phase.NORMAL, "high", 3.1)),
            change(2, 1, AlarmState(Phase.ACTIVE, "high", 3.25, "close the inlet")),
            Record(3, AT + 2 * SECOND, "alarm/overflow", "", "no state", Status.GOOD),
            change(4, 3, AlarmState(Phase.SHELVED, "high", None, "", until), "user anna: seal"),
        ]
        found = (await web.public.get(PATH, params=SPAN)).json()
        assert found["point"] == "alarm/overflow"
        assert (found["from"], found["to"]) == (
            "2026-01-01T00:00:00.000Z",
            "2026-01-01T01:00:00.000Z",
        )
        assert (found["before"]["state"], found["before"]["value"]) == ("normal", 3.1)
        assert found["truncated"] is False
        assert found["rows"] == [
            {
                "time": "2026-01-01T00:00:01.000Z", "state": "active", "severity": "high",
                "value": 3.25, "text": "close the inlet", "shelved_until": None, "cause": "",
            },
            {
                "time": "2026-01-01T00:00:03.000Z", "state": "shelved", "severity": "high",
                "value": None, "text": "", "shelved_until": "2026-01-01T00:01:00.000Z",
                "cause": "user anna: seal",
            },
        ]  # fmt: skip
        assert web.gateway.store.asked == [("alarm/overflow", AT, AT + 3600 * SECOND, None)]

    ask(tmp_path, steps)


def test_what_cannot_be_asked(tmp_path):
    async def steps(web: Asking):
        answer = await web.public.get(PATH.replace("overflow", "overflwo"))
        assert answer.status_code == 404
        assert 'did you mean "overflow"?' in answer.json()["error"]
        answer = await web.public.get(PATH, params={"from": "yesterday"})
        assert answer.status_code == 422
        assert web.gateway.store.asked == []

    ask(tmp_path, steps)
