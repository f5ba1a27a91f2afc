"""The two listeners: ports, sockets, signals, time-outs, and a stop that does not wait."""

import asyncio
import contextlib
import signal
import socket
import stat
import time

import httpx
import pytest
from standin import HERE, StandIn, listen

from wisgate.config.model import WebConfig
from wisgate.core.clock import SystemClock
from wisgate.core.errors import Unavailable
from wisgate.web.app import App
from wisgate.web.console import answers, connect
from wisgate.web.server import serve


class Running:
    """`serve` in the background."""

    def __init__(self, folder, config=None) -> None:
        self.socket = folder / "control.sock"
        self.gateway = StandIn(folder, SystemClock())
        self.app = App(self.gateway)
        self.url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.task = asyncio.create_task(
            serve(
                self.gateway,
                listen=config,
                socket_path=self.socket,
                ready=self.url.set_result,
                app=self.app,
            )
        )

    async def __aenter__(self):
        await asyncio.wait({self.task, self.url}, return_when=asyncio.FIRST_COMPLETED)
        if self.task.done():
            await self.task
        return self

    async def stop(self) -> float:
        """Seconds it took."""
        begin = time.monotonic()
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task
        return time.monotonic() - begin

    async def __aexit__(self, *_: object) -> None:
        await self.stop()


def over_socket(path) -> httpx.AsyncClient:
    transport = httpx.AsyncHTTPTransport(uds=str(path))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost")


def test_both_doors_open_and_close(tmp_path):
    async def main():
        before = signal.getsignal(signal.SIGTERM)
        async with Running(tmp_path, listen()) as running:
            assert signal.getsignal(signal.SIGTERM) is before
            assert stat.S_IMODE(running.socket.stat().st_mode) == 0o600
            async with httpx.AsyncClient(base_url=running.url.result()) as public:
                assert (await public.get("/healthz")).json()["ok"] is True
                body = {"value": 2}
                assert (await public.put("/api/v1/points/setpoint", json=body)).status_code == 401
                answer = await public.get("/healthz")
                assert "server" not in answer.headers
            async with over_socket(running.socket) as console:
                done = await console.put("/api/v1/points/setpoint", json=body)
                assert done.json()["cause"] == "user local"
        assert not running.socket.exists()

    asyncio.run(main())


def test_without_a_port_only_the_socket_answers(tmp_path):
    async def main():
        async with Running(tmp_path) as running, over_socket(running.socket) as console:
            assert running.url.result() == ""
            assert (await console.get("/api/v1/points")).status_code == 200

    asyncio.run(main())


def test_open_streams_do_not_hold_up_the_stop(tmp_path):
    async def main():
        async with (
            Running(tmp_path, listen()) as running,
            httpx.AsyncClient(base_url=running.url.result()) as client,
            client.stream("GET", "/api/v1/events") as events,
        ):
            lines = events.aiter_lines()
            assert await anext(lines) == "retry: 1000"
            assert await running.stop() < 3.0
            async for _ in lines:
                pass

    asyncio.run(main())


def test_a_port_in_use_is_named_with_the_cure(tmp_path):
    async def main():
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            with pytest.raises(Unavailable, match=rf"127\.0\.0\.1:{port} is in use; .*8392"):
                async with Running(tmp_path, listen(port=port)):
                    pass
        assert not (tmp_path / "control.sock").exists()

    asyncio.run(main())


def test_a_socket_left_behind_is_replaced_but_a_running_gateway_is_not(tmp_path):
    async def main():
        path = tmp_path / "control.sock"
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(path))
        async with Running(tmp_path):
            with pytest.raises(Unavailable, match="another gateway runs with this folder"):
                async with Running(tmp_path):
                    pass
            assert path.exists()

    asyncio.run(main())


def test_a_folder_deeper_than_a_socket_address_is_served(tmp_path):
    async def main():
        deep = tmp_path / ("x" * 110)
        deep.mkdir()
        assert not answers(deep / "control.sock")
        async with Running(deep):
            with connect(deep / "control.sock", 5) as console:
                reader, writer = await asyncio.open_unix_connection(sock=console)
                writer.write(b"GET /healthz HTTP/1.0\r\n\r\n")
                assert (await reader.read()).startswith(b"HTTP/1.1 200")
                writer.close()
                await writer.wait_closed()
        assert not (deep / "control.sock").exists()

    asyncio.run(main())


def test_outside_needs_tls_and_a_certificate_that_works(tmp_path):
    async def main():
        with pytest.raises(Unavailable, match="needs TLS"):
            async with Running(tmp_path, listen("0.0.0.0")):
                pass
        nothing = WebConfig(HERE, "127.0.0.1", 0, tmp_path / "gw.crt", tmp_path / "gw.key")
        with pytest.raises(Unavailable, match=r"gw\.crt or its key cannot be used"):
            async with Running(tmp_path, nothing):
                pass

    asyncio.run(main())


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "])
def test_a_client_that_never_finishes_its_headers_is_cut_off(tmp_path, monkeypatch, sent):
    monkeypatch.setattr("wisgate.web.listening._HEADERS_TIMEOUT_S", 0.2)

    async def main():
        async with Running(tmp_path, listen()) as running:
            port = int(running.url.result().rstrip("/").rpartition(":")[2])
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(sent)
            async with asyncio.timeout(5):
                with contextlib.suppress(ConnectionError):
                    assert await reader.read() == b""
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    asyncio.run(main())


def test_a_busy_page_and_noise_are_survived(tmp_path):
    async def main():
        async with Running(tmp_path, listen()) as running:
            port = int(running.url.result().rstrip("/").rpartition(":")[2])
            for noise in (b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"A" * 40_000, b""):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(noise)
                writer.write_eof()
                async with asyncio.timeout(12):
                    with contextlib.suppress(ConnectionError):
                        await reader.read()
                writer.close()
                with contextlib.suppress(ConnectionError):
                    await writer.wait_closed()
            async with httpx.AsyncClient(base_url=running.url.result()) as client:
                answers = await asyncio.gather(*(client.get("/api/v1/points") for _ in range(40)))
                assert {a.status_code for a in answers} == {200}

    asyncio.run(main())
