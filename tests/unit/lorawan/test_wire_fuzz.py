"""Random and damaged messages change nothing but counters: no board, no moment, no address for
orders, nothing in the queue. Which of them mean something is asked of Python's own JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from fuzz.wire_targets import CONFIG
from radio_bench import radio_config
from recorded import GWMP, LNS

from wisgate.core.clock import VirtualClock
from wisgate.lorawan.boards import Boards
from wisgate.lorawan.fronts.station import StationFront
from wisgate.lorawan.fronts.udp import UdpBoard, UdpFront
from wisgate.lorawan.radio import Board, Status, Uplink

IN_TEST, IN_PROVE = 50_000, 1_000_000
EUI, ROUTER = "0016c001ff000001", "000000fffe000001"
SOUND_GWMP = [bytes.fromhex(x["hex"]) for x in GWMP if x["dir"] == "from_gw"]
SOUND_LNS = [json.dumps(x["msg"]).encode() for x in LNS if "msgtype" in x["msg"]]
KINDS = ("jreq", "rejoin", "updf", "propdf", "version", "dntxed", "timesync")


class Listener:
    """Stands for the hub; what changes here is more than a counter."""

    def __init__(self) -> None:
        self.boards = Boards(radio_config(gateway_id=EUI))
        self.taken = 0

    def join(self, board: Board) -> bool:
        self.taken += 1
        return self.boards.join(board)

    def heard(self, uplink: Uplink) -> None:
        self.taken += 1

    def told(self, status: Status) -> None:
        self.taken += 1

    @property
    def state(self) -> tuple[Any, ...]:
        known = [
            (b.eui, b.now(), b._address if isinstance(b, UdpBoard) else None) for b in self.boards
        ]
        return self.taken, known


def damaged(chance: Random, sound: list[bytes]) -> bytes:
    """Noise, or something sound with some bytes changed, cut off, or doubled."""
    if chance.random() < 0.3:
        return chance.randbytes(chance.randrange(300))
    made = bytearray(chance.choice(sound))
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(len(made) + 1)
        match chance.randrange(4):
            case 0:
                made[at : at + 1] = chance.randbytes(1)
            case 1:
                del made[at : at + chance.randrange(1, 20)]
            case 2:
                made[at:at] = made[at : at + 10]
            case _:
                made[at:] = b""
    return bytes(made)


def parsed(text: bytes) -> Any:
    try:
        return json.loads(text.decode("utf-8", "replace"), strict=False)
    except (ValueError, RecursionError):
        return None


def datagram_may_mean_something(sent: bytes) -> bool:
    if len(sent) < 12 or sent[0] not in (1, 2) or sent[3] not in (0, 2, 5):
        return False
    return sent[3] != 0 or isinstance(parsed(sent[12:]), dict)


def message_may_mean_something(sent: bytes) -> bool:
    found = parsed(sent)
    return isinstance(found, dict) and found.get("msgtype") in KINDS


def bombard(
    listener: Listener,
    take: Callable[[bytes], Any],
    sound: list[bytes],
    meaningful: Callable[[bytes], bool],
    count: int,
) -> int:
    """Returns how many could not mean anything."""
    chance = Random(f"{count} {len(sound)}")
    senseless, before = 0, listener.state
    for _ in range(count):
        sent = damaged(chance, sound)
        take(sent)
        after = listener.state
        if not meaningful(sent):
            assert after == before, sent
            senseless += 1
        before = after
    return senseless


SIZES = [IN_TEST, pytest.param(IN_PROVE, marks=pytest.mark.prove)]


@pytest.mark.parametrize("count", SIZES)
def test_datagrams(count: int) -> None:
    listener = Listener()
    front = UdpFront(listener, VirtualClock(), 1, lambda *_: None)  # type: ignore[arg-type]
    for datagram in SOUND_GWMP[:2]:
        front.take(datagram, "here", 0)

    def take(sent: bytes) -> None:
        front.take(sent, "there", 0)

    senseless = bombard(listener, take, SOUND_GWMP, datagram_may_mean_something, count)
    assert senseless > count / 2
    assert front.counters["malformed"] >= senseless
    board = listener.boards.get(EUI)
    assert isinstance(board, UdpBoard)
    heard = listener.taken
    for datagram in SOUND_GWMP[:2]:  # and all is as it was for who makes sense
        assert front.take(datagram, "here", 0) is not None
    assert listener.taken == heard + 1


@pytest.mark.parametrize("count", SIZES)
def test_messages(count: int) -> None:
    listener = Listener()
    front = StationFront(listener, VirtualClock(), lambda _: CONFIG, lambda: None)  # type: ignore[arg-type]

    async def say(text: str) -> None:
        raise AssertionError(text)

    board = front.connect(ROUTER, say)
    assert board is not None
    front.take(board, b'{"msgtype":"version"}', 0)

    def take(sent: bytes) -> None:
        front.take(board, sent, 0)

    senseless = bombard(listener, take, SOUND_LNS, message_may_mean_something, count)
    assert senseless > count / 2
    counted = front.counters["malformed"] + front.counters["ignored"]
    assert counted >= senseless
    before = listener.taken
    front.take(board, next(m for m in SOUND_LNS if b"updf" in m), 0)
    assert listener.taken == before + 1
