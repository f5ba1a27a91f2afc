"""Commands of modules over HTTP: listed for everybody, done for who signed in."""

from asking import Asking, ask

SEND = "/api/v1/commands/wisblock-1/send"


def test_commands_are_listed_with_their_arguments(tmp_path):
    async def steps(web: Asking):
        (one,) = (await web.public.get("/api/v1/commands")).json()["commands"]
        assert (one["slot"], one["name"], one["title"]) == ("wisblock-1", "send", "Send a text")
        payload, after = one["arguments"]
        assert (payload["name"], payload["kind"], payload["required"]) == ("payload", "text", True)
        assert (after["dimension"], after["default"], after["required"]) == ("time", "1s", False)

    ask(tmp_path, steps)


def test_a_command_needs_a_signed_in_user_and_tells_its_result(tmp_path):
    async def steps(web: Asking):
        body = {"arguments": {"payload": "hello", "after": "2min"}}
        assert (await web.public.post(SEND, json=body)).status_code == 401
        assert web.gateway.performed == []
        await web.claim()
        done = await web.public.post(SEND, json=body)
        assert (done.status_code, done.json()) == (200, {"result": {"seconds": 0.25}})
        arguments = {"payload": "hello", "after": 120.0}
        assert web.gateway.performed == [("wisblock-1", "send", arguments, "user anna")]

    ask(tmp_path, steps)


def test_what_is_wrong_is_told(tmp_path):
    async def steps(web: Asking):
        await web.claim()
        unknown = await web.public.post("/api/v1/commands/wisblock-1/sing", json={})
        assert unknown.status_code == 404
        assert unknown.json()["error"] == '"wisblock-1" has no command "sing"'
        missing = await web.public.post(SEND, json={})
        assert missing.status_code == 409
        assert missing.json()["error"] == 'send needs "payload": What to send'
        typo = await web.public.post(SEND, json={"argument": {}})
        assert typo.status_code == 422

    ask(tmp_path, steps)
