"""`wisgate rules test` tells each event as it comes, and keeps none."""

from __future__ import annotations

import asyncio
import gc
import json
import weakref
from pathlib import Path

import pytest
from gateways import PUMP_HOUSE
from stores import opened, put

from wisgate.cli.rehearsed import Json, Rehearsed, Totals
from wisgate.cli.rules import _rehearse
from wisgate.config.load import load
from wisgate.config.model import Config
from wisgate.core.clock import VIRTUAL_START_NS
from wisgate.core.points import Reading
from wisgate.gateway.rehearsal import Event
from wisgate.store import archive
from wisgate.store.archive import open_archive
from wisgate.store.records import Phase

SECOND = 1_000_000_000
START = VIRTUAL_START_NS
LOW = """
[[alarm]]
name = "low"
point = "tank_level"
below = "0.85m"
"""


@pytest.fixture
def config(tmp_path: Path) -> Config:
    file = tmp_path / "gateway.toml"
    file.write_text(PUMP_HOUSE.read_text() + LOW)
    return load(file)


class Witness(Json):
    """What was told, and when more was read. Of the events themselves it keeps nothing."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        super().__init__(self.lines.append)
        self.order: list[str] = []
        self.events: list[weakref.ref[Event]] = []

    def event(self, event: Event) -> None:
        super().event(event)
        self.order.append("event")
        self.events.append(weakref.ref(event))


def test_events_are_told_as_they_come_and_not_kept(
    tmp_path: Path, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "CHUNK", 10)
    levels = [0.5 if n // 30 % 2 else 2.0 for n in range(600)]  # a minute's turn

    async def main() -> None:
        async with opened(tmp_path / "store") as store:
            named = enumerate(levels)
            await put(
                store,
                [Reading("tank_level", x, time_ns=START + n * SECOND) for n, x in named],
            )

    asyncio.run(main())
    witness = Witness()
    with open_archive(tmp_path / "store") as opened_one:
        end = START + 600 * SECOND
        found = _rehearse(config, opened_one, START, end, witness,
                          lambda: witness.order.append("more"))  # fmt: skip
    witness.end(found)
    told = json.loads("\n".join(witness.lines))
    assert (told["readings"], told["alarms"][0]["times"]) == (600, 10)
    assert len(told["events"]) == len(witness.events) > 20
    assert witness.order.index("event") < 10 < witness.order.count("more")
    gc.collect()
    assert [event for event in witness.events if event() is not None] == []


@pytest.mark.parametrize("count", [0, 1, 3])
def test_json_is_whole_however_many_there_are(config: Config, count: int) -> None:
    lines: list[str] = []
    form, found = Json(lines.append), Rehearsed(START, START + SECOND, Totals(config), ["card"])
    form.begin(found)
    for n in range(count):
        event = Event(START + n, "low", 0.5, Phase.ACTIVE)
        found.totals.take(event)
        form.event(event)
    form.end(found)
    told = json.loads("\n".join(lines))
    assert [(e["alarm"], e["state"], e["value"]) for e in told["events"]] == (
        [("low", "active", 0.5)] * count
    )
    assert (told["from"], told["to"]) == ("2026-01-01T00:00:00.000Z", "2026-01-01T00:00:01.000Z")
    assert told["alarms"] == [
        {"name": "low", "times": count, "seconds": 1.0 if count else 0.0,
         "state": "active" if count else "normal"},
    ]  # fmt: skip
    assert told["acts"] == {"fill": 0, "full": 0}
    assert told["missing"] == ["card"]


def test_how_long_an_alarm_was_raised(config: Config) -> None:
    totals = Totals(config)
    for at, phase in [
        (1, Phase.PENDING), (2, Phase.ACTIVE), (4, Phase.ACKNOWLEDGED), (5, Phase.CLEARED),
        (7, Phase.NORMAL), (10, Phase.ACTIVE),
    ]:  # fmt: skip
        totals.take(Event(START + at * SECOND, "low", None, phase))
    low = totals.alarms["low"]
    assert (low.times, low.state, low.until(START + 13 * SECOND)) == (2, Phase.ACTIVE, 5 + 3)
