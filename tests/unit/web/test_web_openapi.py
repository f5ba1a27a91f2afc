"""The OpenAPI document: valid, complete, and what the answers look like."""

import re

from asking import PASSWORD, Asking, ask
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from radio_bench import ROOF
from radio_standin import RadioStandIn
from starlette.routing import Route

from wisgate.lorawan.radio import Verdict


def test_the_document_is_valid(tmp_path):
    async def steps(web: Asking):
        document = (await web.public.get("/api/v1/openapi.json")).json()
        OpenAPIV31SpecValidator(document).validate()

    ask(tmp_path, steps)


def test_every_route_is_described_and_every_description_is_a_route(tmp_path):
    async def steps(web: Asking):
        document = (await web.public.get("/api/v1/openapi.json")).json()
        described = {(m.upper(), p) for p, item in document["paths"].items() for m in item}
        routed = {
            (method, route.path)
            for operation in web.app.operations
            if isinstance(route := operation.route(), Route)
            for method in route.methods - {"HEAD"}
        }
        assert described == routed
        assert {p for _, p in described} >= {
            "/api/v1/points", "/api/v1/points/{name}", "/api/v1/points/{name}/history",
            "/api/v1/alarms/{name}/history",
            "/api/v1/plan", "/api/v1/display", "/api/v1/events", "/api/v1/openapi.json",
            "/metrics", "/healthz",
        }  # fmt: skip

    ask(tmp_path, steps)


def test_answers_are_what_the_document_says(tmp_path):
    async def steps(web: Asking):
        web.gateway.put("tank_level", 1.5)
        radio = web.gateway.radio = RadioStandIn(web.gateway.clock)
        radio.hear()
        radio.send(Verdict.QUEUED, board=ROOF)
        web.gateway.board.surroundings.shown = ((True, False, False, True),)
        document = (await web.public.get("/api/v1/openapi.json")).json()
        await web.claim()
        await web.public.delete("/api/v1/session")
        sign_in = {"user": "anna", "password": PASSWORD}
        asked = [("get", path, None) for path, item in document["paths"].items()
                 if "get" in item and not path.endswith("/events")]  # fmt: skip
        asked += [
            ("put", "/api/v1/points/{name}", {"value": True}),
            ("post", "/api/v1/session", sign_in),
            ("put", "/api/v1/points/{name}", {"value": True}),
            ("post", "/api/v1/claim", {**sign_in, "code": "AAAA"}),
        ]
        seen = set()
        for method, path, body in asked:
            name = "overflow" if "/alarms/" in path else "pump"
            answer = await web.public.request(method, re.sub(r"{\w+}", name, path), json=body)
            responses = document["paths"][path][method]["responses"]
            content = responses[str(answer.status_code)]["content"]
            kind = answer.headers["content-type"]
            assert kind in content, path
            seen.add(answer.status_code)
            if kind == "application/json":
                schema = {**content[kind]["schema"], "components": document["components"]}
                Draft202012Validator(schema).validate(answer.json())
        assert seen == {200, 401, 403, 409}

    ask(tmp_path, steps)
