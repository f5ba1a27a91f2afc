"""The ledger of air time: the sliding hour, restarts of process and computer, files that are cut
off, damaged or gone, disks that are full."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wisgate.bus.lane import InlineLane
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import StoreError, Unavailable
from wisgate.lorawan.journal import FILE, MARK, SIZE
from wisgate.lorawan.ledger import HOUR_US, SLACK_US, Band, Ledger

GATEWAY = "0016c001ff1a2b3c"
BAND = Band(GATEWAY, 869_400_000, 869_650_000, 0.1)
NARROW = Band(GATEWAY, 863_000_000, 865_000_000, 0.001)
FREE = Band(GATEWAY, 923_300_000, 927_800_000, 1.0)
AIR = 1_000_000
T = TypeVar("T")


def play(
    folder: Path,
    what: Callable[[Ledger, VirtualClock], Awaitable[T]],
    *,
    boot: str = "first",
    clock: VirtualClock | None = None,
    close: bool = False,
) -> T:
    """One process. Without `close` it ends as a killed one does."""
    clock = clock or VirtualClock()

    async def main() -> T:
        ledger = await Ledger.open(folder, lane=InlineLane("l"), clock=clock, boot_id=boot)
        result = await what(ledger, clock)
        await (ledger.close() if close else asyncio.sleep(0))
        return result

    return asyncio.run(main())


async def book_five(ledger: Ledger, clock: VirtualClock) -> None:
    for _ in range(5):
        assert await ledger.book(BAND, AIR, 2 * AIR) is not None
        clock.advance(10.0)


async def used(ledger: Ledger, clock: VirtualClock) -> int:
    return ledger.used_us(BAND)


async def notices(ledger: Ledger, clock: VirtualClock) -> list[str]:
    return ledger.notices


@given(st.lists(st.tuples(st.floats(0.1, 900.0), st.integers(1, 40_000_000)), max_size=80))
def test_no_hour_ever_holds_more_than_the_duty_cycle(
    tmp_path_factory: pytest.TempPathFactory, asked: list[tuple[float, int]]
) -> None:
    async def run(ledger: Ledger, clock: VirtualClock) -> list[tuple[int, int]]:
        sent = []
        for pause, air in asked:
            clock.advance(pause)
            now = round(clock.monotonic() * 1e6)
            if await ledger.book(BAND, air, air) is not None:
                sent.append((now + air, air))
        return sent

    sent = play(tmp_path_factory.mktemp("l"), run)
    for end, _ in sent:
        assert sum(a for e, a in sent if end - HOUR_US < e <= end) <= BAND.allowed_us
    refused = [air for _, air in asked if air > BAND.allowed_us]
    assert len(sent) <= len(asked) - len(refused)


def test_air_time_comes_back_after_an_hour_and_not_before(tmp_path: Path) -> None:
    async def run(ledger: Ledger, clock: VirtualClock) -> None:
        assert await ledger.book(NARROW, 3_600_000, 5_000_000) is not None
        assert await ledger.book(NARROW, 1, 1) is None
        clock.advance((5_000_000 + HOUR_US + SLACK_US) / 1e6)
        assert await ledger.book(NARROW, 1, 1) is None
        clock.advance(0.001)
        assert await ledger.book(NARROW, 1, 1) is not None

    play(tmp_path, run)


def test_a_band_without_duty_cycle_is_counted_and_never_refused(tmp_path: Path) -> None:
    async def run(ledger: Ledger, clock: VirtualClock) -> None:
        for _ in range(10):
            assert await ledger.book(FREE, HOUR_US // 4, 1) is not None
        assert ledger.used_us(FREE) == 10 * HOUR_US // 4

    play(tmp_path, run)
    assert (tmp_path / FILE).stat().st_size == SIZE  # nothing of it is worth a sync


def test_what_was_not_sent_is_given_back_once(tmp_path: Path) -> None:
    async def run(ledger: Ledger, clock: VirtualClock) -> int:
        await book_five(ledger, clock)
        number = await ledger.book(BAND, 7 * AIR, AIR)
        assert number is not None
        await ledger.give_back(number)
        await ledger.give_back(number)
        return ledger.used_us(BAND)

    assert play(tmp_path, run) == 5 * AIR
    assert play(tmp_path, used, boot="second") == 5 * AIR


def test_sub_bands_are_counted_apart_and_another_eui_has_no_budget_of_its_own(
    tmp_path: Path,
) -> None:
    renamed = Band("0016c001ff1a2b3d", BAND.low, BAND.high, BAND.duty_cycle)

    async def run(ledger: Ledger, clock: VirtualClock) -> None:
        await ledger.book(BAND, AIR, AIR)
        await ledger.book(NARROW, 5, AIR)
        assert [ledger.used_us(band) for band in (NARROW, BAND, renamed)] == [5, AIR, AIR]

    play(tmp_path, run)


def test_a_killed_process_knows_how_old_everything_is(tmp_path: Path) -> None:
    clock = VirtualClock()
    play(tmp_path, book_five, clock=clock)  # ends at 2, 12, 22, 32, 42 s
    clock.advance((HOUR_US + SLACK_US) / 1e6 - 50.0 + 13.0)
    assert play(tmp_path, used, clock=clock) == 3 * AIR


def test_a_computer_that_was_off_takes_no_time(tmp_path: Path) -> None:
    """Its clock may say anything afterwards."""
    play(tmp_path, book_five)
    for _ in range(50):  # it starts again and again, and never gets far
        wild = VirtualClock(0)
        assert play(tmp_path, used, boot=f"boot {_}", clock=wild) == 5 * AIR

    async def wait(ledger: Ledger, clock: VirtualClock) -> int:
        clock.advance((HOUR_US + SLACK_US) / 1e6 - 37.0)
        return ledger.used_us(BAND)

    assert play(tmp_path, wait, boot="last") == 4 * AIR


def test_a_clean_end_remembers_how_long_it_was_quiet(tmp_path: Path) -> None:
    async def quiet(ledger: Ledger, clock: VirtualClock) -> None:
        await book_five(ledger, clock)
        clock.advance(3000.0)

    async def later(ledger: Ledger, clock: VirtualClock) -> int:
        clock.advance(700.0)
        return ledger.used_us(BAND)

    play(tmp_path, quiet, close=True)
    assert play(tmp_path, later, boot="second") == 0


def test_a_first_start_is_empty(tmp_path: Path) -> None:
    assert play(tmp_path / "new", used) == 0
    assert play(tmp_path / "new", notices) == []


def test_a_journal_that_is_gone_is_a_full_hour(tmp_path: Path) -> None:
    play(tmp_path, book_five)
    (tmp_path / FILE).unlink()
    assert play(tmp_path, used, boot="second") == BAND.allowed_us

    async def free(ledger: Ledger, clock: VirtualClock) -> list[int | None]:
        refused = await ledger.book(BAND, 1, 1)
        clock.advance(HOUR_US / 1e6 - 1)
        still = await ledger.book(BAND, 1, 1)
        clock.advance(1.0)
        return [refused, still, await ledger.book(BAND, 1, 1)]

    assert play(tmp_path, free, boot="third") == [None, None, 1]


def test_whatever_a_cut_leaves_no_kept_air_time_is_forgotten(tmp_path: Path) -> None:
    kept: list[tuple[int, int]] = []  # bytes of the file, and what was booked by then

    async def run(ledger: Ledger, clock: VirtualClock) -> None:
        for number in range(1, 9):
            await ledger.book(BAND, AIR, AIR)
            kept.append(((tmp_path / FILE).stat().st_size, number * AIR))

    play(tmp_path, run)
    whole = (tmp_path / FILE).read_bytes()
    for length in range(len(whole) + 1):
        (tmp_path / FILE).write_bytes(whole[:length])
        booked = max((air for size, air in kept if size <= length), default=0)
        found = play(tmp_path, used, boot=f"cut {length}")
        assert found >= booked
        assert found == booked or length < SIZE  # and a mere cut is no doubt


def test_every_damaged_byte_is_doubt(tmp_path: Path) -> None:
    play(tmp_path, book_five)
    whole = (tmp_path / FILE).read_bytes()
    for at in range(len(whole)):
        (tmp_path / FILE).write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        assert play(tmp_path, used, boot=f"flip {at}") == BAND.allowed_us
    assert f"damaged at byte {len(whole) - SIZE}" in _told(tmp_path, whole)


def _told(folder: Path, whole: bytes) -> str:
    (folder / FILE).write_bytes(whole[:-1] + b"?")
    return play(folder, notices)[0]


def test_a_long_journal_is_written_anew_with_what_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wisgate.lorawan.journal.COMPACT", 50)

    async def run(ledger: Ledger, clock: VirtualClock) -> int:
        for _ in range(1000):
            clock.advance(20.0)
            await ledger.book(BAND, 1000, 1000)
        return ledger.used_us(BAND)

    booked = play(tmp_path, run)
    assert booked == 181 * 1000  # of one hour and two seconds
    assert (tmp_path / FILE).stat().st_size < 500 * SIZE
    assert play(tmp_path, used, boot="second") == booked


def test_with_a_full_disk_air_time_is_kept_in_memory_and_doubted_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    async def run(ledger: Ledger, clock: VirtualClock) -> int:
        await ledger.book(BAND, AIR, AIR)
        with monkeypatch.context() as disk:
            disk.setattr("wisgate.lorawan.journal.os.write", full)
            disk.setattr("wisgate.lorawan.journal.write_synced", full)
            assert await ledger.book(BAND, AIR, AIR) is not None
            assert await ledger.book(BAND, AIR, AIR) is not None
            assert not (tmp_path / FILE).exists()
        return ledger.used_us(BAND)

    assert play(tmp_path, run) == 3 * AIR
    assert play(tmp_path, used, boot="second") == BAND.allowed_us


def test_once_there_is_room_again_all_of_it_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run(ledger: Ledger, clock: VirtualClock) -> None:
        with monkeypatch.context() as disk:
            disk.setattr("wisgate.lorawan.journal.os.write", lambda *_: 3)
            assert await ledger.book(BAND, AIR, AIR) is not None
        assert await ledger.book(BAND, AIR, AIR) is not None

    play(tmp_path, run)
    assert play(tmp_path, used, boot="second") == 2 * AIR


def test_on_a_disk_that_cannot_be_written_at_all_nothing_is_booked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> int:
        raise OSError(30, "Read-only file system")

    async def run(ledger: Ledger, clock: VirtualClock) -> int:
        await ledger.book(BAND, AIR, AIR)
        with monkeypatch.context() as disk:
            disk.setattr("wisgate.lorawan.journal.os.write", broken)
            disk.setattr(Path, "unlink", broken)
            with pytest.raises(StoreError, match="Read-only"):
                await ledger.book(BAND, AIR, AIR)
        return ledger.used_us(BAND)

    assert play(tmp_path, run) == AIR
    assert play(tmp_path, used, boot="second") == AIR


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="must be writable"):
        play(tmp_path / "file" / "ledger", used)


def test_a_start_on_a_full_disk_forgets_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    play(tmp_path, book_five)
    with monkeypatch.context() as disk:
        disk.setattr("wisgate.lorawan.journal.write_synced", full)
        with pytest.raises(Unavailable, match="No space left"):
            play(tmp_path, used, boot="second")
    assert play(tmp_path, used, boot="third") == 5 * AIR
    assert play(tmp_path, notices, boot="fourth") == []


def test_the_mark_is_there_before_anything_is_sent(tmp_path: Path) -> None:
    play(tmp_path, used)
    assert (tmp_path / MARK).exists()
