"""RAK13300 on the virtual board, with the node in its garden and with a second one."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import pytest
from module_bench import HEAD, ModuleBench, slot

from wisgate.board.prompt import Prompt, open_modules
from wisgate.core.errors import ConfigError, NoAnswer, OutputRefused, UnexpectedValue
from wisgate.core.points import Commanded, Status, Value

ONE, TWO = "wisblock-1", "wisblock-2"
RESET_LOW, ANTENNA = 1 << 4, 1 << 3
"""Lines of slot 1 in port 0 of the expander. Modules sheet 5.5."""


def alone(**options: object) -> str:
    return HEAD + slot(1, "rak13300", **options)


def pair(**options: object) -> str:
    return alone(**options) + slot(2, "rak13300", **options)


def quiet(board: Prompt, *slots: str) -> None:
    """Nobody in the garden."""
    for name in slots:
        board.twins.faults.inject("nobody-there", name)


TOLD: WeakKeyDictionary[Prompt, dict[str, dict[str, Value]]] = WeakKeyDictionary()
PACKET = ("message", "packet", "rssi", "snr")


def read(board: Prompt, name: str = ONE) -> dict[str, Value]:
    """The packet that came, if any, and every counter as it was told last."""
    now = {reading.name: reading.value for reading in board.read(name)}
    counters = TOLD.setdefault(board, {}).setdefault(name, {})
    counters |= {key: value for key, value in now.items() if key not in PACKET}
    return now | counters


def test_counters_are_told_when_they_move() -> None:
    with open_modules(alone()) as board:
        counters = {r.name: r.value for r in board.read(ONE)}
        assert counters == dict.fromkeys(
            ("received", "crc_errors", "missed", "sent", "refused", "airtime"), 0
        )
        assert board.read(ONE) == []
        board.command(ONE, "send", text="hello")
        assert [r.name for r in board.read(ONE)] == ["sent", "airtime"]


def refusal(board: Prompt, text: str) -> str:
    with pytest.raises(OutputRefused) as refused:
        board.command(ONE, "send", text=text)
    return str(refused.value)


def test_the_node_in_the_garden_is_heard() -> None:
    with open_modules(alone()) as board:
        board.world.set("room.temperature", 21.34)
        board.world.set("room.humidity", 0.45)
        board.world.set("radio.loss", 100.0)
        assert "message" not in read(board)
        heard = []
        for _ in range(250):
            board.sleep(0.2)
            now = read(board)
            if "message" in now:
                heard.append(now)
        numbers = [str(one["message"]).split()[0] for one in heard]
        assert numbers == [str(n) for n in range(int(numbers[0]), int(numbers[0]) + len(heard))]
        assert len(heard) in (4, 5)
        assert all(str(one["message"]).endswith(" 21.3 45") for one in heard)
        assert heard[0]["packet"] == str(heard[0]["message"]).encode().hex().upper()
        assert heard[0]["rssi"] == pytest.approx(14 - 100, abs=1)
        assert now["received"] == len(heard)
        assert now["crc_errors"] == now["missed"] == 0


def test_a_packet_is_read_once() -> None:
    with open_modules(alone()) as board:
        read(board)
        board.sleep(15)
        assert "packet" in read(board)
        again = read(board)
        assert {"packet", "message", "rssi", "snr"}.isdisjoint(again)
        assert again["received"] == 1


def test_it_sends_and_is_answered() -> None:
    with open_modules(alone()) as board:
        answer = board.command(ONE, "send", text="hello")
        assert answer == {"airtime": 0.030976, "left": pytest.approx(36 - 0.030976)}
        board.sleep(0.2)
        now = read(board)
        assert now["message"] == "ack hello"
        assert (now["sent"], now["refused"]) == (1, 0)
        assert now["airtime"] == pytest.approx(0.030976)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"frequency": "869.525MHz", "spreading_factor": 12, "power": 22, "sync_word": "public"},
        {"region": "us915", "frequency": "915MHz", "bandwidth": "500kHz", "coding_rate": 8},
        {"region": "eu433", "frequency": "433.3MHz", "spreading_factor": 5, "preamble": 12,
         "power": 10},
        {"region": "kr920", "frequency": "922.1MHz", "spreading_factor": 9, "power": -9},
    ],
)  # fmt: skip
def test_two_modules_talk(options: dict[str, object]) -> None:
    with open_modules(pair(**options)) as board:
        quiet(board, ONE, TWO)
        read(board), read(board, TWO)
        for here, there in ((ONE, TWO), (TWO, ONE)):
            board.command(here, "send", hex="00 FF 0A")
            got = read(board, there)
            assert got["packet"] == "00FF0A"
            assert "message" not in got


def test_another_sync_word_or_factor_is_not_heard() -> None:
    other = slot(2, "rak13300", sync_word="public")
    with open_modules(alone() + other) as board:
        quiet(board, ONE, TWO)
        read(board), read(board, TWO)
        board.command(ONE, "send", text="hello")
        assert "packet" not in read(board, TWO)


def test_the_duty_cycle_refuses_and_says_when() -> None:
    with open_modules(alone(spreading_factor=12)) as board:
        quiet(board, ONE)
        for _ in range(4):
            board.command(ONE, "send", text="x" * 200)
        assert refusal(board, "x" * 200).endswith("again at 2026-01-01 01:01:00 UTC")
        now = read(board)
        assert (now["sent"], now["refused"]) == (4, 1)
        board.sleep(3580)
        assert refusal(board, "x" * 250).startswith("868-868.6 MHz: 28.87 s of 36 s")
        board.sleep(60)
        board.command(ONE, "send", text="x" * 200)
        assert read(board)["airtime"] == pytest.approx(7.22, abs=0.01)


def test_a_packet_longer_than_the_dwell_time() -> None:
    with open_modules(alone(region="us915", frequency="903.9MHz", spreading_factor=10)) as board:
        assert "longer than 0.4 s" in refusal(board, "x" * 100)
        answer = board.command(ONE, "send", text="x" * 10)
        assert answer["left"] is None


def begin(board: Prompt, name: str, text: str) -> None:
    """Let a module begin to send, and leave it at that."""
    module = board._placed[name].module
    assert isinstance(module, Commanded)
    for step in module.command("send", {"text": text, "hex": None}):
        assert isinstance(step, float)
        if step > 1:
            return  # the packet is on the air
        board.sleep(step)


def test_a_channel_that_is_used_all_the_time() -> None:
    with open_modules(pair(spreading_factor=12)) as board:
        quiet(board, ONE, TWO)
        read(board), read(board, TWO)
        begin(board, TWO, "x" * 200)
        assert refusal(board, "me, too").startswith("the channel is used by somebody else")
        now = read(board)
        assert (now["refused"], now["sent"], now["airtime"]) == (1, 0, 0)
        board.sleep(8)
        board.command(ONE, "send", text="now")
        assert read(board)["sent"] == 1


def test_who_does_not_listen_interrupts() -> None:
    with open_modules(
        pair(spreading_factor=12, listen=0).replace("listen = 0", "listen = false")
    ) as board:
        quiet(board, ONE, TWO)
        read(board), read(board, TWO)
        begin(board, TWO, "x" * 200)
        board.command(ONE, "send", text="me, too")
        assert read(board)["sent"] == 1


def test_damaged_packets_are_counted_and_not_told() -> None:
    with open_modules(alone()) as board:
        read(board)
        board.world.set("radio.loss", 137.78)  # the limit of spreading factor 7
        for _ in range(200):
            board.sleep(0.2)
            assert "packet" not in read(board)
        now = read(board)
        assert now["crc_errors"] >= 3
        assert now["received"] == now["missed"] == 0


def test_packets_that_come_faster_than_they_are_read_are_counted() -> None:
    with open_modules(alone()) as board:
        read(board)
        board.sleep(45)
        now = read(board)
        assert now["received"] == 4
        assert now["missed"] == 3
        assert "packet" in now


def test_a_packet_that_came_before_we_sent_is_not_lost() -> None:
    with open_modules(alone()) as board:
        read(board)
        board.sleep(15)
        board.command(ONE, "send", text="hello")
        told = [r.value for r in board.read(ONE) if r.name == "message"]
        assert len(told) == 1
        assert str(told[0]).split()[0].isdecimal()


def test_an_oscillator_of_3_3_volts_is_found() -> None:
    """Modules sheet C-25. The twin takes what its option says; here it wants another."""
    with open_modules(alone(tcxo="3.3V")) as board:
        board._placed[ONE].module._voltage = 2  # type: ignore[attr-defined]  # 1.8 V
        read(board)
        board.command(ONE, "send", text="hello")
        assert read(board)["sent"] == 1


def test_an_oscillator_that_runs_at_neither_voltage() -> None:
    with open_modules(alone(tcxo="3.3V")) as board:
        read(board)
        module = board._placed[ONE].module
        twin = board.twins.slots[ONE].spi.twin._twin  # type: ignore[union-attr]
        twin.tcxo_v = 5.0
        module.open()
        with pytest.raises(UnexpectedValue, match=r"XOSC_START.* 3.3 V"):
            board.read(ONE)


def test_a_brown_out_is_noticed_and_it_starts_again() -> None:
    async def play(bench: ModuleBench) -> None:
        await bench.read(ONE)
        bench.faults.inject("brown-out", ONE)
        bench.clock.advance(0.1)
        statuses = {r.status for r in await bench.read(ONE)}
        assert statuses == {Status.FAULT}
        assert {r.status for r in await bench.read(ONE)} == {Status.GOOD}

    bench = ModuleBench(slot(1, "rak13300"))
    bench.run(play(bench))


def test_pulled_and_put_back() -> None:
    async def play(bench: ModuleBench) -> None:
        await bench.read(ONE)
        bench.faults.inject("module-pulled", ONE)
        for _ in range(2):
            assert {r.status for r in await bench.read(ONE)} == {Status.ABSENT}
        bench.faults.clear("module-pulled", ONE)
        assert {r.status for r in await bench.read(ONE)} == {Status.GOOD}

    bench = ModuleBench(slot(1, "rak13300"))
    bench.run(play(bench))


def test_busy_for_ever() -> None:
    with open_modules(alone()) as board:
        board.twins.faults.inject("never-ready", ONE)
        with pytest.raises(NoAnswer, match="BUSY stays high after a reset"):
            board.read(ONE)
        board.twins.faults.clear("never-ready", ONE)
        assert "received" in read(board)


def lines(board: Prompt) -> tuple[bool, bool]:
    """Whether the antenna switch is fed, and whether the radio is held in reset."""
    side = board.twins.slots[ONE]
    return side.driven(3), not side.level(4)


def test_opened_and_closed_the_radio_is_silent() -> None:
    with open_modules(alone()) as board:
        assert lines(board) == (False, True)
        read(board)
        assert lines(board) == (True, False)
    assert lines(board) == (False, True)


def test_closed_although_the_expander_does_not_answer() -> None:
    with open_modules(alone()) as board:
        read(board)
        module = board._placed[ONE].module
        board.twins.faults.inject("no-acknowledge", "expander-2")
        with pytest.raises(Exception, match="0x26"):
            module.close()
        board.twins.faults.clear("no-acknowledge", "expander-2")
        module.close()  # nothing is left to be let go of
        module.open()
        assert lines(board) == (False, True)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"frequency": "868.65MHz"}, "868.65 MHz with 125 kHz lies in no sub-band of eu868"),
        ({"power": 20}, "power: 20 dBm"),
        ({"bandwidth": "100kHz"}, "bandwidth: 100 kHz is none of LoRa; there are 7.812"),
        ({"tcxo": "2V"}, "tcxo: 2 V is not there at DIO3; there are 1.6"),
    ],
)
def test_options_that_do_not_go_together(options: dict[str, object], why: str) -> None:
    with pytest.raises(ConfigError, match=why), open_modules(alone(**options)):
        pass


@pytest.mark.parametrize(
    ("arguments", "why"),
    [({}, "either text or hex"), ({"text": "a", "hex": "00"}, "either"), ({"hex": "0"}, "pairs")],
)
def test_what_cannot_be_sent(arguments: dict[str, Value], why: str) -> None:
    with open_modules(alone()) as board, pytest.raises(OutputRefused, match=why):
        board.command(ONE, "send", **arguments)


def test_it_has_no_output() -> None:
    with open_modules(alone()) as board, pytest.raises(OutputRefused, match="rak13300"):
        board.write(ONE, "message", "x")
