"""Programs and files of the forwarders that a user's file names."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from lorawan_plans import from_json

from wisgate.catalog.catalog import load as load_catalog
from wisgate.config.load import load
from wisgate.config.radios import LorawanConfig
from wisgate.core.errors import ConfigError, Unavailable
from wisgate.lorawan.concentrators import Reset
from wisgate.lorawan.forwarding import jobs, to_ask, wanted
from wisgate.lorawan.job import Job
from wisgate.lorawan.planning import Wanted

CATALOG = load_catalog()
LINK = "/dev/serial/by-path/platform-usb-0:1.3:1.0"
PLUGGED = (["1-1.3"], [LINK])
A, B = "0016c001ff000001", "0016c001ff000002"


def file(*parts: str) -> str:
    return "\n".join(('name = "roof"', 'board = "rak7391"', *parts, ""))


def slot(name: str, module: str) -> str:
    return f'[[slot]]\nslot = "{name}"\nmodule = "{module}"'


def board(name: str, eui: str) -> str:
    return f'[[lorawan.board]]\nslot = "{name}"\neui = "{eui}"'


def forwarder(name: str, more: str = 'program = "/opt/fwd"') -> str:
    return f'[[lorawan.forwarder]]\nslot = "{name}"\n{more}'


LORAWAN = '[lorawan]\nregion = "EU868"'


class Bench:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told: list[str] = []

    def wanted(
        self, *parts: str, plugged: tuple[list[str], list[str]] = ([], [])
    ) -> tuple[LorawanConfig, Wanted]:
        path = self.folder / "gateway.toml"
        path.write_text(file(*parts), encoding="utf-8")
        config = load(path)
        assert config.lorawan is not None
        return config.lorawan, wanted(config, CATALOG, plugged)

    def jobs(
        self,
        *parts: str,
        plugged: tuple[list[str], list[str]] = ([], []),
        read: dict[str, str] | None = None,
    ) -> list[Job]:
        found = self.wanted(*parts, plugged=plugged)
        return jobs(*found, CATALOG, self.folder / "run", read or {}, self.told.append)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_no_forwarder_is_no_job(bench: Bench) -> None:
    assert bench.jobs(slot("mpcie-1", "rak5146-spi"), LORAWAN) == []


def test_a_packet_forwarder_on_spi(bench: Bench) -> None:
    parts = (slot("mpcie-2", "rak5146-spi"), LORAWAN, board("mpcie-2", A), forwarder("mpcie-2"))
    (job,) = bench.jobs(*parts)
    assert (job.name, job.eui, job.program, job.arguments) == ("mpcie-2", A, "/opt/fwd", ())
    assert job.folder == bench.folder / "run" / "mpcie-2"
    assert job.reset == Reset("host", 6)
    assert list(job.files) == ["global_conf.json"]
    conf = from_json(job.files["global_conf.json"])
    assert conf["gateway_conf"]["gateway_ID"] == A.upper()
    assert conf["SX130x_conf"]["com_path"] == "/dev/spidev0.1"


def test_a_station_on_usb(bench: Bench) -> None:
    more = 'program = "/opt/station"\nspeaks = "station"'
    (job,) = bench.jobs(
        slot("mpcie-1", "rak5146-usb"), LORAWAN, board("mpcie-1", A), forwarder("mpcie-1", more),
        plugged=PLUGGED,
    )  # fmt: skip
    assert job.arguments == ("--home", str(bench.folder / "run" / "mpcie-1"))
    assert job.files["tc.uri"] == "ws://127.0.0.1:3001\n"
    assert f'"usb:{LINK}"' in job.files["station.conf"]
    assert job.reset is None


def test_jobs_are_in_the_order_of_the_slots_and_share_the_channels(bench: Bench) -> None:
    found = bench.jobs(
        slot("mpcie-2", "rak2287-spi"), slot("mpcie-1", "rak2287-spi"), LORAWAN,
        board("mpcie-1", A), board("mpcie-2", B), forwarder("mpcie-2"), forwarder("mpcie-1"),
    )  # fmt: skip
    assert [j.name for j in found] == ["mpcie-1", "mpcie-2"]
    centres = [
        from_json(j.files["global_conf.json"])["SX130x_conf"]["radio_0"]["freq"] for j in found
    ]
    assert centres == [867_500_000, 865_400_000]
    assert any("set B" in note for note in bench.told)


def test_channels_of_the_file_count(bench: Bench) -> None:
    found = bench.jobs(
        slot("mpcie-1", "rak2287-spi"), slot("mpcie-2", "rak2287-spi"), LORAWAN, "channels = 8",
        board("mpcie-1", A), board("mpcie-2", B), forwarder("mpcie-2"),
    )  # fmt: skip
    assert [j.name for j in found] == ["mpcie-2"]
    assert "set A" in found[0].files["global_conf.json"].splitlines()[0]


def test_a_card_keeps_its_eui_when_the_file_forgets_it(bench: Bench) -> None:
    known = (slot("mpcie-1", "rak5146-spi"), LORAWAN)
    bench.jobs(*known, board("mpcie-1", A), forwarder("mpcie-1"))
    assert json.loads((bench.folder / "run/euis.json").read_text()) == {"mpcie-1": A}
    (job,) = bench.jobs(*known, forwarder("mpcie-1"))
    assert job.eui == A
    assert bench.told == []
    bench.jobs(*known, board("mpcie-1", B), forwarder("mpcie-1"))
    assert bench.told == [f"mpcie-1: works as {B} from now on, as the file says; it was {A}"]


def test_a_card_works_under_the_eui_of_its_chip_and_goes_on_when_it_is_replaced(
    bench: Bench,
) -> None:
    parts = (slot("mpcie-1", "rak5146-spi"), LORAWAN, forwarder("mpcie-1"))
    (job,) = bench.jobs(*parts, read={"mpcie-1": A})
    assert job.eui == A
    (job,) = bench.jobs(*parts, read={"mpcie-1": B})
    assert job.eui == A
    assert bench.told == [
        f"mpcie-1: works as {A}, the EUI of its chip, from now on",
        f"mpcie-1: the chip is another one, {B}; it goes on as {A}, so that networks know it "
        f'again. To change that write eui = "{B}"',
    ]


def test_chips_are_asked_only_for_what_the_file_does_not_say(bench: Bench) -> None:
    lorawan, found = bench.wanted(
        slot("mpcie-1", "rak5146-spi"), slot("mpcie-2", "rak5146-spi"), LORAWAN,
        board("mpcie-1", A), forwarder("mpcie-1"), forwarder("mpcie-2"),
    )  # fmt: skip
    assert [c.name for c in to_ask(lorawan, found)] == ["mpcie-2"]
    lorawan, found = bench.wanted(slot("mpcie-2", "rak5146-spi"), LORAWAN)
    assert to_ask(lorawan, found) == []


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        (
            (slot("mpcie-1", "rak5146-spi"), LORAWAN, forwarder("mpcie-1")),
            "gateway.toml:8: mpcie-1: no EUI is known; its chip_id program tells it; write it as "
            "eui",
        ),
        (
            (slot("mpcie-1", "rak5146-usb"), LORAWAN, board("mpcie-1", A), forwarder("mpcie-1")),
            "gateway.toml:11: mpcie-1: not every card of the file is on USB; plug it in",
        ),
        (
            (slot("mpcie-1", "rak5148"), LORAWAN, board("mpcie-1", A),
             forwarder("mpcie-1", 'program = "/opt/station"\nspeaks = "station"')),
            "gateway.toml:11: mpcie-1: Basics Station does not know a rak5148; write speaks",
        ),
        (
            (slot("mpcie-1", "rak2247-usb"), LORAWAN, board("mpcie-1", A),
             forwarder("mpcie-1", 'program = "/opt/station"\nspeaks = "station"')),
            "Basics Station does not know a rak2247-usb",
        ),
    ],
)  # fmt: skip
def test_what_the_file_must_say_is_told_with_its_line(
    bench: Bench, parts: tuple[str, ...], why: str
) -> None:
    with pytest.raises(ConfigError, match=why):
        bench.jobs(*parts)


HIGH = "5411220500000001"


@pytest.mark.parametrize("named", ["", board("mpcie-1", HIGH)])
def test_a_card_in_another_region_must_be_known_to_be_there(bench: Bench, named: str) -> None:
    parts = (slot("mpcie-1", "rak5148"), LORAWAN, named, forwarder("mpcie-1"))
    why = f'{HIGH} is in ISM2400, .*; write .* eui = "{HIGH}" and region = "ISM2400"'
    with pytest.raises(ConfigError, match=why):
        bench.jobs(*parts, plugged=PLUGGED, read={"mpcie-1": HIGH})


def test_a_card_at_2_4_ghz_that_the_file_knows(bench: Bench) -> None:
    known = f'{board("mpcie-1", HIGH)}\nregion = "ISM2400"'
    (job,) = bench.jobs(
        slot("mpcie-1", "rak5148"), LORAWAN, known, forwarder("mpcie-1"), plugged=PLUGGED
    )
    assert from_json(job.files["global_conf.json"])["radio_conf"]["tty_path"] == LINK


def test_a_program_is_looked_for(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = (slot("mpcie-1", "rak5146-spi"), LORAWAN, board("mpcie-1", A), forwarder("mpcie-1", ""))
    monkeypatch.setenv("PATH", str(bench.folder))
    with pytest.raises(Unavailable, match="no forwarder is installed: looked for"):
        bench.jobs(*parts)
    program = bench.folder / "lora_pkt_fwd"
    program.touch()
    os.chmod(program, 0o755)
    (job,) = bench.jobs(*parts)
    assert job.program == str(program)
