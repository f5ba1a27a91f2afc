"""The one file, read: what becomes of what the user says."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wisgate.catalog import catalog as catalogs
from wisgate.config.load import load, read
from wisgate.config.model import Config
from wisgate.config.slots import module_option
from wisgate.core.errors import ConfigError
from wisgate.core.points import Kind
from wisgate.core.toml import Document, parse

HEAD = 'name = "pump-house"\nboard = "rak7391"\n'
LEVEL = '[[slot]]\nslot = "wisblock-1"\nmodule = "rak5801"\n'
A1 = LEVEL + '[[slot.point]]\nchannel = "a1"\n'
POWER = '[[slot]]\nslot = "wisblock-2"\nmodule = "rak16000"\n'
RELAY = '[[slot]]\nslot = "wisblock-2"\nmodule = "rak13007"\n[[slot.point]]\nchannel = "relay"\n'
UNIT = (
    '[[slot]]\nslot = "wisblock-1"\nmodule = "rak5802"\n[[slot.unit]]\nid = 42\nname = "weather"\n'
)


def config(text: str, folder: Path = Path()) -> Config:
    return read(parse(HEAD + text, "gateway.toml"), folder, catalogs.load())


def faults(text: str, folder: Path = Path()) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        config(text, folder)
    return [f.split(": ", 1)[1] for f in caught.value.faults]


def point(found: Config, name: str):
    return next(p for s in (*found.slots, *found.onboard) for p in s.points if p.point.name == name)


def test_a_board_alone():
    found = config("")
    assert (found.name, found.board, found.file) == ("pump-house", "rak7391", "gateway.toml")
    assert found.slots == ()
    assert [f.name for f in found.onboard] == [
        "climate", "power", "indicators", "computer", "clock"
    ]  # fmt: skip
    assert [p.name for p in found.points] == [
        "board_temperature",
        "board_humidity",
        "supply_present",
        "led_1",
        "led_2",
        "cpu_temperature",
        "clock_intact",
        "clock_offset",
    ]
    assert found.web is None
    assert (found.store.max_size, found.store.max_age) == (1e9, 90 * 86400)
    assert found.straps.adc is None


def test_an_optional_function_runs_when_the_file_has_its_table():
    found = config("[onboard.fan]\n")
    assert [f.name for f in found.onboard][-1] == "fan"
    assert dict(found.onboard[-1].options)["curve"] == ((45.0, 0.3), (70.0, 1.0))
    assert "fan_speed" in [p.name for p in found.points]


def test_every_channel_is_a_point_in_the_order_of_the_catalog():
    found = config(POWER + '[[slot.point]]\nchannel = "power"\nname = "load"\n')
    slot = found.slots[0]
    assert [p.channel for p in slot.points] == ["voltage", "current", "power"]
    assert [p.point.name for p in slot.points] == [
        "wisblock_2_voltage",
        "wisblock_2_current",
        "load",
    ]
    load_point = slot.points[2].point
    assert (load_point.source, load_point.slot) == ("wisblock-2/power", "wisblock-2")
    assert (slot.where.line, slot.points[0].where.line, slot.points[2].where.line) == (3, 3, 6)


def test_interval_of_user_and_of_catalog():
    assert config(LEVEL + 'interval = "250ms"\n').slots[0].interval == 0.25
    assert config(LEVEL).slots[0].interval == 1.0
    assert config('[onboard.climate]\ninterval = "1min"\n').onboard[0].interval == 60
    assert config("").onboard[0].interval == 10


def test_scaling_into_another_unit():
    found = point(
        config(A1 + 'name = "tank_level"\nfrom = ["4mA", "0.02A"]\nto = ["0mm", "3.5m"]\n'),
        "tank_level",
    )
    assert found.scale == (4, 20, 0, 3.5)
    assert found.point.unit == "m"


def test_scaling_mixed_units_uses_that_of_the_upper_end():
    found = config(A1 + 'name = "x"\nfrom = ["4mA", "20mA"]\nto = ["10cm", "3500mm"]\n')
    assert point(found, "x").scale == (4, 20, 100, 3500)


def test_unit_of_the_same_dimension_is_a_scaling():
    found = point(config(POWER + '[[slot.point]]\nchannel = "current"\nunit = "mA"\n'),
                  "wisblock_2_current")  # fmt: skip
    assert found.scale == (0, 1, 0, 1000)
    assert found.point.unit == "mA"
    text = '[onboard.climate]\n[[onboard.climate.point]]\nchannel = "temperature"\nunit = "degF"\n'
    warm = point(config(text), "board_temperature")
    assert warm.scale == pytest.approx((0, 1, 32, 33.8))


def test_deadband_is_a_difference():
    text = (
        '[onboard.climate]\n[[onboard.climate.point]]\nchannel = "temperature"\ndeadband = "{}"\n'
    )
    assert point(config(text.format("0.5K")), "board_temperature").deadband == 0.5
    assert point(config(text.format("0.9degF")), "board_temperature").deadband == pytest.approx(0.5)
    assert faults(text.format("-1K")) == [
        'deadband: "-1K" is negative; write how much a change must be at least'
    ]


def test_outputs():
    found = point(config(RELAY + 'name = "pump"\nmin_on = "20s"\nmin_off = "1min"\n'), "pump")
    assert (found.min_on, found.min_off) == (20, 60)
    assert found.point.kind is Kind.BOOL
    assert found.point.writable
    assert found.point.safe is False


def test_module_options_in_base_units_with_defaults():
    assert config(LEVEL).slots[0].options == (("transfer", 149.9), ("warm_up", 0.5), ("average", 1))
    found = config(LEVEL + 'transfer = "0.15kΩ"\nwarm_up = "2s"\n')
    assert found.slots[0].options == (("transfer", 150), ("warm_up", 2), ("average", 1))


def test_module_options_with_choices():
    rows = 'registers = [{ name = "level", address = 0, kind = "holding" }]\n'
    text = UNIT.replace("[[slot.unit]]", "baud = 19200\n[[slot.unit]]") + rows
    assert dict(config(text).slots[0].options)["baud"] == 19200
    for wrong in ("19201", '"19200"', "true", "19200.0"):
        assert "is not possible; possible are 1200, 2400" in faults(text.replace("19200", wrong))[0]


def test_units_and_registers():
    found = config(UNIT + 'interval = "2s"\nregisters = [\n'
                   '{ name = "a", address = 0, kind = "holding", scale = 0.01, unit = "°C" },\n'
                   '{ name = "b", address = 0, kind = "coil", writable = true },\n'
                   '{ name = "c", address = 1, kind = "input", type = "float32", unit = "m3/h" },\n'
                   '{ name = "d", address = 3, kind = "holding" },\n]\n').slots[0]  # fmt: skip
    (unit,) = found.units
    assert (unit.id, unit.name, unit.interval, unit.timeout) == (42, "weather", 2, 0.5)
    assert [(r.encoding, r.table, r.where.line) for r in unit.registers] == [
        ("uint16", "holding", 11),
        ("bool", "coil", 12),
        ("float32", "input", 13),
        ("uint16", "holding", 14),
    ]
    assert [(p.channel, p.point.name, p.point.unit) for p in found.points] == [
        ("weather_a", "weather_a", "Cel"),
        ("weather_b", "weather_b", ""),
        ("weather_c", "weather_c", "m3/h"),
        ("weather_d", "weather_d", ""),
    ]
    points = [p.point for p in found.points]
    assert [p.kind for p in points] == [Kind.FLOAT, Kind.BOOL, Kind.FLOAT, Kind.INT]
    assert [p.decimals for p in points] == [2, 0, 3, 0]
    assert [p.writable for p in points] == [False, True, False, False]
    assert {p.interval for p in points} == {2}


def test_neighbouring_registers_do_not_overlap():
    rows = (
        '{ name = "a", address = 0, kind = "input", type = "float32" },'
        '{ name = "b", address = 2, kind = "input" }, { name = "c", address = 1, kind = "holding" }'
    )
    assert len(config(UNIT + f"registers = [{rows}]\n").slots[0].points) == 3


def test_names_of_two_units_that_run_together():
    more = '[[slot.unit]]\nid = 2\nname = "weather_a"\nregisters = [{ name = "b", address = 0, kind = "input" }]\n'  # noqa: E501  # one line as in a file
    one = 'registers = [{ name = "a_b", address = 0, kind = "input" }]\n'
    assert faults(UNIT + one + more) == [
        'name: "weather_a_b" is already the name of the point at line 9; choose another'
    ]


def test_virtual_points():
    text = "".join(
        f'[[virtual]]\nname = "{kind}_1"\ntype = "{kind}"\n' for kind in ("bool", "int", "text")
    )
    more = '[[virtual]]\nname = "limit"\ntype = "float"\nunit = "mm"\ninitial = "3.5m"\n'
    found = config(text + more).virtuals
    assert [v.initial for v in found] == [False, 0, "", 3500]
    assert all(v.point.writable and v.point.source == "virtual" for v in found)
    assert found[3].point.unit == "mm"


def test_rules():
    rules = (
        '[[virtual]]\nname = "limit"\ntype = "float"\nunit = "m"\n'
        '[[virtual]]\nname = "count"\ntype = "int"\n'
        '[[rule]]\nwhen = "supply_present"\nset = { limit = "250cm", led_1 = true }\n'
        '[[rule]]\nname = "off"\nafter = "2s"\nwhen = "limit > 2"\n[rule.set]\ncount = 3\n'
    )
    one, two = config(rules).rules
    assert (one.name, one.after, one.set) == (
        "rule 1",
        0,
        (("limit", 2.5), ("led_1", True)),
    )
    assert (two.name, two.after, two.set) == ("off", 2, (("count", 3),))
    assert two.when.names == ("limit",)


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("limit = true", "set: true is no number; write a number of m"),
        ('limit = "2s"', 'set: "2s" is a time, a length is expected; write "3.5m" or "5mm"'),
        ("count = 1.5", 'set: 1.5 is no value for "count"; write a whole number'),
        ('count = "3"', 'set: "3" is a text; write a number without a unit, unquoted'),
        ("count = inf", "set: inf is not a usable number; write one"),
        ("limit = [1]", "set: a list is no value; write true, false, a number or a text"),
    ],
)
def test_settings_of_the_wrong_type(setting, told):
    rules = (
        '[[virtual]]\nname = "limit"\ntype = "float"\nunit = "m"\n'
        '[[virtual]]\nname = "count"\ntype = "int"\n'
        f'[[rule]]\nwhen = "supply_present"\nset = {{ {setting} }}\n'
    )
    assert faults(rules) == [told]


def test_sink_defaults():
    (sink,) = config('[sink.plant]\ntype = "mqtt"\nurl = "mqtt://broker.example"\n').sinks
    assert (sink.name, sink.type, sink.host, sink.port, sink.tls) == (
        "plant",
        "mqtt",
        "broker.example",
        1883,
        False,
    )
    assert (sink.prefix, sink.per, sink.commands, sink.points) == ("wisgate", "point", False, ())


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("mqtts://anna@10.0.0.5", ("10.0.0.5", 8883, True, "anna")),
        ("MQTT://broker:18830/", ("broker", 18830, False, "")),
        ("mqtt://[::1]:1884", ("::1", 1884, False, "")),
        ("mqtt://user@plant@broker", ("broker", 1883, False, "user@plant")),
    ],
)
def test_urls(url, expected):
    (sink,) = config(f'[sink.plant]\ntype = "mqtt"\nurl = "{url}"\n').sinks
    assert (sink.host, sink.port, sink.tls, sink.username) == expected


@pytest.mark.parametrize(
    "url",
    ["", "mqtt://", "mqtt://:1883", "mqtt://host:", "mqtt://host:0", "mqtt://host:65536",
     "mqtt://ho st", "mqtt://[::1", "mqtt://[xyz]:1883", "mqtt://host:1883?x=1", "mqtt:/host",
     "mqtt://host:٣", "mqtt://a/b@host"],
)  # fmt: skip
def test_wrong_urls(url):
    assert faults(f'[sink.plant]\ntype = "mqtt"\nurl = "{url}"\n')[0].startswith("url: ")


def test_password_of_a_url_is_not_repeated():
    (told,) = faults('[sink.plant]\ntype = "mqtt"\nurl = "mqtt://anna:hunter2@broker"\n')
    assert "hunter2" not in told


SECRET = '[sink.plant]\ntype = "mqtt"\nurl = "mqtts://anna@broker"\npassword_file = "mqtt.secret"\n'


def test_secret_of_its_owner(tmp_path):
    secret = tmp_path / "mqtt.secret"
    secret.write_text("hunter2")
    secret.chmod(0o600)
    (sink,) = config(SECRET, tmp_path).sinks
    assert sink.password_file == secret


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644])
def test_secret_open_to_others(tmp_path, mode):
    secret = tmp_path / "mqtt.secret"
    secret.write_text("hunter2")
    secret.chmod(mode)
    assert faults(SECRET, tmp_path) == [
        f'password_file: "mqtt.secret" is open to others (mode {mode:04o}); '
        "run: chmod 600 mqtt.secret"
    ]


def test_key_of_a_client_certificate(tmp_path):
    text = SECRET.replace("password_file", "key_file") + 'cert_file = "gateway.pem"\n'
    for name, mode in (("gateway.pem", 0o644), ("mqtt.secret", 0o600)):
        (tmp_path / name).write_text("x")
        (tmp_path / name).chmod(mode)
    (sink,) = config(text, tmp_path).sinks
    assert (sink.cert_file, sink.key_file) == (tmp_path / "gateway.pem", tmp_path / "mqtt.secret")
    (tmp_path / "mqtt.secret").chmod(0o640)
    assert faults(text, tmp_path) == [
        'key_file: "mqtt.secret" is open to others (mode 0640); run: chmod 600 mqtt.secret'
    ]


def test_secret_that_is_a_folder(tmp_path):
    (tmp_path / "mqtt.secret").mkdir()
    assert faults(SECRET, tmp_path) == ['password_file: "mqtt.secret" is no file; name a file']


def test_web_beyond_loopback_with_certificate(tmp_path):
    for name in ("web.pem", "web.key"):
        (tmp_path / name).write_text("PEM")
        (tmp_path / name).chmod(0o600)
    text = (
        '[web]\nlisten = "[::]:8443"\ncertificate = "web.pem"\nkey = "web.key"\nhosts = ["a.b"]\n'
    )
    web = config(text, tmp_path).web
    assert web is not None
    assert (web.host, web.port, web.hosts) == ("::", 8443, ("a.b",))
    assert (web.certificate, web.key) == (tmp_path / "web.pem", tmp_path / "web.key")
    assert faults(text.replace('key = "web.key"\n', ""), tmp_path) == [
        'certificate: stands without "key"; add key = "web.key"'
    ]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.1.2.3"])
def test_loopback_needs_no_certificate(host):
    web = config(f'[web]\nlisten = "{host}:8391"\n').web
    assert web is not None
    assert web.port == 8391


@pytest.mark.parametrize("host", ["0.0.0.0", "[::]", "192.168.1.5", "pump-house.local"])
def test_beyond_loopback_needs_a_certificate(host):
    (told,) = faults(f'[web]\nlisten = "{host}:8391"\n')
    assert "can be reached from outside" in told


def test_empty_web_listens_on_loopback():
    web = config("[web]\n").web
    assert web is not None
    assert (web.host, web.port) == ("127.0.0.1", 8391)


def test_store_and_straps():
    found = config('[store]\nmax_size = "256MB"\nmax_age = "7d"\n[straps]\nadc = "0x49"\n')
    assert (found.store.max_size, found.store.max_age) == (256e6, 7 * 86400)
    assert found.straps.adc == 0x49
    assert config("[straps]\nadc = 0x48\n").straps.adc == 0x48
    for wrong in ('"0x50"', '"73"', "true", '"0xzz"', "1.5"):
        (told,) = faults(f"[straps]\nadc = {wrong}\n")
        assert 'write "0x48", "0x49", "0x4a", "0x4b"' in told


def test_paths_begin_at_the_folder_of_the_file(tmp_path, monkeypatch):
    (tmp_path / "site").mkdir()
    secret = tmp_path / "site" / "mqtt.secret"
    secret.write_text("x")
    secret.chmod(0o600)
    (tmp_path / "site" / "gateway.toml").write_text(HEAD + SECRET)
    monkeypatch.chdir(tmp_path)
    found = load(Path("site/gateway.toml"))
    assert found.file == "site/gateway.toml"
    assert found.sinks[0].password_file == secret


KEYS = st.sampled_from(
    ["name", "board", "slot", "module", "point", "unit", "channel", "from", "to", "registers", "id",
     "virtual", "type", "initial", "rule", "when", "set", "after", "onboard", "climate", "sink",
     "plant", "url", "points", "web", "listen", "store", "straps", "adc", "address", "kind",
     "hosts", "deadband", "scale", "max_size", "baud", "interval", "decimals", "password_file", "x"]
)  # fmt: skip
LEAVES = st.one_of(
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["rak7391", "wisblock-1", "rak5802", "rak5801", "a1", "mqtt", "10s", "4mA",
                     "holding", "coil", "bool", "float", "pump", "mqtt://h", "::1:1", "0x49"]),
)  # fmt: skip
TREES = st.dictionaries(
    KEYS,
    st.recursive(
        LEAVES,
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner)),
        max_leaves=12,
    ),
)


@given(TREES)
def test_any_values_are_read_or_refused(values):

    base = {"name": "x", "board": "rak7391", **values}
    try:
        read(Document(base, {}, "gateway.toml"), Path("/nonexistent"), catalogs.load())
        told: tuple[str, ...] = ()
    except ConfigError as error:
        told = error.faults
    assert all(line.startswith("gateway.toml:1: ") and "\n" not in line for line in told)


def test_defaults_of_every_module_option_are_what_the_option_takes():
    for entry in catalogs.load().modules.values():
        for option in entry.options:
            assert module_option(option).default is not None
