"""Servers of networks, one file each; `type` in the file names it."""

from __future__ import annotations

from importlib import import_module

from ...config.radios import UpstreamConfig
from ..radio import Upstream
from .base import Access


def open_upstream(config: UpstreamConfig, access: Access) -> Upstream:
    """The upstream of a table `[[lorawan.upstream]]`; it connects when it is used."""
    upstream: Upstream = import_module(f"{__name__}.{config.type}").make(config, access)
    return upstream
