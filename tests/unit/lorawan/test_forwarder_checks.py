"""Broken files, each with the exact lines that a user gets; and the files of vendors."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lorawan_plans import from_json

from wisgate.catalog.catalog import load
from wisgate.core.errors import ConfigError
from wisgate.core.toml import Document
from wisgate.lorawan.checks import json_text
from wisgate.lorawan.checks.kinds import _dispatch, judge
from wisgate.lorawan.checks.part import Part
from wisgate.lorawan.checks.spectrum import guessed

GOLDEN = Path(__file__).parents[2] / "golden" / "lorawan"
REGIONS = load().regions


@dataclass
class Broken:
    """A case of broken.txt: a file of `files/`, what is replaced in it, and what the check says."""

    title: str
    file: str = ""
    edits: list[tuple[str, str]] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        text = (GOLDEN / "files" / self.file).read_text("utf-8")
        for old, new in self.edits:
            assert old in text, f"{self.title}: {old!r} is not in {self.file}"
            text = text.replace(old, new, 1)
        return text

    def told(self) -> list[str]:
        name = Path(self.file).name
        try:
            found = judge(self.text, name, REGIONS).findings
        except ConfigError as error:
            return [fault.removeprefix(f"{name}:") for fault in error.faults]
        return [f"{f.line}: {'note: ' if f.doubtful else ''}{f.text}" for f in found]


def broken() -> list[Broken]:
    """`# title`, the file, `- old` and `+ new` (a line may go on in the next), `> expected`."""
    cases: list[Broken] = []
    for line in (GOLDEN / "broken.txt").read_text("utf-8").splitlines():
        mark, _, rest = line.partition(" ")
        if mark == "#":
            cases.append(Broken(rest))
        elif mark == "-":
            cases[-1].edits.append((rest, ""))
        elif mark == "+":
            cases[-1].edits[-1] = (cases[-1].edits[-1][0], rest)
        elif mark == ">":
            cases[-1].expected.append(rest)
        elif line and cases and not cases[-1].file:
            cases[-1].file = line
    return cases


CASES = broken()


def test_there_are_enough_of_them_and_each_says_something() -> None:
    assert len(CASES) >= 60
    assert len({c.title for c in CASES}) == len(CASES)
    assert all(c.edits and c.expected for c in CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.title)
def test_what_is_broken_is_named(case: Broken) -> None:
    assert case.told() == case.expected


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.title)
def test_every_finding_names_a_cure_and_a_line_of_the_file(case: Broken) -> None:
    for told in case.told():
        line, _, text = told.partition(": ")
        assert 1 <= int(line) <= case.text.count("\n") + 1
        assert ";" in text


OLD_STYLE = """\
/* a file as those of Semtech's first forwarder */
{
    "SX1301_conf": {
        "lorawan_public": true,
        "clksrc": 1, // radio_1 provides the clock
        "radio_0": {"enable": true, "type": "SX1257", "freq": 867500000, "rssi_offset": -166.0,
                    "tx_enable": true},
        "radio_1": {"enable": true, "type": "SX1257", "freq": 868500000, "rssi_offset": -166.0,
                    "tx_enable": false},
        "chan_multiSF_0": {
            /* Lora MAC channel, 125kHz, all SF, 868.1 MHz */
            "enable": true, "radio": 1, "if": -400000},
        "chan_multiSF_1": {"enable": true, "radio": 1, "if": -200000},
        "chan_multiSF_2": {"enable": true, "radio": 1, "if": 0},
        "tx_lut_0": {"desc": "first", "pa_gain": 0, "mix_gain": 8, "rf_power": -6, "dig_gain": 0}
    },
    "gateway_conf": {
        "gateway_ID": "AA555A0000000000", /* change with the EUI of your gateway */
        "server_address": "localhost",
        "serv_port_up": 1680,
        "serv_port_down": 1680,
        "keepalive_interval": 10,
        "stat_interval": 30,
        "push_timeout_ms": 100,
        "forward_crc_valid": true,
        "forward_crc_error": false,
        "forward_crc_disabled": false
    }
}
"""


def test_a_file_with_the_comments_of_a_vendor() -> None:
    found = judge(OLD_STYLE, "global_conf.json", REGIONS)
    assert (found.kind, found.region) == ("global_conf.json", "EU868")
    assert [(f.line, f.doubtful, f.text.partition(";")[0]) for f in found.findings] == [
        (6, False, "radio_0 has no tx_freq_max, so that every downlink is refused"),
        (6, False, "radio_0 has no tx_freq_min, so that every downlink is refused"),
        (18, False, 'gateway_ID = "AA555A0000000000" is the placeholder of a vendor, and others '
                    "have it too"),
        (20, True, "serv_port_up = 1680: wisgate listens on 1700 unless [lorawan] says otherwise"),
        (21, True, "serv_port_down = 1680: wisgate listens on 1700 unless [lorawan] says "
                   "otherwise"),
    ]  # fmt: skip


def test_a_local_conf_is_judged_alone() -> None:
    text = '{"gateway_conf": {"gateway_ID": "", "server_address": "", "serv_port_up": 1700}}'
    found = judge(text, "local_conf.json", REGIONS)
    assert found.kind == "local_conf.json"
    assert [f.text.partition(";")[0] for f in found.findings] == [
        "gateway_conf has no gateway_ID",
        "gateway_conf has no serv_port_down",
        "there is no server_address",
    ]


@pytest.mark.parametrize(
    ("channels", "region"),
    [
        ((868_100_000, 868_300_000, 868_500_000), "EU868"),
        ((903_900_000, 904_100_000, 904_300_000), "US915"),
        (tuple(range(916_800_000, 918_300_000, 200_000)), "AU915"),
        ((923_200_000, 923_400_000, 923_600_000), "AS923-1"),
        ((921_400_000, 921_600_000, 921_800_000), "AS923-2"),
        ((916_600_000, 916_800_000, 917_000_000), "AS923-3"),
        ((917_300_000, 917_500_000, 917_700_000), "AS923-4"),
        ((922_100_000, 922_300_000, 922_500_000), "KR920"),
        ((865_062_500, 865_402_500, 865_985_000), "IN865"),
        ((868_900_000, 869_100_000, 864_100_000), "RU864"),
        ((486_300_000, 486_500_000, 486_700_000), "CN470"),
        ((433_175_000, 433_375_000, 433_575_000), "EU433"),
        ((865_100_000, 865_300_000, 865_500_000), "EU868"),
    ],
)
def test_a_region_is_known_by_its_channels(channels: tuple[int, ...], region: str) -> None:
    found = guessed(REGIONS, channels)
    assert found is not None
    assert found.id == region


def test_a_region_of_the_user_counts_more_than_the_channels() -> None:
    text = (GOLDEN / "files/eu868/mpcie-1/global_conf.json").read_text("utf-8")
    found = judge(text, "global_conf.json", REGIONS, REGIONS["US915"])
    assert found.region == "US915"
    assert any("outside of US915" in f.text for f in found.findings)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(st.dictionaries(st.text(), JSON, max_size=5), st.sampled_from([None, 1, 2]))
def test_json_is_read_as_others_read_it(values: dict[str, object], indent: int | None) -> None:
    text = json.dumps(values, indent=indent)
    assert json_text.parse(text, "f").values == values
    commented = f"// {{ one\n{text}\n/* }} \n two */"
    assert json_text.parse(commented, "f").values == values


@given(st.text(alphabet='{}[]:,"/*\\ \nabc019.-+eEtruefalsn', max_size=40))
def test_no_text_breaks_the_check(text: str) -> None:
    faults: tuple[str, ...] = ()
    try:
        judge("{" + text, "global_conf.json", REGIONS)
    except ConfigError as error:
        faults = error.faults
    assert all(":" in fault and ";" in fault for fault in faults)


def test_lines_of_values_go_beyond_comments_and_texts_of_several_lines() -> None:
    text = '{\n/* a\nb */\n"x": 1, // c\n"y": [\n2,\n{"z": 3}]}'
    document = json_text.parse(text, "f")
    assert [document.line(p) for p in (("x",), ("y",), ("y", 0), ("y", 1, "z"))] == [4, 5, 6, 7]


def test_each_of_several_servers_is_judged() -> None:
    text = (GOLDEN / "files/eu868/mpcie-1/global_conf.json").read_text("utf-8")
    several = text.replace(
        '"server_address": "127.0.0.1",',
        '"servers": [{"server_address": "127.0.0.1", "serv_port_up": 1700, "serv_port_down": 1700},'
        ' {"server_address": "iot.semtech.com", "serv_port_up": 1, "serv_port_down": 1},'
        ' {"server_address": "iot.semtech.com", "serv_enabled": false}],',
    )
    (found,) = judge(several, "global_conf.json", REGIONS).findings
    assert found.text.startswith('server_address = "iot.semtech.com" is what vendors ship')


FILES = sorted(p for p in (GOLDEN / "files").rglob("*") if p.suffix in (".json", ".conf", ".toml"))


def leaves(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in a file, tables and lists included."""
    yield path
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if (isinstance(value, list))
        else ()
    )
    for key, one in inner:
        yield from leaves(one, (*path, key))


@given(st.sampled_from(FILES), st.data(), JSON)
@settings(max_examples=300)
def test_whatever_stands_in_a_file_only_makes_findings(
    file: Path, chosen: st.DataObject, put: object
) -> None:
    text = file.read_text("utf-8")
    parsed = tomllib.loads(text) if file.suffix == ".toml" else from_json(text)
    place = chosen.draw(st.sampled_from([p for p in leaves(parsed) if p]))
    inside = parsed
    for key in place[:-1]:
        inside = inside[key]
    inside[place[-1]] = put
    whole = Part(Document(parsed, {}, file.name), (), parsed)
    _dispatch(whole, REGIONS, None)
    assert all(";" in f.text for f in whole.found)
