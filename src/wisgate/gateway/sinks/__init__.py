"""Destinations that records are pushed to, one file each; `type` in the file names it."""

from __future__ import annotations

from importlib import import_module

from ...config.model import SinkConfig
from .base import Access, Sink


def open_sink(config: SinkConfig, gateway: str, access: Access) -> Sink:
    """The sink of a table `[sink.<name>]`; it connects when it is used. `gateway` is our name."""
    sink: Sink = import_module(f"{__name__}.{config.type}").make(config, gateway, access)
    return sink
