"""Destinations that records are pushed to, one file each; `type` in the file names it."""

from __future__ import annotations

from ...config.model import MqttConfig, SinkConfig
from ...core.errors import ConfigError
from .base import OnCommand, Sink


def open_sink(config: SinkConfig, gateway: str, on_command: OnCommand) -> Sink:
    """The sink of a table `[sink.<name>]`; it connects when it is used. `gateway` is our name,
    `on_command` takes what the other side wants written."""
    match config:
        case MqttConfig():
            from .mqtt import MqttSink

            return MqttSink(config, gateway, on_command)
        case _:
            raise ConfigError([f'{config.where}: no sink is of type "{config.type}"'])
