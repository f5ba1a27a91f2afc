"""wisgate apply: a new file for the running gateway, taken back if it does not work."""

from __future__ import annotations

import sys
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import Duration, data_option, gateway_folder

if TYPE_CHECKING:
    from ..plan.plan import Plan

SERVICE_FILE = Path("/etc/wisgate/gateway.toml")
SERVICE_FOLDER = Path("/var/lib/wisgate")


@click.command(
    epilog="Examples: wisgate apply gateway.toml ·"
    " wisgate apply new.toml --to gateway.toml --data state --yes",
    short_help="Give the running gateway a new file; go back if it does not work.",
)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, readable=False))
@click.option(
    "--to", "target", metavar="FILE", default=SERVICE_FILE, show_default=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file that the gateway runs; secrets that FILE names are looked for beside it.",
)  # fmt: skip
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--wait", "seconds", metavar="60s", type=Duration(), default="60s", show_default=True,
    help="How long the gateway has to get well with it.",
)  # fmt: skip
@data_option
def command(file: Path, target: Path, yes: bool, seconds: float, data: Path | None) -> None:
    """Check FILE, show what it changes, put it in the place of the gateway's own file, restart the
    gateway and wait until it is well. If it does not get well, the file before is put back.

    The file before stays as FILE.last-good, a refused one as FILE.rejected. Exit codes: 0 applied,
    1 not applied and taken back, 2 the file is wrong, 3 its plan conflicts.
    """
    from ..core.clock import SystemClock
    from .applying import Place, change

    plan, content = _planned(file, target.parent)
    for warning in plan.warnings:
        click.echo(str(warning), err=True)
    before = target.read_bytes() if target.exists() else b""
    if content == before:
        click.echo(f"{target}: nothing changes")
        return
    default = SERVICE_FOLDER if target == SERVICE_FILE else None
    if data is None and default is None:
        _demand_same_name(target, plan)
    _show(before, content, target, plan)
    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError(
                "nobody is here to be asked; --yes applies it without a question"
            )
        click.confirm("Apply this?", abort=True)
    folder = gateway_folder(plan.config.name, data or default, virtual=False)
    if change(Place(target.resolve(), folder), content, SystemClock(), seconds, click.echo):
        click.echo(f"{plan.config.name}: applied")


def _planned(file: Path, folder: Path) -> tuple[Plan, bytes]:
    """The plan of a file as if it lay in `folder`, and its bytes. Raises ConfigError,
    PlanConflict."""
    from ..board import demand_runnable
    from ..catalog.catalog import load as load_catalog
    from ..config.load import read
    from ..core import toml
    from ..plan.plan import make

    catalog = load_catalog()
    document = toml.load(file)
    plan = make(read(document, folder, catalog), catalog)
    plan.check()
    demand_runnable(plan)
    return plan, file.read_bytes()


def _demand_same_name(target: Path, plan: Plan) -> None:
    """A gateway has its folder by its name: under another one it begins with an empty store. Raises
    click.UsageError."""
    from ..core import toml
    from ..core.errors import ConfigError

    try:
        now = toml.load(target).values.get("name") if target.exists() else None
    except ConfigError:
        return
    if isinstance(now, str) and now != plan.config.name:
        raise click.UsageError(
            f'the gateway is called "{now}" and would be "{plan.config.name}", with an empty store;'
            " keep the name, or say with --data which folder it has"
        )


def _show(before: bytes, after: bytes, target: Path, plan: Plan) -> None:
    """What changes in the text; then on the bench, where the file before was one to plan."""
    from ..core.errors import WisgateError
    from ..plan.diff import changes

    old, new = (text.decode(errors="replace").splitlines() for text in (before, after))
    for line in unified_diff(old, new, "now", "then", lineterm=""):
        click.echo(line)
    if not before:
        return
    try:
        steps = changes(_planned(target, target.parent)[0], plan)
    except WisgateError as error:
        click.echo(f"the file before cannot be planned: {error}", err=True)
        return
    for number, step in enumerate(steps, 1):
        click.echo(f"{number:2}. {step}")
