"""A host that answers a question as a test says, and steps that are walked to their end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from wisgate.bus.peer import Question
from wisgate.core.errors import NoAnswer
from wisgate.core.points import Await

T = TypeVar("T")


@dataclass
class ScriptedPeer:
    """Answers with `answer(request)`, or raises what it returns."""

    answer: Callable[[bytes], bytes | Exception]
    name: str = "10.0.0.5:502"
    asked: list[bytes] = field(default_factory=list)
    again: list[bool] = field(default_factory=list)

    async def ask(self, question: Question, *, again: bool = False) -> bytes:
        self.asked.append(question.request)
        self.again.append(again)
        answer = self.answer(question.request)
        if isinstance(answer, Exception):
            raise answer
        if not question.accepts(answer):
            raise NoAnswer(f"{self.name}: no answer within {question.patience:g} s")
        return answer

    async def ask_all(self, questions: Sequence[Question]) -> None:
        raise AssertionError("only asked one by one")

    def close(self) -> None: ...


def told(pdu_hex: str) -> Callable[[bytes], bytes]:
    """The frame with that PDU, for the transaction and unit of the request."""
    pdu = bytes.fromhex(pdu_hex)
    return lambda request: request[:4] + (len(pdu) + 1).to_bytes(2, "big") + request[6:7] + pdu


def walked(steps: Generator[Any, Any, T]) -> T:
    """What the steps return; what they wait for is awaited, and that is no time."""

    async def main() -> T:
        given: Any = None
        while True:
            try:
                step = steps.throw(given) if isinstance(given, Exception) else steps.send(given)
            except StopIteration as done:
                result: T = done.value
                return result
            if not isinstance(step, Await):
                assert step == 0.0
                given = None
                continue
            try:
                given = await step.start()
            except NoAnswer as error:
                given = error

    return asyncio.run(main())
