"""Claiming, signing in, and what strangers may not."""

from pathlib import Path

import pytest
from asking import HOST, PASSWORD, Asking, ask
from standin import HERE, listen

from wisgate.config.model import WebConfig

OUTSIDE = WebConfig(HERE, "0.0.0.0", 8391, Path("gw.crt"), Path("gw.key"), ("gw.lan",))


def test_the_claim_code_makes_one_user_once(tmp_path):
    async def steps(web: Asking):
        code = web.app.claim_code
        wrong = await web.claim(code="AAAA-AAAA")
        assert wrong.status_code == 403
        assert (await web.public.get("/api/v1/session")).json()["claimed"] is False
        done = await web.claim()
        assert done.json() == {"user": "anna", "claimed": True, "readable": True}
        assert web.app.claim_code == ""
        assert web.app.renew() == ""
        again = await web.claim(code=code, user="eve")
        assert again.status_code == 409
        assert (await web.public.get("/api/v1/session")).json()["user"] == "anna"

    ask(tmp_path, steps)


def test_five_tries_a_minute_and_not_one_more(tmp_path):
    async def steps(web: Asking):
        right = web.app.claim_code
        for _ in range(5):
            assert (await web.claim(code="AAAA-AAAA")).status_code == 403
        assert (await web.claim(code=right)).status_code == 429
        web.gateway.clock.advance(60)
        assert (await web.claim(code=right)).status_code == 200

    ask(tmp_path, steps)


def test_an_expired_code_is_renewed_on_the_console_only(tmp_path):
    async def steps(web: Asking):
        old = web.app.claim_code
        web.gateway.clock.advance(901)
        assert web.app.claim_code == ""
        assert "expired" in (await web.claim(code=old)).json()["error"]
        assert (await web.public.post("/api/v1/claim/renew")).status_code == 403
        new = (await web.console.post("/api/v1/claim/renew")).json()["code"]
        assert (await web.claim(code=new)).status_code == 200
        assert (await web.console.post("/api/v1/claim/renew")).status_code == 409

    ask(tmp_path, steps)


@pytest.mark.parametrize("changed", [{"user": ""}, {"user": "a b"}, {"user": "x" * 33},
                                     {"password": "short"}, {"password": "x" * 257}])  # fmt: skip
def test_a_user_needs_a_proper_name_and_password(tmp_path, changed):
    async def steps(web: Asking):
        assert (await web.claim(**changed)).status_code == 422
        assert web.app.claim_code

    ask(tmp_path, steps)


def test_signing_in_and_out(tmp_path):
    async def steps(web: Asking):
        await web.claim()
        assert (await web.public.delete("/api/v1/session")).status_code == 204
        assert (await web.put("pump", True)).status_code == 401
        session = "/api/v1/session"
        wrong = await web.public.post(session, json={"user": "anna", "password": "wrong"})
        nobody = await web.public.post(session, json={"user": "eve", "password": PASSWORD})
        assert (wrong.status_code, nobody.status_code) == (403, 403)
        assert wrong.json() == nobody.json()
        right = await web.public.post(session, json={"user": "anna", "password": PASSWORD})
        assert right.json()["user"] == "anna"
        assert (await web.put("pump", True)).status_code == 200
        web.gateway.clock.advance(12 * 3600)
        assert (await web.put("pump", True)).status_code == 401

    ask(tmp_path, steps)


def test_guessing_passwords_is_slowed_down(tmp_path):
    async def steps(web: Asking):
        await web.claim()
        body = {"user": "anna", "password": "wrong"}
        tries = [await web.public.post("/api/v1/session", json=body) for _ in range(6)]
        assert [t.status_code for t in tries] == [403] * 5 + [429]

    ask(tmp_path, steps)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(tmp_path):
    async def steps(web: Asking):
        cookie = (await web.claim()).headers["set-cookie"].lower()
        assert cookie.startswith("wisgate_8391=")
        for part in ("httponly", "samesite=strict", "path=/", "max-age=43200"):
            assert part in cookie
        assert "secure" not in cookie

    async def encrypted(web: Asking):
        cookie = (await web.claim()).headers["set-cookie"].lower()
        assert "; secure" in cookie

    ask(tmp_path, steps)
    (tmp_path / "users.json").unlink()
    ask(tmp_path, encrypted, OUTSIDE)


def test_reached_from_outside_reading_needs_sign_in_too(tmp_path):
    paths = ["points", "points/pump", "points/pump/history", "plan", "status", "events"]

    async def steps(web: Asking):
        web.gateway.trouble = ("store: disk full",)
        for path in [f"/api/v1/{p}" for p in paths] + ["/metrics"]:
            assert (await web.public.get(path)).status_code == 401, path
        assert (await web.public.get("/healthz")).json() == {"ok": False, "problems": []}
        assert (await web.public.get("/")).status_code == 200
        who = await web.public.get("/api/v1/session")
        assert who.json() == {"user": None, "claimed": False, "readable": False}
        await web.claim()
        assert (await web.public.get("/api/v1/points")).status_code == 200
        assert (await web.public.get("/healthz")).json()["problems"] == ["store: disk full"]

    ask(tmp_path, steps, OUTSIDE)


def test_a_foreign_name_is_turned_away(tmp_path):
    async def steps(web: Asking):
        answer = await web.public.get("/api/v1/points", headers={"host": "evil.example"})
        assert answer.status_code == 421
        assert (await web.public.get("/", headers={"host": "evil.example"})).status_code == 421
        assert (await web.public.get("/", headers={"host": "gw.lan:8391"})).status_code == 200

    ask(tmp_path, steps, listen("127.0.0.1", 8391, "gw.lan"))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_foreign_page_changes_nothing(tmp_path, method):
    async def steps(web: Asking):
        await web.claim()
        for headers in ({"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}):
            answer = await web.public.request(
                method, "/api/v1/points/pump", json={"value": True}, headers=headers
            )
            assert answer.status_code == 403
        assert web.gateway.written == []
        ours = await web.public.put(
            "/api/v1/points/pump", json={"value": True}, headers={"origin": HOST}
        )
        assert ours.status_code == 200

    ask(tmp_path, steps)


@pytest.mark.parametrize("path", ["/", "/app.js", "/api/v1/points", "/nowhere", "/../app.py"])
def test_every_answer_carries_the_security_headers(tmp_path, path):
    async def steps(web: Asking):
        headers = (await web.public.get(path)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] in ("no-store", "no-cache")

    ask(tmp_path, steps)


def test_nothing_outside_the_static_folder_is_served(tmp_path):
    async def steps(web: Asking):
        for path in ("/../app.py", "/%2e%2e/app.py", "/..%2fapp.py", "/vendor/../../app.py"):
            assert (await web.public.get(path)).status_code == 404

    ask(tmp_path, steps)
