"""Whatever is asked gets an answer that is no fault of the server, and the gateway goes on."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from asking import Asking, ask

METHODS = ("GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD")
PATHS = (
    "/api/v1/points", "/api/v1/points/pump", "/api/v1/points/tank_level/history",
    "/api/v1/points/%00", "/api/v1/points/../plan", "/api/v1/alarms", "/api/v1/alarms/x/shelve",
    "/api/v1/commands/wisblock-1/reset", "/api/v1/plan", "/api/v1/claim", "/api/v1/session",
    "/api/v1/health", "/api/v1/store", "/api/v1/openapi.json", "/metrics", "/healthz", "/",
    "/static/app.js", "/static/%2e%2e/%2e%2e/app.py", "/nothing",
)  # fmt: skip
QUERIES = (
    "", "from=x&to=y", "from=0&to=1e400", "buckets=-1", "buckets=99999999999999999999",
    "from=2026-01-01T00:00:00Z&to=2026-01-01T00:00:00Z", "to=nan", "from=-9e18&to=9e18", "%ff=%fe",
)  # fmt: skip
BODIES = (
    b"", b"{}", b"null", b"[]", b'{"value": 1e999}', b'{"value": null}', b'{"value": {"a": 1}}',
    b'{"value": "' + b"x" * 5000 + b'"}', b"{" * 500, b"\xff\xfe",
    b'{"value": 99999999999999999999}',
    b'{"code": "000000", "user": "", "password": ""}', b'{"seconds": -1}', b'{"for": "x"}',
)  # fmt: skip
TYPES = ("application/json", "text/plain", "application/json; charset=x", "", "application/xml")


@pytest.mark.parametrize("seed", range(4))
def test_odd_requests(tmp_path: Path, seed: int) -> None:
    async def steps(asking: Asking) -> None:
        random = Random(f"odd {seed}")
        if seed % 2:
            await asking.claim()
        for _ in range(250):
            method, path, query = map(random.choice, (METHODS, PATHS, QUERIES))
            client = random.choice((asking.public, asking.console))
            answer = await client.request(
                method, path + ("?" + query if query else ""), content=random.choice(BODIES),
                headers={"content-type": random.choice(TYPES)},
            )  # fmt: skip
            assert answer.status_code < 500, (method, path, query, answer.text)
        assert (await asking.console.get("/api/v1/points")).status_code == 200

    ask(tmp_path, steps)
