"""One question at a time over TCP, against small real servers on loopback."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import pytest
from line_server import asked, echo, frame, line_size, peer, request, run, served

from wisgate.bus import tcp
from wisgate.bus.tcp import TcpPeer
from wisgate.core.clock import SystemClock, VirtualClock
from wisgate.core.errors import NoAnswer, Unreachable


def test_one_connection_serves_all_questions_one_after_the_other() -> None:
    under_way = [0, 0]

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            text = await request(reader)
            under_way[0] += 1
            under_way[1] = max(under_way)
            await asyncio.sleep(0.001)
            under_way[0] -= 1
            writer.write(frame(text))

    async def main() -> None:
        async with served(slow) as (port, connections):
            host = peer(port)
            answers = await asyncio.gather(*(asked(host, f"question {n}") for n in range(20)))
            assert answers == [f"question {n}" for n in range(20)]
            assert len(connections) == 1
            host.close()

    run(main())
    assert under_way[1] == 1


def test_late_and_foreign_frames_are_passed_over_in_any_pieces() -> None:
    async def torn(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        text = await request(reader)
        whole = frame("late") + frame("") + frame(text) + frame("unasked")
        for n in range(len(whole)):
            writer.write(whole[n : n + 1])
            await writer.drain()
            await asyncio.sleep(0)
        writer.write(frame(await request(reader)))
        await request(reader)

    async def main() -> None:
        async with served(torn) as (port, connections):
            host = peer(port)
            assert await asked(host, "one") == "one"
            assert await asked(host, "two") == "two"
            assert host.passed_over == 3
            assert len(connections) == 1
            host.close()

    run(main())


def test_silence_costs_the_patience_and_the_second_one_the_connection() -> None:
    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def main() -> None:
        async with served(deaf) as (port, connections):
            host = peer(port)
            for expected in (1, 1, 2):
                with pytest.raises(NoAnswer, match=r"no answer within 0.01 s") as caught:
                    await asked(host, "anybody", patience=0.01)
                assert not isinstance(caught.value, Unreachable)
                assert len(connections) == expected
            host.close()

    run(main())


def test_what_is_no_frame_ends_the_connection() -> None:
    async def web(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(b"\xffnonsense")
        await reader.read()

    async def main() -> None:
        async with served(web) as (port, _):
            host = peer(port)
            with pytest.raises(Unreachable, match="no frame begins so; check"):
                await asked(host, "hello")
            host.close()

    run(main())


@pytest.mark.parametrize("again", [True, False])
def test_an_old_connection_that_was_closed_is_replaced_for_what_may_be_asked_twice(
    again: bool,
) -> None:
    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(frame(await request(reader)))
        await request(reader)  # and hangs up instead of answering

    async def main() -> None:
        async with served(once) as (port, connections):
            host = peer(port)
            assert await asked(host, "one") == "one"
            if again:
                assert await asked(host, "two", again=True) == "two"
                assert len(connections) == 2
            else:
                with pytest.raises(Unreachable, match="closed"):
                    await asked(host, "two")
                assert len(connections) == 1
                assert await asked(host, "three") == "three"
            host.close()

    run(main())


def test_what_was_not_asked_yet_is_asked_over_a_new_connection() -> None:
    async def one_only(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(frame(await request(reader)))
        await writer.drain()

    async def main() -> None:
        async with served(one_only) as (port, connections):
            host = peer(port)
            questions = [asked(host, f"question {n}", again=n > 0) for n in range(4)]
            answers = await asyncio.gather(*questions)
            assert answers == [f"question {n}" for n in range(4)]
            assert len(connections) > 1
            host.close()

    run(main())


def test_who_waited_for_a_host_that_fell_silent_is_asked_for_over_a_new_connection() -> None:
    async def deaf_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(connections_so_far) == 0:
            connections_so_far.append(1)
            await reader.read()
        await echo(reader, writer)

    connections_so_far: list[int] = []

    async def main() -> None:
        async with served(deaf_once) as (port, connections):
            host = peer(port)
            questions = [asked(host, f"question {n}", patience=0.02) for n in range(4)]
            answers = await asyncio.gather(*questions, return_exceptions=True)
            assert [type(answer) for answer in answers] == [NoAnswer, NoAnswer, str, str]
            assert len(connections) == 2
            host.close()

    run(main())


def test_each_question_has_its_own_patience() -> None:
    async def sometimes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(frame(await request(reader)))
        await request(reader)  # and says nothing
        text = await request(reader)
        await asyncio.sleep(0.02)
        writer.write(frame(text))
        await request(reader)

    async def main() -> None:
        async with served(sometimes) as (port, connections):
            host = peer(port)
            assert await asked(host, "one", patience=100.0) == "one"
            with pytest.raises(NoAnswer, match=r"within 0\.01 s"):
                await asked(host, "two", patience=0.01)
            assert await asked(host, "three", patience=100.0) == "three"
            assert len(connections) == 1
            host.close()

    run(main())


def test_nobody_waits_behind_a_question_that_was_given_up() -> None:
    async def main() -> None:
        async with served(echo) as (port, connections):
            host = peer(port)
            assert await asked(host, "one") == "one"
            lost, never, last = (
                asyncio.create_task(asked(host, text)) for text in ("two", "three", "four")
            )
            await asyncio.sleep(0)
            lost.cancel()
            never.cancel()
            assert await last == "four"
            assert host.passed_over == 1  # the answer to "two"
            assert len(connections) == 1
            host.close()

    run(main())


def test_what_came_with_an_answer_is_none_to_the_next_question() -> None:
    async def twice(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(frame(await request(reader)) * 2)
        await request(reader)
        writer.write(frame("") + frame("same"))
        await request(reader)

    async def main() -> None:
        async with served(twice) as (port, _):
            host = peer(port)
            assert await asyncio.gather(asked(host, "same"), asked(host, "same")) == ["same"] * 2
            assert host.passed_over == 2  # the first answer again, and what is nobody's
            host.close()

    run(main())


def test_no_question_is_lost_with_what_is_no_frame_behind_an_answer() -> None:
    async def babbling(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await request(reader))
        writer.write(frame(heard[-1]) + b"\xffnonsense")
        await reader.read()

    heard: list[str] = []

    async def main() -> None:
        async with served(babbling) as (port, connections):
            host = peer(port)
            texts = ["one", "two", "three"]
            assert await asyncio.gather(*(asked(host, text) for text in texts)) == texts
            assert len(connections) == 3
            host.close()

    run(main())
    assert heard == ["one", "two", "three"]


def test_a_host_that_refuses_is_left_alone_longer_and_longer_and_found_again() -> None:
    async def main() -> None:
        async with served(echo) as (port, _):
            pass  # nobody listens there any more
        clock = VirtualClock()
        host, attempts, real = peer(port, clock), [], asyncio.get_running_loop().create_connection

        async def counted(*arguments: Any, **more: Any) -> Any:
            attempts.append(clock.monotonic())
            return await real(*arguments, **more)

        asyncio.get_running_loop().create_connection = counted  # type: ignore[method-assign]
        while clock.monotonic() < 300:
            with pytest.raises(Unreachable, match="connection refused; check the address"):
                await asked(host, "hello")
            clock.advance(0.1)
        gaps = [b - a for a, b in pairwise(attempts)]
        assert gaps[:3] == pytest.approx([0.5, 1.0, 2.0], abs=0.11)
        assert max(gaps) == pytest.approx(tcp.LONGEST_PAUSE_S, abs=0.11)
        async with served(echo, port):
            clock.advance(tcp.LONGEST_PAUSE_S)
            assert await asked(host, "hello") == "hello"
            host.close()

    run(main())


def test_a_closed_peer_connects_anew() -> None:
    async def main() -> None:
        async with served(echo) as (port, connections):
            host = peer(port)
            host.close()
            assert await asked(host, "one") == "one"
            host.close()
            host.close()
            assert await asked(host, "two") == "two"
            assert len(connections) == 2
            host.close()

    run(main())


def test_names_of_hosts() -> None:
    assert TcpPeer("10.0.0.5", 502, line_size, SystemClock()).name == "10.0.0.5:502"
    assert TcpPeer("fd00::5", 502, line_size, SystemClock()).name == "[fd00::5]:502"
