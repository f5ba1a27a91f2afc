"""wisgate install: the service of a box, its user, and the rights that it needs."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

import click

from ..core.errors import Unavailable

PLACES = {
    "wisgate.service": "etc/systemd/system/wisgate.service",
    "60-wisgate.rules": "etc/udev/rules.d/60-wisgate.rules",
    "wisgate.conf": "etc/sysusers.d/wisgate.conf",
}
"""Files of `cli/service/`, and where they belong."""
HOMES = ("home", "root")
"""A program below these is hidden from a service unless it may read there."""
KEPT = ("etc/wisgate", "var/lib/wisgate")
"""What the user made; `--remove` leaves it."""

AFTER_INSTALL = (
    ("systemd-sysusers", "/etc/sysusers.d/wisgate.conf"),
    ("install", "-d", "-o", "wisgate", "-g", "wisgate", "-m", "0750", "/etc/wisgate"),
    ("udevadm", "control", "--reload"),
    ("udevadm", "trigger"),
    ("systemctl", "daemon-reload"),
    ("systemctl", "enable", "wisgate.service"),
)
BEFORE_REMOVE = (("systemctl", "disable", "--now", "wisgate.service"),)
AFTER_REMOVE = (("systemctl", "daemon-reload"), ("udevadm", "control", "--reload"))


@click.command(
    epilog="Examples: wisgate install --dry-run · sudo wisgate install ·"
    " wisgate install --root /mnt/image --prefix /opt/wisgate · sudo wisgate install --remove",
    short_help="Set up the service of this box, or remove it.",
)
@click.option(
    "--root", metavar="DIR", default=Path("/"), type=click.Path(path_type=Path, file_okay=False),
    help="Write below DIR, an image say, and start nothing  [default: this system].",
)  # fmt: skip
@click.option(
    "--prefix", metavar="DIR", type=click.Path(path_type=Path),
    help="Where the service finds bin/wisgate  [default: where this one runs].",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only show what would be done.")
@click.option("--remove", is_flag=True, help="Take away what install has written.")
def command(root: Path, prefix: Path | None, dry_run: bool, remove: bool) -> None:
    """Write a systemd unit, udev rules and a user for a wisgate that pipx or a virtual environment
    holds, and enable the service. It runs the file /etc/wisgate/gateway.toml: put it there with
    wisgate apply.

    --remove stops the service and takes the three files away; /etc/wisgate, /var/lib/wisgate and
    the user stay.
    """
    here = root.resolve() == Path("/")
    if remove:
        carry_out(BEFORE_REMOVE if here else (), dry_run)
        _remove(root, dry_run)
        carry_out(AFTER_REMOVE if here else (), dry_run)
        kept = " and ".join(str(root / place) for place in KEPT)
        click.echo(f"{kept} are left as they are")
        return
    if prefix is not None and not prefix.is_absolute():
        raise click.UsageError(f"--prefix {prefix}: systemd wants a whole path, /opt/wisgate say")
    program = (prefix / "bin" / "wisgate") if prefix else _own_program()
    if here and not dry_run:
        demand_reachable(program)
    _write(texts(program), root, dry_run)
    if failed := carry_out(AFTER_INSTALL if here else (), dry_run):
        raise Unavailable(f"not done: {', '.join(failed)}; see above, then run it again")
    click.echo("next: sudo wisgate apply gateway.toml")


def texts(program: Path) -> Mapping[str, str]:
    """What is written for a program, by place below the root."""
    home = "read-only" if program.parts[1:2] and program.parts[1] in HOMES else "yes"
    folder = files(__package__) / "service"
    return {
        place: (folder / name)
        .read_text(encoding="utf-8")
        .replace("@program@", str(program))
        .replace("@home@", home)
        for name, place in PLACES.items()
    }


def _own_program() -> Path:
    """The command beside the interpreter that runs us. Raises Unavailable."""
    program = Path(sys.executable).with_name("wisgate")
    if not program.exists():
        raise Unavailable(f"{program} is not there; say with --prefix where bin/wisgate is")
    return program


def demand_reachable(program: Path) -> None:
    """For the user of the service. Raises Unavailable for a folder that it may not pass."""
    for folder in reversed(program.parents):
        if folder.exists() and not folder.stat().st_mode & stat.S_IXOTH:
            raise Unavailable(
                f"{folder}: the user wisgate may not pass it, and {program} is behind it; install"
                " wisgate for all with pipx install --global, or into /opt/wisgate"
            )


def _write(wanted: Mapping[str, str], root: Path, dry_run: bool) -> None:
    for place, text in wanted.items():
        path = root / place
        click.echo(f"write {path}")
        if dry_run:
            click.echo("".join(f"    {line}\n" for line in text.splitlines()), nl=False)
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            path.chmod(0o644)
        except OSError as error:
            raise _refused(path, error) from error


def _remove(root: Path, dry_run: bool) -> None:
    for place in PLACES.values():
        path = root / place
        if not path.exists():
            continue
        click.echo(f"remove {path}")
        try:
            if not dry_run:
                path.unlink()
        except OSError as error:
            raise _refused(path, error) from error


def _refused(path: Path, error: OSError) -> Unavailable:
    cure = "do it as the superuser, with sudo" if os.geteuid() else "look at the drive"
    return Unavailable(f"{path}: {error.strerror}; {cure}")


def carry_out(commands: Sequence[Sequence[str]], dry_run: bool) -> list[str]:
    """One after the other; what is not there (a container has no udev) is said and left out.
    Returns those that failed."""
    failed = []
    for words in commands:
        click.echo(f"run {' '.join(words)}")
        if dry_run:
            continue
        if shutil.which(words[0]) is None:
            click.echo(f"{words[0]} is not on this system; left out", err=True)
            continue
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode:
            why = done.stderr.strip() or f"exit code {done.returncode}"
            click.echo(f"{' '.join(words)}: {why}", err=True)
            failed.append(" ".join(words))
    return failed
