"""End devices of one's own, from frames of twins to live values and the store's end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from wisgate.board import virtual_time
from wisgate.bus.lane import InlineLane
from wisgate.config.load import load
from wisgate.config.model import Config
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import Unavailable
from wisgate.core.points import Reading, Status
from wisgate.gateway.live import Live
from wisgate.gateway.motes import FILE, MOST_WAITING, SAVE_S, Motes
from wisgate.lorawan.crypto import Keys
from wisgate.lorawan.radio import Heard, Moment, Uplink
from wisgate.lorawan.twins.channel import Place, Transmission
from wisgate.lorawan.twins.mote import Identity, Mote

KEYS = Keys(bytes([1]) * 16, bytes([2]) * 16)
TEXT = """
name = "mast"
board = "rak7391"

[lorawan]
region = "EU868"

[[lorawan.device]]
name = "barn"
dev_addr = "26011BDA"
keys_file = "barn.keys"
codec = "barn.js"
interval = "15min"
points = [
    { name = "level", scale = 0.01, unit = "m" },
    { name = "same", field = "level" },
    { name = "rssi", field = "radio.rssi" },
]
"""
CODEC = """
function decodeUplink(input) {
    if (input.fPort !== 2) throw new Error("no such port");
    return {data: {level: input.bytes[0] << 8 | input.bytes[1]}};
}
"""


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "gateway.toml").write_text(TEXT)
    (tmp_path / "barn.js").write_text(CODEC)
    (tmp_path / "barn.keys").write_text(
        f"nwk_skey = {KEYS.network.hex()}\napp_skey = {KEYS.application.hex()}\n"
    )
    (tmp_path / "barn.keys").chmod(0o600)
    return load(tmp_path / "gateway.toml")


class Bench:
    """The part of the gateway under test, and a mote whose frames it hears."""

    def __init__(self, config: Config, folder: Path, clock: VirtualClock) -> None:
        assert config.lorawan is not None
        self.clock, self.file = clock, folder / FILE
        self.live, self.stored = Live(config.points, clock), list[Reading]()
        self.motes = Motes(
            config.lorawan.motes, folder, InlineLane("codecs"), clock, self.live.put_all,
            self.stored.extend,
        )  # fmt: skip
        self.mote = Mote(Identity(name="barn", address=0x26011BDA, session=KEYS), Place())

    def hear(self, payload: bytes = b"\x01\x2c", port: int = 2) -> Transmission:
        sent = self.mote.uplink(0, payload, port)
        self.again(sent)
        return sent

    def again(self, sent: Transmission) -> None:
        uplink = Uplink(
            moment=Moment("0016c001ff000001", 1, 0), at_ns=self.clock.utc_ns(), phy=sent.phy,
            frequency=sent.frequency, modulation=sent.modulation, rssi=-71.0, snr=7.0,
        )  # fmt: skip
        self.motes.heard([Heard(1, "0016c001ff000001", "EU868", (uplink,))])


def played(
    config: Config, folder: Path, story: Callable[[Bench], Awaitable[None]], *, end: bool = True
) -> Bench:
    """What came of a story on virtual time; without `end` the power fails there."""
    clock = VirtualClock()
    bench = Bench(config, folder, clock)

    async def run() -> None:
        await bench.motes.open()
        working = asyncio.create_task(bench.motes.run())
        await story(bench)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        if end:
            await bench.motes.close()

    virtual_time.run(run(), clock)
    return bench


async def settled() -> None:
    await asyncio.sleep(0.001)


def test_a_frame_becomes_points(config: Config, tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        await asyncio.sleep(5.0)
        bench.hear()
        await settled()

    bench = played(config, tmp_path, story)
    at = VirtualClock().utc_ns() + 5_000_000_000
    assert bench.stored == [
        Reading("barn_level", 3.0, Status.GOOD, at),
        Reading("barn_same", 300.0, Status.GOOD, at),
        Reading("barn_rssi", -71.0, Status.GOOD, at),
    ]
    assert bench.live.get("barn_level") == bench.stored[0]


def test_a_silent_mote_grows_stale(config: Config, tmp_path: Path) -> None:
    seen = []

    async def story(bench: Bench) -> None:
        bench.hear()
        for _ in range(2):
            await asyncio.sleep(2700.0)
            reading = bench.live.get("barn_level")
            assert reading is not None
            seen.append((reading.value, reading.status))

    played(config, tmp_path, story)
    assert seen == [(3.0, Status.GOOD), (None, Status.STALE)]


def test_a_codec_that_fails_is_a_fault(
    config: Config, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)

    async def story(bench: Bench) -> None:
        bench.hear(port=3)
        await settled()
        bench.hear()
        await settled()

    bench = played(config, tmp_path, story)
    assert [(r.name, r.status) for r in bench.stored] == [
        ("barn_level", Status.FAULT), ("barn_same", Status.FAULT), ("barn_rssi", Status.GOOD),
        ("barn_level", Status.GOOD), ("barn_same", Status.GOOD), ("barn_rssi", Status.GOOD),
    ]  # fmt: skip
    assert caplog.messages == ["barn: codec: no such port"]


def test_what_waits_at_the_end_is_passed_on(config: Config, tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        bench.hear()
        bench.hear()

    bench = played(config, tmp_path, story)
    assert len(bench.stored) == 6


def test_counters_are_there_after_a_restart(config: Config, tmp_path: Path) -> None:
    sent: list[Transmission] = []

    async def first(bench: Bench) -> None:
        sent.extend(bench.hear() for _ in range(3))
        await settled()

    async def second(bench: Bench) -> None:
        for one in sent:
            bench.again(one)
        await settled()

    assert played(config, tmp_path, first).file.stat().st_mode & 0o777 == 0o600
    bench = played(config, tmp_path, second)
    assert bench.stored == []
    assert bench.motes.counters == {"repeated": 3}


def test_a_power_cut_forgets_ten_seconds_at_most(config: Config, tmp_path: Path) -> None:
    sent: list[Transmission] = []

    async def before(bench: Bench) -> None:
        sent.append(bench.hear())
        await asyncio.sleep(SAVE_S - 1.0)
        sent.append(bench.hear())
        await asyncio.sleep(2.0)
        sent.append(bench.hear())
        await asyncio.sleep(SAVE_S - 0.1)

    async def after(bench: Bench) -> None:
        for one in sent:
            bench.again(one)
        await settled()

    played(config, tmp_path, before, end=False)
    bench = played(config, tmp_path, after)
    assert bench.motes.counters == {"repeated": 2, "delivered": 1}


def test_a_damaged_file_of_counters_is_told(
    config: Config, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / FILE).write_text("{")

    async def story(bench: Bench) -> None:
        bench.hear()

    assert len(played(config, tmp_path, story).stored) == 3
    assert "counters begin anew" in caplog.text


def test_counters_that_cannot_be_written_lose_no_reading(
    config: Config, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(bench: Bench) -> None:
        bench.hear()
        (tmp_path / f"{FILE}.new").mkdir()
        (tmp_path / f"{FILE}.new" / "x").touch()
        await asyncio.sleep(SAVE_S + 1.0)
        bench.hear()

    assert len(played(config, tmp_path, story).stored) == 6
    assert "cannot be written" in caplog.text


def test_more_than_codecs_can_take_is_dropped_and_counted(config: Config, tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        for _ in range(MOST_WAITING + 5):
            bench.hear()

    bench = played(config, tmp_path, story)
    assert bench.motes.counters == {"delivered": MOST_WAITING + 5, "dropped": 5}
    assert len(bench.stored) == 3 * MOST_WAITING


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [("barn.keys", "x", "is no key"), ("barn.js", "function x() {}", "it defines none of")],
)
def test_what_keeps_it_from_starting(
    config: Config, tmp_path: Path, name: str, text: str, fault: str
) -> None:
    (tmp_path / name).write_text(text)

    async def story(_: Bench) -> None: ...

    with pytest.raises(Unavailable, match=fault):
        played(config, tmp_path, story)
