"""Reading, writing and history of points over HTTP."""

import pytest
from asking import Asking, ask

from wisgate.core.clock import VIRTUAL_START_NS
from wisgate.core.points import Status
from wisgate.store.records import Record


def test_points_tell_value_unit_status_and_age(tmp_path):
    async def steps(web: Asking):
        web.gateway.clock.advance(0.0625)
        web.gateway.put("tank_level", 1.5)
        web.gateway.clock.advance(2.5)
        answer = await web.public.get("/api/v1/points")
        points = {p["name"]: p for p in answer.json()["points"]}
        assert list(points) == list(web.gateway.live.points)
        assert points["tank_level"] == {
            "name": "tank_level", "value": 1.5, "unit": "m", "display": "m", "status": "good",
            "time": "2026-01-01T00:00:00.062Z", "age": 2.5, "kind": "float", "decimals": 3,
            "writable": False, "slot": "wisblock-1", "source": "wisblock-1/a1", "interval": 1.0,
            "cause": "", "event": False,
        }  # fmt: skip
        assert points["temperature"]["display"] == "°C"
        assert points["temperature"]["status"] == "stale"
        assert points["temperature"]["time"] is None
        one = await web.public.get("/api/v1/points/tank_level")
        assert one.json() == points["tank_level"]

    ask(tmp_path, steps)


def test_a_point_is_sampled_now_for_who_is_signed_in(tmp_path):
    async def steps(web: Asking):
        refused = await web.public.post("/api/v1/points/tank_level/sample")
        assert refused.status_code == 401
        await web.claim()
        found = (await web.public.post("/api/v1/points/tank_level/sample")).json()
        assert (found["name"], found["value"]) == ("tank_level", 42.0)
        assert (await web.public.post("/api/v1/points/nobody/sample")).status_code == 404

    ask(tmp_path, steps)


def test_a_fault_has_no_number(tmp_path):
    async def steps(web: Asking):
        web.gateway.put("tank_level", None, Status.ABSENT)
        point = (await web.public.get("/api/v1/points/tank_level")).json()
        assert (point["value"], point["status"]) == (None, "absent")

    ask(tmp_path, steps)


def test_writing_needs_a_signed_in_user(tmp_path):
    async def steps(web: Asking):
        refused = await web.put("pump", True)
        assert refused.status_code == 401
        assert refused.json()["error"].startswith("sign in first")
        assert web.gateway.written == []
        await web.claim()
        done = await web.put("pump", True)
        assert done.status_code == 200
        assert (done.json()["value"], done.json()["cause"]) == (True, "user anna")
        assert web.gateway.written == [("pump", True, "user anna")]
        again = await web.public.post("/api/v1/points/pump", json={"value": False})
        assert again.status_code == 200

    ask(tmp_path, steps)


@pytest.mark.parametrize(
    ("point", "value", "status", "said"),
    [
        ("nowhere", 1, 404, 'there is no point "nowhere"'),
        ("tank_level", 1.0, 409, "tank_level is measured"),
        ("pump", 1, 422, "pump takes true or false"),
        ("pump", "on", 422, "pump takes true or false"),
        ("setpoint", True, 422, "setpoint takes a number"),
        ("setpoint", "3m", 422, "setpoint takes a number"),
        ("shift", 1.5, 422, "shift takes a whole number"),
        ("shift", False, 422, "shift takes a whole number"),
        ("note", 5, 422, "note takes a text"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(tmp_path, point, value, status, said):
    async def steps(web: Asking):
        answer = await web.console.put(f"/api/v1/points/{point}", json={"value": value})
        assert answer.status_code == status
        assert said in answer.json()["error"]
        assert web.gateway.written == []

    ask(tmp_path, steps)


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "{}", '{"value": null}', '{"value": 1, "x": 2}', '{"value": 1e999}',
     '{"value": {"a": 1}}', "\ufeff{}"],
)  # fmt: skip
def test_a_body_that_is_no_write_is_refused(tmp_path, body):
    async def steps(web: Asking):
        json = {"content-type": "application/json"}
        answer = await web.console.put(
            "/api/v1/points/setpoint", content=body.encode(), headers=json
        )
        assert answer.status_code == 422
        assert answer.json()["error"]
        assert web.gateway.written == []

    ask(tmp_path, steps)


def test_a_body_of_another_kind_or_size_is_refused(tmp_path):
    async def steps(web: Asking):
        form = await web.console.put("/api/v1/points/setpoint", data={"value": "1"})
        assert form.status_code == 415
        big = await web.console.put("/api/v1/points/setpoint", content=b" " * 65537)
        assert big.status_code == 413
        assert web.gateway.written == []

    ask(tmp_path, steps)


def test_a_whole_number_may_set_a_float_and_the_console_is_user_local(tmp_path):
    async def steps(web: Asking):
        await web.console.put("/api/v1/points/setpoint", json={"value": 3})
        assert web.gateway.written == [("setpoint", 3.0, "user local")]
        assert isinstance(web.gateway.written[0][1], float)

    ask(tmp_path, steps)


@pytest.mark.parametrize(("trouble", "status"), [("locked", 409), ("pulled", 502)])
def test_an_output_that_refuses_or_fails_says_why(tmp_path, trouble, status):
    async def steps(web: Asking):
        web.gateway.trouble = (trouble,)
        answer = await web.console.put("/api/v1/points/pump", json={"value": True})
        assert answer.status_code == status
        assert "20 s" in answer.json()["error"] or "0x26" in answer.json()["error"]

    ask(tmp_path, steps)


def test_history_in_buckets_and_raw(tmp_path):
    async def steps(web: Asking):
        second = 1_000_000_000
        at = VIRTUAL_START_NS
        web.gateway.store.records = [
            Record(1, at - second, "tank_level", "m", 1.0, Status.GOOD),
            Record(2, at + second, "tank_level", "m", 2.0, Status.GOOD),
            Record(3, at + 2 * second, "tank_level", "m", None, Status.FAULT),
        ]
        path = "/api/v1/points/tank_level/history"
        span = {"from": "2026-01-01T00:00:00Z", "to": "2026-01-01T01:00:00+00:00"}
        raw = (await web.public.get(path, params={**span, "buckets": 0})).json()
        assert raw["before"]["value"] == 1.0
        assert [(r["time"][17:], r["value"], r["status"]) for r in raw["rows"]] == [
            ("01.000Z", 2.0, "good"),
            ("02.000Z", None, "fault"),
        ]
        await web.public.get(path, params={**span, "buckets": 60})
        await web.public.get(path, params={"from": "1767225600", "to": "1767225660.5"})
        asked = [(start - at, end - at, n) for _, start, end, n in web.gateway.store.asked]
        assert asked == [
            (0, 3600 * second, None),
            (0, 3600 * second, 60),
            (0, 60 * second + second // 2, 300),
        ]

    ask(tmp_path, steps)


def test_history_tells_who_wrote(tmp_path):
    async def steps(web: Asking):
        at = VIRTUAL_START_NS
        web.gateway.store.records = [
            Record(1, at - 1, "pump", "", False, Status.GOOD, "full"),
            Record(2, at + 1, "pump", "", False, Status.GOOD),
            Record(3, at + 2, "pump", "", True, Status.GOOD, "user anna"),
        ]
        path = "/api/v1/points/pump/history?from=2026-01-01&to=2026-01-02&buckets="
        raw = (await web.public.get(f"{path}0")).json()
        assert raw["before"]["cause"] == "full"
        assert [(row["value"], row["cause"]) for row in raw["rows"]] == [
            (False, ""),
            (True, "user anna"),
        ]
        gathered = (await web.public.get(f"{path}9")).json()
        assert [(row["value"], row["cause"]) for row in gathered["rows"]] == [
            (False, ""),
            (True, ""),
        ]

    ask(tmp_path, steps)


@pytest.mark.parametrize(
    "query",
    ["from=yesterday", "to=-1", "to=nan", "to=1e300", "buckets=-1", "buckets=2001", "buckets=x",
     "buckets=%C2%B2", "from=2026-01-02&to=2026-01-01", "from=9999-12-31T23:59:59Z"],
)  # fmt: skip
def test_a_span_that_is_none_is_refused(tmp_path, query):
    async def steps(web: Asking):
        answer = await web.public.get(f"/api/v1/points/tank_level/history?{query}")
        assert answer.status_code == 422
        assert answer.json()["error"]
        assert web.gateway.store.asked == []

    ask(tmp_path, steps)
