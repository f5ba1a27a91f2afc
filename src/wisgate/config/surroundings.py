"""Dashboard and store: what stands around the points."""

from __future__ import annotations

from pathlib import Path

from .files import named_file
from .model import StoreConfig, WebConfig
from .readers import shown
from .schema import surroundings
from .tables import Table


def read_web(table: Table | None, folder: Path) -> WebConfig | None:
    """`[web]`; None without one."""
    if table is None:
        return None
    address = table.get(surroundings.WEB_LISTEN)
    certificate = named_file(table, surroundings.WEB_CERTIFICATE, folder)
    key = named_file(table, surroundings.WEB_KEY, folder, secret=True)
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
        max_age_minutes=table.get(surroundings.STORE_MAX_AGE_MINUTES),
        max_age_hours=table.get(surroundings.STORE_MAX_AGE_HOURS),
        endurance=table.get(surroundings.STORE_ENDURANCE),
    )
