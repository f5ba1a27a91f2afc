"""The store, a forwarder and the HTTP sink against a real HTTP server."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import re
from contextlib import suppress
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from certificates import Authority
from delivering import deliver
from peers import free_port
from receiver import Got, Receiver, Reply, receiver
from stores import levels, opened, put

from wisgate.config.addresses import Url
from wisgate.config.model import Where
from wisgate.config.sinks.http import HttpConfig
from wisgate.core.clock import SystemClock, VirtualClock
from wisgate.core.errors import SinkError, SinkRefused
from wisgate.core.points import Status
from wisgate.gateway.forwarder import Forwarder
from wisgate.gateway.sinks.http import HttpSink, parsed_headers, secret_key, signature
from wisgate.gateway.sinks.posting import NOT_THE_RECORDS
from wisgate.store.records import ALARM, AlarmState, Gap, Phase, Record

pytestmark = pytest.mark.peers

NOON = 1_795_176_000_123_000_000
PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "send-readings.md"
TIME = "2026-11-20T12:00:00.123Z"


def record(seq: int, value: Any = 1.5) -> Record:
    return Record(seq, NOON, "level", "m", value, Status.GOOD)


def sink(port: int, *, scheme: str = "http", clock: Any = None, **options: Any) -> HttpSink:
    url = Url(scheme, options.pop("host", "127.0.0.1"), port, "/in?site=north")
    config = HttpConfig(Where("gateway.toml", 1), "hook", "http", (), url=url, **options)
    return HttpSink(config, "pump-house", clock)


def seqs(got: Got) -> list[int]:
    body = json.loads(got.body)
    return sorted(row["seq"] for kind in ("readings", "alarms", "gaps") for row in body[kind])


def test_a_request_holds_every_kind_of_record() -> None:
    state = AlarmState(Phase.ACTIVE, "high", 3.4)
    batch = [
        record(1),
        Record(2, NOON, "level", "m", 9.0, Status.FAULT),
        Record(3, NOON, f"{ALARM}overflow", "", state.encoded(), Status.GOOD),
        Gap(5, NOON, 4, 4, "the power went"),
    ]
    with receiver() as there:
        assert deliver(sink(there.port, headers=(("X-Site", "north"),)), batch) is None
        (got,) = there.requests
    assert (got.path, got.query) == ("/in", {"site": "north"})
    assert got.headers["content-type"] == "application/json"
    assert got.headers["x-site"] == "north"
    assert got.headers["webhook-id"] == "pump-house-1-5"
    assert "webhook-signature" not in got.headers
    reading = {"point": "level", "unit": "m", "time": TIME}
    assert json.loads(got.body) == {
        "gateway": "pump-house",
        "readings": [
            {**reading, "value": 1.5, "status": "good", "seq": 1},
            {**reading, "value": None, "status": "fault", "seq": 2},
        ],
        "alarms": [
            {"alarm": "overflow", "state": "active", "severity": "high", "value": 3.4,
             "time": TIME, "seq": 3},
        ],
        "gaps": [{"first": 4, "last": 4, "cause": "the power went", "time": TIME, "seq": 5}],
    }  # fmt: skip


def test_the_signature_of_the_specification() -> None:
    """Its own example: Standard Webhooks 1.0.0, the reference vector of its libraries."""
    content = b'{"event_type":"ping","data":{"success":true}}'
    key = secret_key("whsec_plJ3nmyCDGBKInavdOK15jsl\n")
    assert signature(key, "msg_loFOjxBNrRLzqYUf", 1731705121, content) == (
        "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="
    )


def test_the_check_that_the_documents_show_holds(tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    shown: dict[str, Any] = {}
    exec(code, shown)
    secret = "whsec_plJ3nmyCDGBKInavdOK15jsl"
    (tmp_path / "secret").write_text(secret)
    with receiver() as there:
        assert deliver(sink(there.port, secret_file=tmp_path / "secret"), [record(1)]) is None
        (got,) = there.requests
    assert shown["is_ours"](got.headers, got.body, secret)
    assert not shown["is_ours"](got.headers, got.body + b" ", secret)
    assert not shown["is_ours"](got.headers, got.body, "whsec_AAAA")
    old = {**got.headers, "webhook-timestamp": "1731705121"}
    assert not shown["is_ours"](old, got.body, secret)


def test_requests_are_signed_with_what_the_file_holds_now(tmp_path: Path) -> None:
    secret, more = tmp_path / "secret", tmp_path / "headers"
    more.write_text("Authorization: Bearer 17\n\nX-Key:a b\n")
    clock = VirtualClock()
    with receiver() as there:
        there.reply = lambda got: Reply(401 if len(there.requests) == 1 else 200)
        secret.write_text("first")
        hook = sink(there.port, secret_file=secret, headers_file=more, clock=clock)

        async def main() -> None:
            with pytest.raises(SinkError, match="check the secrets in the files"):
                await hook.deliver([record(1)])
            secret.write_text("second\n")
            await hook.deliver([record(1), record(2)])
            await hook.close(1)

        asyncio.run(main())
    for got, key in zip(there.requests, (b"first", b"second"), strict=True):
        moment = str(clock.utc_ns() // 10**9)
        assert got.headers["webhook-timestamp"] == moment
        signed = f"{got.headers['webhook-id']}.{moment}.".encode() + got.body
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        assert got.headers["webhook-signature"] == f"v1,{expected}"
        assert (got.headers["authorization"], got.headers["x-key"]) == ("Bearer 17", "a b")


@pytest.mark.parametrize("status", [400, 409, 413, 422])
def test_only_the_records_at_fault_are_set_aside(status: int) -> None:
    def reply(got: Got) -> Reply:
        bad = {7, 8, 90} & set(seqs(got))
        return Reply(status if bad else 200, f"bad are {sorted(bad)}\nreally")

    with receiver() as there:
        there.reply = reply
        error = deliver(sink(there.port), [record(n) for n in range(1, 101)])
        assert isinstance(error, SinkRefused)
        assert error.seqs == (7, 8, 90)
        assert str(error) == (
            f"hook: 127.0.0.1:{there.port}: refused with {status}: bad are [7] really"
        )
        taken = [n for got in there.requests if not {7, 8, 90} & set(seqs(got)) for n in seqs(got)]
    assert taken == [n for n in range(1, 101) if n not in (7, 8, 90)]


def test_a_batch_is_as_large_as_the_server_wants_it() -> None:
    with receiver() as there:
        assert deliver(sink(there.port, batch=3), [record(n) for n in range(1, 9)]) is None
    assert [seqs(got) for got in there.requests] == [[1, 2, 3], [4, 5, 6], [7, 8]]


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (301, "write the address it redirects to in url (301)"),
        (401, "check the secrets in the files (401: go away)"),
        (404, "check the url (404: go away)"),
        (408, "waited too long"),
        (425, "later"),
        (429, "set a rate"),
        (500, "a fault of its own (500: go away)"),
        (503, "a fault of its own"),
    ],
)
def test_what_would_meet_every_record_sets_none_aside(status: int, told: str) -> None:
    with receiver() as there:
        text = "" if status == 301 else "go away"
        there.reply = lambda got: Reply(status, text, {"location": "http://elsewhere.example/"})
        error = deliver(sink(there.port), [record(1), record(2)])
        assert len(there.requests) == 1
    assert not isinstance(error, SinkRefused)
    assert told in str(error)
    assert error is not None
    assert error.rest_s == 0


def test_the_documents_name_every_answer_that_sets_none_aside() -> None:
    (row,) = re.findall(r"^\| ([\d, ]+) \| it would meet", PAGE.read_text("utf-8"), re.M)
    assert [int(status) for status in row.split(", ")] == sorted(NOT_THE_RECORDS)


def test_retry_after_is_honoured_in_both_forms() -> None:
    clock = VirtualClock()
    rests = {
        "120": 120.0,
        "Thu, 01 Jan 2026 00:10:00 GMT": 600.0,
        "Thu, 01 Jan 1970 00:00:00 GMT": 0.0,
        "soon": 0.0,
        "-5": 0.0,
        "9" * 400: 999999999.0,
    }
    with receiver() as there:
        for status, (asked, rest) in product((429, 503), rests.items()):
            there.reply = lambda got, s=status, a=asked: Reply(s, "", {"retry-after": a})
            error = deliver(sink(there.port, clock=clock), [record(1)])
            assert error is not None
            assert error.rest_s == pytest.approx(rest)


def test_tls_with_a_ca_of_the_plant(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with receiver(tls=authority.sign("server")) as there:
        trusted = sink(there.port, scheme="https", ca_file=authority.file)
        assert deliver(trusted, [record(1)]) is None
        assert [seqs(got) for got in there.requests] == [[1]]
        error = deliver(sink(there.port, scheme="https"), [record(1)])
        assert "its certificate is not trusted" in str(error)
        assert "name its CA in ca_file" in str(error)
        other = sink(there.port, scheme="https", ca_file=Authority(tmp_path / "x").file)
        assert "not trusted" in str(deliver(other, [record(1)]))
        broken = sink(there.port, scheme="https", ca_file=tmp_path / "server.key")
        assert "server.key" in str(deliver(broken, [record(1)]))
        missing = sink(there.port, scheme="https", ca_file=tmp_path / "none")
        assert "No such file" in str(deliver(missing, [record(1)]))
        assert len(there.requests) == 1
    with receiver() as there:
        error = deliver(sink(there.port, scheme="https", ca_file=authority.file), [record(1)])
        assert "no TLS on this port" in str(error)


def test_a_server_that_is_not_there_or_says_nothing() -> None:
    assert "connection refused; is the server running" in str(
        deliver(sink(free_port()), [record(1)])
    )
    unknown = deliver(sink(80, host="127.0.0.1%nowhere"), [record(1)])
    assert "127.0.0.1%nowhere is not known" in str(unknown)

    async def main() -> None:
        async def stay_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()

        async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.close()

        async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 500 No\r\n\r\n" + b"x" * 10_000_000)
            await reader.read()
            writer.close()

        async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
            while not reader.at_eof():
                writer.write(b"x")
                await asyncio.sleep(0.05)
                with suppress(TimeoutError):
                    await asyncio.wait_for(reader.read(1000), 0.001)
            writer.close()

        for scheme, serve, told in (
            ("http", drip, "no answer in 0.2 s"),
            ("http", stay_silent, "no answer in 0.2 s"),
            ("https", stay_silent, "no answer in 0.2 s"),
            ("http", hang_up, "the connection broke"),
            ("https", hang_up, "the connection broke"),
            ("http", endless, "a fault of its own (500: " + "x" * 200 + ")"),
        ):
            server = await asyncio.start_server(serve, "127.0.0.1", 0)
            port = server.sockets[0].getsockname()[1]
            patience = 0.2 if "no answer" in told else 10.0
            hook = sink(port, scheme=scheme, timeout=patience)
            with pytest.raises(SinkError) as caught:
                await hook.deliver([record(1)])
            assert told in str(caught.value)
            await hook.close(1)
            server.close()
            await server.wait_closed()

    asyncio.run(main())


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("secret_file", "", "secret_file is empty"),
        ("secret_file", "whsec_ää", "is no Base64"),
        ("headers_file", "X-A: b\nnonsense 17", "headers_file: line 2 is not of the form"),
        ("headers_file", "X-A: b\n\nX B: 17", "headers_file: line 3 is not of the form"),
    ],
)
def test_files_that_are_wrong_are_told_without_their_content(
    tmp_path: Path, name: str, content: str, told: str
) -> None:
    (tmp_path / "file").write_text(content)
    error = str(deliver(sink(1, **{name: tmp_path / "file"}), [record(1)]))
    assert told in error
    assert "17" not in error.replace("127.0.0.1", "")
    assert "No such file" in str(deliver(sink(1, **{name: tmp_path / "none"}), [record(1)]))


def test_headers_of_a_file() -> None:
    assert parsed_headers("A: b\n\n  \nC:d e \n") == (("A", "b"), ("C", "d e"))


def test_an_outage_loses_nothing_and_keeps_the_order(tmp_path: Path) -> None:
    async def main(there: Receiver) -> None:
        async with opened(tmp_path / "store") as store:
            hook = sink(there.port, batch=50)
            forwarder = Forwarder(hook, store, SystemClock(), points=frozenset({"level"}))
            task = asyncio.create_task(forwarder.run())
            await put(store, levels(700))
            async with asyncio.timeout(20):
                while forwarder.state.lag:  # noqa: ASYNC110  # whatever the condition is
                    await asyncio.sleep(0.01)
            forwarder.stop()
            await asyncio.wait_for(task, 10)
            await forwarder.close(3)

    failures = iter([503] + [200] * 4 + [500] + [200] * 100)
    with receiver() as there:
        taken: list[int] = []

        def reply(got: Got) -> Reply:
            status = next(failures)
            if status == 200:
                taken.extend(seqs(got))
            return Reply(status)

        there.reply = reply
        asyncio.run(main(there))
    firsts = list(dict.fromkeys(taken))
    assert firsts == list(range(1, 701))
    assert len(taken) <= 700 + 4 * 50
