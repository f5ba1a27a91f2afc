"""Sinks, dashboard and store: what stands around the points."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path

from .model import MqttConfig, SinkConfig, StoreConfig, WebConfig
from .naming import Names, no_point
from .readers import shown
from .schema import sinks as schema
from .schema import surroundings
from .tables import Option, Table

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read_sinks(tables: Mapping[str, Table], folder: Path, names: Names) -> tuple[SinkConfig, ...]:
    """Every `[sink.<name>]`. `folder` is where paths of files begin."""
    return tuple(_sink(name, table, folder, names) for name, table in tables.items())


def _sink(name: str, table: Table, folder: Path, names: Names) -> SinkConfig:
    if schema.SINK_NAME.fullmatch(name) is None:
        cure = "write a lower-case letter first, then letters, digits, _ and -"
        table.fault(f"sink: {shown(name)} is no name of a sink; {cure}")
    broker = table.get(schema.MQTT_URL)
    password = _file(table, schema.MQTT_PASSWORD_FILE, folder, secret=True)
    if table.has(schema.MQTT_PASSWORD_FILE) and not broker.username and table.has(schema.MQTT_URL):
        table.wrong(schema.MQTT_PASSWORD_FILE, "needs a user in url; write mqtt://user@host")
    if table.has(schema.MQTT_CA_FILE) and not broker.tls and table.has(schema.MQTT_URL):
        table.wrong(schema.MQTT_CA_FILE, "has no effect without TLS; write mqtts:// in url")
    return MqttConfig(
        where=table.where(),
        name=name,
        type=table.get(schema.SINK_TYPE),
        points=_filter(table, names),
        host=broker.host,
        port=broker.port,
        tls=broker.tls,
        username=broker.username,
        password_file=password,
        ca_file=_file(table, schema.MQTT_CA_FILE, folder),
        prefix=table.get(schema.MQTT_PREFIX),
        per=table.get(schema.MQTT_PER),
        commands=table.get(schema.MQTT_COMMANDS),
    )


def _filter(table: Table, names: Names) -> tuple[str, ...]:
    chosen = table.get(schema.SINK_POINTS)
    for place, name in enumerate(chosen):
        if name not in names.points and not names.unsettled([name]):
            table.wrong(schema.SINK_POINTS, no_point(name, names.points), place)
    return chosen


def _file(
    table: Table, option: Option[str | None], folder: Path, secret: bool = False
) -> Path | None:
    """The absolute path of a file that exists; a `secret` one is its owner's only."""
    written = table.get(option)
    if written is None:
        return None
    path = (folder / written).absolute()
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        table.wrong(
            option, f"{shown(written)} does not exist, seen from the folder of this file; create it"
        )
        return path
    except OSError as error:
        table.wrong(
            option, f"{shown(written)} cannot be reached ({error.strerror}); check the path"
        )
        return path
    if not stat.S_ISREG(mode):
        table.wrong(option, f"{shown(written)} is no file; name a file")
    elif secret and mode & OTHERS:
        found = f"{shown(written)} is open to others (mode {stat.S_IMODE(mode):04o})"
        table.wrong(option, f"{found}; run: chmod 600 {written}")
    return path


def read_web(table: Table | None, folder: Path) -> WebConfig | None:
    """`[web]`; None without one."""
    if table is None:
        return None
    address = table.get(surroundings.WEB_LISTEN)
    certificate = _file(table, surroundings.WEB_CERTIFICATE, folder)
    key = _file(table, surroundings.WEB_KEY, folder, secret=True)
    pair = (surroundings.WEB_CERTIFICATE, surroundings.WEB_KEY)
    missing = [o for o in pair if not table.has(o)]
    if len(missing) == 1:
        other = next(o for o in pair if o not in missing)
        cure = f"add {missing[0].name} = {missing[0].example}"
        table.wrong(other, f'stands without "{missing[0].name}"; {cure}')
    elif missing and not address.loopback:
        found = f"{shown(table.values['listen'])} can be reached from outside"
        cure = "add certificate and key, or listen on 127.0.0.1"
        table.wrong(surroundings.WEB_LISTEN, f"{found}; {cure}")
    return WebConfig(
        where=table.where(),
        host=address.host,
        port=address.port,
        certificate=certificate,
        key=key,
        hosts=table.get(surroundings.WEB_HOSTS),
    )


def read_store(table: Table | None, whole: Table) -> StoreConfig:
    """`[store]`, or its defaults."""
    if table is None:
        return StoreConfig(whole.where())
    return StoreConfig(
        where=table.where(),
        max_size=table.get(surroundings.STORE_MAX_SIZE),
        max_age=table.get(surroundings.STORE_MAX_AGE),
    )
