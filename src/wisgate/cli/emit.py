"""wisgate emit: a plan in the formats of other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .options import file_argument

if TYPE_CHECKING:
    from ..plan.emit.order import Order


OPTIONS = {
    "services": ("--service", "compose"),
    "cameras": ("--camera", "config-txt"),
    "system": ("--rakpios", "config-txt"),
    "antenna": ("--antenna", "config-txt"),
    "usb": ("--usb", "udev"),
    "slot": ("--slot", "meshtastic"),
    "server": ("--server", "modbus-map"),
}
"""Options that belong to one kind."""


@click.command(
    epilog="Examples: wisgate emit examples/pump-house.toml, to see what there is;"
    " wisgate emit examples/pump-house.toml compose --service mosquitto --service grafana"
    " -o compose.yaml",
    short_help="Write a plan in the formats of other programs.",
)
@file_argument
@click.argument("kind", metavar="[KIND]", required=False)
@click.option(
    "-o", "--output", metavar="PATH", type=click.Path(path_type=Path, dir_okay=False),
    help="Write there instead of to the terminal.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Overwrite what is there.")
@click.option(
    "--service", "services", metavar="NAME", multiple=True,
    help="compose: a container, several times  [default: the brokers that sinks expect here].",
)  # fmt: skip
@click.option(
    "--camera", "cameras", type=click.Choice(["cam0", "cam1"]), multiple=True,
    help="config-txt: a connector with an IMX219.",
)  # fmt: skip
@click.option(
    "--rakpios", "system", type=click.Choice(["0.8", "0.10"]), default="0.10", show_default=True,
    help="config-txt: the release of RAKPiOS.",
)  # fmt: skip
@click.option(
    "--antenna", type=click.Choice(["ant1", "ant2", "noant"]), default="ant1", show_default=True,
    help="config-txt: on the compute module, at its connector, none.",
)  # fmt: skip
@click.option(
    "--usb", metavar="SLOT=PATH", multiple=True,
    help="udev: the USB path of a slot's serial bridge, as in wisblock-1=1-1.4.",
)  # fmt: skip
@click.option("--slot", metavar="SLOT", default="", help="meshtastic: the slot with the radio.")
@click.option("--server", metavar="NAME", default="", help="modbus-map: which of several servers.")
def command(file: Path, kind: str | None, output: Path | None, force: bool, **said: Any) -> None:
    """Write the plan of FILE as KIND; without KIND, list what there is.

    Nothing is written when parts of FILE claim one resource (exit code 3), nor when KIND is for
    another board than that of FILE (3).
    """
    _belongs(kind)
    order = _order(file, said)
    if kind is None:
        _list(order)
        return
    text = _kind(kind).text(order)
    if output is None:
        click.echo(text, nl=False)
        return
    _write(output, text, force)


def _belongs(kind: str | None) -> None:
    """An option for another kind than the one asked for would be ignored: refused."""
    context = click.get_current_context()
    for name, (option, owner) in OPTIONS.items():
        given = context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
        if given and kind != owner:
            raise click.UsageError(f"{option} is an option of {owner}")


def _order(file: Path, said: dict[str, Any]) -> Order:
    from ..catalog.catalog import load as load_catalog
    from ..config.load import load
    from ..plan.emit.order import Order
    from ..plan.plan import make

    plan = make(load(file), load_catalog())
    plan.check()
    said["usb"] = tuple(_path(text, plan.board) for text in said["usb"])
    for name in said["services"]:
        _known_service(name)
    return Order(plan, **said)


def _path(text: str, board: Any) -> tuple[str, str]:
    import re

    slot, _, path = text.partition("=")
    if board.slot(slot) is None or not re.fullmatch(r"\d+-\d+(\.\d+)*", path):
        raise click.BadParameter(
            f'"{text}" names no slot of {board.id} with a USB path; write wisblock-1=1-1.4',
            param_hint="--usb",
        )
    return slot, path


def _known_service(name: str) -> None:
    from ..plan.emit.services import OFFERED

    if name not in OFFERED:
        raise click.BadParameter(
            f'no service "{name}"; there are {", ".join(OFFERED)}', param_hint="--service"
        )


def _kind(name: str) -> Any:
    from difflib import get_close_matches

    from ..plan.emit.kinds import KINDS

    if name not in KINDS:
        near = get_close_matches(name, KINDS, n=1)
        hint = f'did you mean "{near[0]}"?' if near else f"there are {', '.join(KINDS)}"
        raise click.BadParameter(f'no kind "{name}"; {hint}', param_hint="KIND")
    return KINDS[name]


def _list(order: Order) -> None:
    from ..plan.emit.kinds import KINDS

    width = max(len(name) for name in KINDS)
    for kind in KINDS.values():
        lacks = kind.lacks(order)
        note = click.style(f"  (needs {lacks})", dim=True) if lacks else ""
        click.echo(f"{kind.name:{width}}  {kind.title}{note}")


def _write(path: Path, text: str, force: bool) -> None:
    """All of `text` or nothing: whoever reads `path` meanwhile sees the old file or the new one."""
    from ..core.errors import Unavailable
    from ..store.files import write_synced

    if path.exists() and not force:
        raise click.UsageError(f"{path} is there already; --force overwrites it")
    try:
        write_synced(path, text.encode())
    except OSError as error:
        raise Unavailable(f"{path} cannot be written: {error.strerror}") from error
