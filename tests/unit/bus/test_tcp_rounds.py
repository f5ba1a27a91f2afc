"""Questions of one who waits until each has its end, against small real servers on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import pairwise

import pytest
from line_server import Answers, asked, echo, frame, peer, request, run, served

from wisgate.bus.peer import Question
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import NoAnswer, Unreachable

HANG_UP = "hang up"


def questions(*texts: str, patience: float = 5.0) -> list[Question]:
    return [Question(frame(text), frame(text).__eq__, patience) for text in texts]


def answers(several: list[Question]) -> list[str | None]:
    return [None if q.answer is None else q.answer[1:].decode() for q in several]


def scripted(
    heard: list[str], reaction: Callable[[str], str | None], begun: asyncio.Event | None = None
) -> Answers:
    """Notes what it hears, and says a little later what the reaction is: nothing for None."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            heard.append(await request(reader))
            if begun is not None:
                begun.set()
            await asyncio.sleep(0.002)
            said = reaction(heard[-1])
            if said == HANG_UP:
                return
            if said is not None:
                writer.write(frame(said))

    return answer


def test_all_are_asked_in_their_order_and_each_after_the_answer_before() -> None:
    async def nosy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(5):
            text = await request(reader)
            with pytest.raises(TimeoutError):  # nothing more came yet
                await asyncio.wait_for(reader.read(1), 0.005)
            writer.write(frame(text))

    async def main() -> None:
        async with served(nosy) as (port, connections):
            host, texts = peer(port), ["one", "two", "three", "four", "five"]
            several = questions(*texts)
            await host.ask_all(several)
            assert answers(several) == texts
            for before, after in pairwise(several):
                assert before.asked is not None
                assert after.asked is not None
                assert before.asked < before.answered <= after.asked < after.answered
            assert len(connections) == 1
            host.close()

    run(main())


def test_times_are_those_of_the_clock_that_was_given() -> None:
    clock = VirtualClock()

    def later(text: str) -> str:
        clock.advance(2.0)
        return text

    async def main() -> None:
        async with served(scripted([], later)) as (port, _):
            host, several = peer(port, clock), questions("one", "two")
            await host.ask_all(several)
            assert [(q.asked, q.answered) for q in several] == [(0.0, 2.0), (2.0, 4.0)]
            host.close()

    run(main())


def test_nothing_to_ask_is_done_at_once() -> None:
    async def main() -> None:
        host = peer(1)
        await asyncio.wait_for(host.ask_all([]), 1)

    run(main())


def test_who_asks_meanwhile_waits_for_one_answer_only() -> None:
    heard: list[str] = []

    async def main() -> None:
        begun = asyncio.Event()
        async with served(scripted(heard, str, begun)) as (port, _):
            host, several = peer(port), questions("one", "two", "three")
            under_way = asyncio.create_task(host.ask_all(several))
            await begun.wait()
            assert await asyncio.gather(asked(host, "write"), asked(host, "more")) == [
                "write", "more"
            ]  # fmt: skip
            await under_way
            assert answers(several) == ["one", "two", "three"]
            host.close()

    run(main())
    assert heard == ["one", "write", "more", "two", "three"]


def test_all_wait_for_who_asked_before() -> None:
    heard: list[str] = []

    async def main() -> None:
        async with served(scripted(heard, str)) as (port, connections):
            host, several = peer(port), questions("one", "two")
            write = asyncio.create_task(asked(host, "write"))
            await asyncio.sleep(0)
            await host.ask_all(several)
            assert await write == "write"
            assert answers(several) == ["one", "two"]
            assert len(connections) == 1
            host.close()

    run(main())
    assert heard == ["write", "one", "two"]


def test_a_silent_one_is_passed_and_the_second_in_a_row_ends_the_connection() -> None:
    heard: list[str] = []

    def only_good(text: str) -> str | None:
        return text if text.startswith("good") else None

    async def main() -> None:
        async with served(scripted(heard, only_good)) as (port, connections):
            host = peer(port)
            texts = ["good 1", "bad 1", "good 2", "bad 2", "bad 3", "good 3"]
            several = questions(*texts, patience=0.05)
            await host.ask_all(several)
            assert answers(several) == ["good 1", None, "good 2", None, None, None]
            assert [q.silent for q in several] == [False, True, False, True, True, False]
            assert several[-1].asked is None
            assert len(connections) == 1
            assert await asked(host, "good 4") == "good 4"
            assert len(connections) == 2
            host.close()

    run(main())
    assert heard == ["good 1", "bad 1", "good 2", "bad 2", "bad 3", "good 4"]


def test_late_and_foreign_frames_answer_nothing() -> None:
    async def confused(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        one = await request(reader)  # and says nothing yet
        two = await request(reader)
        writer.write(frame(one) + frame("foreign") + frame(two) + frame("three"))
        writer.write(frame(await request(reader)))
        await request(reader)

    async def main() -> None:
        async with served(confused) as (port, connections):
            host, several = peer(port), questions("one", "two", "three")
            several[0].patience = 0.02
            await host.ask_all(several)
            assert answers(several) == [None, "two", "three"]
            assert host.passed_over == 3
            assert len(connections) == 1
            host.close()

    run(main())


@pytest.mark.parametrize("end", [b"", b"\xffno frame"])
def test_where_the_connection_ends_the_rest_stays_unanswered_and_unasked(end: bytes) -> None:
    heard: list[str] = []

    async def broken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            heard.append(await request(reader))
            if heard[-1] != "two":
                writer.write(frame(heard[-1]))
            elif end:
                writer.write(end)
            else:
                return

    async def main() -> None:
        async with served(broken) as (port, connections):
            host, several = peer(port), questions("one", "two", "three", "four")
            await host.ask_all(several)
            assert answers(several) == ["one", None, None, None]
            assert [q.asked is None for q in several] == [False, False, True, True]
            assert not any(q.silent for q in several)
            again = questions("five", "six")
            await host.ask_all(again)
            assert answers(again) == ["five", "six"]
            assert len(connections) == 2
            host.close()

    run(main())
    assert heard == ["one", "two", "five", "six"]


def test_what_is_asked_alone_is_not_lost_with_a_round_that_ends() -> None:
    heard: list[str] = []

    def once(text: str) -> str:
        return HANG_UP if text == "one" else text

    async def main() -> None:
        begun = asyncio.Event()
        async with served(scripted(heard, once, begun)) as (port, connections):
            host, several = peer(port), questions("one", "two")
            under_way = asyncio.create_task(host.ask_all(several))
            await begun.wait()
            assert await asked(host, "write") == "write"
            await under_way
            assert answers(several) == [None, None]
            assert len(connections) == 2
            host.close()

    run(main())
    assert heard == ["one", "write"]


def test_nobody_waits_behind_a_round_that_was_given_up() -> None:
    async def main() -> None:
        async with served(echo) as (port, connections):
            host = peer(port)
            assert await asked(host, "zero") == "zero"
            lost, kept = questions("one", "two", "three"), questions("four", "five")
            first, second = (asyncio.create_task(host.ask_all(some)) for some in (lost, kept))
            await asyncio.sleep(0)
            first.cancel()
            await second
            assert answers(kept) == ["four", "five"]
            assert answers(lost) == [None] * 3
            assert [q.asked is None for q in lost] == [False, True, True]
            assert host.passed_over == 1  # the answer to "one"
            assert len(connections) == 1
            host.close()

    run(main())


def test_a_close_ends_a_round_at_once() -> None:
    async def main() -> None:
        begun = asyncio.Event()
        async with served(scripted([], lambda _: None, begun)) as (port, _):
            host, several = peer(port), questions("one", "two")
            under_way = asyncio.create_task(host.ask_all(several))
            await begun.wait()
            host.close()
            await asyncio.wait_for(under_way, 1)
            assert answers(several) == [None, None]

    run(main())


def test_a_host_that_is_not_there_is_told_before_anything_is_asked() -> None:
    async def main() -> None:
        async with served(echo) as (port, _):
            pass  # nobody listens there any more
        host, several = peer(port), questions("one", "two")
        with pytest.raises(Unreachable, match="connection refused"):
            await host.ask_all(several)
        assert [q.asked for q in several] == [None, None]

    run(main())


def test_silences_of_a_round_and_of_who_asks_alone_are_counted_together() -> None:
    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def main() -> None:
        async with served(deaf) as (port, connections):
            host = peer(port)
            await host.ask_all(questions("one", patience=0.01))
            for expected in (1, 2):
                with pytest.raises(NoAnswer):
                    await asked(host, "two", patience=0.01)
                assert len(connections) == expected
            host.close()

    run(main())
